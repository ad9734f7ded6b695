"""The datasets Lambda."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.labelling import Team, resource

PETALS = {"name": "Petals", "modality": "image"}


def test_a_dataset_is_created_in_a_project_with_nothing_in_it(team: Team) -> None:
    given = PETALS | {
        "labels": ["rose", {"wild": True}],
        "labeling_configuration": {"tools": ["box"]},
        "workflow_configuration": {"sample_rate": 0.5},
    }
    made = team.owner.post("datasets", given, project=team.project)
    assert made.status == 201
    assert made.headers["Location"] == made.data["links"]["self"]
    told = made.attributes
    assert {name: told[name] for name in given} == given
    counters = {name: told[name] for name in told if name.startswith(("entries_", "progress", "status"))}
    assert counters == {
        "status": "pending",
        "progress": 0.0,
        "entries_total_count": 0,
        "entries_completed_count": 0,
        "entries_in_progress_count": 0,
    }
    linked = {"data": {"type": "dataset:projects", "id": team.project}}
    assert (told["project_id"], made.data["relationships"]) == (team.project, {"project": linked})
    assert team.owner.get(f"datasets/{made.id}").data == made.data


def test_everything_that_is_wrong_is_told_at_once(team: Team) -> None:
    wrong = {"name": "", "labels": 1, "workflow_configuration": {"sample_rate": 2}}
    assert team.owner.post("datasets", wrong).faults == [
        ("422", "/data/relationships/project"),
        ("422", "/data/attributes/name"),
        ("422", "/data/attributes/modality"),
        ("422", "/data/attributes/workflow_configuration"),
    ]


@pytest.mark.parametrize(
    ("link", "status", "pointer"),
    [
        ({"data": None}, "422", "/data/relationships/project"),
        ({"data": {"type": "dataset:projects"}}, "422", "/data/relationships/project/data/id"),
        ({"data": {"type": "projects", "id": "x"}}, "422", "/data/relationships/project/data/type"),
        ({"data": []}, "422", "/data/relationships/project/data"),
        ({"data": {"type": "dataset:projects", "id": "no uuid"}}, "404", ""),
        ({"data": {"type": "dataset:projects", "id": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}}, "404", ""),
    ],
)
def test_a_dataset_needs_a_project_that_is_there(team: Team, link: Any, status: str, pointer: str) -> None:
    data = resource("datasets", PETALS) | {"relationships": {"project": link}}
    assert team.owner.send("POST", "datasets", {"data": data}).faults == [(status, pointer)]


def test_a_change_leaves_modality_and_counters_as_they_are(team: Team) -> None:
    before = team.owner.get(f"datasets/{team.leaves}").attributes
    sent = {"name": "Needles", "modality": "text", "entries_total_count": 9, "status": "completed"}
    after = team.owner.patch(f"datasets/{team.leaves}", sent | {"labels": None})
    assert after.status == 200
    expected = before | {"name": "Needles", "updated_at": after.attributes["updated_at"]}
    assert after.attributes == expected == team.owner.get(f"datasets/{team.leaves}").attributes
    assert team.owner.patch(f"datasets/{team.leaves}", {"name": None}).faults == [
        ("422", "/data/attributes/name")
    ]


def test_the_counters_follow_the_entries(team: Team) -> None:
    assert team.counts() == ("pending", 0, 0, 0)
    waiting, failing = team.entry(), team.entry()
    assert team.counts() == ("pending", 2, 0, 0)
    taken = team.taken()
    assert team.counts() == ("in_progress", 3, 1, 0)
    team.annotator.act(f"entries/{taken}/submit")
    assert team.counts() == ("in_progress", 3, 0, 0)
    team.owner.act(f"entries/{taken}/submit", approved=True)
    team.owner.act(f"entries/{failing}/error", message="torn")
    assert team.counts() == ("in_progress", 3, 0, 2)
    assert team.owner.get(f"datasets/{team.leaves}").attributes["progress"] == 2 / 3
    team.owner.delete(f"entries/{waiting}")
    assert team.counts() == ("completed", 2, 0, 2)
    team.entry()
    assert team.counts() == ("in_progress", 3, 0, 2)


# ── Rights ──


def test_who_creates_and_changes_datasets(team: Team) -> None:
    create = {"data": resource("datasets", PETALS, project=team.project)}
    team.entry()  # so that an annotator sees the dataset
    outside = {"user": 404, "other_admin": 404}
    created = team.statuses("POST", "datasets", create)
    assert created == dict.fromkeys(created, 201) | {"reviewer": 403, "annotator": 403} | outside
    changed = team.statuses("PATCH", f"datasets/{team.leaves}", {"data": resource("datasets", {})})
    assert changed == dict.fromkeys(changed, 200) | {"reviewer": 404, "annotator": 403} | outside


@pytest.mark.parametrize(
    ("entry", "sees"),
    [
        ({}, {"annotator"}),
        ({"wf_step": "start"}, set()),
        ({"wf_step": "review"}, {"reviewer"}),
        ({"wf_step": "review", "submitted_by_id": "reviewer"}, set()),
        ({"wf_step": "review", "assigned_to_id": "annotator"}, {"annotator"}),
        ({"wf_step": "start", "assigned_to_id": "reviewer"}, {"reviewer"}),
        ({"assigned_to_id": "second_annotator"}, set()),
        ({"wf_step": "done", "submitted_by_id": "annotator", "reviewed_by_id": "reviewer"}, set()),
    ],
)
def test_who_sees_a_dataset_has_work_in_it_or_owns_it(
    team: Team, entry: dict[str, str], sees: set[str]
) -> None:
    people: dict[str, Any] = {
        name: team.person(who).id for name, who in entry.items() if name.endswith("_id")
    }
    team.entry(**(entry | people))
    found = team.statuses("GET", f"datasets/{team.leaves}")
    owners = {"admin", "org_owner", "owner"}
    assert {name for name, status in found.items() if status == 200} == owners | sees
    assert set(found.values()) <= {200, 404}
    listed = {name for name in found if team.person(name).get("datasets").ids == [team.leaves]}
    assert listed == owners | sees


# ── Lists ──


def test_datasets_are_filtered_sorted_and_counted(team: Team) -> None:
    petals = team.dataset(labels=["b", "a"], modality="text")
    team.entry(wf_step="done")
    team.entry(petals)
    assert team.owner.get("datasets?count=true").document["meta"] == {"count": 2, "more": False}
    found = {
        "filter[name__match]=EAVE": [team.leaves],
        "filter[status__in]=completed,in_progress": [team.leaves],
        "filter[status]=pending": [petals],
        "filter[progress__gte]=0.5": [team.leaves],
        "filter[progress__lte]=0.5": [petals],
        "filter[progress]=1": [team.leaves],
        "filter[entries_completed_count]=0": [petals],
        "filter[modality__in]=text,sound": [petals],
        'filter[labels]=["b","a"]': [petals],
        'filter[labels]=["a","b"]': [],
        "filter[labels]=null": [team.leaves],
        f"filter[project_id__eq]={team.project}": [team.leaves, petals],
        f"filter[project_id]={petals}": [],
        f"filter[id]={petals}&filter[id]={team.leaves}": [team.leaves, petals],
        "sort=progress,name": [petals, team.leaves],
        "sort=-entries_completed_count": [team.leaves, petals],
        "sort=-created_at": [petals, team.leaves],
        "page[size]=1&page[number]=2": [petals],
    }
    assert {query: team.owner.get(f"datasets?{query}").ids for query in found} == found


def test_a_dataset_comes_with_its_entries_and_its_project(team: Team) -> None:
    first, second = team.entry(), team.entry(wf_step="start")
    shown = team.owner.get(f"datasets/{team.leaves}?included=entries,project")
    entries = [("dataset:entries", first), ("dataset:entries", second)]
    assert shown.included == [*entries, ("dataset:projects", team.project)]
    linkage = shown.data["relationships"]["entries"]
    assert [(each["type"], each["id"]) for each in linkage["data"]] == entries
    assert "next" not in linkage["links"]
    for_others = team.annotator.get("datasets?included=entries")
    assert for_others.included == [("dataset:entries", first)]


# ── Deletion ──


def test_who_deletes_a_dataset(team: Team) -> None:
    entry = team.entry()
    outsiders = ("user", "other_admin", "reviewer", "annotator")
    refused = {name: team.person(name).delete(f"datasets/{team.leaves}").status for name in outsiders}
    assert refused == {"user": 404, "other_admin": 404, "reviewer": 404, "annotator": 403}
    gone = team.owner.delete(f"datasets/{team.leaves}")
    assert gone.status == 204
    assert gone.headers["Location"].endswith(f"/deletions/{team.leaves}")
    assert team.owner.get(f"deletions/{team.leaves}").attributes["removed_entries_count"] == 1
    assert team.owner.get(f"datasets/{team.leaves}").status == 404
    assert team.owner.get(f"entries/{entry}").status == 404
    assert team.owner.get("datasets?count=true").document["meta"] == {"count": 0, "more": False}
    assert team.owner.post("entries", {"resource": "x"}, dataset=team.leaves).faults == [("404", "")]


@pytest.mark.parametrize(
    ("entry", "status"),
    [({}, 204), ({"wf_step": "review"}, 403), ({"wf_step": "done"}, 403), ({"wf_step": "error"}, 403)],
)
def test_a_dataset_in_progress_or_completed_is_not_deleted(
    team: Team, entry: dict[str, str], status: int
) -> None:
    team.entry(**entry)
    assert team.owner.delete(f"datasets/{team.leaves}").status == status


def test_the_documented_events_are_answered(team: Team) -> None:
    assert team.replay("datasets", "create")["statusCode"] == 201
    assert team.replay("datasets", "show")["statusCode"] == 200
