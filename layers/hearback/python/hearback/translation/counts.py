"""Counters: how many entries there are, by pair and state, for an organization and for each user.

They move in the same transaction as the entries, so they are exact; each is spread over a few
items, so that writers seldom meet on one. A pair's items are made when it is installed, and a
writer demands that they exist: that is what keeps a removed pair from getting new entries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import Item, get_number, get_text, number, text
from hearback.translation import keys
from hearback.translation.model import ApprovalState, Feedback

Leaf = tuple[str, ApprovalState]
"""A language pair's id and a state: what a counter counts, and what an index lists in order."""


@dataclass
class Counts:
    """The sums of counter items read: by leaf, and how often each pair's counters have moved."""

    by_leaf: dict[Leaf, int] = field(default_factory=lambda: defaultdict(int))
    moves: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, item: Item) -> None:
        pair = get_text(item, "pair")
        for state in ApprovalState:
            self.by_leaf[pair, state] += get_number(item, state)
        self.moves[pair] += get_number(item, "moves")


def pair_items(organization_id: str, pair_id: str) -> list[Item]:
    """The counter items of a pair just installed."""
    return [
        keys.pair_count(organization_id, pair_id, shard)
        | {"pair": text(pair_id), "moves": number(0)}
        | {state: number(0) for state in ApprovalState}
        for shard in range(keys.COUNT_SHARDS)
    ]


def of_user(organization_id: str, username: str) -> Counts:
    counts = Counts()
    partition = keys.user_partition(organization_id, username)
    for item in reads.every(reads.Range(settings().translation_table, partition)):
        counts.add(item)
    return counts


class Tally:
    """What a transaction does to the counters."""

    def __init__(self, organization_id: str) -> None:
        self._organization_id = organization_id
        self._pairs: dict[str, dict[ApprovalState, int]] = defaultdict(lambda: defaultdict(int))
        self._users: dict[tuple[str, str], dict[ApprovalState, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, entry: Feedback) -> None:
        self._move(entry, 1)

    def remove(self, entry: Feedback) -> None:
        self._move(entry, -1)

    def _move(self, entry: Feedback, by: int) -> None:
        self._pairs[entry.language_pair_id][entry.approval_state] += by
        self._users[entry.username, entry.language_pair_id][entry.approval_state] += by

    def writes(self, shard: int) -> list[transactions.Write]:
        """The counters' updates; those of pairs first, each on the condition that its pair is installed."""
        table, organization = settings().translation_table, self._organization_id
        of_pairs = [
            _update(
                table, keys.pair_count(organization, pair, shard), pair, moved.items(), "attribute_exists(pk)"
            )
            for pair, moved in self._pairs.items()
            if any(moved.values())
        ]
        of_users = [
            _update(table, keys.user_count(organization, username, pair, shard), pair, moved.items())
            for (username, pair), moved in self._users.items()
            if any(moved.values())
        ]
        return of_pairs + of_users

    def rows(self) -> int:
        """How many writes `writes` gives at most."""
        return len(self._pairs) + len(self._users)


def _update(
    table: str, row: Item, pair: str, moved: Iterable[tuple[ApprovalState, int]], condition: str | None = None
) -> transactions.Write:
    changes = {state: by for state, by in moved if by}
    adds = ", ".join(f"{state} :{state}" for state in changes)
    values = {str(state): number(by) for state, by in changes.items()}
    return transactions.update(
        table,
        row,
        f"SET pair = :pair ADD moves :one, {adds}",
        condition,
        pair=text(pair),
        one=number(1),
        **values,
    )
