"""The assignment release Lambda: what nobody touches goes back."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.functions.gateway import invoke, sample
from tests.functions.labelling import Team

HOUR = {"workflow_configuration": {"release_after": 3600}}


class Clock:
    """The time of day, which can be moved on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real, self._ahead = time.time_ns, 0
        monkeypatch.setattr(time, "time_ns", lambda: self._real() + self._ahead)

    def pass_minutes(self, minutes: int) -> None:
        self._ahead += minutes * 60 * 10**9


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def every_minute() -> None:
    invoke("assignment_release", sample("assignment_release", "every_minute"))


def state(team: Team, entry: str) -> tuple[Any, ...]:
    told = team.owner.get(f"entries/{entry}").attributes
    return told["wf_step"], told["status"], told["assigned_to_id"]


def test_what_nobody_touches_for_an_hour_goes_back(team: Team, clock: Clock) -> None:
    dataset = team.dataset(**HOUR)
    annotated, reviewed, elsewhere = (
        team.entry(dataset, wf_step=step, assigned_to_id=team.annotator.id, status="in_progress")
        for step in ("annotate", "review", "start")
    )
    never = team.taken()
    waiting = team.entry(dataset, assigned_to_id=team.annotator.id)
    clock.pass_minutes(59)
    every_minute()
    assert state(team, annotated) == ("annotate", "in_progress", team.annotator.id)
    clock.pass_minutes(2)
    every_minute()
    assert state(team, annotated) == ("annotate", "pending", None)
    assert state(team, reviewed) == ("review", "pending", None)
    for kept, step in ((never, "annotate"), (elsewhere, "start")):
        assert state(team, kept) == (step, "in_progress", team.annotator.id)
    assert state(team, waiting) == ("annotate", "pending", team.annotator.id)
    assert team.counts(dataset)[1:] == (4, 1, 0)


def test_who_annotates_keeps_the_entry(team: Team, clock: Clock) -> None:
    dataset = team.dataset(**HOUR)
    entry = team.entry(dataset)
    team.annotator.get(f"entries/{entry}/select")
    clock.pass_minutes(40)
    annotation = team.annotator.post("annotations", {"annotation": 1}, entry=entry).id
    clock.pass_minutes(40)
    every_minute()
    assert state(team, entry)[1] == "in_progress"
    team.annotator.patch(f"annotations/{annotation}", {"annotation": 2})
    clock.pass_minutes(40)
    every_minute()
    assert state(team, entry)[1] == "in_progress"
    clock.pass_minutes(21)
    every_minute()
    assert state(team, entry) == ("annotate", "pending", None)
    assert team.annotator.get(f"entries/{entry}/select").attributes["status"] == "in_progress"


def test_the_time_is_set_changed_and_taken_away(team: Team, clock: Clock) -> None:
    entry, path = team.taken(), f"datasets/{team.leaves}"
    team.owner.patch(path, HOUR)
    team.owner.patch(path, {"name": "Needles"})
    team.owner.patch(path, {"workflow_configuration": {"sample_rate": 1}})
    clock.pass_minutes(120)
    every_minute()
    assert state(team, entry)[1] == "in_progress"
    team.owner.patch(path, HOUR)
    every_minute()
    assert state(team, entry)[1] == "pending"


def test_next_gives_what_somebody_else_left_alone(team: Team, clock: Clock) -> None:
    dataset = team.dataset(**HOUR)
    entry = team.entry(dataset)
    assert team.annotator.act("entries/next", dataset_id=dataset).id == entry
    assert team.second_annotator.act("entries/next", dataset_id=dataset).status == 204
    clock.pass_minutes(61)
    given = team.second_annotator.act("entries/next", dataset_id=dataset)
    assert (given.id, given.attributes["assigned_to_id"]) == (entry, team.second_annotator.id)


def test_a_deleted_dataset_is_nobodys_business_any_more(team: Team, clock: Clock) -> None:
    dataset = team.dataset(**HOUR)
    team.entry(dataset)
    assert team.owner.delete(f"datasets/{dataset}").status == 204
    clock.pass_minutes(61)
    every_minute()
    assert team.owner.get(f"datasets/{dataset}").status == 404
