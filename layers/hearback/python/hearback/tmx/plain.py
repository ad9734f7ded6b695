"""The short way for plain stretches of a file: whole units in the simplest spelling, in UTF-8.

The parser still reads every byte and vouches for well-formedness, but calls no Python. Regular expressions
then take the tags they know, and counting the `<` proves that none was left over: a comment, CDATA or
processing instruction would be one. Whatever is unusual (another element or attribute, another spelling,
any error, anything near a limit) is None here, and the reader takes the long way, which knows all rules and
words all errors. The two agree on every stretch that this one accepts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from xml.parsers import expat

from hearback.tmx.assembly import Limits, Unit, Variant

_OPEN: Final = b'<?xml version="1.0" standalone="yes"?><tmx><body>'
_CLOSE: Final = b"</body></tmx>"
_UNIT_END: Final = b"</tu>"
_ATTRIBUTES: Final = r"""(?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*"""
_UNIT_START: Final = re.compile(rf"[ \t\r\n]*(<)tu({_ATTRIBUTES})\s*>")
_CHILD: Final = re.compile(
    r'<prop type="([^"<>&]*)">([^<]*)</prop>'
    r"|<note>([^<]*)</note>"
    r"|<tuv(\s[^<>]*)>\s*<seg>([^<]*(?:<(?!/seg>)[^<]*)*)</seg>\s*</tuv>"
)
_EMPTY_CODE: Final = re.compile(rf"<(?:bpt|ept|ph|it|ut){_ATTRIBUTES}\s*/>")
_CODE: Final = re.compile(rf"<(bpt|ept|ph|it|ut){_ATTRIBUTES}\s*>[^<]*</\1>")
_HIGHLIGHT: Final = re.compile(rf"<hi{_ATTRIBUTES}\s*>|</hi>")
_ATTRIBUTE: Final = re.compile(r"""\s+([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
_REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_new: Any = tuple.__new__  # a NamedTuple's own constructor is three times as slow


class _Unusual(Exception):
    pass


def plain_units(
    stretch: bytes, before: int, srclang: str | None, offset: int, line: int, limits: Limits
) -> list[Unit] | None:
    """The units of a stretch that begins at `offset` on `line`, after `before` units, and ends with one."""
    if len(stretch) > min(limits.text, limits.token) or not _is_well_formed(stretch):
        return None
    breaks = b"\r" in stretch
    if breaks and stretch.count(b"\r") != stretch.count(b"\r\n"):
        return None  # a line break of its own, which we could not count
    units = []
    try:
        for piece in stretch.split(_UNIT_END)[:-1]:
            text = piece.decode()
            start = _UNIT_START.match(text)
            if start is None:
                return None
            before += 1
            space = start.start(1)  # ASCII up to here: as many bytes as characters
            first_line = line + text.count("\n", 0, space)
            if breaks:
                text = text[space:].replace("\r\n", "\n")
                start = _UNIT_START.match(text) or start
            own, variants, note, props = _read(text, start, limits.variants)
            fields = (before, first_line, own or srclang, variants, note, props, offset + space)
            units.append(_new(Unit, fields))
            line += piece.count(b"\n")
            offset += len(piece) + len(_UNIT_END)
    except _Unusual:
        return None
    return units


def _is_well_formed(stretch: bytes) -> bool:
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(_OPEN, False)
        parser.Parse(stretch, False)
        parser.Parse(_CLOSE, True)
    except expat.ExpatError:
        return False
    return True


def _read(
    unit: str, start: re.Match[str], most: int
) -> tuple[str | None, tuple[Variant, ...], str, dict[str, str]]:
    """What stands between `<tu` and `</tu>`."""
    tags = 1
    variants = []
    has_references = "&" in unit
    notes = ""
    props: dict[str, str] = {}
    for kind, value, note, attributes, segment in _CHILD.findall(unit, start.end()):
        if attributes:
            text = segment
            if "<" in segment:
                tags += segment.count("<")
                text = _without_markup(segment)
            language, creationid = _variant_attributes(attributes)
            if has_references and "&" in text:
                text = _decoded(text)
            variants.append(_new(Variant, (language, creationid, text, "", {})))
            tags += 4
        elif note or not kind:
            if value or not note:  # an empty note, or a prop without a type: tell them apart the long way
                raise _Unusual
            notes = f"{notes}\n{_decoded(note)}" if notes else _decoded(note)
            tags += 2
        else:
            if kind not in props:
                props[kind] = _decoded(value) if has_references and "&" in value else value
            tags += 2
    if tags != unit.count("<") or len(variants) > most or len(props) > most:
        raise _Unusual
    own = _srclang(start[2]) if "srclang" in start[2] else None
    return own, tuple(variants), notes, props


def _decoded(text: str) -> str:
    if "&#" in text:
        return _REFERENCE.sub(_character, text)
    if text.count("&") != text.count("&amp;"):
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return text.replace("&amp;", "&")


def _character(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return _ENTITIES[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def _without_markup(text: str) -> str:
    plain = _HIGHLIGHT.sub("", _CODE.sub("", _EMPTY_CODE.sub("", text)))
    if "<" in plain:
        raise _Unusual
    return plain


@lru_cache(maxsize=256)
def _variant_attributes(markup: str) -> tuple[str, str]:
    found = _attributes(markup)
    return found.get("xml:lang") or found.get("lang") or "", found.get("creationid", "")


@lru_cache(maxsize=256)
def _srclang(markup: str) -> str | None:
    return _attributes(markup).get("srclang")


def _attributes(markup: str) -> dict[str, str]:
    """Of a start tag that the parser has found well-formed."""
    if "&" in markup or "\n" in markup or "\t" in markup or markup.endswith("/"):
        raise _Unusual
    return {name: value[1:-1] for name, value in _ATTRIBUTE.findall(markup)}
