"""Filters: what the query string asks for, as values and as a test of a record.

All filters of a question hold at once; the values of one filter are alternatives.

    filter[status]=a              equal          filter[status]=a,b · filter[status][]=a   any of them
    filter[x__eq], filter[x__in]  the same       filter[x__gte], filter[x__lte]            from, up to
    filter[x__match]=text         holds the text, whatever its case

`null` means nothing there, for an attribute that may be null. A text may hold a comma: there the whole
value of a comma list counts beside its pieces, and with `__eq` or `[]` it counts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

from hearback.errors import Invalid
from hearback.jsonapi.errors import Fault
from hearback.jsonapi.kinds import Kind
from hearback.jsonapi.resource import Attribute, Record, Resource, Special
from hearback.jsonapi.strict import canonical

Operator = Literal["in", "match", "gte", "lte", "special"]
Test = Callable[[Record], bool]
Sent = tuple[str, bool]
"""A value as it was sent, and whether as the element of an array (`filter[x][]`)."""

_ASKS: Final[Mapping[str, Operator]] = {
    "": "in",
    "eq": "in",
    "in": "in",
    "match": "match",
    "gte": "gte",
    "lte": "lte",
}

SHOWN: Final = 40
"""Characters of a wrong value that a message repeats."""


class Filter(NamedTuple):
    """One filter. `name` is as it was sent ("status__in"), `attribute` what it is about ("status").

    The values are what records keep; those of JSON attributes are canonical JSON text. An end of a range
    is a single one.
    """

    name: str
    attribute: str
    operator: Operator
    values: frozenset[Any]
    test: Test

    def matches(self, record: Record) -> bool:
        return self.test(record)


def read(resource: Resource, name: str, sent: Iterable[Sent], faults: list[Fault]) -> Filter | None:
    """The filter `filter[name]`, or None for one that the resource does not know.

    Values that cannot be of its kind are added to `faults`, and missing in the filter.
    """
    special = resource.filters.get(name)
    if special is not None:
        values = frozenset(_read_all(name, Attribute(special.kind), "in", sent, faults))
        return Filter(name, name, "special", values, _special(special, values))
    about, operator = _parts(resource, name)
    attribute = resource.asked.get(about)
    if attribute is None or operator not in attribute.kind.operators:
        return None
    values = frozenset(_read_all(name, attribute, operator, sent, faults))
    values = _nearest(attribute.kind, operator, values)
    return Filter(name, about, _ASKS[operator], values, _test(about, attribute.kind, operator, values))


def all_of(filters: Iterable[Filter]) -> Test | None:
    """One test for all the filters, or None when there are none."""
    tests = [each.test for each in filters]
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda record: all(test(record) for test in tests)


def _parts(resource: Resource, name: str) -> tuple[str, str]:
    if name in resource.asked:
        return name, ""
    about, _, operator = name.rpartition("__")
    return about, operator or "none"  # `name__` is not `name`


def _read_all(
    name: str, attribute: Attribute, operator: str, sent: Iterable[Sent], faults: list[Fault]
) -> Iterator[Any]:
    for value, element in sent:
        for piece in _pieces(attribute.kind, operator, value, element):
            if piece == "null" and attribute.nullable and operator in ("", "eq", "in"):
                yield attribute.kind.same(None) if attribute.kind.same else None
                continue
            try:
                yield _read(attribute.kind, operator, piece)
            except Invalid as error:
                why = f"{_short(piece)} {error.message}"
                faults.append(Fault(why, parameter=f"filter[{name}]"))


def _pieces(kind: Kind, operator: str, value: str, element: bool) -> list[str]:
    if operator == "match":
        return [value]
    return kind.split(value, "eq" if element else operator)


def _read(kind: Kind, operator: str, text: str) -> Any:
    if operator == "match":
        return text.casefold()
    if operator == "lte" and kind.read_end:
        return kind.read_end(text)
    return kind.read(text)


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")


def _special(special: Special, values: frozenset[Any]) -> Test:
    return lambda record: special.test(record, values)


def _test(name: str, kind: Kind, operator: str, values: frozenset[Any]) -> Test:
    if not values:
        return lambda _record: False
    get = attrgetter(name)
    match operator:
        case "match":
            return _holds(get, values)
        case "gte":
            return _from(get, kind.order or _itself, values)
        case "lte":
            return _up_to(get, kind.order or _itself, values)
    if same := kind.same:
        return lambda record: same(get(record)) in values
    return lambda record: get(record) in values


def _nearest(kind: Kind, operator: str, values: frozenset[Any]) -> frozenset[Any]:
    """Of several ends of a range, as alternatives, the one that counts."""
    if operator == "gte" and values:
        return frozenset({min(values, key=kind.order or _itself)})
    if operator == "lte" and values:
        return frozenset({max(values, key=kind.order or _itself)})
    return values


def _itself(value: Any) -> Any:
    return value


def _from(get: Callable[[Record], Any], order: Callable[[Any], Any], values: frozenset[Any]) -> Test:
    (lowest,) = map(order, values)

    def test(record: Record) -> bool:
        value = get(record)
        return value is not None and bool(order(value) >= lowest)

    return test


def _up_to(get: Callable[[Record], Any], order: Callable[[Any], Any], values: frozenset[Any]) -> Test:
    (highest,) = map(order, values)

    def test(record: Record) -> bool:
        value = get(record)
        return value is not None and bool(order(value) <= highest)

    return test


def _holds(get: Callable[[Record], Any], needles: frozenset[str]) -> Test:
    def test(record: Record) -> bool:
        value = get(record)
        if value is None:
            return False
        within = (value if isinstance(value, str) else canonical(value)).casefold()
        return any(needle in within for needle in needles)

    return test
