"""The lists of projects, their members and their datasets, as far as the caller sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from hearback.access.model import Caller
from hearback.dataset import datasets, items, keys, members, scope
from hearback.dataset.listing import Listed, Source, listed, of_records
from hearback.dataset.model import Dataset, Member, Project
from hearback.dataset.rights import Standing
from hearback.deadline import Deadline
from hearback.errors import NotFound
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import Resource
from hearback.storage import reads
from hearback.storage.items import Item
from hearback.storage.ordered import Run

T = TypeVar("T")


def projects(caller: Caller, resource: Resource, question: Question, deadline: Deadline) -> Listed[Project]:
    wanted = question.values("id")
    if not caller.is_admin or wanted is not None:
        found = (standing.project for standing in scope.standings(caller, wanted))
        return of_records(resource, question, found)

    def read(item: Item) -> Project | None:
        project = items.PROJECT.from_item(item)
        return project if project.organization_id == caller.organization_id else None

    organization = caller.organization_id
    run = Run(keys.projects(organization), keys.shelf("projects", organization))
    return listed(resource, question, Source([run], read), deadline)


def project_members(
    caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[Member]:
    if (wanted := question.values("id")) is not None:
        return of_records(resource, question, seen(members.get, caller, wanted))

    def runs() -> Iterator[Run]:
        for standing in scope.standings(caller, question.values("project_id")):
            yield Run(keys.members(standing.project.id, standing.project.created_at))

    source = Source(runs(), items.MEMBER.from_item, served=("project_id",), by_creation=False)
    return listed(resource, question, source, deadline)


def seen(get: Callable[[Caller, str], T], caller: Caller, wanted: Collection[str]) -> list[T]:
    """Those of the records that the caller sees, in the order of their ids."""

    def look(its_id: str) -> T | None:
        try:
            return get(caller, its_id)
        except NotFound:
            return None

    return [record for record in reads.at_once(look, sorted(wanted)) if record is not None]


COUNTED = frozenset(
    {"status", "progress", "entries_total_count", "entries_completed_count", "entries_in_progress_count"}
)
"""What only a dataset's counters tell."""


def all_datasets(
    caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[Dataset]:
    """With their counts: a query for each dataset that is shown, or looked at."""
    if (wanted := question.values("id")) is not None:
        places = scope.of(caller, None, wanted).places
        return of_records(resource, question, _counted([(place.standing, place.dataset) for place in places]))
    known: dict[str, Standing] = {}
    page = listed(resource, question, _datasets(caller, question, known), deadline)
    fresh = [(known[each.project_id], each) for each in page.records]
    return page if _looks_at_counts(question) else page._replace(records=_counted(fresh))


def _datasets(caller: Caller, question: Question, known: dict[str, Standing]) -> Source[Dataset]:
    standings = scope.standings(caller, question.values("project_id"))
    if not caller.is_admin:
        standings = iter(list(standings))

    def runs() -> Iterator[Run]:
        for standing in standings:
            known[standing.project.id] = standing
            yield scope.datasets_of(standing.project)

    def read(item: Item) -> Dataset | None:
        dataset = items.DATASET.from_item(item)
        standing = known.get(dataset.project_id)
        if standing is None:
            return None
        if standing.owns and not _looks_at_counts(question):
            return dataset
        dataset, is_seen = datasets.counted(standing, dataset)
        return dataset if is_seen else None

    return Source(runs(), read, exact=caller.is_admin, served=("project_id",), heavy=True)


def _looks_at_counts(question: Question) -> bool:
    asked = {each.attribute for each in question.filters} | {key.name for key in question.sort}
    return not COUNTED.isdisjoint(asked)


def _counted(pairs: list[tuple[Standing, Dataset]]) -> list[Dataset]:
    return [dataset for dataset, is_seen in datasets.all_counted(pairs) if is_seen]
