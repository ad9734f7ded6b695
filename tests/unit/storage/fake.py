"""DynamoDB as far as the storage layer asks it, in memory: fast enough for tests by the thousand.

It knows the few forms of expressions that the layer writes, and refuses all others. `between` is called
before each call, and between the items that a transaction writes: there a reader sees some of them
already and others not yet. So a test can let something else happen anywhere; what would have to wait
for the transaction is `Stuck`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, NoReturn

from botocore.exceptions import ClientError
from hearback.storage.reads import IN_RANGE

Item = dict[str, Any]
Key = tuple[str, str]
_CLAUSE = re.compile(
    r"(?P<function>attribute_exists|attribute_not_exists)\((?P<of>\w+)\)|(?P<left>#?\w+) (?P<sign>[<=]) (?P<right>:\w+)"
)
_CHANGE = re.compile(r"(SET|ADD) (.*?)(?= ADD |$)")


class Stuck(Exception):
    """Somebody writes what a transaction is still writing."""


class Fake:
    """One table, whatever it is called."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        self.calls: list[str] = []
        self.pending: set[Key] = set()
        self.read_units = 0.0
        self.between: Callable[[], None] = lambda: None
        self._sorted: dict[str, list[str]] = {}

    def put(self, item: Item) -> None:
        key = _key(item)
        if key not in self.items:
            keys = self._sorted.setdefault(key[0], [])
            keys.insert(bisect_left(keys, key[1]), key[1])
        self.items[key] = item

    def remove(self, key: Key) -> None:
        with suppress(KeyError):
            del self.items[key]
            self._sorted[key[0]].remove(key[1])

    # ── The client's methods ──

    def get_item(self, **question: Any) -> Item:
        self._called("get")
        found = self.items.get(_key(question["Key"]))
        return {"Item": deepcopy(found)} if found else {}

    def query(self, **question: Any) -> Item:
        self._called("query")
        assert question["KeyConditionExpression"] == IN_RANGE
        found = self._in_range(question)
        if not question.get("ScanIndexForward", True):
            found.reverse()
        limit = question.get("Limit", len(found) + 1)
        more = len(found) >= limit
        found = found[:limit]
        units = sum(map(_size, found)) / 4096
        self.read_units += max(1.0, units) * (1.0 if question.get("ConsistentRead") else 0.5)
        answer: Item = {"Count": len(found)}
        if question.get("Select") != "COUNT":
            answer["Items"] = [self._projected(item, question) for item in found]
        if more and found:
            answer["LastEvaluatedKey"] = deepcopy(found[-1])
        return answer

    def transact_write_items(self, **request: Any) -> None:
        self._called("transact")
        writes = request["TransactItems"]
        keys = [_write_key(write) for write in writes]
        assert 0 < len(keys) <= 100
        assert len(set(keys)) == len(keys), "a transaction writes each item once only"
        if self.pending.intersection(keys):
            raise Stuck
        holds = [_holds(write, self.items.get(key)) for write, key in zip(writes, keys, strict=True)]
        if not all(holds):
            refuse(["None" if good else "ConditionalCheckFailed" for good in holds])
        self.pending.update(keys)
        for write, key in zip(writes, keys, strict=True):
            self.between()
            self._write(write, key)
            self.pending.remove(key)

    # ── How ──

    def _called(self, what: str) -> None:
        self.between()
        self.calls.append(what)

    def _in_range(self, question: Item) -> list[Item]:
        names, values = question["ExpressionAttributeNames"], question["ExpressionAttributeValues"]
        first, last, partition = (values[name]["S"] for name in (":first", ":last", ":p"))
        assert first <= last, "DynamoDB refuses such a range"
        if "IndexName" not in question:
            keys = self._sorted.get(partition, [])
            return [
                self.items[partition, sk] for sk in keys[bisect_left(keys, first) : bisect_right(keys, last)]
            ]
        by, sort = names["#p"], names["#s"]
        found = [item for item in self.items.values() if item.get(by) == values[":p"] and sort in item]
        return sorted(
            (it for it in found if first <= it[sort]["S"] <= last), key=lambda it: str(it[sort]["S"])
        )

    @staticmethod
    def _projected(item: Item, question: Item) -> Item:
        if "ProjectionExpression" not in question:
            return deepcopy(item)
        assert question["ProjectionExpression"] == "#s"
        name = question["ExpressionAttributeNames"]["#s"]
        return {name: item[name]}

    def _write(self, write: Item, key: Key) -> None:
        ((kind, of),) = write.items()
        if kind == "Put":
            self.put(deepcopy(of["Item"]))
        elif kind == "Delete":
            self.remove(key)
        elif kind == "Update":
            self.put(_updated(deepcopy(self.items.get(key, of["Key"])), of))


def refuse(reasons: Sequence[str]) -> NoReturn:
    """Cancel a transaction."""
    codes = [{"Code": reason} for reason in reasons]
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": codes}
    raise ClientError(response, "TransactWriteItems")


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _write_key(write: Item) -> Key:
    ((_, of),) = write.items()
    return _key(of.get("Key") or of["Item"])


def _size(item: Item) -> int:
    return sum(len(name) + len(str(value)) - 9 for name, value in item.items())


def _holds(write: Item, item: Item | None) -> bool:
    ((_, of),) = write.items()
    names, values = of.get("ExpressionAttributeNames", {}), of.get("ExpressionAttributeValues", {})
    clauses = of["ConditionExpression"].split(" AND ") if "ConditionExpression" in of else []
    return all(
        any(_clause_holds(each, item or {}, names, values) for each in clause.split(" OR "))
        for clause in clauses
    )


def _clause_holds(clause: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    match = _CLAUSE.fullmatch(clause)
    assert match, clause
    if match["function"]:
        return (match["of"] in item) == (match["function"] == "attribute_exists")
    left = item.get(names.get(match["left"], match["left"]))
    right = values[match["right"]]
    if left is None:
        return False
    return bool(left == right) if match["sign"] == "=" else bool(_value(left) < _value(right))


def _value(attribute: Item) -> Any:
    return int(attribute["N"]) if "N" in attribute else attribute["S"]


def _updated(item: Item, of: Item) -> Item:
    names, values = of.get("ExpressionAttributeNames", {}), of["ExpressionAttributeValues"]
    for word, changes in _CHANGE.findall(of["UpdateExpression"]):
        for change in changes.split(", "):
            name, value, *more = change.replace(" =", "").replace(" +", "").split(" ")
            name = names.get(name, name)
            if word == "ADD" or more:
                before = int(item.get(name, {"N": "0"})["N"])
                item[name] = {"N": str(before + int(values[(more or [value])[-1]]["N"]))}
            else:
                item[name] = values[value]
    return item
