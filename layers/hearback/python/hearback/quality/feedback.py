"""Feedback on a task in a round: read, added and edited as drafts, finalized, deleted.

All entries of a task in a round are one item, written on condition of its revision: a list is taken
whole or not at all, and no edit can meet an entry that was finalized meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hearback.errors import Busy, Conflict, NotFound
from hearback.jsonapi.errors import Unprocessable
from hearback.quality import aggregates, checks, store
from hearback.quality.checks import Bad
from hearback.quality.model import Entry, Review
from hearback.storage.codec import written_json
from hearback.storage.transactions import ConditionFailed, transact
from hearback.tasks import tasks
from hearback.tasks.model import Task
from hearback.tasks.projects import TaskProject

MOST_ENTRIES = 500
"""Of a task in one round."""

LARGEST = 350_000
"""Bytes of a round's entries together: DynamoDB takes 400 KB in an item."""

_TRIES = 20


class Place(NamedTuple):
    """A task in a round."""

    project: TaskProject
    task: Task
    round: int


def place(project: TaskProject, task_id: str, round: str) -> Place:
    """Raises `NotFound` for an unknown task, and for a round that it has not come to."""
    task = tasks.get(project, task_id)
    known = round.isascii() and round.isdigit() and len(round) <= 6 and 1 <= int(round) <= task.current_round
    if not known:
        raise NotFound("The task has no such round.", round[:40])
    return Place(project, task, int(round))


def read(where: Place) -> tuple[Entry, ...]:
    review = store.get(where.project.number, where.task.id, where.round)
    return review.entries if review else ()


def get(where: Place, entry_id: str) -> Entry:
    for entry in read(where):
        if entry.id == entry_id:
            return entry
    raise NotFound("There is no such feedback.", entry_id[:80])


def post(
    where: Place, given: Sequence[Any] | None, finalize: bool, context: str | None, now: int
) -> list[Entry]:
    """Add entries, or edit those that have the same id or external id; with `finalize` for good.

    Without a list, `finalize` is about all entries of that context. Raises `Unprocessable` with a fault
    for each bad entry, and `Conflict` for an edit of one that is final.
    """
    where.project.require_reviewer()
    drafts = checks.drafts(where.project.settings, where.task, given or [], context)
    touched: list[Entry] = []

    def change(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        after, touched[:] = _merged(where, entries, drafts, now)
        if given is None:
            touched[:] = [entry for entry in after if entry.context == context]
        if not finalize:
            return after
        final = {entry.id for entry in touched}
        after = tuple(_final(entry, now) if entry.id in final else entry for entry in after)
        touched[:] = [entry for entry in after if entry.id in final]
        return after

    _change(where, change, now, reviewed=finalize or bool(drafts))
    return touched


def _final(entry: Entry, now: int) -> Entry:
    return entry if entry.is_final else entry._replace(finalized_at=now, updated_at=now)


def _merged(
    where: Place, entries: tuple[Entry, ...], drafts: Sequence[checks.Draft], now: int
) -> tuple[tuple[Entry, ...], list[Entry]]:
    """The entries with the drafts among them, and those that the drafts became."""
    found = {entry.id: entry for entry in entries}
    by_external: dict[tuple[str | None, str | None], str] = {
        (entry.context, entry.external_id): entry.id for entry in entries if entry.external_id
    }
    touched, bad = [], []
    for index, draft in enumerate(drafts):
        its_id = draft.id or by_external.get((draft.context, draft.external_id))
        before = found.get(its_id or "")
        if draft.id and before is None:
            bad.append(Bad(index, "UnknownFeedback", "there is no feedback with this id"))
            continue
        other = by_external.get((draft.context, draft.external_id)) if draft.external_id else None
        if before is not None and other not in (None, before.id):
            bad.append(Bad(index, "DuplicateExternalId", "another entry has this external_id"))
            continue
        after = _became(where, before, draft, now)
        found[after.id] = after
        if after.external_id:
            by_external[after.context, after.external_id] = after.id
        touched.append(after)
    if bad:
        raise Unprocessable(*map(Bad.fault, bad))
    return tuple(found.values()), touched


def _became(where: Place, before: Entry | None, draft: checks.Draft, now: int) -> Entry:
    said = draft.said()
    if before is None:
        return Entry(
            id=secrets.token_hex(12),
            created_at=now,
            updated_at=now,
            author=where.project.caller.email,
            submitter=where.task.submitted_by,
            **said,
        )
    after = before._replace(**said)
    if after == before:
        return before
    if before.is_final:
        raise Conflict("The feedback is finalized and stays as it is.", before.id)
    return after._replace(updated_at=now)


class Deleted(NamedTuple):
    """What became of the ids that were to be deleted."""

    deleted: list[str]
    not_found: list[str]
    finalized: list[str]
    """Kept: they are final."""


def delete(where: Place, entry_ids: Sequence[str], now: int) -> Deleted:
    where.project.require_reviewer()
    wanted = list(dict.fromkeys(entry_ids))
    outcome: list[Deleted] = []

    def change(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        final = {entry.id for entry in entries if entry.is_final}
        gone = {entry.id for entry in entries} & set(wanted) - final
        outcome[:] = [
            Deleted(
                deleted=[each for each in wanted if each in gone],
                not_found=[each for each in wanted if each not in gone and each not in final],
                finalized=[each for each in wanted if each in final],
            )
        ]
        return tuple(entry for entry in entries if entry.id not in gone)

    _change(where, change, now, reviewed=False)
    return outcome[0]


def _change(
    where: Place, to: Callable[[tuple[Entry, ...]], tuple[Entry, ...]], now: int, reviewed: bool
) -> None:
    """Read the review, let `to` say what becomes of it, and write that unless somebody else was faster.

    `reviewed`: whether this is a review even where it finds nothing.
    """
    number = where.project.number
    for _ in range(_TRIES):
        before = store.get(number, where.task.id, where.round)
        entries = to(before.entries if before else ())
        if before is None and not (entries or reviewed):
            return
        if before is not None and entries == before.entries:
            return
        after = _review(where, before, entries, now)
        try:
            transact([store.put(after), *aggregates.writes(before, after)])
        except ConditionFailed:
            continue
        return
    raise Busy("Too many changes to the same feedback at once; try again.")


def _review(where: Place, before: Review | None, entries: tuple[Entry, ...], now: int) -> Review:
    if len(entries) > MOST_ENTRIES or len(written_json(entries).encode()) > LARGEST:
        raise Unprocessable(
            Bad(0, "TooMuchFeedback", f"a task has at most {MOST_ENTRIES} entries in a round").fault()
        )
    blank = Review(where.project.number, where.task.id, where.round, where.task.organization_id, now)
    review = before or blank
    return review._replace(entries=entries, revision=review.revision + 1)
