"""Lists of entries: an owner's by the index that serves their filters, others' by what they may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from hearback.access.model import Caller
from hearback.dataset import entries, items, keys, scope
from hearback.dataset.listing import Listed, Source, listed, of_records
from hearback.dataset.model import Entry, MemberRole, Status
from hearback.dataset.rights import STEP_OF, Standing
from hearback.dataset.scope import Place, Scope
from hearback.deadline import Deadline
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import Resource
from hearback.storage import reads
from hearback.storage.items import Item
from hearback.storage.ordered import Run

_MOST_LOOKED_UP = 200
"""Entries that a filter by resource finds by their keys."""

_NOBODY = frozenset([None])

_PEOPLE = {
    "participated": ("assigned", "submitted", "reviewed"),
    "assigned_to_id": ("assigned",),
    "submitted_by_id": ("submitted",),
    "reviewed_by_id": ("reviewed",),
}
"""The indexes that serve a filter by a person."""


def page(caller: Caller, resource: Resource, question: Question, deadline: Deadline) -> Listed[Entry]:
    wanted: Collection[str] | None = question.values("id")
    if wanted is None:
        wanted = _by_resource(question)
    if wanted is not None:
        return of_records(resource, question, by_ids(caller, wanted))
    return listed(resource, question, source(caller, question), deadline)


def _by_resource(question: Question) -> Collection[str] | None:
    """The ids of the entries with the resources asked for; None where a list is the better way."""
    resources, dataset_ids = question.values("resource"), question.values("dataset_id")
    if resources is None or dataset_ids is None or len(dataset_ids) * len(resources) > _MOST_LOOKED_UP:
        return None
    pairs = [(dataset, each) for dataset in dataset_ids for each in resources]
    found = reads.at_once(lambda pair: entries.by_resource(*pair), pairs)
    return {its_id for its_id in found if its_id}


def by_ids(
    caller: Caller, wanted: Collection[str], may: Callable[[Standing, Entry], bool] = Standing.sees
) -> Iterator[Entry]:
    """Those of the entries that the caller sees, or (`may`) works on."""
    found = [items.ENTRY.from_item(item) for item in scope.by_ids("entries", wanted)]
    places = scope.of(caller, None, {entry.dataset_id for entry in found}).places
    standings = {place.dataset.id: place.standing for place in places}
    for entry in found:
        if entry.dataset_id in standings and may(standings[entry.dataset_id], entry):
            yield entry


def source(caller: Caller, question: Question) -> Source[Entry]:
    within = scope.of(caller, question.values("project_id"), question.values("dataset_id"))
    served = _served(caller, question, within)
    known: dict[str, Standing] = {}

    def runs() -> Iterator[Run]:
        for place in within.places:
            known[place.dataset.id] = place.standing
            for run in _runs(place, question, served):
                yield run._replace(range=scope.behind(run.range, place.dataset.id))

    def read(item: Item) -> Entry | None:
        standing = known.get(item["dataset_id"]["S"])
        if standing is None:
            return None
        entry = items.ENTRY.from_item(item)
        return entry if standing.sees(entry) else None

    # A reviewer's own submissions are not theirs to review; who took part twice is in two indexes.
    exact = "participated" not in served and (
        MemberRole.REVIEWER not in within.roles or "assigned_to_id" in served
    )
    return Source(runs(), read, exact, ("project_id", "dataset_id", *served))


def _served(caller: Caller, question: Question, within: Scope) -> tuple[str, ...]:
    """The filters that the runs serve together."""
    if not within.owned:
        return (
            ("assigned_to_id",) if question.values("assigned_to_id") == frozenset([caller.account_id]) else ()
        )
    for name in _PEOPLE:
        values = question.values(name)
        if values is not None and None not in values:
            return (name,)
    by_leaf = [name for name in ("wf_step", "status") if question.values(name) is not None]
    return (*by_leaf, "assigned_to_id") if question.values("assigned_to_id") == _NOBODY else tuple(by_leaf)


def _runs(place: Place, question: Question, served: tuple[str, ...]) -> Iterator[Run]:
    dataset_id, shelf = place.dataset.id, keys.shelf("entries", place.dataset.id)
    by_person = (
        served[:1] if served and served[0] in _PEOPLE and question.values(served[0]) != _NOBODY else ()
    )
    if by_person:
        yield from _persons_runs(dataset_id, by_person[0], question.values(by_person[0]) or ())
    elif not place.standing.owns:
        me, people = place.standing.caller.account_id, question.values("assigned_to_id")
        if people is None or me in people:
            yield from _persons_runs(dataset_id, "assigned_to_id", [me])
        free = items.leaf_name(STEP_OF[place.standing.role], Status.PENDING, assigned=False)
        if free in _leaves(question):
            yield Run(keys.leaf(dataset_id, free), shelf, (free,))
    elif served:
        for leaf in _leaves(question):
            yield Run(keys.leaf(dataset_id, leaf), shelf, (leaf,))
    else:
        yield Run(keys.children("entries", dataset_id), shelf)


def _persons_runs(dataset_id: str, name: str, account_ids: Iterable[int]) -> Iterator[Run]:
    for index in _PEOPLE[name]:
        for account_id in sorted(account_ids):
            yield Run(keys.person(index, account_id, dataset_id))


def _leaves(question: Question) -> list[str]:
    """The leaves in which there may be something that the filters let through."""
    steps, statuses = question.values("wf_step"), question.values("status")
    people = question.values("assigned_to_id")
    return [
        name
        for name, (step, status, assigned) in items.LEAVES.items()
        if (steps is None or step in steps)
        and (statuses is None or status in statuses)
        and (people is None or (people != _NOBODY if assigned else None in people))
    ]


def assigned(place: Place) -> Iterator[Run]:
    """The entries of a dataset that are assigned to the caller."""
    yield from _persons_runs(place.dataset.id, "assigned_to_id", [place.standing.caller.account_id])
