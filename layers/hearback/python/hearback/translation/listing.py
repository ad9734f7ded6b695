"""Reading entries: which ranges a filter needs, a page of a list, and how many there are.

    filter names            read
    ids                     the entries themselves
    a user                  the user's leaves that are not empty (index by-user)
    pairs, languages, states  the organization's leaves that are not empty (index by-leaf)
    none of these           the entries' own partitions, strongly consistent

What the filter asks beyond that is checked on what was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import Invalid
from hearback.settings import settings
from hearback.storage.merge import merged
from hearback.storage.reads import Range
from hearback.translation import catalogue as catalogues
from hearback.translation import counts, entries, keys, places
from hearback.translation.catalogue import Catalogue
from hearback.translation.counts import Counts, Leaf
from hearback.translation.feedback_ids import sort_key
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Feedback

_READ_BETWEEN_LOOKS = 500
"""Entries read between two looks at the clock."""


class TooMuchToRead(Invalid):
    """The time was over before everything had been read; `scanned` is the last id that was.

    To a request it is an error, since an answer cut short would lie; a worker goes on from there.
    """

    def __init__(self, scanned: int) -> None:
        super().__init__(
            "So much has to be read for this filter that one request cannot.",
            "Narrow it by languagePairId, approvalStates, username or a range of creation times.",
        )
        self.scanned = scanned


@dataclass(frozen=True)
class Page:
    entries: list[Feedback]
    total: int


@dataclass(frozen=True)
class Run:
    """Entries in the order of ids behind one of them."""

    entries: list[Feedback]
    next: int | None
    """Behind which what follows is; None when that was all."""
    total: int | None
    """How many are selected in all, if the counters know it."""


@dataclass(frozen=True)
class Selection:
    """A filter against one organization's catalogue: what it selects and where that is."""

    catalogue: Catalogue
    meant: Filter
    pairs: frozenset[str]
    counts: Counts
    """The counters that cover the filter: the user's if it names one, else the organization's."""

    @property
    def leaves(self) -> list[Leaf]:
        """The leaves that the filter selects and that are not empty."""
        states = self.meant.approval_states or frozenset(ApprovalState)
        return [
            (pair, state)
            for (pair, state), count in sorted(self.counts.by_leaf.items())
            if count > 0 and pair in self.pairs and state in states
        ]

    def matches(self, entry: Feedback) -> bool:
        return self.meant.matches(entry, self.pairs) and not self.catalogue.hides(entry)

    def pending(self) -> int | None:
        """How many of the counted entries a batch-delete has yet to remove; None when only reading tells.

        Two batch-deletes may wait for the same entries, and one of many users does not say whose.
        """
        if not self.catalogue.deletions:
            return 0
        deletion, *others = self.catalogue.deletions
        if others or (self.meant.username is not None and deletion.meant.username != self.meant.username):
            return None
        leaves = set(self.leaves)
        return sum(count for leaf, count in deletion.pending.items() if leaf in leaves)

    def counted(self) -> int | None:
        """How many entries match, if the counters know it."""
        pending = self.pending()
        if not self.meant.is_counted or pending is None:
            return None
        return max(0, sum(self.counts.by_leaf[leaf] for leaf in self.leaves) - pending)

    @property
    def keeps_places(self) -> bool:
        """A place must be as true as the counters that vouch for it: no index, nothing hidden."""
        return self.reads_strongly and not self.catalogue.deletions

    @property
    def version(self) -> int:
        """Another number whenever an entry of the selected pairs came, went or changed its state."""
        return sum(self.counts.moves[pair] for pair in self.pairs)

    def read(
        self, wanted: int, deadline: Deadline, after: int = -1, strongly: bool = False
    ) -> Iterator[Feedback]:
        """What matches, in the order of ids behind `after`; about `wanted` will be taken.

        `strongly` reads the entries themselves, however many more they are than an index would
        give. Raises `TooMuchToRead` at the deadline, matches or not.
        """
        for index, entry in enumerate(self._read(wanted, after, strongly)):
            if index % _READ_BETWEEN_LOOKS == 0 and deadline.passed:
                raise TooMuchToRead(entry.feedback_id - 1)
            if self.matches(entry):
                yield entry

    def _read(self, wanted: int, after: int, strongly: bool) -> Iterator[Feedback]:
        if self.meant.feedback_ids is not None:
            return iter([e for e in self._named() if e.feedback_id > after])
        first, last = max(self.meant.first_id(), after + 1), self.meant.last_id()
        ranges = self._ranges(sort_key(first), sort_key(last), strongly or self.reads_strongly)
        return map(entries.from_item, merged(ranges, wanted))

    def _named(self) -> list[Feedback]:
        return entries.get_many(self.catalogue.organization_id, self.meant.feedback_ids or ())

    def _ranges(self, first: str, last: str, strongly: bool) -> list[Range]:
        table, organization = settings().translation_table, self.catalogue.organization_id
        username = self.meant.username
        if first > last:
            return []
        if strongly:
            return [
                Range(table, keys.entry_partition(organization, part), first, last)
                for part in range(keys.ENTRY_PARTITIONS)
            ]
        parts = [(leaf, part) for leaf in self.leaves for part in range(keys.LEAF_PARTITIONS)]
        if username is None:
            return [
                Range(table, keys.leaf(organization, *leaf, part), first, last, keys.BY_LEAF, "leaf")
                for leaf, part in parts
            ]
        return [
            Range(table, keys.mine(organization, username, *leaf, part), first, last, keys.BY_USER, "mine")
            for leaf, part in parts
        ]

    @property
    def reads_strongly(self) -> bool:
        """Whether no index is asked: the filter names no user and none of what leaves tell apart."""
        meant = self.meant
        named = (
            meant.username,
            meant.language_pair_id,
            meant.source_language_id,
            meant.target_language_id,
            meant.approval_states,
        )
        return meant.feedback_ids is not None or all(part is None for part in named)


