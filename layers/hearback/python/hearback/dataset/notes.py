"""Notes: feeds anchored to an entry or one of its annotations, and the comments in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import annotating, deleting, entries, items, keys, placing, rights
from hearback.dataset.entries import Found
from hearback.dataset.model import Entry, NoteComment, NoteFeed, Status, Step
from hearback.dataset.placing import Refused
from hearback.dataset.rights import STEP_OF
from hearback.errors import Conflict, Forbidden
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, reads, shelves, transactions
from hearback.storage.items import Item, number, text
from hearback.storage.transactions import ConditionFailed, Write, transact

PENDING, RESOLVED = "pending", "resolved"
ON_ENTRY, ON_ANNOTATION = "entry", "annotation"

# ── Feeds ──


def find_feed(caller: Caller, feed_id: str, or_own: bool = False) -> tuple[Found, NoteFeed]:
    """A note feed on an entry that the caller may work on; or one of their own, if that is enough."""
    item = reads.get(keys.table(), keys.record("note_feeds", feed_id))
    if item is None or item["organization_id"]["S"] != caller.organization_id:
        raise rights.not_found("note feed", feed_id)
    feed = items.NOTE_FEED.from_item(item)
    found = entries.find(caller, feed.entry_id)
    own = or_own and feed.created_by_id == caller.account_id
    if not (own or found.standing.works_on(found.entry)):
        raise rights.not_found("note feed", feed_id)
    return found, feed


def get_feed(caller: Caller, feed_id: str) -> NoteFeed:
    return find_feed(caller, feed_id)[1]


def create_feed(caller: Caller, entry_id: str, attributes: Mapping[str, Any], now: int) -> NoteFeed:
    """Begin a feed; the entry must be in progress, and the annotation (if anchored to one) the entry's."""
    found = entries.visible(caller, entry_id)
    if not found.standing.works_on(found.entry):
        raise rights.not_assigned()
    _require_progress(found.entry)
    draft = _draft(caller, found.entry, attributes, now)
    anchor = _anchor(draft)
    made: list[NoteFeed] = []

    def writes(new: list[str], block: str) -> list[Write]:
        made[:] = [placing.placed(draft, new[0], block)]
        put = transactions.put(keys.table(), items.note_feed_item(made[0]), "attribute_not_exists(pk)")
        return [_in_progress(found), put, *anchor]

    try:
        placing.place(placing.in_dataset(found.dataset, "note_feeds"), entry_id, PENDING, 1, writes)
    except Refused as refused:
        if 0 in refused.failed:
            _require_progress(entries.visible(caller, entry_id).entry)
        raise _no_such_annotation() from None
    return made[0]


def _draft(caller: Caller, entry: Entry, attributes: Mapping[str, Any], now: int) -> NoteFeed:
    annotation_id = attributes.get("annotation_id")
    anchor_type = attributes.get("anchor_type") or (ON_ANNOTATION if annotation_id else ON_ENTRY)
    if anchor_type == ON_ANNOTATION and not annotation_id:
        detail = "is required when anchor_type is annotation"
        raise Unprocessable(Fault(detail, "/data/attributes/annotation_id"))
    if anchor_type == ON_ENTRY and annotation_id:
        detail = "must be annotation when there is an annotation_id"
        raise Unprocessable(Fault(detail, "/data/attributes/anchor_type"))
    return NoteFeed(
        id="",
        organization_id=entry.organization_id,
        project_id=entry.project_id,
        dataset_id=entry.dataset_id,
        entry_id=entry.id,
        annotation_id=annotation_id,
        created_by_email=caller.email,
        created_by_id=caller.account_id,
        anchor_type=anchor_type,
        position=attributes.get("position"),
        status=PENDING,
        content_md=attributes.get("content_md"),
        edited_at=None,
        created_at=now,
        updated_at=now,
    )


def _anchor(feed: NoteFeed) -> list[Write]:
    """What makes sure that the annotation is there when the feed comes to be."""
    if feed.annotation_id is None:
        return []
    annotation = annotating.read(feed.organization_id, feed.annotation_id)
    if annotation is None or annotation.entry_id != feed.entry_id:
        raise _no_such_annotation()
    key = keys.of_parent("annotations", feed.entry_id, annotation.id)
    return [transactions.check(keys.table(), key, "attribute_exists(pk)")]


def _no_such_annotation() -> Unprocessable:
    return Unprocessable(Fault("is no annotation of the entry", "/data/attributes/annotation_id"))


def _require_progress(entry: Entry) -> None:
    if entry.wf_step not in (Step.ANNOTATE, Step.REVIEW) or entry.status is not Status.IN_PROGRESS:
        raise Unprocessable(Fault("notes are taken while the entry is in progress in annotate or review"))


def _in_progress(found: Found) -> Write:
    """What makes sure, in a transaction, that the entry is in progress, and still the caller's."""
    row, values = keys.record("entries", found.entry.id), {"in_progress": text(Status.IN_PROGRESS)}
    condition = "#s = :in_progress"
    if not found.standing.owns:
        condition += " AND assigned_to_id = :me"
        values["me"] = number(found.standing.caller.account_id)
    return transactions.check(keys.table(), row, condition, names={"#s": "status"}, **values)


def update_feed(caller: Caller, feed_id: str, attributes: Mapping[str, Any], now: int) -> NoteFeed:
    """Edit a feed of one's own, while the entry is in progress."""
    found, before = find_feed(caller, feed_id)
    _require_own(found, before)
    _require_progress(found.entry)
    after = before._replace(**attributes, edited_at=now, updated_at=now)
    _draft(caller, found.entry, after._asdict(), now)
    _anchor(after)
    _save(items.note_feed_item(before), items.note_feed_item(after), [_in_progress(found)])
    return after


