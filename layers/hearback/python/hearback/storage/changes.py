"""Updates that set some attributes of an item and take others away, whatever their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hearback.storage import transactions
from hearback.storage.items import Item


def change(
    table: str,
    key: Item,
    attributes: Mapping[str, Any],
    condition: str = "attribute_exists(pk)",
    **values: Any,
) -> transactions.Write:
    """The write that gives each attribute its value, or takes it away where that is None.

    `names` and `values` serve the condition, as in `transactions.update`, which alone is left where
    nothing changes: DynamoDB takes no empty expression.
    """
    if not attributes:
        return transactions.check(table, key, condition, **values)
    names = {f"#a{index}": name for index, name in enumerate(attributes)}
    kept = {name: value for name, value in zip(names, attributes.values(), strict=True) if value is not None}
    gone = [name for name in names if name not in kept]
    parts = []
    if kept:
        parts.append("SET " + ", ".join(f"{name} = :{name[1:]}" for name in kept))
    if gone:
        parts.append("REMOVE " + ", ".join(gone))
    names |= values.pop("names", {})
    values |= {name[1:]: value for name, value in kept.items()}
    return transactions.update(table, key, " ".join(parts), condition, names=names, **values)


def between(before: Item, after: Item) -> dict[str, Any]:
    """What differs between two forms of one item: the new values, and None for what goes."""
    gone = dict.fromkeys(before.keys() - after.keys())
    return gone | {name: value for name, value in after.items() if before.get(name) != value}