def select(catalogue: Catalogue, meant: Filter) -> Selection:
    counted = catalogue.counts
    if meant.username is not None and meant.feedback_ids is None:
        counted = counts.of_user(catalogue.organization_id, meant.username)
    return Selection(catalogue, meant, catalogue.selected(meant), counted)


def within_rights(caller: Caller, meant: Filter) -> Filter:
    """What the filter may mean to the caller: who is no admin has only their own entries."""
    return meant if caller.is_admin else meant.of_user(caller.email)


def visible(caller: Caller, meant: Filter) -> Selection:
    return select(catalogues.load(caller.organization_id), within_rights(caller, meant))


def page(selection: Selection, number: int, size: int, deadline: Deadline, now: int) -> Page:
    """Page `number` (from 1) of what is selected, and how many there are in all.

    Raises `Invalid` when the total can only be had by reading, and that takes too long.
    """
    total = selection.counted()
    if total is None:
        return _read_all(selection, (number - 1) * size, size, deadline)
    if (number - 1) * size >= total:
        return Page([], total)
    known = places.Places(selection.catalogue.organization_id, selection.meant, size, selection.version)
    kept = selection.keeps_places and (number - 1) * size >= places.DEEP
    place = known.nearest(number) if kept else places.START
    skip = (number - place.page) * size
    found = list(islice(selection.read(skip + size, deadline, place.after), skip + size))
    if kept and len(found) == skip + size:
        known.keep(places.Place(number + 1, found[-1].feedback_id), now)
    return Page(found[skip:], total)


def run(selection: Selection, after: int, size: int, deadline: Deadline) -> Run:
    """What is selected behind the entry `after` (0: from the beginning), at most `size`.

    Nothing is counted by reading, and nothing is skipped or given twice though entries come and go. Where a
    filter finds little, a run may end before it is full, even empty: `next` goes on where the time ended.
    """
    total = selection.counted()
    found: list[Feedback] = []
    try:
        found.extend(islice(selection.read(size + 1, deadline, after), size + 1))
    except TooMuchToRead as ended:
        return Run(found, ended.scanned, total)
    more = len(found) > size
    return Run(found[:size], found[size - 1].feedback_id if more else None, total)


def _read_all(selection: Selection, skip: int, size: int, deadline: Deadline) -> Page:
    shown: list[Feedback] = []
    total = 0
    for entry in selection.read(1_000_000, deadline):
        if skip <= total < skip + size:
            shown.append(entry)
        total += 1
    return Page(shown, total)