def _save(old: Item, new: Item, more: Sequence[Write] = ()) -> None:
    key = {"pk": old["pk"], "sk": old["sk"]}
    try:
        transact([changes.change(keys.table(), key, changes.between(old, new)), *more])
    except ConditionFailed as failed:
        if 0 not in failed.failed:
            raise Conflict("The entry changed at the same moment; try again.") from None
        raise rights.not_found("note", old["sk"]["S"]) from None


def _require_own(found: Found, note: NoteFeed | NoteComment) -> None:
    caller = found.standing.caller
    if note.created_by_id != caller.account_id and not caller.is_admin:
        raise Forbidden("Only its author may do this to a note.")


def resolve(caller: Caller, feed_id: str, now: int) -> NoteFeed:
    """Resolve a feed: for the project's owners, the assigned reviewer, and its author."""
    found, before = find_feed(caller, feed_id, or_own=True)
    reviewer = found.standing.role in STEP_OF and STEP_OF[found.standing.role] is Step.REVIEW
    if not found.standing.owns and not (reviewer and found.standing.is_assigned(found.entry)):
        _require_own(found, before)
    if before.status == RESOLVED:
        return before
    after = before._replace(status=RESOLVED, updated_at=now)
    old, new = items.note_feed_item(before), items.note_feed_item(after)
    key, difference = {"pk": old["pk"], "sk": old["sk"]}, changes.between(old, new)
    shelf = keys.shelf("note_feeds", before.dataset_id)

    def writes(slot: int) -> list[Write]:
        pending = {"names": {"#s": "status"}, "pending": text(PENDING)}
        return [
            changes.change(keys.table(), key, difference, "#s = :pending", **pending),
            shelves.move(shelf, before.block, PENDING, RESOLVED, slot),
        ]

    try:
        placing.moved(writes)
    except ConditionFailed:
        return find_feed(caller, feed_id, or_own=True)[
            1
        ]  # resolved by somebody else at the same moment, or gone
    return after


def delete_feed(caller: Caller, feed_id: str, now: int) -> None:
    """Delete a feed of one's own with its comments."""
    found, feed = find_feed(caller, feed_id)
    _require_own(found, feed)
    _require_progress(found.entry)
    shelf = keys.shelf("note_feeds", feed.dataset_id)

    def removal(slot: int) -> list[Write]:
        unchanged = {"names": {"#s": "status"}, "seen": text(feed.status)}
        key = keys.record("note_feeds", feed_id)
        return [
            transactions.delete(keys.table(), key, "#s = :seen", **unchanged),
            _in_progress(found),
            shelves.move(shelf, feed.block, feed.status, None, slot),
        ]

    try:
        deleting.note_feed(feed, removal, now)
    except ConditionFailed:
        raise rights.not_found("note feed", feed_id) from None


# ── Comments ──


def find_comment(caller: Caller, comment_id: str) -> tuple[Found, NoteComment]:
    item = reads.get(keys.table(), keys.record("note_comments", comment_id))
    if item is None or item["organization_id"]["S"] != caller.organization_id:
        raise rights.not_found("note comment", comment_id)
    comment = items.NOTE_COMMENT.from_item(item)
    found, _ = find_feed(caller, comment.note_feed_id)
    return found, comment


def get_comment(caller: Caller, comment_id: str) -> NoteComment:
    return find_comment(caller, comment_id)[1]


def create_comment(caller: Caller, feed_id: str, attributes: Mapping[str, Any], now: int) -> NoteComment:
    found, feed = find_feed(caller, feed_id)
    draft = NoteComment(
        id="",
        organization_id=feed.organization_id,
        project_id=feed.project_id,
        dataset_id=feed.dataset_id,
        entry_id=feed.entry_id,
        note_feed_id=feed.id,
        content_md=attributes.get("content_md"),
        created_by_email=caller.email,
        created_by_id=caller.account_id,
        edited_at=None,
        created_at=now,
        updated_at=now,
    )
    made: list[NoteComment] = []
    above = [keys.record("note_feeds", feed_id), keys.record("entries", feed.entry_id)]
    there = [transactions.check(keys.table(), key, "attribute_exists(pk)") for key in above]

    def writes(new: list[str], block: str) -> list[Write]:
        made[:] = [placing.placed(draft, new[0], block)]
        item = items.note_comment_item(made[0])
        return [*there, transactions.put(keys.table(), item, "attribute_not_exists(pk)")]

    try:
        placing.place(placing.in_dataset(found.dataset, "note_comments"), feed_id, keys.EVERY, 1, writes)
    except Refused:
        raise rights.not_found("note feed", feed_id) from None
    return made[0]


def update_comment(caller: Caller, comment_id: str, attributes: Mapping[str, Any], now: int) -> NoteComment:
    found, before = find_comment(caller, comment_id)
    _require_own(found, before)
    attributes = {name: value for name, value in attributes.items() if name != "note_feed_id"}
    after = before._replace(**attributes, edited_at=now, updated_at=now)
    _save(items.note_comment_item(before), items.note_comment_item(after))
    return after


def delete_comment(caller: Caller, comment_id: str) -> None:
    found, comment = find_comment(caller, comment_id)
    _require_own(found, comment)
    shelf = keys.shelf("note_comments", comment.dataset_id)
    key = keys.record("note_comments", comment_id)

    def removal(slot: int) -> list[Write]:
        return [
            transactions.delete(keys.table(), key, "attribute_exists(pk)"),
            shelves.move(shelf, comment.block, keys.EVERY, None, slot),
        ]

    try:
        placing.moved(removal)
    except ConditionFailed:
        raise rights.not_found("note comment", comment_id) from None
