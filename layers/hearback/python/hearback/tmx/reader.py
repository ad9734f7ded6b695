"""Reads TMX as it arrives: bytes in, translation units out, in memory that does not grow with the file.

    reader = TmxReader()
    for unit in reader.read(pieces): …

After any unit, `reader.position_after(unit)` is a few values from which another reader, given the bytes from
`position.offset` on, continues as if never interrupted. Errors of the file are `TmxError`, each with its
line, raised behind the units that ended before it: however the file is cut into pieces, the same units come
and then the same error.

Namespaces are not processed, so that a prefix declared nowhere costs nothing. Nothing is ever opened or
fetched. Entity declarations are refused, and so is every undefined entity, in attributes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from xml.parsers import expat

from hearback.tmx.assembly import Frame, Recorder, assemble
from hearback.tmx.encoding import Start, codec_of, detect, encode
from hearback.tmx.errors import TmxError
from hearback.tmx.plain import plain_units
from hearback.tmx.units import Limits, Unit, Variant

__all__ = ["Limits", "Position", "TmxError", "TmxReader", "Unit", "Variant"]

_PROLOGUE: Final = '<?xml version="1.0" standalone="yes"?>'  # see hearback.tmx.encoding
_RESUMED_PROLOGUE: Final = _PROLOGUE + "<tmx><body>"
_UNIT_END: Final = b"</tu>"
_TAIL: Final = 128
_CUT_SHORT: Final = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_UNDEFINED_ENTITY: Final = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_INVALID_TOKEN: Final = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_MOST_ATTRIBUTE_DECLARATIONS: Final = 256  # a DTD within the file may hold TMX's own, not a flood of defaults


class Position(NamedTuple):
    """Where to continue. `_asdict()` of it is JSON, and `Position(**json)` is it again.

    It stands at the beginning of the last finished unit, which the reader that continues does not repeat.
    """

    offset: int
    """In the file; feed the bytes from here on."""
    line: int
    units: int
    """Finished ones, the one that is read again among them."""
    encoding: str
    srclang: str | None
    """The header's."""


