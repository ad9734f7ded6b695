"""Questions drawn by hypothesis, about values that are there and about others."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from tests.models import values
from tests.models.question import Fields, Filter, Question
from tests.models.sight import Record
from tests.models.tables import TABLES, Table
from tests.models.values import Kind
from tests.models.world import World

SIZES = st.sampled_from([None, 1, 2, 3, 5, 8, 1000])
_FAR_AWAY: dict[Kind, str] = {
    values.TEXT: "nowhere",
    values.INTEGER: "-1000",
    values.NUMBER: "0.125",
    values.INSTANT: "1999-12-31T23:59:59Z",
    values.DIGITS: "7",
    values.JSON: '{"not": "there"}',
    values.UUID: str(uuid4()),
}
_SPECIAL = {"participated": "assigned_to_id", "enabled": "", "organization_id__in": ""}


class Drawing:
    """The questions that may be put to one resource of a world."""

    def __init__(self, world: World, resource: str) -> None:
        self._world = world
        self.table: Table = TABLES[resource]
        self._records: list[Record] = list(world.records[resource].values())

    # ── Filters ──

    def texts(self, name: str) -> list[str]:
        """Values for a filter that say something: those that are there, and some others."""
        about, _, operator = name.partition("__")
        if name in self.table.special:
            return self._special(name)
        kind = self.table.asked[about]
        found = [_written(kind, operator, record[about]) for record in self._records]
        if kind is values.INSTANT and operator:
            found += [text[:10] for text in found] + [
                text[:19] + "+00:00" for text in found if text != "null"
            ]
        if kind is values.UUID:
            found += [text.upper() for text in found[:2] if text != "null"]
        if operator in ("gte", "lte", "match"):
            found = [text for text in found if text != "null"]
        far = _FAR_AWAY.get(kind)
        return sorted({*found, *([far] if far else [])})

    def _special(self, name: str) -> list[str]:
        match name:
            case "participated":
                return [str(person.account_id) for person in self._world.people.values()]
            case "enabled":
                return ["true", "false", "1"]
            case _:
                return ["acme", "globex", "nowhere"]

    def filters(self, name: str) -> st.SearchStrategy[Filter]:
        """The filter in each of its forms: one value, several, an array, a comma list."""
        texts = st.sampled_from(self.texts(name))
        if name.endswith(("__match", "__gte", "__lte")) or name == "enabled":
            return st.builds(Filter, st.just(name), st.tuples(texts))
        several = st.lists(texts, min_size=1, max_size=3)
        one = st.builds(lambda text: Filter(name, (text,)), texts)
        repeated = st.builds(lambda found, array: Filter(name, tuple(found), array), several, st.booleans())
        listed = st.builds(lambda found: Filter(name, (",".join(found),)), several)
        json_valued = self.table.asked.get(name) is values.JSON
        return st.one_of(one, one, repeated, *([] if json_valued else [listed]))

    def names(self) -> list[str]:
        """The filters of the reference, and those that go by the operators alone."""
        more = [
            f"{about}__{operator}" if operator else about
            for about, kind in self.table.asked.items()
            for operator in kind.operators
        ]
        return sorted({*self.table.filters, *more})

    def _filter_sets(self) -> st.SearchStrategy[tuple[Filter, ...]]:
        """Mostly one or two of the reference's; sometimes one that nobody knows."""
        known = st.sampled_from(self.table.filters).flatmap(self.filters)
        other = st.sampled_from(self.names()).flatmap(self.filters)
        unknown = st.sampled_from([Filter("nonsense", ("1",)), Filter("name__like", ("a", "b"))])
        each = st.one_of(known, known, known, other, unknown)
        return st.lists(each, max_size=3, unique_by=lambda found: found.name).map(tuple)

    # ── The rest of a question ──

    def _sorts(self) -> st.SearchStrategy[tuple[str, ...]]:
        keys = st.lists(st.sampled_from(sorted(self.table.asked)), max_size=3, unique=True)
        signs = st.lists(st.sampled_from(["", "-"]), min_size=3, max_size=3)
        return st.builds(
            lambda found, sign: tuple(f"{a}{b}" for a, b in zip(sign, found, strict=False)), keys, signs
        )

    def fields(self) -> st.SearchStrategy[tuple[Fields, ...]]:
        """For this type or a related one, in each form; the names may be none or nonsense."""

        def of(table: Table) -> st.SearchStrategy[Fields]:
            names = st.lists(st.sampled_from([*table.attributes, "nonsense", "id"]), max_size=4).map(tuple)
            return st.builds(Fields, st.just(table.type), names, st.booleans())

        bare = of(self.table).map(lambda found: Fields("", found.names))
        others = [of(table) for table in TABLES.values()]
        some = st.lists(st.one_of(bare, of(self.table), *others), max_size=2).map(tuple)
        return st.one_of(st.just(()), some)

    def questions(self) -> st.SearchStrategy[Question]:
        included = (
            st.lists(st.sampled_from(self.table.included), max_size=3, unique=True)
            if self.table.included
            else st.just([])
        )
        return st.builds(
            Question,
            st.just(self.table.name),
            self._filter_sets(),
            self._sorts(),
            SIZES,
            st.sampled_from([None, None, 1, 2, 3, 7]),
            st.just(False),
            st.booleans(),
            self.fields(),
            included.map(tuple),
            st.sampled_from(["included", "include", "included[]", "include[]"]),
        )


def _written(kind: Kind, operator: str, value: Any) -> str:
    """A value of a record as a query names it."""
    if value is None:
        return "null"
    if kind is values.JSON:
        return json.dumps(value, ensure_ascii=False)
    if operator == "match":
        return str(value)[1:3].swapcase() or "a"
    return str(value)
