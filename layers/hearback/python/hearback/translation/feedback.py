"""One entry at a time: give, look at, change and take back feedback. `now` is in ns since 1970."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache

from hearback.access.model import Caller
from hearback.errors import Busy, Forbidden, Invalid, NotFound
from hearback.translation import catalogue as catalogues
from hearback.translation import entries, keys
from hearback.translation.catalogue import Catalogue
from hearback.translation.entries import Batch, Lost
from hearback.translation.feedback_ids import FeedbackIds
from hearback.translation.model import ApprovalState, Change, Feedback, NewFeedback, changed, check_texts

_ATTEMPTS = 20

MOST_SUGGESTIONS = 10_000
"""Different suggestions for one language pair and source text: their guard is one item."""


@cache
def ids() -> FeedbackIds:
    return FeedbackIds(secrets.randbelow)


def create(caller: Caller, new: NewFeedback, now: int) -> Feedback:
    """Add an entry; the same one again is another entry (only imports refuse duplicates)."""
    if new.approval_state is not ApprovalState.AWAITING and not caller.is_admin:
        raise Forbidden("Only an admin approves or rejects feedback.", "approvalState")
    catalogues.load(caller.organization_id).pair(new.language_pair_id)
    reviewed = new.approval_state is not ApprovalState.AWAITING
    entry = Feedback(
        organization_id=caller.organization_id,
        feedback_id=0,
        language_pair_id=new.language_pair_id,
        username=caller.email,
        source_text=new.source_text,
        machine_translation=new.machine_translation,
        suggested_translation=new.suggested_translation,
        comment=new.comment,
        approval_state=new.approval_state,
        reviewer=caller.email if reviewed else "",
        created=now,
        modified=now,
        reviewed=now if reviewed else None,
        added=now,
    )
    check_texts(entry)
    return _persist(lambda: (None, entry._replace(feedback_id=ids().next(now))))


def get(caller: Caller, feedback_id: int) -> Feedback:
    """The entry, if the caller may see it: their own, or any of the organization for an admin."""
    return _visible(caller, catalogues.load(caller.organization_id), feedback_id)


def update(caller: Caller, feedback_id: int, change: Change, now: int) -> Feedback:
    catalogue = catalogues.load(caller.organization_id)

    def decide() -> entries.Change:
        before = _visible(caller, catalogue, feedback_id)
        return before, changed(before, change, caller.email, caller.is_admin, now)

    return _persist(decide)


def delete(caller: Caller, feedback_id: int) -> Feedback:
    """Remove the entry; gives it as it was."""
    catalogue = catalogues.load(caller.organization_id)
    return _persist(lambda: (_visible(caller, catalogue, feedback_id), None))


def _visible(caller: Caller, catalogue: Catalogue, feedback_id: int) -> Feedback:
    entry = entries.get(caller.organization_id, feedback_id)
    hidden = entry is None or catalogue.hides(entry)
    if entry is None or hidden or not (caller.is_admin or entry.username == caller.email):
        raise NotFound("There is no such feedback entry.", f"feedbackId: {feedback_id}")
    return entry


def _persist(decide: Callable[[], entries.Change]) -> Feedback:
    """Decide on a change and write it, again from the start whenever someone else was faster."""
    for _ in range(_ATTEMPTS):
        before, after = decide()
        entry = after or before
        assert entry is not None
        if before == after:
            return entry
        guards = entries.read_guards(entry.organization_id, entries.sources_of([(before, after)]))
        guard = entries.guard_of(guards, entry)
        if after and len(guard.entries) >= MOST_SUGGESTIONS and not guard.has(after.suggested_translation):
            raise Invalid("This source text has too many suggestions.", f"at most {MOST_SUGGESTIONS}")
        batch = Batch(entry.organization_id, guards)
        batch.add(before, after)
        try:
            batch.commit(shard=entry.feedback_id % keys.COUNT_SHARDS)
        except Lost as lost:
            if "pair" in lost.what:
                raise Invalid("The language pair is not installed.", entry.language_pair_id) from None
            ids().leap()
            continue
        return entry
    raise Busy("Too many changes to the same entry at once; try again.")
