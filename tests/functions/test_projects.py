"""The projects Lambda."""

from __future__ import annotations

import re

import pytest

from tests.functions.labelling import Team, resource

ORCHARD = {"data": resource("projects", {"name": "Orchard"})}


def test_a_project_is_created_and_belongs_to_its_creator(team: Team) -> None:
    made = team.org_owner.post("projects", {"name": "Orchard", "description": "Trees"})
    assert made.status == 201
    assert made.headers["Content-Type"] == "application/vnd.api+json"
    assert made.headers["Location"] == f"https://api.example.com/v1/api/v1/dataset/projects/{made.id}"
    assert made.data["links"]["self"] == made.headers["Location"]
    assert made.data["type"] == "dataset:projects"
    told = made.attributes
    assert told["task_project_id"] >= 10_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told["created_at"])
    assert told["created_at"] == told["updated_at"]
    assert (told["name"], told["description"], told["organization_id"], told["created_by_email"]) == (
        "Orchard",
        "Trees",
        "acme",
        team.org_owner.email,
    )
    (owner,) = team.org_owner.get(f"project_members?filter[project_id]={made.id}").data
    assert (owner["attributes"]["account_id"], owner["attributes"]["role"]) == (
        team.org_owner.id,
        "project_owner",
    )
    assert team.org_owner.get(f"projects/{made.id}").data == made.data


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"data": {"type": "dataset:projects"}}, "422", "/data/attributes/name"),
        ({"data": resource("projects", {"name": " "})}, "422", "/data/attributes/name"),
        ({"data": resource("projects", {"name": "x" * 501})}, "422", "/data/attributes/name"),
        ({"data": resource("projects", {"name": 7})}, "422", "/data/attributes/name"),
        ({"data": resource("datasets", {"name": "Orchard"})}, "422", "/data/type"),
        ({"data": {"attributes": {"name": "Orchard"}}}, "422", "/data/type"),
        ({}, "422", "/data"),
        ([], "422", ""),
        ({"data": [resource("projects", {"name": "Orchard"})]}, "422", "/data"),
        ({"data": resource("projects", {"name": "x"}) | {"id": "mine"}}, "403", ""),
        ("{", "400", ""),
        ("", "400", ""),
    ],
)
def test_a_project_that_cannot_be_is_refused_where_it_is_wrong(
    team: Team, body: object, status: str, pointer: str
) -> None:
    assert team.admin.send("POST", "projects", body).faults == [(status, pointer)]


def test_unknown_and_read_only_attributes_are_ignored(team: Team) -> None:
    sent = {"name": "Orchard", "organization_id": "globex", "task_project_id": 1, "colour": "green"}
    told = team.admin.post("projects", sent | {"created_at": "2001-01-01"}).attributes
    assert told["organization_id"] == "acme"
    assert told["task_project_id"] >= 10_000
    assert not told["created_at"].startswith("2001")
    assert "colour" not in told


def test_who_creates_projects(team: Team) -> None:
    assert team.statuses("POST", "projects", ORCHARD) == {
        "admin": 201,
        "org_owner": 201,
        "owner": 403,
        "reviewer": 403,
        "annotator": 403,
        "user": 403,
        "other_admin": 201,  # in their own organization
    }


def test_who_sees_a_project(team: Team) -> None:
    statuses = team.statuses("GET", f"projects/{team.project}")
    assert statuses == dict.fromkeys(statuses, 200) | {"user": 404, "other_admin": 404}
    listed = {name: team.person(name).get("projects").ids for name in statuses}
    nothing: dict[str, list[str]] = {"user": [], "other_admin": []}
    assert listed == {name: [team.project] for name in statuses} | nothing


def test_who_changes_a_project(team: Team) -> None:
    body = {"data": resource("projects", {"name": "Meadow"})}
    assert team.statuses("PATCH", f"projects/{team.project}", body) == {
        "admin": 200,
        "org_owner": 200,
        "owner": 200,
        "reviewer": 403,
        "annotator": 403,
        "user": 404,
        "other_admin": 404,
    }


