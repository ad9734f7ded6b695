"""A batch-delete: from the moment it is written, what it means is gone for every reader.

It covers the entries that its filter matches and that had been added by then. A worker removes
them; the counters move with the removals, and until then a reader subtracts what is pending.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hearback.storage.items import Item, get_number, get_text, number, text
from hearback.translation import filters, keys
from hearback.translation.counts import Leaf
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Feedback

INDEX_LOOKS = 3
"""Looks at an index that may lag behind, while the counters say that something is left."""


@dataclass(frozen=True)
class Deletion:
    """`pending` is what it has yet to remove, by leaf; `removed` what it has.

    A worker looks through what its filter selects, from `scanned` on; `looks` counts how often that
    was done to the end.
    """

    organization_id: str
    deletion_id: str
    meant: Filter
    requested_by: str
    until: int
    """Entries added at or before this instant (ns) are covered."""
    pending: dict[Leaf, int]
    removed: int = 0
    looks: int = 0
    scanned: int = -1

    @property
    def looks_strongly(self) -> bool:
        """Whether the next look reads the entries themselves: an index has been asked often enough."""
        return self.looks >= INDEX_LOOKS

    def covers(self, entry: Feedback, language_pair_ids: frozenset[str]) -> bool:
        return entry.added <= self.until and self.meant.matches(entry, language_pair_ids)

    def to_item(self) -> Item:
        pending = {f"{pair}#{state}": number(count) for (pair, state), count in self.pending.items()}
        return keys.deletion(self.organization_id, self.deletion_id) | {
            "meant": text(json.dumps(filters.to_json(self.meant))),
            "requested_by": text(self.requested_by),
            "until": number(self.until),
            "pending": {"M": pending},
            "removed": number(self.removed),
            "looks": number(self.looks),
            "scanned": number(self.scanned),
        }

    @classmethod
    def from_item(cls, organization_id: str, item: Item) -> Deletion:
        pending = {}
        for name, count in item["pending"]["M"].items():
            pair, _, state = name.rpartition("#")
            pending[pair, ApprovalState(state)] = int(count["N"])
        return cls(
            organization_id=organization_id,
            deletion_id=item["sk"]["S"].removeprefix("deletion#"),
            meant=filters.from_json(json.loads(get_text(item, "meant"))),
            requested_by=get_text(item, "requested_by"),
            until=get_number(item, "until"),
            pending=pending,
            removed=get_number(item, "removed"),
            looks=get_number(item, "looks"),
            scanned=get_number(item, "scanned", -1),
        )
