"""Instants as the dataset API writes them: `2026-11-22T03:07:04.123456Z`, UTC, always six fraction digits.

An instant is an `int`: nanoseconds since 1970-01-01 UTC, of which whole microseconds are kept and shown.
"""

from __future__ import annotations

from typing import Final

from hearback import timestamps

MICROSECOND: Final = 1_000
_SECOND: Final = 1_000_000_000

# Records of one list share their minutes, so most of an instant's text is found instead of made.
_minutes: dict[int, str] = {}
_MOST_MINUTES: Final = 4_000


def format(instant: int) -> str:
    """`2026-11-22T03:07:04.123456Z`. Raises `ValueError` outside the years 1970 to 2109."""
    seconds, fraction = divmod(instant, _SECOND)
    minute, second = divmod(seconds, 60)
    start = _minutes.get(minute) or _name_minute(minute)
    return f"{start}{second:02d}.{fraction // MICROSECOND:06d}Z"


def parse(text: str, *, end: bool = False) -> int:
    """The instant that `text` names, in any form that `hearback.timestamps.parse` reads.

    With `end`, a date alone is the last nanosecond of its day. Raises `Invalid`.
    """
    return timestamps.parse(text, end=end)


def kept(instant: int) -> int:
    """The whole microsecond in which `instant` lies, as records keep it."""
    return instant - instant % MICROSECOND


def _name_minute(minute: int) -> str:
    if len(_minutes) >= _MOST_MINUTES:
        _minutes.clear()
    name = timestamps.format(minute * 60 * _SECOND)
    _minutes[minute] = start = f"{name[:10]}T{name[11:17]}"
    return start
