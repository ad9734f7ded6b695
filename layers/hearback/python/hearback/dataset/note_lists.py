"""Lists of annotations, note feeds and comments.

Of named entries (or feeds) they are read strongly, from the partitions of those; an owner's lists of
whole datasets from an index; and a member's from the entries that are assigned to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.dataset import annotating, entry_lists, items, keys, notes, scope
from hearback.dataset.listing import Listed, Source, listed, of_records
from hearback.dataset.lists import seen
from hearback.dataset.model import Annotation, NoteComment, NoteFeed
from hearback.dataset.rights import Standing
from hearback.dataset.scope import Place
from hearback.deadline import Deadline
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import Resource
from hearback.storage import ordered
from hearback.storage.items import Item
from hearback.storage.ordered import Run


class _Kind(NamedTuple):
    """A kind of record below an entry: how it is read, found by its id, and by what it lies below."""

    name: str
    read: Callable[[Item], Any]
    get: Callable[[Caller, str], Any]
    parent: str


_ANNOTATIONS = _Kind("annotations", items.ANNOTATION.from_item, annotating.get, "entry_id")
_FEEDS = _Kind("note_feeds", items.NOTE_FEED.from_item, notes.get_feed, "entry_id")
_COMMENTS = _Kind("note_comments", items.NOTE_COMMENT.from_item, notes.get_comment, "note_feed_id")


def all_annotations(
    caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[Annotation]:
    return _page(_ANNOTATIONS, caller, resource, question, deadline)


def all_feeds(caller: Caller, resource: Resource, question: Question, deadline: Deadline) -> Listed[NoteFeed]:
    return _page(_FEEDS, caller, resource, question, deadline)


def all_comments(
    caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[NoteComment]:
    return _page(_COMMENTS, caller, resource, question, deadline)


def comments_below(
    _caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[NoteComment]:
    """The comments in feeds that the caller has been shown: whoever sees a feed sees those."""
    feeds = sorted(question.values("note_feed_id") or ())
    return listed(resource, question, _of_parents(_COMMENTS, feeds, ("note_feed_id",)), deadline)


def _page(
    kind: _Kind, caller: Caller, resource: Resource, question: Question, deadline: Deadline
) -> Listed[Any]:
    if (wanted := question.values("id")) is not None:
        return of_records(resource, question, seen(kind.get, caller, wanted))
    if (parents := question.values(kind.parent)) is not None:
        return listed(resource, question, _below(kind, caller, parents), deadline)
    return listed(resource, question, _in_datasets(kind, caller, question), deadline)


def _below(kind: _Kind, caller: Caller, parents: Collection[str]) -> Source[Any]:
    """The records below named entries or feeds, of those that the caller works on."""
    if kind is _COMMENTS:
        allowed = {feed.id for feed in seen(notes.get_feed, caller, parents)}
    else:
        allowed = {entry.id for entry in entry_lists.by_ids(caller, parents, Standing.works_on)}
    return _of_parents(kind, sorted(allowed), (kind.parent,))


def _of_parents(kind: _Kind, parents: Iterable[str], served: tuple[str, ...] = ()) -> Source[Any]:
    known: set[str] = set()

    def runs() -> Iterator[Run]:
        for parent in parents:
            known.add(parent)
            yield _children(kind, parent)

    def read(item: Item) -> Any:
        return kind.read(item) if item[kind.parent]["S"] in known else None

    return Source(runs(), read, served=served, by_creation=kind is not _ANNOTATIONS, heavy=True)


def _children(kind: _Kind, parent: str) -> Run:
    """A parent's records. Annotations may have ids that their clients chose, below any bound."""
    run = keys.children(kind.name, parent)
    return Run(run if kind is _ANNOTATIONS else scope.behind(run, parent))


def _in_datasets(kind: _Kind, caller: Caller, question: Question) -> Source[Any]:
    within = scope.of(caller, question.values("project_id"), question.values("dataset_id"))
    served = ("project_id", "dataset_id")
    if not within.owned:
        return _partly_owned(kind, list(within.places), served)
    if kind is _ANNOTATIONS:
        places = list(within.places)
        chosen = [run for place in places for run in _chosen(place)]
        return Source(
            [*chosen, *map(_whole(kind), places)],
            kind.read,
            served=served,
            by_creation=not chosen,
            heavy=True,
        )
    return Source(map(_whole(kind), within.places), kind.read, served=served, heavy=True)


def _whole(kind: _Kind) -> Callable[[Place], Run]:
    """All records of a kind in a dataset."""

    def run(place: Place) -> Run:
        dataset_id = place.dataset.id
        found = scope.behind(keys.in_dataset(kind.name, dataset_id), dataset_id)
        return Run(found, keys.shelf(kind.name, dataset_id))

    return run


def _chosen(place: Place) -> list[Run]:
    """The annotations of a dataset whose ids their clients chose, if there are any."""
    run = keys.in_dataset("annotations", place.dataset.id, own_ids=False)
    return [Run(run)] if place.dataset.chosen_ids else []


def _partly_owned(kind: _Kind, places: list[Place], served: tuple[str, ...]) -> Source[Any]:
    """Whole datasets where the caller owns them, elsewhere what is below the entries assigned to them."""
    runs: list[Run] = []
    for place in places:
        if place.standing.owns:
            runs.append(_whole(kind)(place))
            runs += _chosen(place) if kind is _ANNOTATIONS else ()
        else:
            runs += [_children(kind, parent) for parent in _assigned_parents(kind, place)]
    runs.sort(key=lambda run: run.range.first)
    return Source(runs, kind.read, served=served, by_creation=kind is not _ANNOTATIONS, heavy=True)


def _assigned_parents(kind: _Kind, place: Place) -> Iterator[str]:
    for item in ordered.merged(entry_lists.assigned(place), 100):
        if kind is not _COMMENTS:
            yield item["id"]["S"]
            continue
        for feed in ordered.merged([Run(keys.children("note_feeds", item["id"]["S"]))], 100):
            if feed["entry_id"] == item["id"]:
                yield feed["id"]["S"]
