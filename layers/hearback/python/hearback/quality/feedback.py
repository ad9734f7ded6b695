"""Feedback on a task in a round: read, added and edited as drafts, finalized, deleted.

All entries of a task in a round are one item, written on condition of its revision: a list is taken
whole or not at all, and no edit can meet an entry that was finalized meanwhile. What the quality report
counts moves in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from hearback.errors import Busy, NotFound
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.quality import aggregates, checks, merging, store
from hearback.quality.aggregates import Counts
from hearback.quality.checks import Subject
from hearback.quality.merging import By
from hearback.quality.model import Entries, Entry, Review, Reviewed
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import tasks
from hearback.tasks.model import State, Task
from hearback.tasks.projects import TaskProject

MOST_ENTRIES = 500
"""Of a task in one round."""

LARGEST = 350_000
"""Bytes of a round's entries together: DynamoDB takes 400 KB in an item."""

_TRIES = 20
_MOST_DIGITS = 6

Result = TypeVar("Result")


class Place(NamedTuple):
    """A task in a round."""

    project: TaskProject
    task: Task
    round: int

    @property
    def submitter(self) -> str | None:
        """Whose answers the round's are; None where they are not the task's any more."""
        rejected = self.task.state is State.REJECTED
        return self.task.submitted_by if self.round == self.task.current_round - rejected else None

    @property
    def subject(self) -> Subject:
        return Subject(self.task.answers, self.project.settings.answer_schema)


def place(project: TaskProject, task_id: str, round: str) -> Place:
    """Raises `NotFound` for an unknown task, and for a round that it has not come to."""
    task = tasks.get(project, task_id)
    is_number = round.isascii() and round.isdigit() and len(round) <= _MOST_DIGITS
    if not is_number or not 1 <= int(round) <= task.current_round:
        raise NotFound("The task has no such round.", round[:40])
    return Place(project, task, int(round))


def read(where: Place) -> Entries:
    review = store.get(where.project.number, where.task.id, where.round)
    return review.entries if review else ()


def get(where: Place, entry_id: str) -> Entry:
    for entry in read(where):
        if entry.id == entry_id:
            return entry
    raise NotFound("There is no such feedback.", entry_id[:80])


# ── Adding, editing, finalizing ──


def post(
    where: Place, given: Sequence[Any] | None, finalize: bool, context: str | None, now: int
) -> list[Entry]:
    """Add entries, or edit those that have the same id or external id; with `finalize` for good.

    Without a list, `finalize` is about all entries of that context, or of every one where none is named; that
    there is none is a finding too. Raises `Unprocessable` with a fault for each bad entry, and `Conflicts`
    for edits of entries that are final.
    """
    where.project.require_reviewer()
    drafts = checks.drafts(where.subject, given or [], context)
    by = By(where.project.caller.email, where.submitter, now)

    def change(entries: Entries) -> tuple[Entries, list[Entry]]:
        merged, touched = merging.merge(entries, drafts, by)
        if given is None:
            touched = [entry for entry in merged if context in (None, entry.context)]
        return _finalized(merged, touched, now) if finalize else (merged, touched)

    return _change(where, change, now, looked=finalize)


def _finalized(entries: Entries, chosen: list[Entry], now: int) -> tuple[Entries, list[Entry]]:
    final = {entry.id: entry.final(now) for entry in chosen}
    return tuple(final.get(entry.id, entry) for entry in entries), list(final.values())


# ── Deleting ──


class Deleted(NamedTuple):
    """What became of the ids that were to be deleted."""

    deleted: list[str]
    not_found: list[str]
    finalized: list[str]
    """Kept: they are final."""


def delete(where: Place, entry_ids: Sequence[str], now: int) -> Deleted:
    """Delete drafts."""
    where.project.require_reviewer()
    wanted = list(dict.fromkeys(entry_ids))

    def change(entries: Entries) -> tuple[Entries, Deleted]:
        drafts = {entry.id for entry in entries if not entry.is_final}
        final = {entry.id for entry in entries if entry.is_final}
        outcome = Deleted(
            deleted=[each for each in wanted if each in drafts],
            not_found=[each for each in wanted if each not in drafts | final],
            finalized=[each for each in wanted if each in final],
        )
        return tuple(entry for entry in entries if entry.id not in outcome.deleted), outcome

    return _change(where, change, now)


# ── Writing ──


def _change(
    where: Place, to: Callable[[Entries], tuple[Entries, Result]], now: int, looked: bool = False
) -> Result:
    """Read the review, let `to` say what becomes of it, and write that unless somebody else was faster.

    `looked`: whether to have found nothing is worth noting.
    """
    for _ in range(_TRIES):
        before = store.get(where.project.number, where.task.id, where.round)
        entries, result = to(before.entries if before else ())
        after = _review(where, before, entries, looked and not entries, now)
        if after is None:
            return result
        try:
            transact([store.put(after), *_moves(before, after)])
        except ConditionFailed:
            continue
        return result
    raise Busy("Too many changes to the same feedback at once; try again.")


def _review(
    where: Place, before: Review | None, entries: Entries, found_nothing: bool, now: int
) -> Review | None:
    """The review's next form; None where nothing changes. One that counts for nothing any more begins anew."""
    review = before or Review(
        where.project.number, where.task.id, where.round, where.task.organization_id, now
    )
    found_nothing = found_nothing or review.found_nothing
    if _are(entries, review.entries) and found_nothing == review.found_nothing:
        return None
    _require_room(entries)
    return review._replace(
        began_at=review.began_at if review.counts else now,
        entries=entries,
        found_nothing=found_nothing,
        revision=review.revision + 1,
    )


def _are(some: Entries, others: Entries) -> bool:
    """Whether they are the very same: an entry that nothing happens to is passed on as it is."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _require_room(entries: Entries) -> None:
    if len(entries) > MOST_ENTRIES or store.size(entries) > LARGEST:
        message = f"A task has at most {MOST_ENTRIES} entries in a round, of {LARGEST} bytes together."
        raise Unprocessable(Fault(message, type="TooMuchFeedback"))


def _moves(before: Review | None, after: Review) -> list[Write]:
    """What else moves with a review: the counts, and whether its round is among the task's reviewed ones."""
    moved, found = _difference(aggregates.of_review(before), aggregates.of_review(after)), []
    if aggregates.standing(before) != aggregates.standing(after):
        was = store.reviewed(after.project, after.task_id)
        reviewed = _reviewed(was, after)
        moved.update(_difference(aggregates.of_task(was), aggregates.of_task(reviewed)))
        found.append(store.put_reviewed(reviewed))
    return [*found, *aggregates.writes(after.project, after.task_id, moved)]


def _difference(before: Counts, after: Counts) -> Counts:
    moved = after.copy()
    moved.subtract(before)
    return moved


def _reviewed(was: Reviewed | None, review: Review) -> Reviewed:
    """The task's rounds with what the review makes of its own."""
    was = was or Reviewed(review.project, review.task_id, review.organization_id, {})
    rounds = {round: each for round, each in was.rounds.items() if round != review.round}
    if standing := aggregates.standing(review):
        rounds[review.round] = standing
    return was._replace(rounds=rounds, revision=was.revision + 1)
