"""The outbox: what must happen later is owed, in the same transaction as its cause.

An owed item names a queue and the message that its worker needs. Right after the transaction the
message is sent; should the sender die before that, or the worker on it, the sweep finds the item
overdue and sends the message again. The worker settles the item in the transaction that ends the
work. A worker may therefore see one message twice, and must not mind.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from hearback import clients
from hearback.errors import Unfinished
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import Item, get_number, get_text, key, number, text

SHARDS = 8
"""Partitions of the outbox, so that no single one caps how fast things can be owed."""

SECOND = 1_000_000_000


def _key(owed_id: str) -> Item:
    return key(f"owed#{zlib.crc32(owed_id.encode()) % SHARDS}", owed_id)


def owe(owed_id: str, queue: str, message: Mapping[str, Any], due: int) -> transactions.Write:
    """The write that owes `message` to `queue`: overdue, and sent again, from `due` (ns) on.

    `owed_id` is time-ordered (the sweep reads the oldest first) and names the work.
    """
    item = _key(owed_id) | {"queue": text(queue), "message": text(json.dumps(message)), "due": number(due)}
    return transactions.put(settings().owed_table, item)


def settle(owed_id: str) -> transactions.Write:
    """The write that ends the debt."""
    return transactions.delete(settings().owed_table, _key(owed_id))


def send(queue: str, message: Mapping[str, Any], delay: int = 0) -> None:
    """Send a message to the worker now, or after `delay` seconds (at most 900)."""
    url = getattr(settings(), f"{queue}_queue")
    clients.sqs().send_message(QueueUrl=url, MessageBody=json.dumps(message), DelaySeconds=delay)


MOST_ROUNDS = 200
"""Rounds in which a worker may continue itself: a file of 1 GB takes some 10."""


def pass_on(queue: str, message: Mapping[str, Any]) -> None:
    """Send the worker its own message again, for the next round."""
    rounds = int(message.get("round", 0)) + 1
    if rounds > MOST_ROUNDS:
        raise Unfinished("The work takes more rounds than any should.", json.dumps(message))
    send(queue, {**message, "round": rounds})


def sweep(now: int, patience: int) -> int:
    """Send every overdue message again, and look at it next in `patience` ns; how many were sent."""
    sent = 0
    for item in _overdue(now):
        if _claim(item, now, patience):
            send(get_text(item, "queue"), json.loads(get_text(item, "message")))
            sent += 1
    return sent


def _overdue(now: int) -> Iterator[Item]:
    for shard in range(SHARDS):
        for item in reads.every(reads.Range(settings().owed_table, f"owed#{shard}")):
            if get_number(item, "due") <= now:
                yield item


def _claim(item: Item, now: int, patience: int) -> bool:
    """Move the due time on, unless the debt was settled or another sweep took it meanwhile."""
    try:
        clients.dynamodb().update_item(
            TableName=settings().owed_table,
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET due = :next",
            ConditionExpression="due = :seen",
            ExpressionAttributeValues={":next": number(now + patience), ":seen": item["due"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True
