"""Query strings of the dataset API: what is wrong in one is told by the parameter's name, all at once."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.flows.organizations import Organization
from tests.flows.studios import DATASET, NOBODY, Studio, create, faults, many, path
from tests.flows.test_dataset_errors import COLLECTIONS

each_collection = pytest.mark.parametrize("collection", COLLECTIONS)

WRONG = [
    ("page[size]", "0"), ("page[size]", "1001"), ("page[size]", "many"), ("page[size]", "1.5"), ("page[size]", ""),
    ("page[number]", "0"), ("page[number]", "-1"), ("page[number]", "9" * 30), ("page[number]", "one"),
    ("page[offset]", "1"), ("page[after]", "x"), ("page[after]", "A" * 9000), ("page[after]", "🙂"),
    ("sort", "nothing"), ("sort", "name;drop"), ("sort", "--id"), ("count", "maybe"), ("count", ""),
    ("included", "nothing"), ("include", "project.owner"), ("included", "."),
    ("filter[created_at]", "today"), ("filter[created_at__gte]", "2026-99-99"), ("filter[updated_at__lte]", ""),
]  # fmt: skip


@each_collection
@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda value: ascii(value[:20]))
def test_a_wrong_parameter_is_named(bystanders: Organization, collection: str, name: str, value: str) -> None:
    response = bystanders.admin.get(f"{DATASET}/{collection}", params={name: value})
    assert list(faults(response, 422)) == [name]


@pytest.mark.parametrize(
    ("collection", "name", "value"),
    [
        ("projects", "id", "7"),
        ("projects", "task_project_id", "seven"),
        ("project_members", "id", "x"),
        ("project_members", "account_id", "x"),
        ("project_members", "enabled", "perhaps"),
        ("project_members", "role__in", "annotator,boss"),
        ("project_members", "disabled_at", "never"),
        ("datasets", "project_id__eq", "x"),
        ("datasets", "progress__gte", "half"),
        ("datasets", "status__in", "pending,ready"),
        ("datasets", "labels", "{"),
        ("datasets", "labels", '"open'),
        ("entries", "priority__in", "1,x"),
        ("entries", "wf_step", "begin"),
        ("entries", "assigned_to_id", "me"),
        ("entries", "participated", "me"),
        ("annotations", "entry_id", "x"),
        ("annotations", "dimensions", "[1,"),
        ("note_feeds", "status", "open"),
        ("note_feeds", "anchor_type", "dataset"),
        ("note_comments", "note_feed_id", "x"),
        ("note_comments", "edited_at", "x"),
    ],
)
def test_a_filter_of_the_wrong_kind_is_named(
    bystanders: Organization, collection: str, name: str, value: str
) -> None:
    response = bystanders.admin.get(f"{DATASET}/{collection}", params={f"filter[{name}]": value})
    assert list(faults(response, 422)) == [f"filter[{name}]"]


@each_collection
def test_everything_that_is_wrong_is_told_at_once(bystanders: Organization, collection: str) -> None:
    wrong = {
        "page[size]": "0",
        "sort": "x",
        "count": "x",
        "included": "x",
        "filter[id]": "x",
        "page[after]": "x",
    }
    told = faults(bystanders.admin.get(f"{DATASET}/{collection}", params=wrong), 422)
    assert set(told) == set(wrong)


@each_collection
def test_unknown_filters_are_ignored_and_said_to_be(bystanders: Organization, collection: str) -> None:
    query = {"filter[nothing]": "1", "filter[id__match]": "1", "filter[]": "1", "filter": "1", "other": "1"}
    answered = bystanders.admin.get(f"{DATASET}/{collection}", params=query)
    assert answered.status_code == 200
    assert set(answered.json()["meta"]["ignored_filters"]) == {"nothing", "id__match", ""}


@each_collection
def test_of_one_record_too_only_what_is_known_can_be_included(
    bystanders: Organization, collection: str
) -> None:
    response = bystanders.admin.get(f"{DATASET}/{collection}/{NOBODY}", params={"included": "nothing"})
    assert list(faults(response, 422)) == ["included"]


def test_pages_are_no_larger_than_a_thousand_and_end(quiet_project: Studio) -> None:
    owner = quiet_project.owner
    for query in ({"page[size]": "1000"}, {"page[size]": "1"}, {"page[number]": "1000000000"}):
        assert owner.get(f"{DATASET}/entries", params=query).status_code == 200
    beyond = owner.get(f"{DATASET}/entries", params={"page[number]": "1000000000", "count": "true"})
    assert beyond.json()["data"] == []
    assert "next" not in beyond.json()["links"]


def cursor(*position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "forged", [cursor(), cursor(0), cursor(0, "x"), cursor(None), cursor([1]), cursor({})]
)
@each_collection
def test_a_cursor_that_somebody_wrote_themselves_is_refused(
    quiet_project: Studio, collection: str, forged: str
) -> None:
    response = quiet_project.owner.get(f"{DATASET}/{collection}", params={"page[after]": forged})
    assert list(faults(response, 422)) == ["page[after]"]


@pytest.mark.parametrize("position", [[], ["x"], [7], [None], [NOBODY, NOBODY], [1, 2, 3], ["\u0000"]])
def test_a_position_put_into_a_cursor_of_ours_is_no_way_in(project: Studio, position: list[Any]) -> None:
    """Whoever knows how cursors are made gets a page of what they see anyway, or is refused."""
    for number in range(3):
        create(project.owner, "entries", {"resource": str(number)}, dataset=project.dataset_id)
    for sort in ("id", "-created_at", "resource"):
        query = {"page[size]": "2", "page[after]": "", "sort": sort}
        ours = project.owner.get(f"{DATASET}/entries", params=query).json()["links"]["next"]
        digest = json.loads(base64.urlsafe_b64decode(ours.rpartition("=")[2] + "==="))[0]
        response = project.owner.get(
            f"{DATASET}/entries", params=query | {"page[after]": cursor(digest, *position)}
        )
        if response.status_code == 422:
            assert list(faults(response, 422)) == ["page[after]"]
        else:
            assert {entry["attributes"]["project_id"] for entry in many(response)} <= {project.project_id}


def test_fields_name_what_is_shown_in_every_form(project: Studio) -> None:
    entry = project.entry("a")
    for fields in ({"fields": "resource,priority"}, {"fields[dataset:entries]": "resource,priority"}):
        (shown,) = many(project.owner.get(f"{DATASET}/entries", params=fields))
        assert set(shown["attributes"]) == {"resource", "priority"}
    query = {
        "fields[dataset:entries][]": ["resource"],
        "included": "dataset",
        "fields[dataset:datasets]": "name",
    }
    answered = project.owner.get(path("entries", entry), params=query).json()
    assert set(answered["data"]["attributes"]) == {"resource"}
    assert [set(other["attributes"]) for other in answered["included"]] == [{"name"}]
