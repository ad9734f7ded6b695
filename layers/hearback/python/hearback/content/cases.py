"""A content's moderation: enough flags make it pending, and an admin decides.

Flags count towards the threshold on one item, the content's case, in the transaction that keeps the flag;
the one that reaches the threshold also flips the status and puts the content into the queue. So the status
flips exactly at the threshold, whatever crashes. From then on flags leave the case alone, until an admin
decides and the count begins anew.
"""

from __future__ import annotations

from typing import NamedTuple

from hearback.content import counts, keys
from hearback.content.model import Content, ContentType, Status
from hearback.errors import Busy
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import (
    Item,
    get_number,
    get_optional_number,
    get_text,
    number,
    text,
    without_nothing,
)

_ATTEMPTS = 20


class Case(NamedTuple):
    status: Status = Status.APPROVED
    flags: int = 0
    """Since the last decision, as long as the content was approved."""
    since: int | None = None
    """When it began to wait for a decision, in ns; None when it does not."""
    revision: int = 0
    """How often it has changed; 0 is no case yet."""


class Waiting(NamedTuple):
    """A content in the queue, oldest first; `place` is where the queue goes on behind it."""

    content: Content
    since: int
    place: str


def read(content: Content) -> Case | None:
    return from_item(reads.get(settings().content_table, keys.case(content)))


def from_item(item: Item | None) -> Case | None:
    if item is None:
        return None
    return Case(
        Status(get_text(item, "status")),
        get_number(item, "flags"),
        get_optional_number(item, "since"),
        get_number(item, "revision"),
    )


def before_flag(content: Content) -> Case:
    """The case to which a flag is added. Flags from before there was one (no threshold was set) count."""
    found = read(content)
    if found is not None:
        return found
    return Case(flags=counts.total(reads.get_many(settings().content_table, counts.parts(content))).flags)


def flagged(content: Content, case: Case, threshold: int, now: int) -> list[transactions.Write]:
    """What one more flag does to the case."""
    if case.status is not Status.APPROVED:
        return []
    after = case._replace(flags=case.flags + 1)
    if after.flags < threshold:
        return [_change(content, case, after)]
    after = after._replace(status=Status.PENDING, since=now)
    return [_change(content, case, after), _queue(content, now)]


def decide(content: Content, status: Status) -> None:
    """An admin's decision: the content leaves the queue, and flags count from nothing."""
    for _ in range(_ATTEMPTS):
        case = read(content) or Case()
        writes = [_change(content, case, Case(status))]
        if case.since is not None:
            writes.append(transactions.delete(settings().content_table, keys.waiting(content, case.since)))
        try:
            transactions.transact(writes)
        except transactions.ConditionFailed:
            continue  # a flag or another admin was faster
        return
    raise Busy("Too many changes to the same content at once; try again.")


def waiting(organization_id: str, limit: int, after: str) -> list[Waiting]:
    """Up to `limit` contents that wait for a decision, behind the place `after`."""
    run = reads.Range(settings().content_table, keys.moderation_partition(organization_id)).after(after)
    return [_waiting(organization_id, item) for item in reads.query(run, limit)[0]]


def _change(content: Content, before: Case, after: Case) -> transactions.Write:
    item = keys.case(content) | {
        "status": text(after.status),
        "flags": number(after.flags),
        "since": None if after.since is None else number(after.since),
        "revision": number(before.revision + 1),
    }
    unchanged = "revision = :seen" if before.revision else "attribute_not_exists(pk)"
    seen = {"seen": number(before.revision)} if before.revision else {}
    return transactions.put(settings().content_table, without_nothing(item), unchanged, **seen)


def _queue(content: Content, since: int) -> transactions.Write:
    item = keys.waiting(content, since) | {
        "content_type": text(content.content_type),
        "content_id": text(content.content_id),
        "since": number(since),
    }
    return transactions.put(settings().content_table, item)


def _waiting(organization_id: str, item: Item) -> Waiting:
    content_type = ContentType(get_text(item, "content_type"))
    content = Content(organization_id, content_type, get_text(item, "content_id"))
    return Waiting(content, get_number(item, "since"), item["sk"]["S"])
