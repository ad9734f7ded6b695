"""What somebody else does between the read and the write of a request of the dataset API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hearback.access.model import Caller
from hearback.dataset import annotating, entries, events, notes
from hearback.dataset.entries import Found

from tests.functions.gateway import WATCH
from tests.functions.labelling import Team

Meanwhile = Callable[[Callable[..., Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """`meanwhile(act)`: it happens once, right after the next request has read its entry."""
    find = entries.find

    def arrange(act: Callable[..., Any]) -> None:
        waiting = [act]

        def found_and_then(caller: Caller, entry_id: str) -> Found:
            found = find(caller, entry_id)
            if waiting:
                with WATCH.aside():
                    waiting.pop()()
            return found

        monkeypatch.setattr(entries, "find", found_and_then)

    return arrange


def now() -> int:
    return time.time_ns() // 1000 * 1000


def test_of_two_who_select_an_entry_one_gets_it(team: Team, meanwhile: Meanwhile) -> None:
    entry, other = team.entry(), team.second_annotator
    meanwhile(lambda: events.select(other.caller, entry, now()))
    assert team.annotator.get(f"entries/{entry}/select").faults == [("403", "")]
    assert other.get(f"entries/{entry}").attributes["assigned_to_id"] == other.id
    assert team.counts() == ("in_progress", 1, 1, 0)


def test_of_two_who_ask_for_the_next_both_get_one(team: Team, meanwhile: Meanwhile) -> None:
    urgent, other = (team.entry(priority=priority) for priority in (0, 1))
    meanwhile(lambda: events.select(team.second_annotator.caller, urgent, now()))
    assert team.annotator.act("entries/next", dataset_id=team.leaves).id == other
    assert team.counts() == ("in_progress", 2, 2, 0)


@pytest.mark.parametrize("event", ["submit", "error"])
def test_an_event_is_for_the_step_that_its_sender_saw(team: Team, meanwhile: Meanwhile, event: str) -> None:
    entry = team.taken()
    meanwhile(lambda: events.submit(team.annotator.caller, entry, None, now()))
    told = {"message": "torn"} if event == "error" else {}
    assert team.owner.act(f"entries/{entry}/{event}", **told).faults == [("409", "")]
    shown = team.owner.get(f"entries/{entry}").attributes
    assert (shown["wf_step"], shown["submitted_by_id"]) == ("review", team.annotator.id)
    assert team.counts() == ("in_progress", 1, 0, 0)


def test_an_entry_that_somebody_takes_up_is_not_deleted(team: Team, meanwhile: Meanwhile) -> None:
    entry = team.entry()
    meanwhile(lambda: events.select(team.annotator.caller, entry, now()))
    assert team.owner.delete(f"entries/{entry}").faults == [("403", "")]
    assert team.counts() == ("in_progress", 1, 1, 0)


def test_two_changes_of_an_entry_are_both_made(team: Team, meanwhile: Meanwhile) -> None:
    entry = team.entry()
    meanwhile(lambda: entries.update(team.admin.caller, entry, {"resource": "s3://b.png"}, now()))
    changed = team.owner.patch(f"entries/{entry}", {"priority": 7}).attributes
    assert (changed["priority"], changed["resource"]) == (7, "s3://b.png")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"wf_step": "done"}, 422),
        ({"assigned_to_id": None}, 409),
    ],
)
def test_an_annotation_needs_the_entry_as_it_was_seen(
    team: Team, meanwhile: Meanwhile, change: dict[str, Any], status: int
) -> None:
    entry = team.taken()
    writer = team.annotator if status == 409 else team.owner
    meanwhile(lambda: entries.update(team.admin.caller, entry, change, now()))
    assert writer.post("annotations", {"annotation": 1}, entry=entry).status == status
    assert team.owner.get("annotations?count=true").document["meta"]["count"] == 0


def test_nothing_comes_to_be_below_an_entry_that_is_deleted(team: Team, meanwhile: Meanwhile) -> None:
    entry = team.entry()
    meanwhile(lambda: entries.delete(team.admin.caller, entry, now()))
    assert team.owner.post("annotations", {"annotation": 1}, entry=entry).status == 404
    assert team.owner.get("annotations?count=true").document["meta"]["count"] == 0


def test_a_note_needs_the_entry_in_progress_and_its_annotation(team: Team, meanwhile: Meanwhile) -> None:
    entry = team.taken()
    annotation = team.annotator.post("annotations", {"annotation": 1}, entry=entry).id
    on = {"entry_id": entry, "anchor_type": "annotation", "annotation_id": annotation}
    meanwhile(lambda: annotating.delete(team.owner.caller, annotation, now()))
    assert team.annotator.post("note_feeds", on).faults == [("422", "/data/attributes/annotation_id")]
    meanwhile(lambda: events.submit(team.annotator.caller, entry, None, now()))
    assert team.owner.post("note_feeds", {"entry_id": entry}).faults == [("422", "")]
    assert team.owner.get("note_feeds?count=true").document["meta"]["count"] == 0


def test_a_comment_needs_its_feed(team: Team, meanwhile: Meanwhile) -> None:
    feed = team.annotator.post("note_feeds", {"entry_id": team.taken()}).id
    meanwhile(lambda: notes.delete_feed(team.annotator.caller, feed, now()))
    assert team.owner.post("note_comments", {"content_md": "hm"}, note_feed=feed).faults == [("404", "")]
    assert team.owner.get("note_comments?count=true").document["meta"]["count"] == 0


def test_a_feed_is_resolved_by_whoever_is_first(team: Team, meanwhile: Meanwhile) -> None:
    feed = team.annotator.post("note_feeds", {"entry_id": team.taken()}).id
    meanwhile(lambda: notes.resolve(team.owner.caller, feed, now()))
    assert team.annotator.act(f"note_feeds/{feed}/resolve").attributes["status"] == "resolved"
    assert team.owner.get("note_feeds?filter[status]=resolved&count=true").document["meta"]["count"] == 1
