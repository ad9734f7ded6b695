"""The entries Lambda: what owners create, change and delete."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.labelling import Team, resource


def test_an_entry_is_created_in_a_dataset(team: Team) -> None:
    made = team.owner.post("entries", {"resource": "s3://a.png", "priority": 3}, dataset=team.leaves)
    assert made.status == 201
    assert made.headers["Location"] == made.data["links"]["self"]
    told = made.attributes
    assert told.pop("created_at") == told.pop("updated_at")
    assert told == {
        "project_id": team.project,
        "dataset_id": team.leaves,
        "priority": 3,
        "wf_step": "start",
        "status": "pending",
        "job_id": None,
        "resource": "s3://a.png",
        "assigned_to_id": None,
        "submitted_by_id": None,
        "reviewed_by_id": None,
        "error_message": None,
    }
    linked = {"dataset": ("dataset:datasets", team.leaves), "project": ("dataset:projects", team.project)}
    assert made.data["relationships"] == {
        name: {"data": {"type": type, "id": its_id}} for name, (type, its_id) in linked.items()
    }
    assert team.owner.get(f"entries/{made.id}").data == made.data


def test_while_a_media_job_has_it_an_entry_is_processing(team: Team) -> None:
    entry = team.entry(wf_step="start", job_id="j-1")
    assert team.owner.get(f"entries/{entry}").attributes["status"] == "processing"
    ended = team.owner.patch(f"entries/{entry}", {"job_id": None}).attributes
    assert (ended["wf_step"], ended["status"], ended["job_id"]) == ("annotate", "pending", None)


@pytest.mark.parametrize(
    ("attributes", "status", "pointer"),
    [
        ({}, "422", "/data/attributes/resource"),
        ({"resource": ""}, "422", "/data/attributes/resource"),
        ({"resource": "x" * 4001}, "422", "/data/attributes/resource"),
        ({"resource": "x", "priority": "high"}, "422", "/data/attributes/priority"),
        ({"resource": "x", "priority": 10**19}, "422", "/data/attributes/priority"),
        ({"resource": "x", "wf_step": "end"}, "422", "/data/attributes/wf_step"),
        ({"resource": "x", "assigned_to_id": 1}, "422", "/data/attributes/assigned_to_id"),
        ({"resource": "x", "submitted_by_id": 1}, "422", "/data/attributes/submitted_by_id"),
        ({"resource": "x", "reviewed_by_id": 1}, "422", "/data/attributes/reviewed_by_id"),
        ({"resource": "x", "status": "completed"}, "409", ""),
        ({"resource": "x", "wf_step": "annotate", "status": "in_progress"}, "409", ""),
    ],
)
def test_an_entry_that_cannot_be_is_refused_where_it_is_wrong(
    team: Team, attributes: dict[str, Any], status: str, pointer: str
) -> None:
    assert team.owner.post("entries", attributes, dataset=team.leaves).faults == [(status, pointer)]


def test_a_resource_is_in_a_dataset_once(team: Team) -> None:
    first = team.entry(resource="s3://a.png")
    assert team.owner.post("entries", {"resource": "s3://a.png"}, dataset=team.leaves).faults == [("409", "")]
    assert team.entry(team.dataset(), resource="s3://a.png")
    second = team.entry(resource="s3://b.png")
    assert team.owner.patch(f"entries/{second}", {"resource": "s3://a.png"}).faults == [("409", "")]
    assert team.owner.patch(f"entries/{second}", {"resource": "s3://c.png"}).status == 200
    assert team.entry(resource="s3://b.png")
    team.owner.delete(f"entries/{first}")
    assert team.owner.patch(f"entries/{second}", {"resource": "s3://a.png"}).status == 200
    assert team.counts()[1] == 2


# ── Many at once ──


def test_many_entries_are_created_in_order_or_none(team: Team) -> None:
    several: list[dict[str, Any]] = [{"resource": f"s3://{n}.png", "priority": n} for n in range(45)]
    made = team.owner.post_several("entries", several, dataset=team.leaves)
    assert (made.status, len(made.ids)) == (201, 45)
    assert made.ids == sorted(made.ids) == team.owner.get("entries").ids
    assert [each["attributes"]["priority"] for each in made.data] == list(range(45))
    assert team.counts()[1] == 45
    more = [{"resource": "s3://new.png"}, {"resource": "s3://7.png"}]
    assert team.owner.post_several("entries", more, dataset=team.leaves).faults == [("409", "")]
    assert team.counts()[1] == 45


@pytest.mark.parametrize(
    ("several", "status", "pointer"),
    [
        ([], "422", "/data"),
        ([{"resource": f"{n}"} for n in range(46)], "422", "/data"),
        ([{"resource": "a"}, {}], "422", "/data/1/attributes/resource"),
        ([{"resource": "a"}, {"resource": "b"}, {"resource": "a"}], "409", ""),
        ([{"resource": "a"}, {"resource": "b", "wf_step": "annotate"}], "422", "/data"),
    ],
)
def test_many_that_cannot_all_be_are_refused(
    team: Team, several: list[dict[str, Any]], status: str, pointer: str
) -> None:
    assert team.owner.post_several("entries", several, dataset=team.leaves).faults == [(status, pointer)]
    assert team.owner.get("entries").ids == []


def test_many_have_one_dataset(team: Team) -> None:
    data = [resource("entries", {"resource": "a"}, dataset=each) for each in (team.leaves, team.project)]
    assert team.owner.send("POST", "entries", {"data": data}).faults == [("422", "/data")]


# ── Rights ──


def test_who_creates_changes_and_deletes_entries(team: Team) -> None:
    entry = team.entry()
    outside = {"user": 404, "other_admin": 404}
    create = {"data": resource("entries", {"resource": "one and the same"}, dataset=team.leaves)}
    created = team.statuses("POST", "entries", create)
    assert created == outside | {
        "admin": 201,
        "org_owner": 409,
        "owner": 409,
        "reviewer": 404,  # there is no work for them in the dataset
        "annotator": 403,
    }
    changed = team.statuses("PATCH", f"entries/{entry}", {"data": resource("entries", {"priority": 1})})
    assert changed == outside | {
        "admin": 200,
        "org_owner": 200,
        "owner": 200,
        "reviewer": 404,
        "annotator": 403,
    }
    gone = team.statuses("DELETE", f"entries/{entry}")
    assert gone == {
        "admin": 204,
        "org_owner": 404,
        "owner": 404,
        "reviewer": 404,
        "annotator": 404,
        **outside,
    }


@pytest.mark.parametrize(
    ("entry", "sees"),
    [
        ({"wf_step": "start"}, set()),
        ({}, {"annotator", "second_annotator"}),
        ({"assigned_to_id": "annotator"}, {"annotator"}),
        ({"assigned_to_id": "reviewer", "status": "in_progress"}, {"reviewer"}),
        ({"wf_step": "review", "submitted_by_id": "annotator"}, {"reviewer", "second_reviewer"}),
        ({"wf_step": "review", "submitted_by_id": "reviewer"}, {"second_reviewer"}),
        ({"wf_step": "review", "assigned_to_id": "annotator"}, {"annotator"}),
        ({"wf_step": "done", "submitted_by_id": "annotator", "reviewed_by_id": "reviewer"}, set()),
    ],
)
def test_who_sees_an_entry(team: Team, entry: dict[str, str], sees: set[str]) -> None:
    people: dict[str, Any] = {
        name: team.person(who).id for name, who in entry.items() if name.endswith("_id")
    }
    its_id = team.entry(**(entry | people))
    names = {
        "admin",
        "owner",
        "reviewer",
        "second_reviewer",
        "annotator",
        "second_annotator",
        "user",
        "other_admin",
    }
    statuses = {name: team.person(name).get(f"entries/{its_id}").status for name in names}
    assert {name for name, status in statuses.items() if status == 200} == {"admin", "owner"} | sees
    assert set(statuses.values()) == {200, 404}
    listed = {name for name in names if team.person(name).get("entries").ids == [its_id]}
    assert listed == {"admin", "owner"} | sees


# ── Changed ──


def test_a_change_of_people_and_step_must_fit_together(team: Team) -> None:
    path = f"entries/{team.entry()}"
    assigned = team.owner.patch(path, {"assigned_to_id": team.annotator.id, "status": "in_progress"})
    assert (assigned.attributes["status"], assigned.attributes["wf_step"]) == ("in_progress", "annotate")
    assert team.counts() == ("in_progress", 1, 1, 0)
    freed = team.owner.patch(path, {"assigned_to_id": None})
    assert freed.attributes["status"] == "pending"
    assert team.owner.patch(path, {"status": "completed"}).faults == [("409", "")]
    done = team.owner.patch(path, {"wf_step": "done"})
    assert done.attributes["status"] == "completed"
    assert team.counts() == ("completed", 1, 0, 1)
    assert team.owner.patch(path, {"wf_step": None}).faults == [("422", "/data/attributes/wf_step")]


# ── Deleted ──


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"wf_step": "start"}, 204),
        ({"wf_step": "start", "job_id": "j"}, 204),
        ({}, 204),
        ({"wf_step": "review"}, 204),
        ({"wf_step": "error"}, 204),
        ({"wf_step": "done"}, 403),
    ],
)
def test_an_entry_is_deleted_unless_it_is_completed(team: Team, entry: dict[str, str], status: int) -> None:
    its_id = team.entry(**entry)
    assert team.owner.delete(f"entries/{its_id}").status == status
    assert team.owner.get(f"entries/{its_id}").status == (404 if status == 204 else 200)
    assert team.counts()[1] == (0 if status == 204 else 1)


def test_an_entry_that_is_in_progress_is_not_deleted(team: Team) -> None:
    assert team.owner.delete(f"entries/{team.taken()}").status == 403


def test_what_is_below_a_deleted_entry_goes_with_it(team: Team) -> None:
    entry, other = team.taken(), team.taken()
    note = {"anchor_type": "entry", "content_md": "hm"}
    below = []
    for each in (entry, other):
        annotation = team.annotator.post("annotations", {"annotation": 1}, entry=each).id
        feed = team.annotator.post("note_feeds", note | {"entry_id": each}).id
        comment = team.annotator.post("note_comments", {"content_md": "yes"}, note_feed=feed).id
        below.append({"annotations": annotation, "note_feeds": feed, "note_comments": comment})
    team.owner.patch(f"entries/{entry}", {"assigned_to_id": None})
    assert team.owner.delete(f"entries/{entry}").status == 204
    for kind, its_id in below[0].items():
        assert team.owner.get(f"{kind}/{its_id}").status == 404
        listed = team.owner.get(f"{kind}?count=true")
        assert (listed.ids, listed.document["meta"]["count"]) == ([below[1][kind]], 1)


@pytest.mark.parametrize("case", ["create", "create_several", "list", "next", "select", "error"])
def test_the_documented_events_are_answered(team: Team, case: str) -> None:
    entry = team.entry()
    assert team.replay("entries", case, entry=entry)["statusCode"] in (200, 201)


def test_the_documented_events_of_a_workflow_are_answered(team: Team) -> None:
    entry = team.entry(wf_step="review")
    account = str(team.reviewer.id)
    assert team.replay("entries", "assign", entry=entry, account=account)["statusCode"] == 200
    assert team.replay("entries", "submit", "reviewer", entry=entry)["statusCode"] == 200
