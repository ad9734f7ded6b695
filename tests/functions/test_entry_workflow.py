"""The entries Lambda: how an entry gets from start to done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.gateway import Reply
from tests.functions.labelling import Person, Team


def state(reply: Reply) -> tuple[str, str, int | None]:
    told = reply.attributes
    return told["wf_step"], told["status"], told["assigned_to_id"]


def people(reply: Reply) -> tuple[int | None, int | None]:
    return reply.attributes["submitted_by_id"], reply.attributes["reviewed_by_id"]


def submit(person: Person, entry: str, **told: Any) -> Reply:
    return person.act(f"entries/{entry}/submit", **told)


def test_an_entry_goes_from_start_to_done(team: Team) -> None:
    entry = team.entry(wf_step="start")
    assert state(submit(team.owner, entry)) == ("annotate", "pending", None)
    assert state(team.annotator.get(f"entries/{entry}/select")) == (
        "annotate",
        "in_progress",
        team.annotator.id,
    )
    submitted = submit(team.annotator, entry)
    assert (state(submitted), people(submitted)) == (
        ("review", "pending", None),
        (team.annotator.id, None),
    )
    assert state(team.reviewer.get(f"entries/{entry}/select")) == ("review", "in_progress", team.reviewer.id)
    approved = submit(team.reviewer, entry, approved=True)
    assert (state(approved), people(approved)) == (
        ("done", "completed", None),
        (team.annotator.id, team.reviewer.id),
    )
    assert submit(team.owner, entry, approved=True).faults == [("409", "")]
    assert team.counts() == ("completed", 1, 0, 1)


def test_what_is_not_approved_goes_back_to_its_submitter_and_returns_to_its_reviewer(team: Team) -> None:
    entry = team.taken()
    submit(team.annotator, entry)
    team.reviewer.get(f"entries/{entry}/select")
    back = submit(team.reviewer, entry, approved=False)
    assert (state(back), people(back)) == (
        ("annotate", "in_progress", team.annotator.id),
        (team.annotator.id, None),
    )
    assert state(submit(team.annotator, entry)) == ("review", "pending", team.reviewer.id)
    assert team.second_reviewer.get(f"entries/{entry}/select").faults == [("403", "")]
    assert state(team.reviewer.get(f"entries/{entry}/select"))[1] == "in_progress"


@pytest.mark.parametrize("gone", ["annotator", "reviewer"])
def test_what_would_go_to_somebody_who_left_waits_for_anybody(team: Team, gone: str) -> None:
    entry = team.taken()
    submit(team.annotator, entry)
    team.reviewer.get(f"entries/{entry}/select")
    if gone == "reviewer":
        submit(team.reviewer, entry, approved=False)
    team.owner.delete(f"project_members/{team.member(gone)}")
    if gone == "reviewer":
        assert state(submit(team.annotator, entry)) == ("review", "pending", None)
    else:
        assert state(submit(team.reviewer, entry, approved=False)) == ("annotate", "pending", None)


@pytest.mark.parametrize("body", ["", {}, {"approved": None}, {"data": {"attributes": {}}}])
def test_in_review_a_submission_says_whether_it_approves(team: Team, body: Any) -> None:
    entry = team.taken("reviewer", "review")
    refused = team.reviewer.send("POST", f"entries/{entry}/submit", body)
    assert refused.faults == [("422", "/data/attributes/approved")]
    assert submit(team.reviewer, entry, approved="yes").faults == [("422", "/data/attributes/approved")]


@pytest.mark.parametrize(
    ("configuration", "step"),
    [
        ({"sample_rate": 0}, "done"),
        ({"sample_rate": 1}, "review"),
        ({"sample_rate": None}, "review"),
        ({}, "review"),
        (None, "review"),
        (["whatever"], "review"),
    ],
)
def test_the_sample_rate_says_what_is_reviewed(team: Team, configuration: Any, step: str) -> None:
    team.owner.patch(f"datasets/{team.leaves}", {"workflow_configuration": configuration})
    submitted = submit(team.annotator, team.taken())
    assert submitted.attributes["wf_step"] == step
    assert people(submitted) == (team.annotator.id, None)


def test_only_who_is_at_it_submits_and_owners(team: Team) -> None:
    entry = team.entry()
    assert submit(team.annotator, entry).faults == [("403", "")]
    assert submit(team.reviewer, entry).faults == [("404", "")]
    team.annotator.get(f"entries/{entry}/select")
    assert submit(team.second_annotator, entry).faults == [("404", "")]
    submitted = submit(team.owner, entry)
    assert (state(submitted)[0], people(submitted)[0]) == ("review", team.owner.id)


# ── Select ──


def test_select_is_refused_to_all_but_whom_an_entry_is_assigned_to(team: Team) -> None:
    entry = team.entry(assigned_to_id=team.annotator.id)
    path = f"entries/{entry}/select"
    assert team.second_annotator.get(path).faults == [("403", "")]
    assert team.owner.get(path).faults == [("403", "")]
    assert team.person("user").get(path).faults == [("404", "")]
    assert team.person("other_admin").get(path).faults == [("404", "")]
    first = team.annotator.get(path)
    assert state(first) == ("annotate", "in_progress", team.annotator.id)
    assert team.annotator.get(path).data == first.data


def test_nobody_selects_what_they_do_not_see(team: Team) -> None:
    for entry in (team.entry(wf_step="start"), team.entry(wf_step="review"), team.entry(wf_step="done")):
        assert team.annotator.get(f"entries/{entry}/select").faults == [("404", "")]
    own = team.entry(wf_step="review", submitted_by_id=team.reviewer.id)
    assert team.reviewer.get(f"entries/{own}/select").faults == [("404", "")]


def test_what_is_done_stays_as_it_is_when_selected(team: Team) -> None:
    entry = team.entry(wf_step="done")
    assert state(team.owner.get(f"entries/{entry}/select")) == ("done", "completed", None)


# ── Assign ──


def assign(person: Person, entry: str, told: Any) -> Reply:
    return person.send("PATCH", f"entries/{entry}/assign", told)


def test_an_owner_assigns_an_entry_to_a_member(team: Team) -> None:
    entry, body = team.entry(), {"assigned_to_id": team.annotator.id}
    assert assign(team.annotator, entry, body).faults == [("403", "")]
    assert assign(team.reviewer, entry, body).faults == [("404", "")]
    assert state(assign(team.owner, entry, body)) == ("annotate", "in_progress", team.annotator.id)
    wrapped = {"data": {"attributes": {"assigned_to_id": team.reviewer.id}}}
    assert state(assign(team.admin, entry, wrapped)) == ("annotate", "in_progress", team.reviewer.id)
    assert team.annotator.get(f"entries/{entry}").status == 404
    assert team.counts() == ("in_progress", 1, 1, 0)


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ("", "/assigned_to_id"),
        ({"assigned_to_id": None}, "/assigned_to_id"),
        ({"data": {"attributes": {"assigned_to_id": "x"}}}, "/data/attributes/assigned_to_id"),
        ({"assigned_to_id": 12}, "/data/attributes/assigned_to_id"),
    ],
)
def test_an_entry_is_assigned_to_a_member_or_not_at_all(team: Team, told: Any, pointer: str) -> None:
    assert assign(team.owner, team.entry(), told).faults == [("422", pointer)]


@pytest.mark.parametrize("step", ["done", "error"])
def test_what_is_over_is_not_assigned(team: Team, step: str) -> None:
    refused = assign(team.owner, team.entry(wf_step=step), {"assigned_to_id": team.annotator.id})
    assert refused.faults == [("409", "")]


# ── Error ──


@pytest.mark.parametrize("step", ["annotate", "review"])
def test_an_entry_is_given_up_with_a_message(team: Team, step: str) -> None:
    entry = team.taken(step=step)
    given_up = team.annotator.act(f"entries/{entry}/error", message="The image is torn.")
    assert state(given_up) == ("error", "errored", None)
    assert given_up.attributes["error_message"] == "The image is torn."
    assert team.counts() == ("completed", 1, 0, 1)
    again = team.owner.act(f"entries/{entry}/error", message="still")
    assert again.faults == [("409", "")]
    assert state(team.owner.patch(f"entries/{entry}", {"wf_step": "annotate"})) == (
        "annotate",
        "pending",
        None,
    )
    assert team.owner.get(f"entries/{entry}").attributes["error_message"] is None


def test_giving_up_needs_a_message_and_the_work(team: Team) -> None:
    entry = team.taken()
    assert team.annotator.act(f"entries/{entry}/error").faults == [("422", "/data/attributes/message")]
    assert team.annotator.send("POST", f"entries/{entry}/error", {"message": " "}).faults == [
        ("422", "/message")
    ]
    assert team.second_annotator.act(f"entries/{entry}/error", message="x").faults == [("404", "")]
    waiting = team.entry()
    assert team.annotator.act(f"entries/{waiting}/error", message="x").faults == [("403", "")]
    start = team.entry(wf_step="start")
    assert team.owner.act(f"entries/{start}/error", message="x").faults == [("409", "")]


# ── Next ──


def take(person: Person, dataset: str, **more: Any) -> Reply:
    return person.act("entries/next", dataset_id=dataset, **more)


def test_next_gives_the_most_urgent_entry_and_assigns_it(team: Team) -> None:
    late, urgent = team.entry(priority=5), team.entry(priority=-1)
    mine = team.entry(priority=2, assigned_to_id=team.annotator.id)
    assert [take(team.annotator, team.leaves).id for _ in range(2)] == [urgent, mine]
    last = take(team.second_annotator, team.leaves)
    assert (last.id, state(last)) == (late, ("annotate", "in_progress", team.second_annotator.id))
    none = take(team.annotator, team.leaves)
    assert (none.status, none.document) == (204, None)


def test_next_gives_everybody_what_they_may_work_on(team: Team) -> None:
    annotate = team.entry(priority=1)
    own = team.entry(wf_step="review", submitted_by_id=team.reviewer.id)
    assert take(team.annotator, team.leaves, wf_step="review").status == 204
    assert take(team.reviewer, team.leaves).status == 204
    assert take(team.second_reviewer, team.leaves).id == own
    assert take(team.owner, team.leaves, wf_step="annotate").id == annotate
    for name, status in {"user": 404, "other_admin": 404}.items():
        assert take(team.person(name), team.leaves).status == status


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({}, [("422", "/dataset_id")]),
        ({"dataset_id": "x", "wf_step": "done"}, [("422", "/dataset_id"), ("422", "/wf_step")]),
        ({"dataset_id": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}, [("404", "")]),
    ],
)
def test_next_needs_a_dataset(team: Team, told: dict[str, str], faults: list[tuple[str, str]]) -> None:
    assert team.annotator.send("POST", "entries/next", told).faults == faults
