"""A question to a list, as a query string and as what it means for plain records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.models import values
from tests.models.sight import Record, Records
from tests.models.tables import PERSONS, TABLES, Table

COUNTED_PAST = 1_000
"""So many records behind the page's beginning are counted, by the contract."""


class Refused(Exception):
    """422, about the parameter that is named."""


class Filter(NamedTuple):
    """`array`: the values are sent as `filter[name][]`."""

    name: str
    values: tuple[str, ...]
    array: bool = False

    def pairs(self) -> list[tuple[str, str]]:
        return [(f"filter[{self.name}]{'[]' * self.array}", value) for value in self.values]


class Fields(NamedTuple):
    """`type` is "" for the bare `fields=`."""

    type: str
    names: tuple[str, ...]
    array: bool = False

    def pairs(self) -> list[tuple[str, str]]:
        name = f"fields[{self.type}]" if self.type else "fields"
        return [(f"{name}[]", each) for each in self.names] if self.array else [(name, ",".join(self.names))]


class Question(NamedTuple):
    resource: str
    filters: tuple[Filter, ...] = ()
    sort: tuple[str, ...] = ()
    size: int | None = None
    number: int | None = None
    by_cursor: bool = False
    counted: bool = False
    fields: tuple[Fields, ...] = ()
    included: tuple[str, ...] = ()
    include: str = "included"
    """The name of the parameter, in one of its forms."""

    @property
    def table(self) -> Table:
        return TABLES[self.resource]

    def pairs(self) -> list[tuple[str, str]]:
        """The query string."""
        pairs = [pair for filter in self.filters for pair in filter.pairs()]
        pairs += [pair for fields in self.fields for pair in fields.pairs()]
        pairs += [("sort", ",".join(self.sort))] if self.sort else []
        pairs += [("count", "true")] if self.counted else []
        pairs += [("page[size]", str(self.size))] if self.size is not None else []
        pairs += [("page[number]", str(self.number))] if self.number is not None else []
        pairs += [("page[after]", "")] if self.by_cursor else []
        if self.include.endswith("[]"):
            return pairs + [(self.include, path) for path in self.included]
        return pairs + ([(self.include, ",".join(self.included))] if self.included else [])

    def wanted(self, resource: str) -> set[str] | None:
        """The attributes that are asked for; None: all."""
        type, bare = TABLES[resource].type, resource == self.resource
        asked = [
            each for each in self.fields if each.pairs() and (each.type == type or (bare and not each.type))
        ]
        return {name for each in asked for name in each.names} if asked else None

    # ── What it selects ──

    def ignored(self) -> list[str]:
        return list(dict.fromkeys(each.name for each in self.filters if _kind(self.table, each.name) is None))

    def selected(self, records: Records, seen: Iterable[Record]) -> list[Record]:
        """Those of the `seen` records that it asks for, in order. Raises `Refused`."""
        tests = [self._test(each, records) for each in _merged(self.filters)]
        found = [record for record in seen if all(test(record) for test in tests)]
        for key in reversed([*self.sort, "id"]):
            name = key.removeprefix("-")
            found.sort(key=lambda record, name=name: self._rank(record, name), reverse=key.startswith("-"))  # type: ignore[misc]
        return found

    def _rank(self, record: Record, name: str) -> tuple[bool, Any]:
        """Nothing comes before everything."""
        value = record[name]
        return value is not None, None if value is None else self.table.asked[name].key(value)

    def _test(self, filter: Filter, records: Records) -> Callable[[Record], bool]:
        found = _kind(self.table, filter.name)
        if found is None:
            return lambda _record: True
        about, operator, kind = found
        wanted = self._read(filter, operator, kind)
        if about in self.table.special:
            return lambda record: bool(_special(about, record, records) & set(wanted))

        def test(record: Record) -> bool:
            value = record[about]
            mine = None if value is None else kind.key(value)
            return any(_compare(operator, mine, each) for each in wanted)

        return test

    def _read(self, filter: Filter, operator: str, kind: values.Kind) -> list[Any]:
        """The values that are asked for, comparable with records' keys."""
        about = filter.name.split("__")[0]
        read = values.read_end if kind is values.INSTANT and operator == "lte" else kind.read
        wanted: list[Any] = []
        for text in filter.values:
            for piece in values.pieces(kind, operator, text, element=filter.array):
                if piece == "null" and about in self.table.nullable and operator in ("", "eq", "in"):
                    wanted.append(None)
                    continue
                try:
                    wanted.append(read(piece))
                except (ValueError, KeyError):
                    raise Refused(f"filter[{filter.name}]") from None
        return wanted


def _kind(table: Table, name: str) -> tuple[str, str, values.Kind] | None:
    """What a filter is about, its operator, and the kind of its values; None for one that is unknown."""
    if name in table.special:
        return name, "", table.special[name]
    about, _, operator = name.partition("__")
    kind = table.asked.get(about)
    return (about, operator, kind) if kind and operator in kind.operators else None


def _merged(filters: Iterable[Filter]) -> list[Filter]:
    """Values of the same filter are alternatives, however often it is repeated."""
    found: dict[str, Filter] = {}
    for each in filters:
        before = found.get(each.name)
        found[each.name] = each if before is None else each._replace(values=before.values + each.values)
    return list(found.values())


def _compare(operator: str, mine: Any, wanted: Any) -> bool:
    if mine is None or wanted is None:
        return mine is wanted
    match operator:
        case "match":
            return wanted.casefold() in mine.casefold()
        case "gte":
            return bool(mine >= wanted)
        case "lte":
            return bool(mine <= wanted)
        case _:
            return bool(mine == wanted)


def _special(name: str, record: Record, records: Records) -> set[Any]:
    """What a record is for a filter that is about no attribute of its own."""
    match name:
        case "participated":
            return {record[attribute] for attribute in PERSONS.values()}
        case "enabled":
            return {record["disabled_at"] is None}
        case _:
            return {records["projects"][record["project_id"]]["organization_id"]}