class TmxReader:
    """Between units of a UTF-8 file there is no parser: a plain stretch needs none of ours, see `plain`."""

    def __init__(self, resume: Position | None = None, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._held = bytearray()  # less than a slice, or a start yet to be understood
        self._units: list[Unit] = []  # finished, and not yet returned
        self._fault: TmxError | None = None  # behind those
        self._parser: expat.XMLParserType | None = None
        self._start: Start | None = None  # where the next byte is, while there is no parser
        self._resumed = resume
        self._frame = Frame()
        if resume is not None:
            self._frame = Frame(resume.units - 1, resume.srclang)
            self._start = Start(resume.encoding, resume.offset, resume.line)
            self._encoding = resume.encoding

    def read(self, pieces: Iterable[bytes]) -> Iterator[Unit]:
        """All units of the file, each once; then its fault, if it has one."""
        for piece in pieces:
            yield from self._advance(piece)
            if self._fault is not None:
                break
        yield from self._advance(b"", final=True)
        self._raise_fault()

    def feed(self, data: bytes) -> list[Unit]:
        """The units that ended in what was fed so far, each once; they come slice by slice.

        A fault is raised at once if no unit comes before it, else by the next call.
        """
        self._raise_fault()
        units = list(self._advance(data))
        if not units:
            self._raise_fault()
        return units

    def close(self) -> list[Unit]:
        """The last units; raises if the file is faulty, empty, or ends before its end.

        It raises even where units come before the fault: who wants those calls `read`.
        """
        self._raise_fault()
        units = list(self._advance(b"", final=True))
        self._raise_fault()
        return units

    def position_after(self, unit: Unit) -> Position:
        return Position(unit.offset, unit.line, unit.number, self._encoding, self._frame.srclang)

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _advance(self, data: bytes, final: bool = False) -> Iterator[Unit]:
        """The units that are now finished; a fault behind them is kept, and nothing comes behind a fault."""
        if self._fault is not None:
            return
        self._held += data
        try:
            for _ in self._steps(final):
                yield from self._taken()
        except TmxError as fault:
            self._fault = fault
        yield from self._taken()

    def _taken(self) -> list[Unit]:
        units = self._units[:]
        self._units.clear()
        if self._resumed and units:
            self._resumed = None
            del units[0]
        return units

    def _steps(self, final: bool) -> Iterator[None]:
        """Parses a slice at a time, so that its units are gone before the next ones come."""
        if self._parser is None and self._start is None and not self._begin(final):
            return
        size = self._limits.slice
        held, start = self._held, 0
        while start < len(held) and (final or len(held) - start >= size):
            unit_end = held.rfind(_UNIT_END, start, start + size)
            end = unit_end + len(_UNIT_END) if unit_end >= 0 else start + size
            self._parse_slice(bytes(memoryview(held)[start:end]))
            start = end
            yield
        if start:
            self._held = held[start:]
        if final:
            self._parse(self._present_parser(), b"", final=True)
            if not self._frame.seen_body:
                raise TmxError("is not TMX: it has no <body>")

    def _begin(self, final: bool) -> bool:
        start = detect(bytes(self._held[:4096]), final)
        if start is None:
            return False
        del self._held[: start.offset]
        self._encoding = start.encoding
        self._open(start, _PROLOGUE)
        return True

    def _open(self, start: Start, prologue: str) -> expat.XMLParserType:
        self._assembly = assemble(self._frame, self._limits, self._units.append)
        next(self._assembly)
        self._recorder = Recorder(self._frame, self._limits)
        parser = self._parser = self._recorder.attach(expat.ParserCreate, start.encoding)
        parser.AttlistDeclHandler = self._count_attribute
        self._attribute_declarations = 0
        self._fed = 0
        self._tail = b""  # of what the parser was fed before, for the words of an error
        self._parse(parser, encode(prologue, start.encoding), final=False)
        self._frame.offset_shift = start.offset - self._fed
        self._frame.line_shift = start.line - 1
        self._start = None
        return parser

    def _parse_slice(self, data: bytes) -> None:
        start, frame = self._start, self._frame
        if start is not None and start.encoding == "utf-8" and data.endswith(_UNIT_END):
            plain = plain_units(data, frame.units, frame.srclang, start.offset, start.line, self._limits)
            if plain is not None:
                self._units += plain
                frame.units += len(plain)
                self._start = Start("utf-8", start.offset + len(data), start.line + data.count(b"\n"))
                return
        parser = self._present_parser()
        self._parse(parser, data, final=False)
        is_in_comment = parser.CurrentByteIndex < self._fed
        is_between_units = frame.is_between_units and data.endswith(_UNIT_END) and not is_in_comment
        if is_between_units and self._encoding == "utf-8":
            self._start = Start("utf-8", self._fed + frame.offset_shift, self._recorder.line)
            self._parser = None

    def _present_parser(self) -> expat.XMLParserType:
        if self._start is not None:
            return self._open(self._start, _RESUMED_PROLOGUE)
        assert self._parser is not None
        return self._parser

    def _parse(self, parser: expat.XMLParserType, data: bytes, final: bool) -> None:
        recorder = self._recorder
        try:
            parser.Parse(data, final)
        except TmxError:
            self._assembly.send(recorder.events)  # what came before may have been wrong in a plainer way
            raise
        except expat.ExpatError as error:
            self._assembly.send(recorder.events)
            raise self._refusal(parser, error, data, final) from None
        self._assembly.send(recorder.events)
        recorder.events.clear()
        recorder.check()
        self._fed += len(data)
        self._tail = (self._tail + data)[-_TAIL:]
        if not final and self._fed - max(parser.CurrentByteIndex, 0) > self._limits.token:
            raise TmxError(
                f"has a tag or comment of more than {self._limits.token // 2} bytes", recorder.line
            )

    def _count_attribute(self, *_declaration: object) -> None:
        self._attribute_declarations += 1
        if self._attribute_declarations > _MOST_ATTRIBUTE_DECLARATIONS:
            raise TmxError("declares too many attributes in its DTD", self._recorder.line)

    def _refusal(
        self, parser: expat.XMLParserType, error: expat.ExpatError, data: bytes, final: bool
    ) -> TmxError:
        line = error.lineno + self._frame.line_shift
        seen_root = self._frame.seen_root
        if final and error.code in _CUT_SHORT:
            reason = "is truncated: it ends before </tmx>" if seen_root else "is not XML: it holds no element"
            return TmxError(reason, line)
        here = self._text_at(parser.ErrorByteIndex, data)
        if error.code == _UNDEFINED_ENTITY:
            name, semicolon, _ = here.partition(";")
            known = f", {name};" if semicolon and name.startswith("&") else ""
            return TmxError(f"uses an undefined entity{known}", line)
        kind = "not well-formed XML" if seen_root else "not XML"
        return TmxError(f"is {kind}: {self._explanation(error.code, here[:1])}", line)

    def _explanation(self, code: int, character: str) -> str:
        if code == _INVALID_TOKEN and character:
            if character == "\ufffd":
                return f"it holds bytes that are not {self._encoding.upper()}"
            if character in "\ufffe\uffff" or (character < " " and character not in "\t\n\r"):
                return f"it holds the character U+{ord(character):04X}, which XML does not allow"
        return expat.ErrorString(code)

    def _text_at(self, index: int, data: bytes) -> str:
        """A few characters from where the parser stopped, if that is not long ago."""
        place = index - self._fed + len(self._tail)
        recent = (self._tail + data)[place : place + _TAIL] if place >= 0 else b""
        return recent.decode(codec_of(self._encoding), "replace")
