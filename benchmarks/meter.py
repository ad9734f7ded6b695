"""Counts what AWS would bill: calls by service, and DynamoDB's read and write capacity units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hearback import clients

_READS = {"GetItem", "Query", "BatchGetItem", "Scan", "TransactGetItems"}


@dataclass
class Meter:
    """What was used while it ran."""

    calls: Counter[str] = field(default_factory=Counter)
    """By operation, such as `dynamodb.Query`."""
    read_units: float = 0.0
    write_units: float = 0.0
    partitions: Counter[str] = field(default_factory=Counter)
    """Items written, by their partition key."""

    @property
    def all_calls(self) -> int:
        return self.calls.total()

    @property
    def heaviest_share(self) -> float:
        """Of all items written, those of the partition key that was written most."""
        return max(self.partitions.values()) / self.partitions.total()

    def take(self, operation: str, answer: dict[str, Any]) -> None:
        consumed = answer.get("ConsumedCapacity") or []
        units = sum(
            table["CapacityUnits"] for table in (consumed if isinstance(consumed, list) else [consumed])
        )
        if operation == "BatchGetItem":
            return
        if operation in _READS:
            self.read_units += units
        else:
            self.write_units += units


@contextmanager
def metered() -> Iterator[Meter]:
    """Meter this process's calls through the product's own clients."""
    meter = Meter()

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        meter.calls[f"{model.service_model.service_name}.{model.name}"] += 1
        meter.partitions.update(_written(params))
        if model.service_model.service_name == "dynamodb":
            params["ReturnConsumedCapacity"] = "TOTAL"
        if model.name == "BatchGetItem":  # MiniStack does not account for it: a unit for each key, up to 4 KB
            meter.read_units += sum(len(table["Keys"]) for table in params["RequestItems"].values())

    def take(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        meter.take(model.name, parsed)

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


def _written(params: dict[str, Any]) -> list[str]:
    """The partition keys of the items that a call writes, alone or in a transaction."""
    writes = [next(iter(each.values())) for each in params.get("TransactItems", ())]
    if "UpdateExpression" in params or "Item" in params:
        writes.append(params)
    return [(write.get("Key") or write["Item"])["pk"]["S"] for write in writes]


def _clients() -> list[tuple[Any, str]]:
    return [(clients.dynamodb(), "dynamodb"), (clients.s3(), "s3"), (clients.sqs(), "sqs")]
