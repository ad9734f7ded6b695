"""Transactions: all of up to 100 writes, or none.

A transaction that only met another one on the same item, was throttled, or of which no answer came, is tried again with
growing random pauses; one whose condition failed is reported with the places that failed, since
only the caller knows what that means. Every attempt, the SDK's and our own, sends the same client
token, for which DynamoDB carries a transaction out once: an attempt whose answer was lost may still be
in progress when the next one comes.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hearback import clients
from hearback.deadline import Deadline
from hearback.errors import Busy, HearbackError
from hearback.storage import troubles

MOST_WRITES = 100
"""DynamoDB's own limit for one transaction."""

MOST_BYTES = 4_000_000
"""DynamoDB takes 4 MB in one transaction (4 * 1024 * 1024, less the room for names)."""

Write = dict[str, Any]
"""One element of `TransactItems`."""

_ATTEMPTS = 12
_PATIENCE = 10.0
"""Seconds after which no attempt begins. The SDK makes five of each, of which throttling takes some 8 seconds."""
_BUSY = "The service is busy with other changes to the same data; try again."
_CONTENTION = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class ConditionFailed(HearbackError):
    """At least one condition did not hold, so nothing was written.

    `failed` holds the indexes of the writes whose condition failed.
    """

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__("a condition of the transaction failed")
        self.failed = tuple(failed)


class Contended(Busy):
    """Others write the same items at this moment: to write others, or the same a little later, may succeed.

    `places` holds the indexes of the writes that met them.
    """

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(_BUSY)
        self.places = tuple(places)


def put(table: str, item: dict[str, Any], condition: str | None = None, **values: Any) -> Write:
    return {"Put": _conditional({"TableName": table, "Item": item}, condition, values)}


def update(
    table: str, key: dict[str, Any], change: str, condition: str | None = None, **values: Any
) -> Write:
    return {
        "Update": _conditional(
            {"TableName": table, "Key": key, "UpdateExpression": change}, condition, values
        )
    }


def add(table: str, key: dict[str, Any], by_name: Mapping[str, int]) -> Write:
    """Add to numbers of an item, which is made where there is none."""
    names = {f"#{index}": name for index, name in enumerate(by_name)}
    values: dict[str, Any] = {f"v{index}": {"N": str(by)} for index, by in enumerate(by_name.values())}
    change = "ADD " + ", ".join(f"{alias} :v{alias[1:]}" for alias in names)
    return update(table, key, change, names=names, **values)


def delete(table: str, key: dict[str, Any], condition: str | None = None, **values: Any) -> Write:
    return {"Delete": _conditional({"TableName": table, "Key": key}, condition, values)}


def check(table: str, key: dict[str, Any], condition: str, **values: Any) -> Write:
    return {"ConditionCheck": _conditional({"TableName": table, "Key": key}, condition, values)}


def _conditional(write: dict[str, Any], condition: str | None, values: dict[str, Any]) -> dict[str, Any]:
    """Fill in the expression's parts: `names` maps `#name`s, every other keyword is a `:value`."""
    names = values.pop("names", None)
    if condition:
        write["ConditionExpression"] = condition
    if names:
        write["ExpressionAttributeNames"] = names
    if values:
        write["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return write


def transact(writes: Sequence[Write], patient: bool = True) -> None:
    """Carry all `writes` out or none.

    Raises `ConditionFailed` when a condition does not hold, `Busy` when contention or throttling
    outlasts the attempts (about 10 s), and AWS's own failure when that does. A caller that is not `patient`,
    since it can write elsewhere, has `Contended` at the first contention; throttling is waited out all
    the same.
    """
    token = uuid.uuid4().hex
    deadline = Deadline.after(_PATIENCE)
    failure: BotoCoreError | ClientError
    for attempt in range(_ATTEMPTS):
        try:
            clients.dynamodb().transact_write_items(
                TransactItems=writes,  # type: ignore[arg-type]
                ClientRequestToken=token,
            )
        except (BotoCoreError, ClientError) as error:
            if not _again(error):
                raise
            met = [index for index, code in enumerate(_codes(error)) if code == "TransactionConflict"]
            if not patient and met:
                raise Contended(met) from None
            failure = error
        else:
            return
        if deadline.passed:
            break
        time.sleep(random.uniform(0, min(2.0, 0.02 * 2**attempt)))
    if not (_codes(failure) or troubles.is_throttled(failure)):
        raise failure
    raise Busy(_BUSY) from failure


def _again(error: BotoCoreError | ClientError) -> bool:
    """Whether the same transaction may succeed a little later; raises `ConditionFailed` if not."""
    if (
        not isinstance(error, ClientError)
        or error.response["Error"]["Code"] != "TransactionCanceledException"
    ):
        return troubles.passes(error)
    reasons = _codes(error)
    failed = [index for index, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
    if failed:
        raise ConditionFailed(failed) from None
    return bool(_CONTENTION.intersection(reasons))


def _codes(error: BotoCoreError | ClientError) -> list[str]:
    """Why the transaction was cancelled, a code for each of its writes; none where it was not."""
    if not isinstance(error, ClientError):
        return []
    response: Any = error.response
    return [reason.get("Code") or "None" for reason in response.get("CancellationReasons") or []]
