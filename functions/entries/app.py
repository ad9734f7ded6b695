"""Entries (`dataset:entries`): the items of a dataset, on their way through its workflow."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import entries, entry_lists, events, work
from hearback.dataset.listing import Listed
from hearback.dataset.model import Entry, Step
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import boolean, integer, one_of, text, uuid
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import related
from hearback.wire.dataset.resources import ENTRIES
from hearback.wire.jsonapi import JsonApi, of_one_parent

api = JsonApi(
    ENTRIES,
    basic_or_bearer,
    {
        "dataset": related.datasets_,
        "dataset.project": related.projects,
        "assigned_to": related.members("assigned_to_id"),
        "submitted_by": related.members("submitted_by_id"),
        "reviewed_by": related.members("reviewed_by_id"),
    },
    told=("dataset", "priority", "wf_step", "status", "assigned_to_id", "submitted_by_id", "reviewed_by_id"),
    given=("job_id", "resource"),
)
handler = api.handler


@api.index
def list_entries(caller: Caller, question: Question, deadline: Deadline) -> Listed[Entry]:
    """The entries that the caller sees: an owner all; others what is assigned to them or theirs to take."""
    return entry_lists.page(caller, ENTRIES, question, deadline)


@api.create_several(entries.MOST_AT_ONCE)
def create_entry(caller: Caller, several: Sequence[New], now: int) -> list[Entry]:
    """Create an entry in a dataset; ours: `data` may be an array of up to 45. For the project's owners."""
    dataset_id, attributes = of_one_parent("dataset", several)
    return entries.create(caller, dataset_id, attributes, now)


@api.action(
    "POST",
    "/next",
    {"dataset_id": uuid(required=True), "wf_step": one_of((Step.ANNOTATE, Step.REVIEW))},
    told=("dataset_id", "wf_step"),
)
def take_next_entry(caller: Caller, attributes: Mapping[str, Any], now: int) -> Entry | None:
    """Ours: take up the most urgent entry of a dataset that the caller may work on; 204 when there is none."""
    return work.take_next(caller, attributes["dataset_id"], attributes.get("wf_step"), now)


@api.show
def show_entry(caller: Caller, resource_id: str) -> Entry:
    """One entry."""
    return entries.get(caller, resource_id)


@api.update
def update_entry(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Entry:
    """Change an entry; without its `job_id` it goes from start to annotate. For the project's owners."""
    return entries.update(caller, resource_id, attributes, now)


@api.destroy
def delete_entry(caller: Caller, resource_id: str, now: int) -> None:
    """Delete an entry with its annotations and notes, unless it is in progress or completed."""
    entries.delete(caller, resource_id, now)


@api.action("GET", "/{resource_id}/select", audited=True)
def select_entry(caller: Caller, resource_id: str, _attributes: Mapping[str, Any], now: int) -> Entry:
    """Take up an entry that waits: of several callers at once exactly one gets it."""
    return events.select(caller, resource_id, now)


@api.action(
    "PATCH",
    "/{resource_id}/assign",
    {"assigned_to_id": integer(required=True)},
    told=("assigned_to_id",),
)
def assign_entry(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Entry:
    """Give an entry to a member of the project. For its owners."""
    return events.assign(caller, resource_id, attributes["assigned_to_id"], now)


@api.action("POST", "/{resource_id}/submit", {"approved": boolean()}, told=("approved",))
def submit_entry(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Entry:
    """Take an entry one step on; from a review with `approved`, to done or back to who submitted it."""
    return events.submit(caller, resource_id, attributes.get("approved"), now)


@api.action("POST", "/{resource_id}/error", {"message": text(required=True, most=10_000)}, given=("message",))
def fail_entry(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Entry:
    """Give an entry up; the message is kept with it."""
    return events.fail(caller, resource_id, attributes["message"], now)
