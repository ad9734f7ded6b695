"""Assembles translation units from the parser's events: the long way, which knows all rules.

Calling Python for each event would cost more than parsing. So the events of a slice are recorded first: the
parser appends text and the ends of elements to a list with no Python in between, only starts pass through
`Recorder.start`. Then one loop, a generator whose locals are its state, reads the record:

    str                  text
    int                  the end of an element, as its code
    (code, attributes)   the start of one; of a `tu` also offset and line, in the parser's count; the first
                         time that an unknown name occurs, (code, name, line)

Levels count elements from the root: tmx 1, body 2, tu 3, its tuv, prop and note 4, theirs 5. What is not
where TMX puts it is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Final, TypeAlias
from xml.parsers.expat import XMLParserType

from hearback.tmx.errors import TmxError
from hearback.tmx.units import Limits, Unit, Variant

SEG, PROP, NOTE, TUV, TU, CODE, TMX, HEADER, BODY, OTHER = range(1, 11)
INLINE_CODES: Final = frozenset(("bpt", "ept", "ph", "it", "ut"))
"""Elements whose content is native code, not language; a `sub` within is dropped with it."""
_CODES: Final = {
    "seg": SEG, "prop": PROP, "note": NOTE, "tuv": TUV, "tu": TU, "tmx": TMX, "header": HEADER, "body": BODY,
    **dict.fromkeys(INLINE_CODES, CODE),
}  # fmt: skip

Event: TypeAlias = str | int | tuple[Any, ...]


class Frame:
    """What the file has shown of itself so far, and how far its offsets and lines are from the parser's."""

    def __init__(self, units: int = 0, srclang: str | None = None) -> None:
        self.units = units
        self.srclang = srclang
        """The header's. Only a header ahead of the first unit counts, and only the first."""
        self.seen_root = False
        self.seen_body = False
        self.offset_shift = 0
        self.line_shift = 0
        self.is_between_units = False
        """After a slice: it ended with `</tu>`, and the next byte belongs to the body."""

    def enter(self, item: tuple[Any, ...], depth: int) -> None:
        code, attributes = item[:2]
        if depth == 1:
            if code != TMX:
                name = attributes if isinstance(attributes, str) else _name(code)
                raise TmxError(f"is not TMX: its root element is <{name[:40]}>")
            self.seen_root = True
        elif code == BODY:
            self.seen_body = True
        elif code == HEADER and self.srclang is None and not self.units:
            self.srclang = attributes.get("srclang", "").strip() or None


class Recorder:
    """Takes the parser's events, and refuses what must not be in the file at all."""

    def __init__(self, frame: Frame, limits: Limits) -> None:
        self.events: list[Event] = []
        self._frame = frame
        self._limits = limits
        # The parser looks element and attribute names up here, and hands over what it finds.
        self._names: dict[str, Any] = dict(_CODES)

    def attach(self, create: Any, encoding: str) -> XMLParserType:
        parser: XMLParserType = create(encoding, None, self._names)
        parser.buffer_text = True
        parser.specified_attributes = True
        parser.EndElementHandler = parser.CharacterDataHandler = self.events.append
        parser.StartElementHandler = self._start_handler(parser)
        parser.EntityDeclHandler = self._refuse_entity
        parser.SkippedEntityHandler = self._refuse_skipped
        self.parser = parser
        return parser

    @property
    def line(self) -> int:
        """Where the parser stands, in the file's count."""
        return self.parser.CurrentLineNumber + self._frame.line_shift

    def check(self) -> None:
        """To be called now and then, since each different name stays in memory."""
        if len(self._names) > self._limits.names:
            raise TmxError(f"uses more than {self._limits.names} different names", self.line)

    def _start_handler(self, parser: XMLParserType) -> Callable[[Any, dict[str, str]], None]:
        append = self.events.append
        adopt = self._adopt

        def start(name: Any, attributes: dict[str, str]) -> None:
            if name.__class__ is str:
                adopt(name)
            elif name == TU:
                append((TU, attributes, parser.CurrentByteIndex, parser.CurrentLineNumber))
            else:
                append((name, attributes))

        return start

    def _adopt(self, name: str) -> None:
        """From now on the name is a code like every other, so that its end is not taken for text."""
        self._names[name] = OTHER
        self.events.append((OTHER, name, self.parser.CurrentLineNumber))

    def _refuse_entity(self, name: str, is_parameter: bool, *_definition: object) -> None:
        kind = "parameter entity" if is_parameter else "entity"
        raise TmxError(f"declares the {kind} {name[:40]!r}: entity declarations are not accepted", self.line)

    def _refuse_skipped(self, name: str, _is_parameter: bool) -> None:
        raise TmxError(f"uses the undefined entity &{name[:40]};", self.line)


