"""One callback in its table: read, and replaced by its next form."""

from __future__ import annotations

from hearback.callbacks import items, keys
from hearback.callbacks.model import Callback
from hearback.storage import reads, transactions
from hearback.storage.items import text
from hearback.storage.transactions import Write


def read(project: int, callback_id: str) -> Callback | None:
    item = reads.get(keys.table(), keys.callback(project, callback_id))
    return items.callback_from(item) if item else None


def replace(before: Callback, after: Callback) -> Write:
    """The callback's next form, unless it has another one by now."""
    condition, values = items.UNCHANGED, items.seen(before.delivery)
    if before.admission is None:
        condition += " AND attribute_not_exists(admission)"
    else:
        condition += " AND admission = :admission"
        values["admission"] = text(before.admission)
    return transactions.put(keys.table(), items.callback_item(after), condition, **values)
