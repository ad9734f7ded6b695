"""Instants: what clients send, and what they get back to the nanosecond."""

from __future__ import annotations

import contextlib

import pytest
from hearback import timestamps
from hearback.errors import Invalid
from hypothesis import given
from hypothesis import strategies as st

AT = 1_628_716_017_242_039_142


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-08-11 21:06:57.242039142Z", AT),
        ("2021-08-11T21:06:57.242039142Z", AT),
        ("2021-08-11T23:06:57.242039142+02:00", AT),
        ("2021-08-11T23:06:57.242039142 02:00", AT),
        ("2021-08-11 16:36:57.242039142-0430", AT),
        ("2021-08-11 23:06:57.242039142+02", AT),
        ("2021-08-11 21:06:57.242039142", AT),
        ("2021-08-11 21:06:57.24203914Z", AT - 2),
        ("2021-08-11 21:06:57.5Z", AT + 257_960_858),
        ("2021-08-11 21:06:57.Z", AT - 242_039_142),
        ("2021-08-11 21:06:57Z", AT - 242_039_142),
        ("1970-01-01", 0),
        ("1970-01-02", timestamps.DAY),
        ("2020-02-29 00:00:00Z", 1_582_934_400 * timestamps.SECOND),
    ],
)
def test_every_documented_form_is_read(text: str, instant: int) -> None:
    assert timestamps.parse(text) == timestamps.parse(text) == instant


def test_a_date_alone_as_an_end_is_the_last_nanosecond_of_its_day() -> None:
    assert timestamps.format(timestamps.parse("2021-08-11", end=True)) == "2021-08-11 23:59:59.999999999Z"


def test_any_other_end_is_exact() -> None:
    assert timestamps.parse("2021-08-11 21:06:57Z", end=True) == timestamps.parse("2021-08-11 21:06:57Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2021",
        "2021-8-11",
        "2021-08-11 21:06Z",
        "2021-02-30",
        "2021-13-01",
        "2021-08-11 24:00:00Z",
        "2021-08-11 21:60:00.000000000Z",
        "2021-08-11 21:06:60.000000000Z",
        "2021-08-11 21:06:57,5Z",
        "2021-08-11 21:06:57.2420391420Z",
        "2021-08-11 21:06:57.24203914²Z",
        "2021-08-11 21:06:57.+12345678Z",
        "2021-08-11x21:06:57.242039142Z",
        "2021-08-11 21:06:57+25:00",
        "1969-12-31",
        "2110-01-01",
        "1970-01-01 00:00:00+01:00",
        "2109-12-31 23:59:59-01:00",
        "２０２１-08-11",
        "0000-01-01",
    ],
)
def test_anything_else_is_invalid_and_named(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        timestamps.parse(text)
    assert repr(text) in refused.value.message


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(Invalid) as refused:
        timestamps.parse("x" * 10_000)
    assert len(refused.value.message) < 200


def test_an_instant_that_is_not_set_is_the_empty_string() -> None:
    assert timestamps.format(None) == ""


@given(st.integers(0, timestamps.parse("2109-12-31", end=True)))
def test_every_instant_survives_writing_and_reading(instant: int) -> None:
    assert timestamps.parse(timestamps.format(instant)) == instant


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_invalid(text: str) -> None:
    with contextlib.suppress(Invalid):
        timestamps.parse(text)