def assemble(  # noqa: C901, PLR0912, PLR0915 - one loop over locals: a call for each event costs a third more
    frame: Frame, limits: Limits, finished: Callable[[Unit], None]
) -> Generator[None, list[Event], None]:
    """Send it the events of each slice."""
    most_text, most_variants, most_depth = limits.text, limits.variants, limits.depth
    new: Any = tuple.__new__  # a NamedTuple's own constructor is three times as slow
    depth = line = offset = code = size = 0
    in_body = False
    reading = 0  # level of the seg, prop or note being read …
    dropping = 0  # … and of the outermost inline code in it
    keep = False  # text now belongs to it
    text = kind = ""
    variants: list[Variant] | None = None
    language: str | None = None  # not None within a tuv
    srclang: str | None = None
    segment: str | None = None
    creationid = unit_note = note = ""
    unit_props: dict[str, str] = {}
    props: dict[str, str] = {}
    item: Any
    while True:
        events = yield
        rest = iter(events)
        for item in rest:
            if item.__class__ is str:
                if keep:
                    text += item
                continue
            if item.__class__ is tuple:
                code = item[0]
                depth += 1
                if code <= NOTE and (
                    language is not None
                    if depth == 5
                    else depth == 4 and code != SEG and variants is not None
                ):
                    if code == PROP:
                        kind = item[1].get("type", "")
                    reading = depth
                    item = next(rest, "")  # noqa: PLW2901
                    text = ""
                    if item.__class__ is str:
                        text = item
                        item = next(rest, "")  # noqa: PLW2901
                    if item.__class__ is str:  # a long text, or the slice ends here
                        text += item
                        keep = True
                        continue
                    if item.__class__ is tuple:  # an element within
                        code = item[0]
                        depth += 1
                        keep = True
            if item.__class__ is tuple:
                if code == TUV:
                    if depth == 4 and variants is not None:
                        get = item[1].get
                        language = get("xml:lang") or get("lang") or ""
                        creationid = get("creationid", "")
                        segment = None
                        note = ""
                        props = {}
                elif code == TU:
                    _, attributes, offset, line = item
                    offset += frame.offset_shift
                    line += frame.line_shift
                    if depth != 3 or not in_body:
                        raise TmxError("has a translation unit outside of <body>, or within another", line)
                    srclang = attributes.get("srclang") or frame.srclang
                    variants = []
                    size = 0
                    unit_note = ""
                    unit_props = {}
                elif code == CODE:
                    if reading and not dropping:
                        dropping = depth
                        keep = False
                elif code == OTHER and len(item) == 3 and variants is None:
                    line = item[2] + frame.line_shift
                if depth < 3:
                    frame.enter(item, depth)
                    in_body = code == BODY
                elif depth > most_depth:
                    raise TmxError(f"nests elements deeper than {most_depth}", line)
                continue
            if depth == reading:
                reading = 0
                keep = False
                if len(text) > most_text:
                    raise _too_long(most_text, line)
                size += len(text)
                if size > limits.unit:
                    raise TmxError(f"has a translation unit of more than {limits.unit} characters", line)
                if item == SEG:
                    if segment is None:
                        segment = text
                elif item == PROP:
                    into = unit_props if depth == 4 else props
                    if kind not in into:
                        into[kind] = text
                        if len(into) > most_variants:
                            raise TmxError(f"has more than {most_variants} props in one place", line)
                elif depth == 4:
                    unit_note = _joined(unit_note, text, most_text, line)
                else:
                    note = _joined(note, text, most_text, line)
            elif depth == 4:
                if language is not None and variants is not None:
                    variants.append(new(Variant, (language, creationid, segment or "", note, props)))
                    if len(variants) > most_variants:
                        raise TmxError(f"has a translation unit of more than {most_variants} variants", line)
                    language = None
            elif depth == 3:
                if variants is not None:
                    number = frame.units = frame.units + 1
                    fields = (number, line, srclang, tuple(variants), unit_note, unit_props, offset)
                    finished(new(Unit, fields))
                    variants = None
            elif depth == dropping:
                dropping = 0
                keep = True
            depth -= 1
        if len(text) > most_text:
            raise _too_long(most_text, line)
        frame.is_between_units = in_body and depth == 2 and events[-1:] == [TU]


def _joined(notes: str, note: str, most: int, line: int) -> str:
    joined = f"{notes}\n{note}" if notes else note
    if len(joined) > most:
        raise _too_long(most, line)
    return joined


def _too_long(most: int, line: int) -> TmxError:
    return TmxError(f"has a text of more than {most} characters", line)


def _name(code: int) -> str:
    return next(name for name, known in _CODES.items() if known == code)
