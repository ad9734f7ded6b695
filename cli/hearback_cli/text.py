"""Text from outside, made fit for a terminal; and sizes and counts as people read them."""

from __future__ import annotations

import unicodedata


def plain(value: object) -> str:
    """On one line, and without control characters: what somebody wrote must not move the cursor."""
    text = "" if value is None else str(value)
    return "".join(" " if _controls(each) else each for each in text)


def _controls(character: str) -> bool:
    # Cc are the control characters, Cf those that turn the direction of what follows, Zl and Zp end lines.
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character != "\N{ZERO WIDTH JOINER}"
    )


def counted(number: int, one: str, several: str = "") -> str:
    """`1 entry`, `12,000 entries`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def size(number: float) -> str:
    """Bytes, as `1.5 MB`."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
