"""Counts what AWS would bill: calls by service, and DynamoDB's read and write capacity units.

Writes are as the answers account for them. Reads are worked out from what was read, as DynamoDB
documents it, since MiniStack accounts one unit for a query of any size: a call's items together (a
batch's each) in steps of 4 KB, half of it where the read is not strong. What a query read without
giving it (`Select=COUNT`, a projection) is read again, unmetered, to know its size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from hearback import clients

_STEP = 4096


@dataclass
class Meter:
    """What was used while it ran."""

    calls: Counter[str] = field(default_factory=Counter)
    """By operation, such as `dynamodb.Query`."""
    read_units: float = 0.0
    write_units: float = 0.0
    partitions: Counter[str] = field(default_factory=Counter)
    """Items written, by their partition key."""
    _reads: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def all_calls(self) -> int:
        return self.calls.total()

    @property
    def heaviest_share(self) -> float:
        """Of all items written, those of the partition key that was written most."""
        return max(self.partitions.values()) / self.partitions.total()

    def take(self, operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation in ("GetItem", "Query", "BatchGetItem"):
            self._reads.append((operation, asked, answer))
            return
        consumed = answer.get("ConsumedCapacity") or []
        tables = consumed if isinstance(consumed, list) else [consumed]
        self.write_units += sum(table["CapacityUnits"] for table in tables)

    def settle(self) -> None:
        """Work out what the reads have cost."""
        for operation, asked, answer in self._reads:
            self.read_units += _READ[operation](asked, answer)
        self._reads.clear()


def _of_get(asked: dict[str, Any], answer: dict[str, Any]) -> float:
    return _units([answer.get("Item", {})], asked.get("ConsistentRead", False))


def _of_query(asked: dict[str, Any], answer: dict[str, Any]) -> float:
    items = answer.get("Items", [])
    if answer["ScannedCount"] and ("ProjectionExpression" in asked or asked.get("Select") == "COUNT"):
        items = _read_again(asked, answer["ScannedCount"])
    return _units(items, asked.get("ConsistentRead", False))


def _of_batch(asked: dict[str, Any], answer: dict[str, Any]) -> float:
    total = 0.0
    for table, wanted in asked["RequestItems"].items():
        found = answer["Responses"].get(table, [])
        strong = wanted.get("ConsistentRead", False)
        nothing: list[dict[str, Any]] = [{}] * (len(wanted["Keys"]) - len(found))
        total += sum(_units([item], strong) for item in [*found, *nothing])
    return total


_READ = {"GetItem": _of_get, "Query": _of_query, "BatchGetItem": _of_batch}


def _read_again(asked: dict[str, Any], number: int) -> list[dict[str, Any]]:
    whole = {name: value for name, value in asked.items() if name not in ("Select", "ProjectionExpression")}
    items: list[dict[str, Any]] = boto3.client("dynamodb").query(**whole | {"Limit": number})["Items"]
    return items


def _units(items: Iterable[Mapping[str, Any]], strong: bool) -> float:
    """The read units of items that are read together; nothing costs as much as a little."""
    steps = max(1, -(-sum(map(item_size, items)) // _STEP))
    return steps if strong else steps / 2


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content.lstrip("-").strip("0")) + 1) // 2 + 1
        case "M":
            return 3 + sum(len(name.encode()) + 1 + _value_size(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _value_size(each) for each in content)
    return 1


@contextmanager
def metered() -> Iterator[Meter]:
    """Meter this process's calls through the product's own clients."""
    meter = Meter()

    def ask(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        meter.calls[f"{model.service_model.service_name}.{model.name}"] += 1
        meter.partitions.update(_written(params))
        if model.service_model.service_name == "dynamodb":
            context["asked"] = dict(params)
            params["ReturnConsumedCapacity"] = "TOTAL"

    def take(parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if "Error" not in parsed:
            meter.take(model.name, context.get("asked", {}), parsed)

    hooks = [(client.meta.events, name) for client, name in _clients()]
    for events, name in hooks:
        events.register(f"provide-client-params.{name}", ask)
        events.register(f"after-call.{name}", take)
    try:
        yield meter
    finally:
        for events, name in hooks:
            events.unregister(f"provide-client-params.{name}", ask)
            events.unregister(f"after-call.{name}", take)
        meter.settle()


def _written(params: dict[str, Any]) -> list[str]:
    """The partition keys of the items that a call writes, alone or in a transaction."""
    writes = [next(iter(each.values())) for each in params.get("TransactItems", ())]
    if "UpdateExpression" in params or "Item" in params:
        writes.append(params)
    return [(write.get("Key") or write["Item"])["pk"]["S"] for write in writes]


def _clients() -> list[tuple[Any, str]]:
    return [(clients.dynamodb(), "dynamodb"), (clients.s3(), "s3"), (clients.sqs(), "sqs")]
