"""The query string of a list (or of one record), read: what is asked for, typed and checked.

Whatever is wrong in it is told at once, each fault with the name of its parameter. Unknown filters are
collected in `ignored_filters`; parameters outside JSON:API's families are nobody's business here.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from hearback.errors import Invalid
from hearback.jsonapi import filters, kinds, sorting, strict
from hearback.jsonapi.errors import Fault, Unprocessable, refuse
from hearback.jsonapi.filters import Filter, Sent, Test
from hearback.jsonapi.resource import Resource
from hearback.jsonapi.sorting import Key

LARGEST_PAGE: Final = 1000
LAST_PAGE: Final = 10**9

Query = Mapping[str, list[str]]
"""A query string decoded: all values of each name."""
Fields = Mapping[str, frozenset[str]]
"""Which attributes of each type are wanted; all of a type that is not named."""
ALL_FIELDS: Final[Fields] = MappingProxyType({})
Position = tuple[Any, ...]
"""A place in a list: what the last record sorts by, as the domain likes; () is the beginning."""


class Page(NamedTuple):
    """Which part of the list: page `number` of `size` records, or those behind `after` where it is given."""

    number: int = 1
    size: int = LARGEST_PAGE
    after: Position | None = None

    @property
    def offset(self) -> int:
        """How many records lie before this page."""
        return (self.number - 1) * self.size


class Question(NamedTuple):
    """What a query string asks for."""

    filters: tuple[Filter, ...] = ()
    ignored_filters: tuple[str, ...] = ()
    sort: tuple[Key, ...] = ()
    """Empty for the default: by id, ascending."""
    page: Page = Page()
    counted: bool = False
    """`count=true`: the total is wanted."""
    fields: Fields = ALL_FIELDS
    included: tuple[str, ...] = ()
    """Every path comes behind those that lead to it: "dataset", "dataset.project"."""
    digest: int = 0

    def values(self, name: str) -> frozenset[Any] | None:
        """The values that the equality filters on an attribute allow, or those of a special filter.

        None where nothing is asked of it; empty where the filters contradict each other.
        """
        allowed = [each.values for each in self.filters if _is_equality(each) and each.attribute == name]
        return frozenset.intersection(*allowed) if allowed else None

    def range(self, name: str) -> tuple[Any, Any]:
        """The lowest and the highest value that `__gte` and `__lte` allow; None where there is no such end."""
        ends = {
            each.operator: value for each in self.filters if each.attribute == name for value in each.values
        }
        return ends.get("gte"), ends.get("lte")

    def rest(self, values: Collection[str] = (), ranges: Collection[str] = ()) -> tuple[Filter, ...]:
        """The filters beside those that the caller serves through `values(…)` and `range(…)` of these names."""
        return tuple(
            each
            for each in self.filters
            if not (_is_equality(each) and each.attribute in values)
            and not (each.operator in ("gte", "lte") and each.attribute in ranges)
        )

    def residual(self, values: Collection[str] = (), ranges: Collection[str] = ()) -> Test | None:
        """The `rest` as one test of a record; None when nothing is left to test."""
        return filters.all_of(self.rest(values, ranges))

    def cursor(self, position: Position) -> str:
        """`position` as an opaque text that this question understands as `page[after]`, and no other does."""
        return _write_cursor(self.digest, position)

    @property
    def meta(self) -> dict[str, Any]:
        """What the answer's `meta` says about the question."""
        return {"ignored_filters": list(self.ignored_filters)} if self.ignored_filters else {}


def read(resource: Resource, query: Query) -> Question:
    """What `query` asks of a list of `resource`. Raises `Unprocessable` with all that is wrong in it."""
    reading = _Reading(resource)
    for name, values in query.items():
        reading.take(name, values)
    question = reading.question()
    refuse(reading.faults)
    return question


def not_a_cursor() -> Unprocessable:
    """A position that the domain cannot make sense of: somebody wrote the cursor themselves."""
    return Unprocessable(_NOT_A_CURSOR)


