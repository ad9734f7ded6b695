"""Instants in answers have one form, to the microsecond; in filters and bodies they may have many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hearback import timestamps
from hearback.errors import Invalid
from hearback.jsonapi import instants, kinds
from hypothesis import given
from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4_417_977_599_999_999).map(
    lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
)


def _instant(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


@given(MOMENTS)
def test_an_instant_is_shown_as_the_calendar_says(moment: datetime) -> None:
    shown = instants.format(_instant(moment))
    assert shown == moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"
    assert datetime.fromisoformat(shown) == moment


@given(MOMENTS)
def test_what_is_shown_reads_back_as_the_same_instant(moment: datetime) -> None:
    instant = _instant(moment)
    assert instants.parse(instants.format(instant)) == instant
    assert kinds.INSTANT.take(instants.format(instant)) == instant


def test_listing_more_minutes_than_are_remembered_changes_nothing() -> None:
    minutes = [minute * 60 * timestamps.SECOND for minute in range(5_000)]
    assert [instants.parse(instants.format(minute)) for minute in minutes] == minutes


def test_a_body_s_instant_is_kept_to_the_microsecond() -> None:
    assert instants.format(kinds.INSTANT.take("2026-11-22 04:07:04.123456789+01:00")) == (
        "2026-11-22T03:07:04.123456Z"
    )


@pytest.mark.parametrize("value", ["yesterday", "", 5, None, True, [], "2026-02-30", "1969-12-31"])
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="must be a timestamp"):
        kinds.INSTANT.take(value)
