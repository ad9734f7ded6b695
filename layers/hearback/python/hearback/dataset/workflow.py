"""The workflow of an entry, as pure functions from an entry and an event to the entry afterwards.

    start ──submit──▶ annotate ──submit──▶ review ──approved──▶ done
                         ▲  │                │ │
                         │  └──not sampled───┼─┼──▶ done
                         └────not approved───┘ │
                      error ◀──error── annotate, review

A pending entry waits for somebody (who may be named already), one in progress is being worked on. Every
other transition is a `Conflict`.
"""

from __future__ import annotations

from typing import NamedTuple

from hearback.dataset.model import Entry, Status, Step
from hearback.errors import Conflict, Forbidden
from hearback.jsonapi.errors import Fault, Unprocessable

STATUSES = {
    Step.START: (Status.PENDING, Status.PROCESSING, Status.IN_PROGRESS),
    Step.ANNOTATE: (Status.PENDING, Status.IN_PROGRESS),
    Step.REVIEW: (Status.PENDING, Status.IN_PROGRESS),
    Step.DONE: (Status.COMPLETED,),
    Step.ERROR: (Status.ERRORED,),
}
"""The statuses that an entry may have in a step; the first is what it has when only the step is set."""

_WORKABLE = (Step.ANNOTATE, Step.REVIEW)


def created(entry: Entry, now: int) -> Entry:
    """The entry as it begins: processing while a media job has it, else pending unless it says otherwise."""
    return _held(_in_form(entry, entry._replace(wf_step=Step.START, status=Status.PENDING)), now)


def changed(before: Entry, after: Entry, now: int) -> Entry:
    """The entry after its owner set attributes directly.

    The end of its media job takes it to annotate. A new step brings its own status; an assignment that
    is taken away leaves the entry pending.
    """
    if before.job_id and not after.job_id and after.wf_step is Step.START and before.wf_step is Step.START:
        return _to(after, Step.ANNOTATE, Status.PENDING)
    in_form = _in_form(after, before)
    goes_on = (in_form.assigned_to_id, in_form.wf_step) == (before.assigned_to_id, before.wf_step)
    return _held(in_form if goes_on else in_form._replace(held_since=None), now)


def _held(entry: Entry, now: int) -> Entry:
    """The entry with since when it is in somebody's hands, if it is."""
    in_hand = entry.status is Status.IN_PROGRESS
    return entry._replace(held_since=(entry.held_since or now) if in_hand else None)


def _in_form(entry: Entry, before: Entry) -> Entry:
    """The entry with a status that fits its step; `Conflict` where none was meant that does."""
    if entry.wf_step is not Step.ERROR:
        entry = entry._replace(error_message=None)
    if entry.wf_step is not before.wf_step and entry.status is before.status:
        entry = entry._replace(status=_natural_status(entry))
    if entry.wf_step is Step.START and entry.status in (Status.PENDING, Status.PROCESSING):
        entry = entry._replace(status=Status.PROCESSING if entry.job_id else Status.PENDING)
    if entry.status not in STATUSES[entry.wf_step]:
        raise Conflict(f"An entry in {entry.wf_step} cannot be {entry.status}.")
    if entry.wf_step in (Step.DONE, Step.ERROR):
        return entry._replace(assigned_to_id=None, held_since=None)
    if entry.status is Status.IN_PROGRESS and entry.assigned_to_id is None:
        if before.assigned_to_id is None and before.status is not Status.IN_PROGRESS:
            raise Conflict("An entry cannot be in progress without being assigned.")
        return entry._replace(status=Status.PENDING, held_since=None)
    return entry


def _natural_status(entry: Entry) -> Status:
    in_hand = entry.wf_step in _WORKABLE and entry.status is Status.IN_PROGRESS
    return entry.status if in_hand else STATUSES[entry.wf_step][0]


def assigned(entry: Entry, account_id: int, now: int) -> Entry:
    """Given to somebody, who is at it from now on."""
    if entry.wf_step in (Step.DONE, Step.ERROR) or entry.status is Status.PROCESSING:
        raise Conflict(f"An entry that is {entry.status} cannot be assigned.")
    return entry._replace(assigned_to_id=account_id, status=Status.IN_PROGRESS, held_since=now)


def selected(entry: Entry, account_id: int, now: int) -> Entry:
    """Taken up by somebody; the same entry where there is nothing to take up."""
    if entry.assigned_to_id not in (None, account_id):
        raise Forbidden("The entry is assigned to somebody else.")
    if entry.status is not Status.PENDING:
        return entry
    return assigned(entry, account_id, now)


class Submission(NamedTuple):
    """What comes with a `submit`."""

    by: int
    approved: bool | None
    sampled: bool
    """Whether chance chose the entry for a review."""
    now: int


def submitted(entry: Entry, submission: Submission) -> Entry:
    """One step further; or, from a review that does not approve, back to who submitted it."""
    if entry.wf_step is Step.START:
        return _to(entry._replace(job_id=None), Step.ANNOTATE, Status.PENDING)
    if entry.wf_step is Step.ANNOTATE:
        return _annotated(entry._replace(submitted_by_id=submission.by), submission.sampled)
    if entry.wf_step is Step.REVIEW:
        return _reviewed(entry, submission)
    raise Conflict(f"An entry in {entry.wf_step} cannot be submitted.")


def _annotated(entry: Entry, sampled: bool) -> Entry:
    if not sampled:
        return _to(entry, Step.DONE, Status.COMPLETED)
    return _to(entry, Step.REVIEW, Status.PENDING, entry.reviewer_id)


def _reviewed(entry: Entry, submission: Submission) -> Entry:
    if submission.approved is None:
        why = "is required: true or false, for an entry in review"
        raise Unprocessable(Fault(why, "/data/attributes/approved"))
    if submission.approved:
        return _to(entry._replace(reviewed_by_id=submission.by), Step.DONE, Status.COMPLETED)
    back = entry._replace(reviewer_id=submission.by)
    if back.submitted_by_id is None:
        return _to(back, Step.ANNOTATE, Status.PENDING)
    back = _to(back, Step.ANNOTATE, Status.IN_PROGRESS, back.submitted_by_id)
    return back._replace(held_since=submission.now)


def failed(entry: Entry, message: str) -> Entry:
    """Given up; the message says why."""
    if entry.wf_step not in _WORKABLE:
        raise Conflict(f"An entry in {entry.wf_step} cannot be set to error.")
    return _to(entry._replace(error_message=message), Step.ERROR, Status.ERRORED)


def released(entry: Entry) -> Entry:
    """Nobody's any more: it waits in its step for somebody else."""
    if entry.status is Status.IN_PROGRESS or entry.assigned_to_id is not None:
        status = Status.PENDING if entry.status is Status.IN_PROGRESS else entry.status
        return entry._replace(assigned_to_id=None, status=status, held_since=None)
    return entry


def _to(entry: Entry, step: Step, status: Status, assignee: int | None = None) -> Entry:
    return entry._replace(wf_step=step, status=status, assigned_to_id=assignee, held_since=None)
