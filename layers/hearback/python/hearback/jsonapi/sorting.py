"""Records in order: by keys, None lowest, JSON values by their canonical text, the id last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from hearback.jsonapi.resource import Record, Resource


class Key(NamedTuple):
    """One key of a sort: an attribute, or `id`."""

    name: str
    descending: bool = False


BY_ID: Final = (Key("id"),)


def sort(records: Iterable[Record], resource: Resource, keys: Sequence[Key] = ()) -> list[Record]:
    """The records in the order of `keys`; what they do not tell apart, by id."""
    ordered = list(records)
    for key in reversed(_complete(keys)):
        ordered.sort(key=_rank(resource, key), reverse=key.descending)
    return ordered


def position(record: Record, resource: Resource, keys: Sequence[Key] = ()) -> tuple[Any, ...]:
    """Where the record stands in that order: JSON values that a cursor can carry."""
    return tuple(_value(resource, key)(record) for key in _complete(keys))


def behind(
    place: Sequence[Any], resource: Resource, keys: Sequence[Key] = ()
) -> Callable[[Record], bool] | None:
    """Whether a record comes behind `place`, a `position`; None if it is not one of this order."""
    complete = _complete(keys)
    if len(place) != len(complete) or not all(map(_fits(resource), complete, place)):
        return None
    mine = _comparable(complete, place)
    values = [_value(resource, key) for key in complete]
    return lambda record: _comparable(complete, [value(record) for value in values]) > mine


def order(resource: Resource, keys: Sequence[Key] = ()) -> Callable[[Record], Any]:
    """The whole order as one sort key, for `heapq` and the like; slower than `sort` for whole lists."""
    complete = _complete(keys)
    values = [_value(resource, key) for key in complete]
    return lambda record: _comparable(complete, [value(record) for value in values])


def _complete(keys: Sequence[Key]) -> tuple[Key, ...]:
    return (*keys, *BY_ID) if all(key.name != "id" for key in keys) else tuple(keys)


def _value(resource: Resource, key: Key) -> Callable[[Record], Any]:
    """What the record is sorted by: its value in the form that has an order, or None."""
    get, form = attrgetter(key.name), resource.asked[key.name].kind.order
    if form is None:
        return get

    def value(record: Record) -> Any:
        plain = get(record)
        return None if plain is None else form(plain)

    return value


def _rank(resource: Resource, key: Key) -> Callable[[Record], tuple[bool, Any]]:
    value = _value(resource, key)

    def rank(record: Record) -> tuple[bool, Any]:
        found = value(record)
        return found is not None, found

    return rank


class _Descending(NamedTuple):
    """Turns the order of what it holds around."""

    rank: tuple[bool, Any]

    def __lt__(self, other: Any) -> bool:
        return bool(other.rank < self.rank)

    def __gt__(self, other: Any) -> bool:
        return bool(other.rank > self.rank)


def _comparable(keys: Sequence[Key], values: Sequence[Any]) -> tuple[Any, ...]:
    ranks = ((value is not None, value) for value in values)
    return tuple(_Descending(rank) if key.descending else rank for key, rank in zip(keys, ranks, strict=True))


def _fits(resource: Resource) -> Callable[[Key, Any], bool]:
    def fits(key: Key, value: Any) -> bool:
        return value is None or isinstance(value, resource.asked[key.name].kind.sorts)

    return fits
