"""Instants as the translation API writes and reads them.

An instant is an `int`: nanoseconds since 1970-01-01 UTC. It never passes through `datetime`, which keeps
microseconds only: an inclusive end filter would then miss the very entry it was copied from.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from hearback.errors import Invalid

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2109
SECOND: Final = 1_000_000_000
DAY: Final = 86_400 * SECOND
SHOWN: Final = 40  # characters of a wrong value that a message repeats

_EPOCH: Final = date(1970, 1, 1).toordinal()
_END: Final = (date(LAST_YEAR + 1, 1, 1).toordinal() - _EPOCH) * DAY
_TWO_DIGITS: Final = {f"{number:02d}": number for number in range(60)}
_FORM: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[ Tt](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{0,9}))?"
    r"(?P<zone>[Zz]|[+\- ]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)

# At most one entry for each day of the 140 years, in each direction.
_day_starts: dict[str, int] = {}
_day_names: dict[int, str] = {}
_minutes: dict[str, int] = {}
_MOST_MINUTES: Final = 1_000


def parse(text: str, *, end: bool = False) -> int:
    """The instant that `text` names; without a zone it is UTC, and a date alone is the start of that day.

    Read are a space or `T` between date and time, 0 to 9 fraction digits, `Z` or an offset (also one whose
    `+` arrived as a space, as it does from a URL). With `end`, a date alone is the last nanosecond of that
    day: the inclusive end of a range. Anything else, and years outside 1970 to 2109, is `Invalid`.
    """
    if len(text) == 30 and text[29] == "Z" and text[19] == ".":  # our own form, without a regular expression
        minute = _minutes.get(text[:17])
        second = _TWO_DIGITS.get(text[17:19])
        fraction = text[20:29]
        if minute is not None and second is not None and fraction.isdigit() and fraction.isascii():
            return minute + second * SECOND + int(fraction)
    form = _FORM.fullmatch(text)
    if form is None:
        raise _invalid(text, "expected YYYY-MM-DD hh:mm:ss.nnnnnnnnnZ")
    start = _day_start(form["day"], text)
    if form["hour"] is None:
        return start + DAY - 1 if end else start
    time = _time_of_day(form, text)
    _remember_minute(text, start + time - time % (60 * SECOND))
    return _within_range(start + time - _offset(form["zone"], text), text)


def parse_or_none(text: str | None) -> int | None:
    """`parse` for what need not be readable, or there at all."""
    try:
        return parse(text) if text else None
    except Invalid:
        return None


def format(instant: int | None) -> str:
    """`YYYY-MM-DD hh:mm:ss.nnnnnnnnnZ`, in UTC; the empty string for an instant that is not set."""
    if instant is None:
        return ""
    seconds, nanoseconds = divmod(instant, SECOND)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    name = _day_names.get(day) or _name_day(day)
    return f"{name} {hour:02d}:{minute:02d}:{second:02d}.{nanoseconds:09d}Z"


def _day_start(day: str, text: str) -> int:
    start = _day_starts.get(day)
    if start is not None:
        return start
    try:
        calendar_day = date(int(day[:4]), int(day[5:7]), int(day[8:]))
    except ValueError:
        raise _invalid(text, "no such day in the calendar") from None
    start = _within_range((calendar_day.toordinal() - _EPOCH) * DAY, text)
    _day_starts[day] = start
    return start


def _remember_minute(text: str, instant: int) -> None:
    """`text` begins with this minute; files name the same ones again and again."""
    if len(_minutes) >= _MOST_MINUTES:
        _minutes.clear()
    _minutes[text[:17]] = instant


def _time_of_day(form: re.Match[str], text: str) -> int:
    hour, minute, second = int(form["hour"]), int(form["minute"]), int(form["second"])
    if hour > 23 or minute > 59 or second > 59:
        raise _invalid(text, "no such time of day")
    return ((hour * 60 + minute) * 60 + second) * SECOND + int((form["fraction"] or "").ljust(9, "0"))


def _offset(zone: str | None, text: str) -> int:
    if zone is None or zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise _invalid(text, "no such offset from UTC")
    return (hours * 60 + minutes) * 60 * SECOND * (-1 if zone[0] == "-" else 1)


def _within_range(instant: int, text: str) -> int:
    if not 0 <= instant < _END:
        raise _invalid(text, f"the years {FIRST_YEAR} to {LAST_YEAR} are kept")
    return instant


def _name_day(day: int) -> str:
    if not 0 <= day * DAY < _END:
        raise ValueError(f"instant outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return _day_names.setdefault(day, date.fromordinal(_EPOCH + day).isoformat())


def _invalid(text: str, why: str) -> Invalid:
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return Invalid(f"{shown!r} is not a valid timestamp: {why}.")
