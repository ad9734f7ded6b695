"""The project members Lambda."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.access.model import Role
from hearback.dataset import members

from tests.functions.conftest import account
from tests.functions.labelling import Person, Team, resource


def invite(by: Person, team: Team, **attributes: Any) -> Any:
    return by.post("project_members", attributes, project=team.project)


# ── Created ──


def test_an_account_is_taken_into_a_project_by_its_address_or_its_number(team: Team) -> None:
    user = team.person("user")
    made = invite(team.owner, team, email=" USER@acme.example", role="reviewer")
    assert made.status == 201
    assert made.headers["Location"].endswith(f"/project_members/{made.id}")
    assert made.id.isdigit()
    told = made.attributes
    assert (told["account_id"], told["email"], told["role"]) == (user.id, user.email, "reviewer")
    assert (told["name"], told["invited_by_id"], told["disabled_at"]) == ("user", team.owner.id, None)
    linked = {"data": {"type": "dataset:projects", "id": team.project}}
    assert made.data["relationships"] == {"project": linked}
    assert user.get(f"projects/{team.project}").status == 200
    orchard = team.admin.post("projects", {"name": "Orchard"}).id
    again = team.admin.post("project_members", {"account_id": user.id, "name": "Eve"}, project=orchard)
    assert (again.attributes["role"], again.attributes["name"]) == ("annotator", "Eve")


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({}, "account_id"),
        ({"email": "nobody@acme.example"}, "email"),
        ({"email": "other_admin@globex.example"}, "email"),
        ({"account_id": 1}, "account_id"),
        ({"account_id": "1"}, "account_id"),
        ({"email": "user@acme.example", "role": "king"}, "role"),
        ({"email": "user@acme.example", "role": "org_owner"}, "role"),
    ],
)
def test_who_is_nobody_here_cannot_be_a_member(team: Team, attributes: dict[str, Any], pointer: str) -> None:
    assert invite(team.admin, team, **attributes).faults == [("422", f"/data/attributes/{pointer}")]


def test_a_member_needs_a_project(team: Team) -> None:
    member = {"email": "user@acme.example"}
    assert team.owner.post("project_members", member).faults == [("422", "/data/relationships/project")]
    assert team.owner.post("project_members", member, project=team.leaves).faults == [("404", "")]
    assert team.owner.post("project_members", member, project="nowhere").faults == [("404", "")]


def test_nobody_is_a_member_twice(team: Team) -> None:
    assert invite(team.owner, team, email=team.annotator.email).faults == [("409", "")]
    team.owner.delete(f"project_members/{team.member('annotator')}")
    assert invite(team.owner, team, email=team.annotator.email).faults == [("409", "")]


def test_an_id_that_another_has_drawn_in_the_same_millisecond_is_drawn_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr(members, "new_id", lambda _: next(drawn))
    for name in ("newcomer", "another"):
        account(name, Role.USER)
        assert invite(team.admin, team, email=f"{name}@acme.example").status == 201
    assert list(drawn) == []


def test_only_who_manages_the_organization_makes_owners(team: Team) -> None:
    assert invite(team.owner, team, email="user@acme.example", role="project_owner").status == 403
    assert invite(team.org_owner, team, email="user@acme.example", role="project_owner").status == 201
    path = f"project_members/{team.member('reviewer')}"
    assert team.owner.patch(path, {"role": "project_owner"}).status == 403
    assert team.owner.patch(path, {"role": "annotator"}).attributes["role"] == "annotator"
    assert team.admin.patch(path, {"role": "project_owner"}).attributes["role"] == "project_owner"
    assert team.reviewer.patch(f"projects/{team.project}", {"name": "Mine"}).status == 200


def test_a_role_holds_from_its_change_on(team: Team) -> None:
    review = team.entry(wf_step="review")
    assert team.annotator.get(f"entries/{review}").status == 404
    team.owner.patch(f"project_members/{team.member('annotator')}", {"role": "reviewer"})
    assert team.annotator.get(f"entries/{review}").status == 200
    assert team.annotator.get("entries").ids == [review]


# ── Rights ──


def test_who_sees_members(team: Team) -> None:
    statuses = team.statuses("GET", f"project_members/{team.member('annotator')}")
    assert statuses == dict.fromkeys(statuses, 200) | {"user": 404, "other_admin": 404}
    found = {name: len(team.person(name).get("project_members").ids) for name in statuses}
    assert found == dict.fromkeys(statuses, 6) | {"user": 0, "other_admin": 0}


def test_who_creates_members(team: Team) -> None:
    data = resource("project_members", {"email": "user@acme.example"}, project=team.project)
    assert team.statuses("POST", "project_members", {"data": data}) == {
        "admin": 201,
        "org_owner": 409,
        "owner": 409,
        "reviewer": 403,
        "annotator": 403,
        "user": 403,  # an annotator by now
        "other_admin": 404,
    }


def test_who_changes_and_disables_members(team: Team) -> None:
    path = f"project_members/{team.member('annotator')}"
    allowed = {"admin", "org_owner", "owner"}
    outside = {"user": 404, "other_admin": 404}
    changed = team.statuses("PATCH", path, {"data": resource("project_members", {"name": "Ann"})})
    assert changed == dict.fromkeys(changed, 403) | dict.fromkeys(allowed, 200) | outside
    gone = team.statuses("DELETE", path)
    assert gone == dict.fromkeys(gone, 403) | dict.fromkeys(allowed, 204) | outside | {"annotator": 404}


# ── Disabled ──


def test_a_disabled_member_stays_in_the_list_and_sees_nothing_any_more(team: Team) -> None:
    member = team.member("annotator")
    gone = team.owner.delete(f"project_members/{member}")
    assert (gone.status, gone.document) == (204, None)
    shown = team.owner.get(f"project_members/{member}").attributes
    assert shown["disabled_at"] == shown["updated_at"]
    assert team.annotator.get(f"projects/{team.project}").status == 404
    assert team.annotator.get("projects").ids == []
    assert member in team.owner.get("project_members").ids
    assert member not in team.owner.get("project_members?filter[enabled]=true").ids
    assert team.owner.get("project_members?filter[enabled]=false").ids == [member]
    assert team.owner.delete(f"project_members/{member}").status == 204
    assert team.owner.get(f"project_members/{member}").attributes == shown


def test_what_was_assigned_to_a_disabled_member_waits_for_others(team: Team) -> None:
    waiting, taken = team.entry(assigned_to_id=team.annotator.id), team.taken()
    done = team.entry(wf_step="done", submitted_by_id=team.annotator.id)
    others = team.taken("second_annotator")
    team.owner.delete(f"project_members/{team.member('annotator')}")
    for entry in (waiting, taken):
        told = team.owner.get(f"entries/{entry}").attributes
        assert (told["assigned_to_id"], told["wf_step"], told["status"]) == (None, "annotate", "pending")
    assert team.owner.get(f"entries/{done}").attributes["submitted_by_id"] == team.annotator.id
    assert team.owner.get(f"entries/{others}").attributes["status"] == "in_progress"
    assert team.counts() == ("in_progress", 4, 1, 1)
    assert team.owner.send(
        "PATCH", f"entries/{waiting}/assign", {"assigned_to_id": team.annotator.id}
    ).faults == [("422", "/data/attributes/assigned_to_id")]


def test_a_member_is_enabled_again(team: Team) -> None:
    path = f"project_members/{team.member('annotator')}"
    assert team.owner.patch(path, {"disabled_at": "2026-01-02T03:04:05Z"}).attributes["disabled_at"] == (
        "2026-01-02T03:04:05.000000Z"
    )
    assert team.annotator.get(f"projects/{team.project}").status == 404
    assert team.owner.patch(path, {"disabled_at": None}).attributes["disabled_at"] is None
    assert team.annotator.get(f"projects/{team.project}").status == 200


# ── Shown and listed ──


@pytest.mark.parametrize(
    "its_id", ["0", "12", "x", "-1", "1" * 17, "٣", "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"]
)
def test_there_is_no_such_member(team: Team, its_id: str) -> None:
    assert team.admin.get(f"project_members/{its_id}").faults == [("404", "")]


def test_members_are_filtered_and_sorted(team: Team) -> None:
    names = ("owner", "reviewer", "second_reviewer", "annotator", "second_annotator")
    member = {name: team.member(name) for name in names}
    found = {
        "filter[role__in]=reviewer,project_owner&sort=email": [
            "admin",
            "owner",
            "reviewer",
            "second_reviewer",
        ],
        "filter[role__in][]=annotator&sort=-name": ["second_annotator", "annotator"],
        "filter[email__match]=SECOND_&sort=name": ["second_annotator", "second_reviewer"],
        f"filter[account_id]={team.reviewer.id}&filter[account_id]={team.owner.id}&sort=name": [
            "owner",
            "reviewer",
        ],
        f"filter[id]={member['owner']},{member['reviewer']}&sort=name": ["owner", "reviewer"],
        "filter[organization_id__in]=globex": [],
        "filter[organization_id]=acme&filter[role]=reviewer&filter[name]=reviewer": ["reviewer"],
        f"filter[invited_by_id]={team.owner.id}": [],
        "filter[created_at__lte]=2001-01-01": [],
        f"filter[project_id]={team.leaves}": [],
    }
    listed = {query: team.annotator.get(f"project_members?{query}").data for query in found}
    emails = {query: [each["attributes"]["email"] for each in data] for query, data in listed.items()}
    assert emails == {query: [f"{name}@acme.example" for name in names] for query, names in found.items()}


def test_a_member_comes_with_its_project(team: Team) -> None:
    shown = team.reviewer.get(f"project_members/{team.member('reviewer')}?included=project")
    assert shown.included == [("dataset:projects", team.project)]
    assert team.owner.get("project_members?include=project").included == shown.included


def test_the_documented_events_are_answered(team: Team) -> None:
    assert team.replay("project_members", "create")["statusCode"] == 201
    assert team.replay("project_members", "list")["statusCode"] == 200
