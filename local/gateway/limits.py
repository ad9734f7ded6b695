"""Limits of a REST API and of the functions behind it; none of them can be raised."""

from __future__ import annotations

from collections.abc import Iterable

MOST_BODY = 10 * 1024 * 1024
"""Bytes of a request's body."""

MOST_LINE_AND_HEADERS = 10_240
"""Bytes of the request line and all header values together."""

MOST_FOR_FUNCTION = 6 * 1024 * 1024
"""Bytes of what Lambda takes and gives back in one call, as JSON: a body in base64 is a third longer."""

LONGEST_CALL = 29.0
"""Seconds that the gateway waits for a function."""


def line_and_headers(target: str, headers: Iterable[tuple[str, str]]) -> int:
    """Bytes of a request as the gateway counts them against `MOST_LINE_AND_HEADERS`."""
    return len(target) + sum(len(value) for _, value in headers)
