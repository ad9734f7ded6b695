"""What happens to an entry in its workflow: selected, assigned, submitted, given up."""

from __future__ import annotations

import random
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import entries, rights, workflow
from hearback.dataset.entries import Found
from hearback.dataset.model import Entry, Step
from hearback.dataset.workflow import Submission
from hearback.errors import Conflict


def select(caller: Caller, entry_id: str, now: int) -> Entry:
    """Take up an entry that waits; of several callers at once exactly one gets it."""

    def take(found: Found) -> Entry:
        taken = found.entry.assigned_to_id not in (None, caller.account_id)
        if not taken and not found.standing.sees(found.entry):
            raise rights.not_found("entry", entry_id)
        return workflow.selected(found.entry, caller.account_id, now)

    return entries.change(caller, entry_id, take, now, seen=False)


def assign(caller: Caller, entry_id: str, account_id: int, now: int) -> Entry:
    """Give an entry to a member of its project."""

    def give(found: Found) -> Entry:
        found.standing.require_owner()
        entries.require_member(found.standing, account_id, "assigned_to_id")
        return workflow.assigned(found.entry, account_id, now)

    return entries.change(caller, entry_id, give, now)


def submit(caller: Caller, entry_id: str, approved: bool | None, now: int) -> Entry:
    """Take an entry one step on; from a review that does not approve, back to who submitted it."""
    chance = random.random()
    steps: list[Step] = []

    def go_on(found: Found) -> Entry:
        _require_work(found)
        _require_same_step(steps, found.entry)
        sampled = chance < _sample_rate(found.dataset.workflow_configuration)
        after = workflow.submitted(found.entry, Submission(caller.account_id, approved, sampled, now))
        return _with_present_members(found, after)

    return entries.change(caller, entry_id, go_on, now)


def _sample_rate(configuration: Any) -> float:
    """The part of a dataset's entries that is reviewed, from 0 to 1."""
    rate = configuration.get("sample_rate", 1) if isinstance(configuration, dict) else 1
    return 1.0 if rate is None else float(rate)


def _with_present_members(found: Found, after: Entry) -> Entry:
    """The entry without an assignee who has left the project meanwhile."""
    assignee = after.assigned_to_id
    if assignee is None or assignee == found.standing.caller.account_id:
        return after
    if rights.is_present(found.standing.project, assignee):
        return after
    return workflow.released(after)


def fail(caller: Caller, entry_id: str, message: str, now: int) -> Entry:
    """Give an entry up; the message is kept with it."""

    steps: list[Step] = []

    def give_up(found: Found) -> Entry:
        _require_work(found)
        _require_same_step(steps, found.entry)
        return workflow.failed(found.entry, message)

    return entries.change(caller, entry_id, give_up, now)


def _require_same_step(steps: list[Step], entry: Entry) -> None:
    """An event was meant for the step that its sender found; somebody else may have been faster."""
    steps.append(entry.wf_step)
    if entry.wf_step is not steps[0]:
        raise Conflict("The entry went on at the same moment.", entry.id)


def _require_work(found: Found) -> None:
    if not found.standing.works_on(found.entry):
        raise rights.not_assigned()
