"""Reading: one item, many items, and pages of an ordered range, each written once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from hearback import clients
from hearback.errors import Busy
from hearback.storage.items import Item

MOST_KEYS = 100
"""DynamoDB's own limit for one batch of reads."""
_LONGEST = {"pk": 2048, "sk": 1024}
"""Bytes of a key that DynamoDB takes: it refuses to look for a longer one, which cannot be there."""
_THREADS = 16

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def at_once(work: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """What `work` gives for each argument, in their order; up to 16 are worked on at the same time."""
    if len(arguments) < 2:
        return [work(argument) for argument in arguments]
    with ThreadPoolExecutor(min(_THREADS, len(arguments))) as threads:
        return list(threads.map(work, arguments))


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


IN_RANGE = "#p = :p AND #s BETWEEN :first AND :last"
"""The one key condition with which the product queries."""

LOWEST, HIGHEST = "\x00", "\U0010ffff"
"""No sort key is below the one or above the other."""


def just_below(sk: str) -> str:
    """A text below `sk`, with no sort key between them."""
    return sk[:-1] if sk.endswith(LOWEST) else sk[:-1] + chr(ord(sk[-1]) - 1) + HIGHEST


class Range(NamedTuple):
    """A run of items of one partition, in the order of a sort key: between `first` and `last`, both
    included. On the table itself it is read strongly; an index is eventually consistent."""

    table: str
    partition: str
    first: str = LOWEST
    last: str = HIGHEST
    index_name: str | None = None
    partition_attribute: str = "pk"
    sort_attribute: str = "sk"

    def after(self, sk: str) -> Range:
        """The rest of the range behind `sk`."""
        return self._replace(first=max(self.first, sk + LOWEST))

    def before(self, sk: str) -> Range:
        """The part of the range before `sk`."""
        return self.upto(just_below(sk))

    def upto(self, sk: str) -> Range:
        """The part of the range before and at `sk`."""
        return self._replace(last=min(self.last, sk))

    def beyond(self, sk: str, backwards: bool = False) -> Range:
        """What is left of the range when it has been read up to `sk`."""
        return self.before(sk) if backwards else self.after(sk)

    def place(self, item: Item) -> str:
        """Where the item is in the range's order."""
        sort_key: str = item[self.sort_attribute]["S"]
        return sort_key

    @property
    def is_empty(self) -> bool:
        return self.first > self.last or len(self.partition.encode()) > _LONGEST["pk"]


def query(run: Range, limit: int, backwards: bool = False) -> tuple[list[Item], bool]:
    """Up to `limit` items of the range from its start (`backwards`: its end), and whether there may be more."""
    return _page(run, limit, backwards)


def keys(run: Range, limit: int, backwards: bool = False) -> tuple[list[Item], bool]:
    """The same, of each item its sort key alone: that spares the way, not read units."""
    return _page(run, limit, backwards, ProjectionExpression="#s")


def _page(run: Range, limit: int, backwards: bool, **more: str) -> tuple[list[Item], bool]:
    if run.is_empty:
        return [], False
    question = _question(run) | more | {"Limit": limit, "ScanIndexForward": not backwards}
    answer = clients.dynamodb().query(**question)
    return answer["Items"], "LastEvaluatedKey" in answer


def count(run: Range, most: int) -> int:
    """How many items the range holds, counted up to `most`: a call per MB, the read units of the items."""
    found, more = 0, not run.is_empty
    while more and found < most:
        answer = clients.dynamodb().query(**_question(run), Select="COUNT", Limit=most - found)
        found += answer["Count"]
        more = "LastEvaluatedKey" in answer
        if more:
            run = run.after(run.place(answer["LastEvaluatedKey"]))
    return found


def _question(run: Range) -> dict[str, Any]:
    question: dict[str, Any] = {
        "TableName": run.table,
        "KeyConditionExpression": IN_RANGE,
        "ExpressionAttributeNames": {"#p": run.partition_attribute, "#s": run.sort_attribute},
        "ExpressionAttributeValues": {
            ":p": {"S": run.partition},
            ":first": {"S": run.first},
            ":last": {"S": run.last},
        },
    }
    if run.index_name:
        return question | {"IndexName": run.index_name}
    return question | {"ConsistentRead": True}


def every(run: Range, size: int = 1000, backwards: bool = False) -> Iterator[Item]:
    """All items of the range, a page of `size` at a time (or 1 MB, if that is less)."""
    more = True
    while more:
        items, more = query(run, size, backwards)
        yield from items
        if items:
            run = run.beyond(run.place(items[-1]), backwards)
