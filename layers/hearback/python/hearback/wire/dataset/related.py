"""What `included` brings in: the related records of a page, fetched at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import datasets, entry_lists, items, keys, note_lists, scope
from hearback.dataset.model import Dataset, Member
from hearback.deadline import Deadline
from hearback.jsonapi.documents import Related, Some
from hearback.jsonapi.question import read
from hearback.storage import reads
from hearback.wire.dataset import resources

Fetch = Callable[[Caller, Sequence[Any], Deadline], Sequence[Any] | Some]

MOST_CHILDREN = 1_000
"""Entries or comments that come in below one record; a link goes on behind them."""

MOST_TOGETHER = 2_000
"""… and below all records of a document."""


def fetch(
    fetches: Mapping[str, Fetch],
    paths: Iterable[str],
    caller: Caller,
    records: Sequence[Any],
    deadline: Deadline,
) -> Related:
    """The records on each path; those of a longer one are fetched for those of the path before."""
    found: dict[str, Sequence[Any] | Some] = {}
    for path in paths:
        before = path.rpartition(".")[0]
        of = found[before] if before else records
        found[path] = fetches[path](caller, of.records if isinstance(of, Some) else of, deadline)
    return found


def projects(_caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Any]:
    return _by_ids("projects", items.PROJECT.from_item, {record.project_id for record in records})


def _by_ids(kind: str, read_item: Callable[[Any], Any], wanted: Iterable[str]) -> list[Any]:
    return [read_item(item) for item in scope.by_ids(kind, set(wanted))]


def datasets_(caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Dataset]:
    """With their counts."""
    places = scope.of(caller, None, {record.dataset_id for record in records}).places
    pairs = datasets.all_counted([(place.standing, place.dataset) for place in places])
    return [dataset for dataset, _ in pairs]


def members(attribute: str) -> Fetch:
    """The members of the projects who are named by an attribute of entries, disabled ones too."""

    def people(caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Member]:
        named = {(getattr(record, attribute), record.project_id) for record in records}
        rows = [keys.membership(caller.organization_id, *each) for each in sorted(named - _nobody(named))]
        return [items.MEMBER.from_item(item) for item in reads.get_many(keys.table(), rows)]

    return people


def _nobody(named: set[tuple[Any, str]]) -> set[tuple[Any, str]]:
    return {each for each in named if each[0] is None}


def entries(_caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Any]:
    return _by_ids("entries", items.ENTRY.from_item, {record.entry_id for record in records})


def note_feeds(_caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Any]:
    return _by_ids("note_feeds", items.NOTE_FEED.from_item, {record.note_feed_id for record in records})


def anchors(_caller: Caller, records: Sequence[Any], _deadline: Deadline) -> Sequence[Any]:
    """The annotations to which feeds are anchored; each lies below the feed's entry."""
    anchored = {(feed.entry_id, feed.annotation_id) for feed in records if feed.annotation_id}
    rows = [keys.of_parent("annotations", *each) for each in sorted(anchored)]
    return [items.ANNOTATION.from_item(item) for item in reads.get_many(keys.table(), rows)]


def children(attribute: str, resource: Any, page: Callable[..., Any]) -> Fetch:
    """The records below each of these, up to a bound; a cursor goes on behind them."""

    def below(caller: Caller, records: Sequence[Any], deadline: Deadline) -> Some:
        most = max(1, min(MOST_CHILDREN, MOST_TOGETHER // max(1, len(records))))

        def of(record: Any) -> tuple[Any, str, str | None]:
            query = {
                f"filter[{attribute}]": [record.id],
                "page[size]": [str(most)],
                "page[after]": [""],
            }
            question = read(resource, query)
            found = page(caller, resource, question, deadline)
            return found.records, record.id, found.after

        each = reads.at_once(of, records)
        after = {its_id: cursor for _, its_id, cursor in each if cursor}
        return Some([child for found, _, _ in each for child in found], after)

    return below


ENTRIES_OF_DATASETS = children("dataset_id", resources.ENTRIES, entry_lists.page)
COMMENTS_OF_FEEDS = children("note_feed_id", resources.NOTE_COMMENTS, note_lists.comments_below)
