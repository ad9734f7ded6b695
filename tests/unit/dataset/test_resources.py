"""The seven resources: what they take, show, filter by and include, as their reference says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hearback.jsonapi import bodies, question
from hearback.jsonapi.errors import Unprocessable
from hearback.jsonapi.resource import Resource
from hearback.wire.dataset import resources
from hearback.wire.dataset.resources import BY_TYPE, DATASETS

_TIMES = "created_at updated_at"
ATTRIBUTES = {
    "projects": f"name description organization_id created_by_email task_project_id {_TIMES}",
    "project_members": f"project_id account_id name email role invited_by_id disabled_at {_TIMES}",
    "datasets": "project_id name labels modality labeling_configuration workflow_configuration status progress"
    f" entries_total_count entries_completed_count entries_in_progress_count {_TIMES}",
    "entries": "project_id dataset_id priority wf_step status job_id resource assigned_to_id submitted_by_id"
    f" reviewed_by_id error_message {_TIMES}",
    "annotations": f"project_id dataset_id entry_id dimensions annotation metadata created_by_email {_TIMES}",
    "note_feeds": "project_id dataset_id entry_id annotation_id created_by_email anchor_type position status"
    f" content_md edited_at {_TIMES}",
    "note_comments": f"note_feed_id content_md created_by_email edited_at {_TIMES}",
}
READ_ONLY = {
    "projects": f"organization_id created_by_email task_project_id {_TIMES}",
    "project_members": f"project_id account_id invited_by_id {_TIMES}",
    "datasets": "project_id modality status progress entries_total_count entries_completed_count"
    f" entries_in_progress_count {_TIMES}",
    "entries": f"project_id dataset_id error_message {_TIMES}",
    "annotations": f"project_id dataset_id entry_id created_by_email {_TIMES}",
    "note_feeds": f"project_id dataset_id entry_id annotation_id created_by_email status edited_at {_TIMES}",
    "note_comments": f"note_feed_id created_by_email edited_at {_TIMES}",
}
_WITHIN = "created_at__gte created_at__lte updated_at__gte updated_at__lte"
MORE_FILTERS = {
    "projects": f"created_by_email__match organization_id__in {_WITHIN}",
    "project_members": "email__match role__in created_at__gte created_at__lte organization_id__in enabled",
    "datasets": f"name__match status__in progress__gte progress__lte project_id__eq modality__in {_WITHIN}",
    "entries": "resource__match status__in priority__in assigned_to_id__eq assigned_to_id__in wf_step__in"
    " participated",
    "annotations": "",
    "note_feeds": f"status__in created_by_email__match {_WITHIN}",
    "note_comments": f"created_by_email__match {_WITHIN}",
}
INCLUDED = {
    "projects": "",
    "project_members": "project",
    "datasets": "entries project",
    "entries": "dataset dataset.project assigned_to submitted_by reviewed_by",
    "annotations": "",
    "note_feeds": "entry annotation note_comments",
    "note_comments": "note_feed",
}
LINKED = {
    "projects": "",
    "project_members": "project",
    "datasets": "project",
    "entries": "dataset project",
    "annotations": "project dataset entry",
    "note_feeds": "dataset project entry annotation",
    "note_comments": "note_feed",
}
VALUES = {
    "id": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b",
    "at": "2026-11-22T03:07:04Z",
    "role": "annotator",
    "wf_step": "review",
    "status": "pending",
    "anchor_type": "entry",
    "enabled": "true",
}
each_resource = pytest.mark.parametrize("name", ATTRIBUTES)


def of(name: str) -> Resource:
    return BY_TYPE[f"dataset:{name}"]


def value_for(name: str) -> str:
    """A value that an equality filter of this name may have, whatever the resource."""
    about = name.partition("__")[0]
    if re.search(r"account|_to_id|_by_id|task|participated|priority|count|progress", about):
        return "7"
    return VALUES.get(about) or VALUES.get(about.rpartition("_")[2]) or "x"


@each_resource
def test_a_resource_has_the_attributes_of_its_reference(name: str) -> None:
    assert list(of(name).shown) == ATTRIBUTES[name].split()


@each_resource
def test_what_is_read_only_is_ignored_in_a_change(name: str) -> None:
    never = [each for each, attribute in of(name).attributes.items() if attribute.writable != "always"]
    assert sorted(never) == sorted(READ_ONLY[name].split())


@each_resource
def test_every_filter_of_the_reference_is_known(name: str) -> None:
    filters = ["id", *ATTRIBUTES[name].split(), *MORE_FILTERS[name].split()]
    query = {f"filter[{each}]": [value_for(each)] for each in filters}
    if name == "project_members":
        query["filter[id]"] = ["12"]
    asked = question.read(of(name), query)
    assert asked.ignored_filters == ()
    assert len(asked.filters) == len(set(filters))


@each_resource
def test_every_attribute_can_be_sorted_by(name: str) -> None:
    names = ATTRIBUTES[name].split()
    asked = question.read(of(name), {"sort": [",".join(f"-{each}" for each in names)]})
    assert [key.name for key in asked.sort] == names


@each_resource
def test_what_may_be_included(name: str) -> None:
    paths = INCLUDED[name].split()
    assert sorted(question.read(of(name), {"included": paths}).included) == sorted(paths)
    for path in ("organization", "included"):
        with pytest.raises(Unprocessable):
            question.read(of(name), {"include": [path]})


@each_resource
def test_what_a_record_belongs_to_is_always_linked(name: str) -> None:
    linked = [each for each, relationship in of(name).relationships.items() if relationship.always]
    assert sorted(linked) == sorted(LINKED[name].split())


# ── The configuration of a dataset's workflow ──


def configured(value: Any) -> Any:
    return bodies.attributes(DATASETS, {"workflow_configuration": value}, creating=False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "as the client likes",
        {"sample_rate": 0},
        {"sample_rate": 0.25},
        {"sample_rate": 1},
        {"sample_rate": None, "release_after": None},
        {"release_after": 1},
        {"release_after": 10**8},
        {"release_after": 1.5, "other": {"deep": True}},
    ],
)
def test_a_workflow_may_say_what_it_likes_beside_numbers_that_make_sense(value: Any) -> None:
    assert configured(value) == {"workflow_configuration": value}


@pytest.mark.parametrize(
    "value",
    [
        {"sample_rate": -0.1},
        {"sample_rate": 1.1},
        {"sample_rate": True},
        {"sample_rate": "1"},
        {"sample_rate": [1]},
        {"release_after": 0},
        {"release_after": -1},
        {"release_after": 10**8 + 1},
        {"release_after": True},
        {"release_after": "60"},
    ],
)
def test_other_numbers_are_refused_where_they_are(value: Any) -> None:
    with pytest.raises(Unprocessable) as caught:
        configured(value)
    assert [fault.pointer for fault in caught.value.faults] == ["/data/attributes/workflow_configuration"]


def test_texts_have_the_bounds_that_are_documented() -> None:
    with pytest.raises(Unprocessable):
        bodies.attributes(DATASETS, {"name": "x" * (resources.LONGEST_NAME + 1)}, creating=False)
    assert bodies.attributes(DATASETS, {"name": "x" * resources.LONGEST_NAME}, creating=False)
