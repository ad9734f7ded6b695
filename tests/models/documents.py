"""The documents that answer a question, made from plain records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.models.calling import BASE, Person
from tests.models.question import Question
from tests.models.sight import Record, Records, Sight
from tests.models.tables import MANY, PERSONS, TABLES

Object = dict[str, Any]


class Documents:
    """What `who` is answered."""

    def __init__(self, records: Records, who: Person, question: Question) -> None:
        self._records = records
        self._sight = Sight(records)
        self._who = who
        self._question = question

    def selected(self) -> list[Record]:
        """All records of the list, on whatever page. Raises `Refused`."""
        seen = self._sight.seen(self._who, self._question.resource)
        return self._question.selected(self._records, seen)

    def objects(self, records: Iterable[Record]) -> list[Object]:
        """The document's `data`."""
        paths = self._question.included
        return [self._object(self._question.resource, record, paths) for record in records]

    def included(self, records: Iterable[Record]) -> dict[tuple[str, str], Object]:
        """The document's `included`, by type and id."""
        question = self._question
        found = (
            each for record in records for each in self._below(question.resource, record, question.included)
        )
        return {(each["type"], each["id"]): each for each in found}

    def _below(self, resource: str, record: Record, paths: Iterable[str]) -> Iterator[Object]:
        for name in dict.fromkeys(path.partition(".")[0] for path in paths):
            rest = [path.partition(".")[2] for path in paths if path.startswith(f"{name}.")]
            other = _other(resource, name)
            for each in self._related(resource, record, name):
                yield self._object(other, each, rest)
                yield from self._below(other, each, rest)

    def _related(self, resource: str, record: Record, name: str) -> list[Record]:
        """The records at the other end of a relationship."""
        others = self._records[_other(resource, name)]
        if (resource, name) in MANY:
            attribute = MANY[resource, name]
            return [
                each for each in others.values() if each[attribute] == record["id"] and self._sees(name, each)
            ]
        if name in PERSONS and resource == "entries":
            person = record["project_id"], record[PERSONS[name]]
            return [each for each in others.values() if (each["project_id"], each["account_id"]) == person]
        id = record[TABLES[resource].belongs_to[name][1]]
        return [others[id]] if id is not None else []

    def _sees(self, resource: str, record: Record) -> bool:
        return self._sight.sees(self._who, resource, record)

    def _object(self, resource: str, record: Record, paths: Iterable[str]) -> Object:
        wanted = self._question.wanted(resource)
        return {
            "type": TABLES[resource].type,
            "id": record["id"],
            "attributes": {
                name: record[name] for name in TABLES[resource].shown if wanted is None or name in wanted
            },
            "relationships": self._linkage(resource, record, paths),
            "links": {"self": f"{BASE}/{resource}/{record['id']}"},
        }

    def _linkage(self, resource: str, record: Record, paths: Iterable[str]) -> Object:
        """Every belongs-to, and what is included: `{name: data}`."""
        names = {path.partition(".")[0] for path in paths}
        linked: Object = {}
        for name, (other, attribute) in TABLES[resource].belongs_to.items():
            id = record[attribute]
            linked[name] = None if id is None else {"type": TABLES[other].type, "id": id}
        for name in names - set(linked):
            type = TABLES[_other(resource, name)].type
            found = [{"type": type, "id": each["id"]} for each in self._related(resource, record, name)]
            linked[name] = found if (resource, name) in MANY else next(iter(found), None)
        return linked

    # ── Pages ──

    def links(self, total: int, counted_past: int) -> dict[str, dict[str, list[str]]]:
        """The query strings of the links of a page by number; see `meta`."""
        question = self._question
        asked, size, number = dict(_grouped(question.pairs())), question.size or 1000, question.number or 1

        def at(page: int) -> dict[str, Any]:
            return asked | {"page[number]": [str(page)]}

        found = {"self": asked, "first": at(1)}
        if number > 1:
            found["prev"] = at(number - 1)
        if number * size < total:
            found["next"] = at(number + 1)
        if question.counted and total <= (number - 1) * size + counted_past:
            found["last"] = at(max(1, -(-total // size)))
        return found

    def meta(self, total: int, counted_past: int) -> Object:
        """`total`: records in the list; `counted_past`: so many behind the page's beginning are counted."""
        question = self._question
        offset = ((question.number or 1) - 1) * (question.size or 1000)
        top = offset + counted_past
        counted = {"count": min(total, top), "more": total > top} if question.counted else {}
        ignored = question.ignored()
        return counted | ({"ignored_filters": ignored} if ignored else {})


def _other(resource: str, name: str) -> str:
    """The resource at the other end of a relationship."""
    if (resource, name) in MANY:
        return name
    belongs = TABLES[resource].belongs_to.get(name)
    return belongs[0] if belongs else "project_members"


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    pairs = list(pairs)
    for name in dict.fromkeys(name for name, _ in pairs):
        yield name, [value for other, value in pairs if other == name]


def plain(told: Object) -> Object:
    """A resource object of an answer, in the form in which the model has it."""
    linked = {name: link["data"] for name, link in told.get("relationships", {}).items()}
    return {**told, "relationships": linked}


def query_of(link: str) -> dict[str, list[str]]:
    """The query string of a link, by name."""
    return dict(_grouped(parse_qsl(urlsplit(link).query, keep_blank_values=True, strict_parsing=False)))
