"""What a caller's lists are read from: their projects, the datasets in those, and runs of records there.

All of it is lazy and in the order of ids, so that a list reads no further than its page. A record's id
is greater than its parent's, which bounds a run before anything of it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from hearback import ids
from hearback.access.model import Caller
from hearback.dataset import items, keys, rights
from hearback.dataset.model import Dataset, MemberRole, Project
from hearback.dataset.rights import Standing
from hearback.storage import ordered, reads
from hearback.storage.items import Item
from hearback.storage.ordered import Run
from hearback.storage.reads import Range

_AHEAD = 32
"""Datasets that are about to be looked at, when one of them is."""


class Place(NamedTuple):
    """A dataset (without its counts), and the caller's standing in its project."""

    standing: Standing
    dataset: Dataset


class Scope(NamedTuple):
    """The datasets that a list is about, seen or not, and the caller's roles in their projects."""

    places: Iterable[Place]
    roles: frozenset[MemberRole]

    @property
    def owned(self) -> bool:
        """Whether the caller owns all of it."""
        return self.roles <= {MemberRole.OWNER}


Wanted = Collection[str] | None
"""The ids that a filter allows; None: all."""


def of(caller: Caller, project_ids: Wanted, dataset_ids: Wanted) -> Scope:
    if dataset_ids is not None:
        found = _named_places(caller, project_ids, dataset_ids)
        return Scope(found, frozenset(place.standing.role for place in found))
    if caller.is_admin:
        return Scope(_places_in(standings(caller, project_ids)), frozenset({MemberRole.OWNER}))
    known = list(standings(caller, project_ids))
    return Scope(_places_in(known), frozenset(standing.role for standing in known))


def standings(caller: Caller, wanted: Wanted = None) -> Iterator[Standing]:
    """The caller's standing in each of their projects, in the order of the projects' ids."""
    if not caller.is_admin:
        yield from _as_member(caller, wanted)
        return
    if wanted is None:
        every = reads.every(keys.projects(caller.organization_id), _AHEAD)
        found: Iterable[Project] = map(items.PROJECT.from_item, every)
    else:
        found = _projects(wanted)
    for project in found:
        if project.organization_id == caller.organization_id:
            yield Standing(caller, project, MemberRole.OWNER)


def _as_member(caller: Caller, wanted: Wanted) -> Iterator[Standing]:
    roles = {
        member.project_id: member.role
        for member in rights.memberships(caller)
        if wanted is None or member.project_id in wanted
    }
    for project in _projects(roles):
        yield Standing(caller, project, roles[project.id])


def _projects(project_ids: Collection[str]) -> list[Project]:
    """Those of the projects that exist, in the order of their ids."""
    return sorted(map(items.PROJECT.from_item, by_ids("projects", project_ids)))


def _named_places(caller: Caller, project_ids: Wanted, dataset_ids: Collection[str]) -> list[Place]:
    found = sorted(map(items.DATASET.from_item, by_ids("datasets", dataset_ids)))
    of_projects = {dataset.project_id for dataset in found}
    wanted = of_projects if project_ids is None else of_projects & set(project_ids)
    known = {standing.project.id: standing for standing in standings(caller, wanted)}
    return [Place(known[dataset.project_id], dataset) for dataset in found if dataset.project_id in known]


def _places_in(projects: Iterable[Standing]) -> Iterator[Place]:
    known: dict[str, Standing] = {}

    def runs() -> Iterator[Run]:
        for standing in projects:
            known[standing.project.id] = standing
            yield datasets_of(standing.project)

    for item in ordered.merged(runs(), _AHEAD):
        dataset = items.DATASET.from_item(item)
        if dataset.project_id in known:
            yield Place(known[dataset.project_id], dataset)


def datasets_of(project: Project) -> Run:
    return Run(behind(keys.children("datasets", project.id), project.id), keys.shelf("datasets", project.id))


def behind(run: Range, parent_id: str) -> Range:
    """The run of a parent's children, with what is known of where it begins."""
    return run._replace(first=parent_id)


def by_ids(kind: str, record_ids: Collection[str]) -> list[Item]:
    """The items of those of the records that exist, whosever they are."""
    rows = [keys.record(kind, its_id) for its_id in sorted(record_ids) if ids.is_uuid(its_id)]
    return reads.get_many(keys.table(), rows)
