"""Reading: one item, many items, and pages of an ordered range, each written once."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hearback import clients
from hearback.errors import Busy
from hearback.storage.items import Item

MOST_KEYS = 100
"""DynamoDB's own limit for one batch of reads."""
_LONGEST = {"pk": 2048, "sk": 1024}
"""Bytes of a key that DynamoDB takes: it refuses to look for a longer one, which cannot be there."""


def get(table: str, key: Item) -> Item | None:
    """One item by its key, read strongly."""
    if any(len(key[name]["S"].encode()) > most for name, most in _LONGEST.items()):
        return None
    return clients.dynamodb().get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")


def get_many(table: str, keys: Sequence[Item]) -> list[Item]:
    """Those of the items that exist, in no particular order, read strongly: a call per 100 keys."""
    found: list[Item] = []
    for start in range(0, len(keys), MOST_KEYS):
        found += _get_batch(table, keys[start : start + MOST_KEYS])
    return found


def _get_batch(table: str, keys: Sequence[Item]) -> Iterator[Item]:
    for attempt in range(10):
        answer = clients.dynamodb().batch_get_item(
            RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
        )
        yield from answer["Responses"].get(table, [])
        rest = answer.get("UnprocessedKeys", {}).get(table)
        if not rest:
            return
        keys = rest["Keys"]
        time.sleep(random.uniform(0, min(2.0, 0.02 * 2**attempt)))
    raise Busy("The service is busy; try again.")


IN_RANGE = "#p = :p AND sk BETWEEN :first AND :last"
"""The one key condition with which the product queries."""


class Range(NamedTuple):
    """A run of items of one partition, in the order of `sk`: between `first` and `last`, both
    included. On the table itself it is read strongly; an index is eventually consistent."""

    table: str
    partition: str
    first: str = "\x00"
    last: str = "\U0010ffff"
    index_name: str | None = None
    partition_attribute: str = "pk"

    def after(self, sk: str) -> Range:
        """The rest of the range behind `sk`."""
        return self._replace(first=sk + "\x00")


def query(run: Range, limit: int, backwards: bool = False) -> tuple[list[Item], bool]:
    """Up to `limit` items of the range from its start, and whether there may be more."""
    if len(run.partition.encode()) > _LONGEST["pk"]:
        return [], False
    question: dict[str, Any] = {
        "TableName": run.table,
        "KeyConditionExpression": IN_RANGE,
        "ExpressionAttributeNames": {"#p": run.partition_attribute},
        "ExpressionAttributeValues": {
            ":p": {"S": run.partition},
            ":first": {"S": run.first},
            ":last": {"S": run.last},
        },
        "Limit": limit,
        "ScanIndexForward": not backwards,
    }
    if run.index_name:
        question["IndexName"] = run.index_name
    else:
        question["ConsistentRead"] = True
    answer = clients.dynamodb().query(**question)
    return answer["Items"], "LastEvaluatedKey" in answer


def every(run: Range, size: int = 1000) -> Iterator[Item]:
    """All items of the range, a page of `size` at a time (or 1 MB, if that is less)."""
    more = run.first <= run.last
    while more:
        items, more = query(run, size)
        yield from items
        if items:
            run = run.after(items[-1]["sk"]["S"])
