"""How each client wants its feedback: one item, of which an admin changes what they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hearback.content import keys
from hearback.content.model import Configuration, ContentType, Duplicates
from hearback.settings import settings
from hearback.storage import hot, reads, transactions
from hearback.storage.items import Item, number, text

_DEFAULT = Configuration()


def of(organization_id: str, now: int) -> Configuration:
    """The client's configuration; what no admin has changed is as it is for everybody."""
    return hot.read(("configuration", organization_id), now, lambda: _read(organization_id))


def change(organization_id: str, fields: Mapping[str, Any]) -> Configuration:
    """Change the named fields, and no other: two admins may do so at once."""
    if fields:
        changes = ", ".join(f"{name} = :{name}" for name in fields)
        values = {name: _to_value(value) for name, value in fields.items()}
        key = keys.configuration(organization_id)
        change = transactions.update(settings().content_table, key, f"SET {changes}", None, **values)
        transactions.transact([change])
        hot.forget()
    return _read(organization_id)


def _read(organization_id: str) -> Configuration:
    item = reads.get(settings().content_table, keys.configuration(organization_id)) or {}
    return Configuration(*(_from_item(item, name) for name in Configuration._fields))


def _to_value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return number(value)
        case str():
            return text(value)
    return {"L": [text(each) for each in value]}


def _from_item(item: Item, name: str) -> Any:
    match item.get(name):
        case {"BOOL": bool(value)}:
            return value
        case {"N": str(value)}:
            return int(value)
        case {"S": str(value)}:
            return Duplicates(value)
        case {"L": list(values)}:
            return tuple(ContentType(value["S"]) for value in values)
    return getattr(_DEFAULT, name)
