"""The quality report: what it counts, by what it groups, and for which days."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.quality import aggregates, feedback, store

from tests.functions.reviewing import Round, about, ask, field, quality, shape
from tests.functions.tasking import Desk, refused

DAY = 86_400 * 1_000_000_000
MONDAY = 1_700_438_400_000_000_000 + DAY // 2
"""2023-11-20 at noon."""
DAYS = [f"2023-11-{20 + number}" for number in range(5)]


def say(review: Round, day: int, *given: Any, finalize: bool = False) -> None:
    """Post feedback on the day of this number."""
    place = feedback.place(review.desk.project, review.task, str(review.round))
    feedback.post(place, list(given), finalize, None, MONDAY + day * DAY)


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["count"], told["tasks_reviewed"], told["tasks_with_errors"]


def groups(told: dict[str, Any], by: str) -> dict[Any, int]:
    return {group[by]: group["count"] for group in told["groups"]}


def test_a_project_without_feedback_has_an_empty_report(desk: Desk) -> None:
    assert quality(desk) == {
        "project_id": desk.number,
        "group_by": "error_type",
        "count": 0,
        "finalized": 0,
        "tasks_reviewed": 0,
        "tasks_with_errors": 0,
        "errors_per_task": None,
        "groups": [],
        "series": [],
    }


def test_drafts_and_final_entries_count_and_it_is_told_how_many_are_final(desk: Desk) -> None:
    review = about(desk)
    review.post([shape(), shape(1)])
    review.add(field(), finalize=True)
    told = quality(desk)
    assert (counts(told), told["finalized"], told["errors_per_task"]) == ((3, 1, 1), 1, 3.0)
    assert told["groups"] == [
        {"error_type": "Inaccurate Shape", "count": 2, "finalized": 0},
        {"error_type": "Incorrect Metadata", "count": 1, "finalized": 1},
    ]


def test_every_dimension_is_told_with_null_for_what_has_none(desk: Desk) -> None:
    review = about(desk)
    review.post([shape(severity="major"), shape(0, output="people"), field(), field("color", output="car")])
    review.add({"type": "shape", "error_type": "Missing Shape", "severity": "major"})
    review.next().add(field())
    expected: dict[str, dict[Any, int]] = {
        "error_type": {"Inaccurate Shape": 2, "Incorrect Metadata": 3, "Missing Shape": 1},
        "severity": {None: 4, "major": 2},
        "output": {"car": 2, "weather": 2, "people": 1, None: 1},
        "round": {"1": 5, "2": 1},
        "submitter": {"annotator@acme.example": 5, None: 1},
    }
    for dimension, wanted in expected.items():
        told = quality(desk, group_by=dimension)
        assert groups(told, dimension) == wanted
        assert groups(told["series"][0], dimension) == wanted
        assert counts(told) == (6, 1, 1)


def test_names_that_look_like_our_own_are_names(desk: Desk) -> None:
    odd = ["a", "a!", "a=", "none", "None", "<", "entries", "pk", "sk"]
    review = about(desk, **dict.fromkeys(odd, "x"))
    review.post([field(name) for name in odd])
    review.add(field("a"), finalize=True)
    told = quality(desk, group_by="output")
    assert groups(told, "output") == dict.fromkeys(odd, 1) | {"a": 2}
    assert {group["output"]: group["finalized"] for group in told["groups"]}["a!"] == 0


def test_a_task_in_which_nothing_was_found_is_reviewed_without_errors(desk: Desk) -> None:
    for body in ({"finalize": True}, {"finalize": True, "feedbacks": []}):
        review = about(desk)
        assert review.ask("POST", body=body).document == {"feedbacks": []}
        assert review.ask("POST", body=body).status == 200
    about(desk).add(shape())
    told = quality(desk)
    assert (counts(told), told["errors_per_task"]) == ((1, 3, 1), 0.3333)


def test_drafts_that_are_deleted_were_no_review(desk: Desk) -> None:
    review = about(desk)
    one, other = review.post([shape(), field()])
    review.delete(one["id"])
    assert counts(quality(desk)) == (1, 1, 1)
    review.delete(other["id"])
    assert quality(desk)["series"] == []
    assert counts(quality(desk)) == (0, 0, 0)
    review.post(finalize=True)
    assert counts(quality(desk)) == (0, 1, 0)


def test_an_edit_moves_an_entry_to_another_group(desk: Desk) -> None:
    review = about(desk)
    made = review.add(shape(severity="minor"))
    review.add(shape(error_type="Extra Shape", output="people", id=made["id"]))
    assert groups(quality(desk), "error_type") == {"Extra Shape": 1}
    assert groups(quality(desk, group_by="severity"), "severity") == {None: 1}
    assert groups(quality(desk, group_by="output"), "output") == {"people": 1}


# ── Days ──


def test_a_review_counts_on_the_day_on_which_it_began(desk: Desk) -> None:
    review = about(desk)
    say(review, 0, shape())
    say(review, 2, shape(1), field(), finalize=True)
    told = quality(desk)
    assert [(day["date"], counts(day)) for day in told["series"]] == [(DAYS[0], (3, 1, 1))]
    assert told["series"][0]["finalized"] == 2


def test_a_review_that_was_deleted_begins_anew(desk: Desk) -> None:
    review = about(desk)
    say(review, 0, shape())
    review.delete(review.entries()[0]["id"])
    say(review, 3, field())
    assert [(day["date"], counts(day)) for day in quality(desk)["series"]] == [(DAYS[3], (1, 1, 1))]


def test_from_and_to_choose_days_and_include_both(desk: Desk) -> None:
    for day in range(5):
        say(about(desk), day, *[shape()] * (day + 1))
    assert counts(quality(desk)) == (15, 5, 5)
    assert counts(quality(desk, since=DAYS[1], until=DAYS[3])) == (2 + 3 + 4, 3, 3)
    assert counts(quality(desk, since=f"{DAYS[2]}T15:00:00Z")) == (3 + 4 + 5, 3, 3)
    assert counts(quality(desk, until="20231121T00:00:00")) == (1 + 2, 2, 2)
    assert counts(quality(desk, since=DAYS[3], until=DAYS[1])) == (0, 0, 0)
    told = quality(desk, since=DAYS[1], until=DAYS[2], group_by="output")
    assert [(day["date"], groups(day, "output")) for day in told["series"]] == [
        (DAYS[1], {"car": 2}),
        (DAYS[2], {"car": 3}),
    ]


def test_a_task_that_is_reviewed_in_several_rounds_counts_once_in_any_range_of_days(desk: Desk) -> None:
    first = about(desk)
    say(first, 0, shape())
    say(about(desk), 2, field())
    second = first.next()
    say(second, 2, finalize=True)
    desk.put(f"tasks/{first.task}/submit.json", {"answers": {"weather": "sun"}}, by="annotator")
    third = second.next()
    say(third, 3, field(), field())
    assert counts(quality(desk)) == (4, 2, 2)
    assert [counts(day) for day in quality(desk)["series"]] == [(1, 1, 1), (1, 2, 1), (2, 1, 1)]
    assert counts(quality(desk, since=DAYS[1])) == (3, 2, 2)
    assert counts(quality(desk, since=DAYS[2], until=DAYS[2])) == (1, 2, 1)
    third.delete(*[entry["id"] for entry in third.entries()])
    assert counts(quality(desk, since=DAYS[1])) == (1, 2, 1)
    assert counts(quality(desk, since=DAYS[3])) == (0, 0, 0)


def test_the_submitter_is_whose_answers_the_round_had(desk: Desk) -> None:
    review = about(desk)
    second = review.next()
    review.add(field(comment="by the annotator, though sent back since"))
    desk.put(f"tasks/{review.task}/submit.json", {"answers": {"weather": "sun"}}, by="second_annotator")
    second.add(field())
    review.add(field(comment="of answers that are gone"))
    told = quality(desk, group_by="submitter")
    expected = {"annotator@acme.example": 1, "second_annotator@acme.example": 1, None: 1}
    assert groups(told, "submitter") == expected


@pytest.mark.parametrize("query", ["group_by=colour", "group_by=", "from=yesterday", "to=2023-13-01"])
def test_a_report_that_cannot_be_is_refused(desk: Desk, query: str) -> None:
    assert refused(ask(desk, "GET", f"quality.json?{query}"), 400) == [(400, None)]


# ── How it is kept ──


def test_any_number_of_outputs_fits_one_transaction(desk: Desk) -> None:
    names = [f"output {number}" for number in range(feedback.MOST_ENTRIES)]
    review = about(desk, **dict.fromkeys(names, "x"))
    made = review.post([field(name) for name in names])
    moved = zip(names[::-1], made, strict=True)
    review.post([field(name, external_id=name, id=entry["id"]) for name, entry in moved], finalize=True)
    told = quality(desk, group_by="output")
    assert groups(told, "output") == dict.fromkeys(names, 1)
    assert all(group["finalized"] == 1 for group in told["groups"])


def test_counts_are_spread_by_task_over_partitions(desk: Desk) -> None:
    for _ in range(12):
        about(desk).add(field())
    rows = [aggregates._rows(run) for run in store.everything_counted(desk.number)]
    assert sum(bool(each) for each in rows) > 1
    assert counts(quality(desk)) == (12, 12, 12)
