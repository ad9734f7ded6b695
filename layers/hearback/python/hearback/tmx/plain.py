"""The short way for plain stretches of a file: whole units in UTF-8 whose shape has been met before.

A unit's shape is all of its tags but the first. Files have few of them: so the parser and the long way read
each shape once, with a mark in place of each text, and where the marks come out is where the texts of every
unit of this shape belong. What is left to do for a unit is to cut it at its tags.

A well-formed shape with well-formed texts is a well-formed unit. Of texts that hold no tag, checked are the
characters and the references. Whatever is unusual (`>` in a text, a comment, any error, anything near a
limit) is None here, and the reader takes the long way, which knows all rules and words all errors. The two
agree on every stretch that this one accepts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple
from xml.parsers import expat

from hearback.tmx.assembly import Frame, Recorder, assemble
from hearback.tmx.errors import TmxError
from hearback.tmx.units import Limits, Unit, Variant

_UNIT_END: Final = b"</tu>"
_SPACE: Final = b" \t\r\n"
_TELLING: Final = b"<>]" + bytes(byte for byte in range(32) if byte not in _SPACE)
_HARMLESS: Final = bytes(byte for byte in range(256) if byte not in _TELLING)
_PLANE_END: Final = b"\xef\xbf"  # begins U+FFFE and U+FFFF, which XML does not allow, and a few it does
_NAME: Final = re.compile(r"\s+([A-Za-z_:][\w.:-]*)\s*=\s*", re.ASCII)
_REFERENCE: Final = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARK: Final = "\ue000"
_LIMITS: Final = Limits()
_MOST_SHAPES: Final = 500
_LARGEST_SHAPE: Final = 4_000  # characters of its tags
_LONGEST_CODE: Final = 32  # characters of native code such as `&lt;b&gt;`, of which a file repeats few
_MOST_NEW_SHAPES: Final = 16  # of one stretch: to learn one takes as long as to read some ten units
_NO_PROPS: Final[Mapping[str, str]] = {}
_new: Any = tuple.__new__  # a NamedTuple's own constructor is three times as slow

_Pick = Callable[[list[str]], Any]
"""From the parts of a unit to some of its texts. Part 0 is empty, 1 the first tag, 2 the text behind it …"""


class _Unusual(Exception):
    pass


class _Said(NamedTuple):
    """Where a unit or variant has its note and props."""

    note: _Pick
    kinds: tuple[str, ...]
    values: _Pick

    def read(self, parts: list[str]) -> tuple[str, dict[str, str]]:
        return self.note(parts), dict(zip(self.kinds, self.values(parts), strict=False))


class _Shape(NamedTuple):
    said: _Said | None
    variants: tuple[tuple[str, str, _Pick, _Said | None], ...]
    """Language, `creationid`, and where the segment is: one text, or several around inline elements."""


_shapes: dict[tuple[str, ...], _Shape] = {}


def plain_units(
    stretch: bytes, before: int, srclang: str | None, offset: int, line: int, limits: Limits
) -> list[Unit] | None:
    """The units of a stretch that begins at `offset` on `line`, after `before` units, and ends with one."""
    units = []
    new_shapes = 0
    try:
        _check(stretch, limits)
        for number, piece in enumerate(stretch.split(_UNIT_END)[:-1], before + 1):
            markup = piece.lstrip(_SPACE)
            space = len(piece) - len(markup)
            parts = _parts(markup)
            tags = tuple(parts[3::2])
            shape = _shapes.get(tags)
            if shape is None:
                new_shapes += 1
                if new_shapes > _MOST_NEW_SHAPES:
                    return None
                shape = _learn(tags)
            note, props = shape.said.read(parts) if shape.said else ("", _NO_PROPS)
            place = number, line + piece.count(b"\n", 0, space), _srclang(parts[1]) or srclang
            units.append(_new(Unit, (*place, _variants(shape, parts), note, props, offset + space)))
            line += piece.count(b"\n")
            offset += len(piece) + len(_UNIT_END)
    except (_Unusual, UnicodeDecodeError):
        return None
    return units


def _check(stretch: bytes, limits: Limits) -> None:
    """That XML allows its characters, that `<` and `>` come by turns, and that no limit is near."""
    if (limits.depth, limits.variants) != (_LIMITS.depth, _LIMITS.variants):
        raise _Unusual  # shapes are learnt under the usual ones
    if len(stretch) > min(limits.text, limits.unit, limits.token):
        raise _Unusual
    signs = stretch.translate(None, _HARMLESS)
    if b"]" in signs and b"]]>" not in signs:
        signs = signs.replace(b"]", b"")
    if signs != b"<>" * (len(signs) // 2) or _PLANE_END in stretch:
        raise _Unusual
    if b"\r" in stretch and stretch.count(b"\r") != stretch.count(b"\r\n"):
        raise _Unusual  # a line break of its own, which we could not count


def _parts(markup: bytes) -> list[str]:
    """Texts and tags by turns, without the signs between them; in texts, references stand decoded."""
    text = markup.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    others = False
    if "&" in text:
        others = text.count("&") != text.count("&amp;")
        if not others:
            text = text.replace("&amp;", "&")  # in tags too, which are then unusual
    if not text.startswith("<"):
        raise _Unusual  # a text between units, or an end of none
    parts = text.replace(">", "<").split("<")
    if others:
        parts[2::2] = [_decoded(part) if "&" in part else part for part in parts[2::2]]
    return parts


def _decoded(text: str) -> str:
    """With what its references stand for."""
    if text.count("&") == text.count("&amp;"):
        return text.replace("&amp;", "&")
    return _decode_short(text) if len(text) <= _LONGEST_CODE else _decode(text)


def _decode(text: str) -> str:
    decoded, known = _REFERENCE.subn(_character, text)
    if known < text.count("&"):
        raise _Unusual
    return decoded


_decode_short = lru_cache(maxsize=1_000)(_decode)


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code > 0x10FFFF or _ILLEGAL.match(chr(code)):
        raise _Unusual
    return chr(code)


def _srclang(tag: str) -> str:
    """Of the first tag, which few units share: what they share are the names of its attributes."""
    cut = tag.split('"')
    place = _place_of_srclang(tuple(cut[::2]))
    srclang = cut[place] if place else ""
    if "&" in tag or not srclang.isprintable():
        raise _Unusual
    return srclang


@lru_cache(maxsize=256)
def _place_of_srclang(cut: tuple[str, ...]) -> int:
    """Among the parts of a `tu` tag cut at each quotation mark, of which every other is given; else 0."""
    *assigned, end = cut[0].removeprefix("tu"), *cut[1:]
    if not cut[0].startswith("tu") or end.strip(" \t\n") or sum(map(len, cut)) > _LARGEST_SHAPE:
        raise _Unusual
    names = [_NAME.fullmatch(part) for part in assigned]
    known = {name[1]: 2 * at + 1 for at, name in enumerate(names) if name}
    if len(known) < len(names):
        raise _Unusual
    return known.get("srclang", 0)


def _variants(shape: _Shape, parts: list[str]) -> tuple[Variant, ...]:
    variants = []
    for language, creationid, pick, said in shape.variants:
        text = pick(parts)
        if text.__class__ is tuple:
            text = "".join(text)
        note, props = said.read(parts) if said else ("", _NO_PROPS)
        variants.append(_new(Variant, (language, creationid, text, note, props)))
    return tuple(variants)


def _learn(tags: tuple[str, ...]) -> _Shape:
    if sum(map(len, tags)) > _LARGEST_SHAPE or any(tag.startswith(("!", "?")) for tag in tags):
        raise _Unusual
    marked = "".join(f"<{tag}>{_MARK}{place}" for place, tag in enumerate(tags, 2))
    unit = _long_way(f"<tmx><body><tu>{_MARK}1{marked}</tu></body></tmx>")
    variants = [
        (variant.language, variant.creationid, _pick(variant.text), _said(variant))
        for variant in unit.variants
    ]
    if len(_shapes) >= _MOST_SHAPES:
        _shapes.clear()
    shape = _shapes[tags] = _Shape(_said(unit), tuple(variants))
    return shape


def _long_way(markup: str) -> Unit:
    frame = Frame()
    units: list[Unit] = []
    recorder = Recorder(frame, _LIMITS)
    assembly = assemble(frame, _LIMITS, units.append)
    next(assembly)
    try:
        recorder.attach(expat.ParserCreate, "utf-8").Parse(markup, True)
        assembly.send(recorder.events)
    except (expat.ExpatError, TmxError):
        raise _Unusual from None
    if len(units) != 1:
        raise _Unusual
    return units[0]


def _said(where: Unit | Variant) -> _Said | None:
    if not where.note and not where.props:
        return None
    values = [_place(value) for value in where.props.values()]
    return _Said(itemgetter(_place(where.note)), tuple(where.props), itemgetter(*values, 0, 0))


def _place(marks: str) -> int:
    """Of a text that is in one part; of an empty one, that of the part which always is."""
    places = _places(marks)
    if len(places) > 1:
        raise _Unusual
    return places[0] if places else 0


def _places(marks: str) -> list[int]:
    _, *places = marks.split(_MARK)
    if marks != "".join(_MARK + place for place in places):
        raise _Unusual  # as of two notes
    return [2 * int(place) for place in places]


def _pick(marks: str) -> _Pick:
    return itemgetter(*(_places(marks) or [0]))
