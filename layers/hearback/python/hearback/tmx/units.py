"""What the reader gives, and what a file may ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Limits(NamedTuple):
    """What one file may ask of the reader; the parser's own memory stays within `token` and `slice`."""

    depth: int = 64
    """Elements within each other."""
    text: int = 1 << 20
    """Characters of one segment or prop, or of the notes of one place."""
    unit: int = 8 << 20
    """Characters of all texts of one unit together."""
    variants: int = 1000
    """Of one unit; as many different props of each unit and variant."""
    token: int = 2 << 20
    """Bytes of one tag or comment: those of half the size always pass, larger ones never."""
    names: int = 10_000
    """Different names of elements and attributes."""
    slice: int = 1 << 15
    """Bytes handed to the parser at once: few enough that their units stay in the processor's cache."""


class Variant(NamedTuple):
    """One `tuv`."""

    language: str
    """`xml:lang`, or the `lang` of TMX 1.1, as written; empty when it has neither."""
    creationid: str
    text: str
    """Of the first `seg`, inline codes dropped, white space kept; empty when there is none."""
    note: str
    props: Mapping[str, str]


class Unit(NamedTuple):
    """One `tu`. Of two props of one type the first is kept; several notes are joined by a line feed."""

    number: int
    """From 1, in the order of the file."""
    line: int
    srclang: str | None
    """The unit's, else the header's, as written (`*all*` too); None when neither says."""
    variants: tuple[Variant, ...]
    note: str
    props: Mapping[str, str]
    offset: int
    """In the file, of the `<` it begins with."""
