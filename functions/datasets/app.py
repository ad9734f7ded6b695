"""Datasets (`dataset:datasets`) of a project, with exact counts of their entries."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import datasets, lists
from hearback.dataset.listing import Listed
from hearback.dataset.model import Dataset
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import related
from hearback.wire.dataset.resources import DATASETS, DELETIONS
from hearback.wire.jsonapi import JsonApi

api = JsonApi(
    DATASETS,
    basic_or_bearer,
    {"project": related.projects, "entries": related.ENTRIES_OF_DATASETS},
    told=("project",),
    given=("name", "labels", "labeling_configuration", "workflow_configuration"),
)
handler = api.handler


@api.index
def list_datasets(caller: Caller, question: Question, deadline: Deadline) -> Listed[Dataset]:
    """The datasets of the caller's projects; for annotators and reviewers those with work for them."""
    return lists.all_datasets(caller, DATASETS, question, deadline)


@api.create
def create_dataset(caller: Caller, several: Sequence[New], now: int) -> list[Dataset]:
    """Create a dataset in a project. For the project's owners."""
    return [datasets.create(caller, new.related["project"], new.attributes, now) for new in several]


@api.show
def show_dataset(caller: Caller, resource_id: str) -> Dataset:
    """One dataset."""
    return datasets.get(caller, resource_id)


@api.update
def update_dataset(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Dataset:
    """Change a dataset. For the project's owners."""
    return datasets.update(caller, resource_id, attributes, now)


@api.destroy
def delete_dataset(caller: Caller, resource_id: str, now: int) -> str:
    """Delete a dataset with all that is in it, unless it is in progress or completed."""
    return f"{DELETIONS.path}/{datasets.delete(caller, resource_id, now)}"