def test_a_change_leaves_the_rest_as_it_was(team: Team) -> None:
    before = team.owner.get(f"projects/{team.project}").attributes
    after = team.owner.patch(f"projects/{team.project}", {"description": None, "created_by_email": "x@y"})
    assert after.status == 200
    assert after.attributes["updated_at"] > before["updated_at"]
    assert after.attributes | {"updated_at": 0} == before | {"description": None, "updated_at": 0}
    assert team.owner.get(f"projects/{team.project}").data == after.data


def test_a_change_that_cannot_be_is_refused(team: Team) -> None:
    path = f"projects/{team.project}"
    assert team.owner.patch(path, {"name": None}).faults == [("422", "/data/attributes/name")]
    body = {"data": {"type": "dataset:projects", "id": team.leaves, "attributes": {"name": "x"}}}
    assert team.owner.send("PATCH", path, body).faults == [("409", "")]


# ── Lists ──


def test_projects_are_filtered_sorted_and_counted(team: Team) -> None:
    orchard = team.org_owner.post("projects", {"name": "Orchard"}).id
    assert team.admin.get("projects?count=true").document["meta"] == {"count": 2, "more": False}
    found = {
        "filter[name]=Orchard": [orchard],
        "filter[created_by_email__match]=ORG_": [orchard],
        "filter[organization_id__in]=globex": [],
        "filter[organization_id]=acme": [team.project, orchard],
        f"filter[id]={orchard}": [orchard],
        "sort=-name": [orchard, team.project],
        "sort=-id": [orchard, team.project],
        "page[size]=1&page[number]=2": [orchard],
        "filter[created_at__gte]=2100-01-01": [],
    }
    assert {query: team.admin.get(f"projects?{query}").ids for query in found} == found
    assert team.owner.get("projects?filter[name__match]=gard&sort=-updated_at").ids == [team.project]


# ── Deletion ──


def test_a_deleted_project_is_gone_with_all_that_was_in_it(team: Team) -> None:
    entry = team.entry()
    gone = team.owner.delete(f"projects/{team.project}")
    assert (gone.status, gone.document) == (204, None)
    at = f"deletions/{team.project}"
    assert gone.headers["Location"] == f"https://api.example.com/v1/api/v1/dataset/{at}"
    told = team.owner.get(at).attributes
    assert told["status"] == "completed"
    assert told["completed_at"] >= told["created_at"]
    assert (told["removed_entries_count"], told["requested_by_email"]) == (1, team.owner.email)
    for path in (f"projects/{team.project}", f"datasets/{team.leaves}", f"entries/{entry}"):
        assert team.admin.get(path).status == 404
    for collection in ("projects", "project_members", "datasets", "entries"):
        assert team.admin.get(f"{collection}?count=true").document["meta"] == {"count": 0, "more": False}
    assert team.owner.delete(f"projects/{team.project}").status == 404


def test_who_deletes_a_project(team: Team) -> None:
    statuses = {
        name: team.person(name).delete(f"projects/{team.project}").status
        for name in ("user", "other_admin", "reviewer", "annotator", "org_owner")
    }
    assert statuses == {
        "user": 404,
        "other_admin": 404,
        "reviewer": 403,
        "annotator": 403,
        "org_owner": 204,
    }


def test_a_project_in_which_somebody_has_worked_is_not_deleted(team: Team) -> None:
    team.taken()
    assert team.owner.delete(f"projects/{team.project}").status == 403
    assert team.owner.get(f"projects/{team.project}").status == 200


def test_a_deletion_is_shown_to_who_asked_for_it_and_to_admins(team: Team) -> None:
    team.owner.delete(f"datasets/{team.leaves}")
    assert team.statuses("GET", f"deletions/{team.leaves}") == {
        "admin": 200,
        "org_owner": 200,
        "owner": 200,
        "reviewer": 404,
        "annotator": 404,
        "user": 404,
        "other_admin": 404,
    }
    assert team.owner.get(f"deletions/{team.project}").status == 404


def test_the_documented_events_are_answered(team: Team) -> None:
    assert team.replay("projects", "create", "admin")["statusCode"] == 201
    assert team.replay("projects", "list")["statusCode"] == 200
    team.owner.delete(f"datasets/{team.leaves}")
    assert team.replay("projects", "show_deletion")["statusCode"] == 200
