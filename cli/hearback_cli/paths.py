"""Paths of requests."""

from __future__ import annotations

from urllib.parse import quote

import click


def part(value: str) -> str:
    """An id as one part of a path, whatever is in it."""
    if not value.strip() or value in (".", ".."):
        raise click.UsageError(f"{value!r} is no id.")
    return quote(value, safe="")
