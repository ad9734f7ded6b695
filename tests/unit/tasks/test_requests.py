"""What requests say: nulls, times in every form, names of dates."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.tasks import payloads
from hearback.tasks.model import State
from hearback.timestamps import DAY, SECOND
from hearback.wire.tasks.requests import (
    BatchForm,
    DeliveredForm,
    SubmitForm,
    TaskForm,
    TasksQuery,
    read_instant,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

NOON = 1_373_863_557 * SECOND
"""2013-07-15T04:45:57Z."""


@pytest.mark.parametrize(
    "text",
    [
        "20130715T04:45:57",
        "20130715T044557",
        "2013-07-15T04:45:57Z",
        "2013-07-15T04:45:57.000Z",
        "2013-07-15T06:45:57+02:00",
        "2013-07-15 04:45:57",
    ],
)
def test_a_time_is_read_in_every_form(text: str) -> None:
    assert read_instant(text) == NOON


@given(st.integers(0, 4_000_000_000), st.sampled_from(sorted(payloads.TIME_FORMS)))
def test_a_time_that_is_told_is_read_as_the_second_that_it_names(seconds: int, form: str) -> None:
    told = payloads.time(seconds * SECOND + 123_456_789, form)
    assert read_instant(told) == seconds * SECOND
    assert read_instant(told, end=True) == seconds * SECOND + SECOND - 1


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2013-07-15T04:45:57Z", NOON + SECOND - 1),
        ("2013-07-15T04:45:57.5Z", NOON + SECOND // 2),
        ("2013-07-15", NOON - NOON % DAY + DAY - 1),
        (None, None),
        ("", None),
    ],
)
def test_the_end_of_a_range_is_meant_whole(text: str | None, end: int | None) -> None:
    assert read_instant(text, end=True) == end


@pytest.mark.parametrize(
    "text", ["yesterday", "2013-13-01", "20131301T00:00:00", "1373863557", "2013-07-15T25:00:00Z"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TasksQuery.model_validate({"from": text})


def test_null_is_nothing_given_wherever_something_is_optional() -> None:
    task = TaskForm.model_validate({"task": {"data": {"a": None}, "priority": None, "submit": None}}).task
    assert task.draft() == ({"a": None}, 0, False, None)
    batch = BatchForm.model_validate({"tasks": None, "notification_email": None, "tasks_file_name": "x"})
    assert batch.tasks is None
    assert SubmitForm.model_validate({"answers": {}, "duration": None}).answered() == ({}, None)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("created", "created"),
        ("created_at", "created"),
        ("creation_date", "created"),
        ("completion_date", "submitted"),
        ("submitted_at", "submitted"),
        ("delivered_at", "delivered"),
        ("delivery_date", "delivered"),
        ("Updated", "updated"),
    ],
)
def test_a_date_has_several_names(name: str, date: str) -> None:
    assert TasksQuery.model_validate({"date_type": name}).wanted().date_type == date


def test_a_query_says_which_tasks_are_meant() -> None:
    query: dict[str, Any] = {
        "state": "in progress",
        "priority": "-3",
        "batch_id": "7",
        "page": "2",
        "page_size": "9",
    }
    asked = TasksQuery.model_validate(query)
    assert asked.wanted()._replace(date_type="") == (
        7,
        None,
        False,
        "",
        None,
        None,
        State.IN_PROGRESS,
        -3,
        None,
    )
    assert asked.part() == (2, 9)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=4), st.none() | st.integers(0, 9), st.none() | st.text(max_size=4), st.booleans()
        ),
        min_size=2,
        max_size=2,
        unique_by=lambda asked: (asked[0] or "default", *asked[1:3], bool(asked[2]) and asked[3]),
    )
)
def test_two_consumers_or_two_lists_are_in_two_places(
    asked: list[tuple[str, int | None, str | None, bool]],
) -> None:
    one, other = (
        DeliveredForm(
            consumer=name,
            batch_id=batch,
            client_batch_id=named,
            client_batch_id_match_type="contains" if contains and named else None,
        ).name()
        for name, batch, named, contains in asked
    )
    assert one != other