_NOT_A_CURSOR: Final = Fault("is not a cursor of this list with these filters", parameter="page[after]")
_LONGEST_CURSOR: Final = 8_000
_PARAMETER = re.compile(r"(filter|page|fields|sort|include|included|count)((?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def _is_equality(each: Filter) -> bool:
    return each.operator in ("in", "special")


def _pieces(values: Iterable[str]) -> list[str]:
    return [piece.strip() for value in values for piece in value.split(",") if piece.strip()]


class _Reading:
    """Collects the parameters by family; arrays may come in any of the forms that clients write."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.faults: list[Fault] = []
        self._filters: dict[str, list[Sent]] = {}
        self._page: dict[str, str] = {}
        self._sort: list[str] = []
        self._fields: dict[str, set[str]] = {}
        self._included: dict[str, None] = {}
        self._count = False

    def take(self, name: str, values: list[str]) -> None:
        form = _PARAMETER.fullmatch(name)
        if form is None:
            return
        keys = _BRACKETS.findall(form[2])
        match form[1]:
            case "filter" if keys:
                self._take_filter(keys, values)
            case "page" if len(keys) == 1:
                self._take_page(name, keys[0], values)
            case "fields":
                wanted = self._fields.setdefault(next(filter(None, keys), self.resource.type), set())
                wanted.update(_pieces(values))
            case "sort":
                self._sort += _pieces(values)
            case "include" | "included":
                self._take_included(name, values)
            case "count":
                self._count = self._read(kinds.BOOLEAN, name, self._single(name, values), False)

    def question(self) -> Question:
        found, ignored = [], []
        for name, sent in self._filters.items():
            each = filters.read(self.resource, name, sent, self.faults)
            if each is None:
                ignored.append(name)
            else:
                found.append(each)
        sort = self._read_sort()
        digest = _digest(found, sort)
        page = self._read_page(digest)
        fields = {type: frozenset(names) for type, names in self._fields.items()}
        included = tuple(sorted(self._included))
        return Question(tuple(found), tuple(ignored), sort, page, self._count, fields, included, digest)

    def _take_filter(self, keys: list[str], values: list[str]) -> None:
        is_array = len(keys) == 2 and (keys[1] == "" or keys[1].isdecimal())
        name = keys[0] if is_array else keys[0] + "".join(f"[{key}]" for key in keys[1:])
        self._filters.setdefault(name, []).extend((value, is_array) for value in values)

    def _take_page(self, name: str, key: str, values: list[str]) -> None:
        if key in ("number", "size", "after"):
            self._page[key] = self._single(name, values)
        else:
            self.faults.append(
                Fault("is not known; there are page[number], page[size], page[after]", parameter=name)
            )

    def _take_included(self, name: str, values: list[str]) -> None:
        for path in _pieces(values):
            if path not in self.resource.included:
                allowed = ", ".join(self.resource.included) or "nothing"
                why = f"{path[: filters.SHOWN]!r} cannot be included; what can be: {allowed}"
                self.faults.append(Fault(why, parameter=name))
                continue
            steps = path.split(".")
            self._included.update({".".join(steps[:end]): None for end in range(1, len(steps) + 1)})

    def _single(self, name: str, values: list[str]) -> str:
        if len(set(values)) > 1:
            self.faults.append(Fault("is given more than once", parameter=name))
        return values[-1] if values else ""

    def _read(self, kind: kinds.Kind, name: str, value: str, otherwise: Any) -> Any:
        try:
            return kind.read(value)
        except Invalid as error:
            self.faults.append(Fault(error.message, parameter=name))
            return otherwise

    def _read_sort(self) -> tuple[Key, ...]:
        keys: dict[str, Key] = {}
        for piece in self._sort:
            key = Key(piece.removeprefix("-"), piece.startswith("-"))
            if key.name not in self.resource.asked:
                why = f"{key.name[: filters.SHOWN]!r} is nothing that can be sorted by"
                self.faults.append(Fault(why, parameter="sort"))
            elif "id" not in keys:
                keys.setdefault(key.name, key)
        sort = tuple(keys.values())
        return () if sort == sorting.BY_ID else sort

    def _read_page(self, digest: int) -> Page:
        size = self._read_bounded("size", LARGEST_PAGE, LARGEST_PAGE)
        number = self._read_bounded("number", 1, LAST_PAGE)
        after = self._page.get("after")
        if after is None:
            return Page(number, size)
        if "number" in self._page:
            self.faults.append(Fault("cannot be combined with page[after]", parameter="page[number]"))
        try:
            return Page(1, size, _read_cursor(digest, after))
        except Unprocessable as error:
            self.faults += error.faults
            return Page(1, size)

    def _read_bounded(self, key: str, otherwise: int, most: int) -> int:
        if key not in self._page:
            return otherwise
        name = f"page[{key}]"
        value: int = self._read(kinds.INTEGER, name, self._page[key], otherwise)
        if not 1 <= value <= most:
            self.faults.append(Fault(f"must be between 1 and {most}", parameter=name))
        return value


def _digest(found: Iterable[Filter], sort: tuple[Key, ...]) -> int:
    """A number that differs, most likely, for questions whose lists differ."""
    asked = [(each.name, sorted(map(repr, each.values))) for each in found]
    return zlib.crc32(repr((sorted(asked), sort)).encode("utf-8", "replace"))


def _write_cursor(digest: int, position: Position) -> str:
    text = strict.canonical([digest, *position])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(digest: int, cursor: str) -> Position:
    """The position in `cursor`; an empty one begins a walk by cursors."""
    if not cursor:
        return ()
    try:
        text = base64.b64decode(cursor[:_LONGEST_CURSOR] + "=" * (-len(cursor) % 4), b"-_", validate=True)
        value = strict.read(text)
    except (binascii.Error, ValueError, Invalid):
        raise not_a_cursor() from None
    if not isinstance(value, list) or value[:1] != [digest] or not all(map(_may_be_in_position, value)):
        raise not_a_cursor()
    return tuple(value[1:])


def _may_be_in_position(value: Any) -> bool:
    if isinstance(value, str):
        return strict.encodable(value)
    return value is None or isinstance(value, int | float)
