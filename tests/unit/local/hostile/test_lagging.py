"""What an index shows that is behind: the table as it was, and nothing else."""

from __future__ import annotations

from typing import Any

from local.hostile.lagging import History, as_it_was

NEW, OLD = {"v": {"N": "2"}}, {"v": {"N": "1"}}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def table(**partitions: dict[str, Any]) -> dict[str, Any]:
    return {"name": "things", "items": partitions}


def test_what_was_changed_within_the_lag_is_as_it_was_before() -> None:
    clock = Clock()
    history = History(clock)
    history.note("things", ("p", "changed"), OLD)
    history.note("things", ("p", "made"), None)
    history.note("things", ("q", "removed"), OLD)
    now = table(p={"changed": NEW, "made": NEW, "other": NEW})
    then = as_it_was(now, history.since("things", 0.5))
    assert then["items"] == {"p": {"changed": OLD, "other": NEW}, "q": {"removed": OLD}}
    assert now == table(p={"changed": NEW, "made": NEW, "other": NEW})


def test_what_was_changed_twice_is_as_it_was_before_the_first_change_within_the_lag() -> None:
    clock = Clock()
    history = History(clock)
    history.note("things", ("p", "1"), None)
    clock.now += 0.5
    history.note("things", ("p", "1"), OLD)
    assert history.since("things", 0.2) == {("p", "1"): OLD}
    assert history.since("things", 1.0) == {("p", "1"): None}


def test_other_tables_and_older_changes_are_left_alone() -> None:
    clock = Clock()
    history = History(clock)
    history.note("others", ("p", "1"), OLD)
    history.note("things", ("p", "2"), OLD)
    clock.now += 1
    assert history.since("things", 0.5) == {}
