"""A row of counts, one attribute for each leaf (see `hearback.storage.shelves`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hearback.storage import transactions
from hearback.storage.items import Item, get_number, number
from hearback.storage.transactions import Write

_COUNT = "="
"""What the attribute of a leaf's count begins with, so that no leaf is taken for another attribute."""


def added(
    table: str, row: Item, by: Mapping[str, int], condition: str | None = None, more: str = "", **values: Any
) -> Write:
    """The write that adds to the row's counts; `more` is the rest of the update expression."""
    adds = ", ".join(f"#n{index} :n{index}" for index in range(len(by)))
    return transactions.update(
        table,
        row,
        f"{more} ADD {adds}".strip(),
        condition,
        names={f"#n{index}": _COUNT + leaf for index, leaf in enumerate(by)},
        **values,
        **{f"n{index}": number(count) for index, count in enumerate(by.values())},
    )


def counts(rows: Iterable[Item]) -> dict[str, int]:
    """How many there are of each leaf, in all of the rows together."""
    total: Counter[str] = Counter()
    for row in rows:
        for name in row:
            if name.startswith(_COUNT):
                total[name[1:]] += get_number(row, name)
    return dict(total)
