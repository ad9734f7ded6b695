"""Which contents a client has, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence

from hearback.content import cases, counts, keys
from hearback.content.errors import InvalidParameters, WrongValue
from hearback.content.model import Client, Content, Statistics
from hearback.settings import settings
from hearback.storage import hot, reads, transactions
from hearback.storage.items import Item, text


def register(contents: Sequence[Content]) -> int:
    """Make the contents known, 100 in a transaction; how many they are. What is known already stays so."""
    each = list({content.digest: content for content in contents}.values())
    for start in range(0, len(each), transactions.MOST_WRITES):
        batch = each[start : start + transactions.MOST_WRITES]
        transactions.transact([_keep(content) for content in batch])
    return len(each)


def demand_known(client: Client, content: Content, now: int) -> None:
    """Raises `InvalidParameters` for a content that nobody has registered, if the client minds."""
    if not client.configuration.unknown_contents:
        hot.read(("content", content), now, lambda: _demand(content, _registered(content)))


def statistics(client: Client, content: Content) -> Statistics:
    """What users say of the content, all of it in one read of 100 items."""
    own = [keys.registered(content), keys.case(content)]
    items = reads.get_many(settings().content_table, [*own, *counts.parts(content)])
    by_kind = {item["sk"]["S"]: item for item in items}
    if not client.configuration.unknown_contents:
        _demand(content, by_kind.get("content"))
    counted = counts.total(item for item in items if item["sk"]["S"] == "count")
    case = cases.from_item(by_kind.get("case")) or cases.Case()
    return Statistics(counted.positive, counted.negative, counted.flags, case.status)


def _registered(content: Content) -> Item | None:
    return reads.get(settings().content_table, keys.registered(content))


def _demand(content: Content, item: Item | None) -> Item:
    if item is None:
        raise InvalidParameters(WrongValue("ContentId", content.content_id))
    return item


def _keep(content: Content) -> transactions.Write:
    item = keys.registered(content) | {
        "content_type": text(content.content_type),
        "content_id": text(content.content_id),
    }
    return transactions.put(settings().content_table, item)
