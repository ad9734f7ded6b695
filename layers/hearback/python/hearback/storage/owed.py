"""The outbox: what must happen later is owed, in the same transaction as its cause.

An owed item names a queue and the message that its worker needs. Right after the transaction the
message is sent; should the sender die before that, or the worker on it, the sweep finds the item
overdue and sends the message again. The worker settles the item in the transaction that ends the
work. A worker may therefore see one message twice, and must not mind.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from hearback import clients
from hearback.deadline import Deadline
from hearback.errors import Unfinished
from hearback.settings import settings
from hearback.storage import reads, transactions, troubles
from hearback.storage.items import Item, get_number, get_text, key, key_of, number, text
from hearback.timestamps import SECOND

SHARDS = 8
"""Partitions of the outbox, so that no single one caps how fast things can be owed."""


def _key(owed_id: str) -> Item:
    return key(f"owed#{zlib.crc32(owed_id.encode()) % SHARDS}", owed_id)


def owe(owed_id: str, queue: str, message: Mapping[str, Any], due: int) -> transactions.Write:
    """The write that owes `message` to `queue`: overdue, and sent again, from `due` (ns) on.

    `owed_id` is time-ordered (the sweep reads the oldest first) and names the work.
    """
    item = _item(owed_id, queue, message, due)
    return transactions.put(settings().owed_table, item | {"lane": item["pk"]})


def _item(owed_id: str, queue: str, message: Mapping[str, Any], due: int) -> Item:
    return _key(owed_id) | {
        "queue": text(queue),
        "message": text(json.dumps(message)),
        "due": _instant(due),
    }


def park(owed_id: str, queue: str, message: Mapping[str, Any], lane: str, due: int) -> transactions.Write:
    """The write that owes `message` where no sweep looks: the owner of the lane finds it there (`parked`), from
    `due` (ns) on, and owes it anew. It is settled like any other."""
    item = _item(owed_id, queue, message, due)
    return transactions.put(settings().owed_table, item | {"lane": text(_parking(lane))})


def _parking(lane: str) -> str:
    return f"parked#{lane}"


def parked(lane: str, until: int, size: int = 25) -> Iterator[dict[str, Any]]:
    """The messages that are parked in a lane and due until then (ns), a page of `size` at a time. By the index,
    which may lag."""
    for item in reads.every(_by_due(_parking(lane), until), size):
        yield json.loads(get_text(item, "message"))


def _instant(due: int) -> Item:
    """In a form whose order is that of time."""
    return text(f"{due:020d}")


def settle(owed_id: str) -> transactions.Write:
    """The write that ends the debt."""
    return transactions.delete(settings().owed_table, _key(owed_id))


def send(queue: str, message: Mapping[str, Any], delay: int = 0, group: str | None = None) -> None:
    """Send a message to the worker now, or after `delay` seconds (at most 900).

    Of messages with a `group`, SQS holds back those whose group has many at work (fair queues).
    """
    url = getattr(settings(), f"{queue}_queue")
    fair: Any = {"MessageGroupId": group} if group else {}
    clients.sqs().send_message(QueueUrl=url, MessageBody=json.dumps(message), DelaySeconds=delay, **fair)


def tell(queue: str, message: Mapping[str, Any], group: str | None = None) -> None:
    """Send the worker what is owed already, unless SQS fails for the moment: then the sweep sends it.

    What is written is done, whatever becomes of its message; a caller that heard of a failure would ask for it
    again. Raises what does not pass by itself: a queue that is gone, a right that is missing.
    """
    try:
        send(queue, message, group=group)
    except (BotoCoreError, ClientError) as error:
        if not troubles.passes(error):
            raise


def send_all(queue: str, messages: Sequence[Mapping[str, Any]], groups: Sequence[str]) -> None:
    """Send several messages now, each of a group, ten at a time. One that is refused stays owed."""
    url = getattr(settings(), f"{queue}_queue")
    entries: Any = [
        {"Id": str(index), "MessageBody": json.dumps(message), "MessageGroupId": group}
        for index, (message, group) in enumerate(zip(messages, groups, strict=True))
    ]
    for start in range(0, len(entries), 10):
        clients.sqs().send_message_batch(QueueUrl=url, Entries=entries[start : start + 10])


def debts(queues: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that is owed to the workers of these queues, due or not: the queue, and the message."""
    for shard in range(SHARDS):
        for item in reads.every(reads.Range(settings().owed_table, f"owed#{shard}")):
            if get_text(item, "queue") in queues:
                yield get_text(item, "queue"), json.loads(get_text(item, "message"))


MOST_ROUNDS = 200
"""Rounds in which a worker may continue itself: a file of 1 GB takes some 10."""

MOST_SENDS = 10
"""Times that the sweep sends one message, each time with a longer pause: 10 minutes, 20, 30 … Messages that
wait in a long queue are not sent often, and work that fails for nine hours needs a person."""

HOLD = 600 * SECOND
"""How long a worker that has taken the work up keeps the sweep away, without another sign of life."""


def hold(owed_id: str, now: int) -> bool:
    """A worker has taken the work up: it is not overdue for a while. Whether it is owed (any more)."""
    return _happens(
        transactions.update(
            settings().owed_table,
            _key(owed_id),
            "SET due = :due",
            "attribute_exists(pk)",
            due=_instant(now + HOLD),
        )
    )


def message_of(owed_id: str) -> dict[str, Any] | None:
    """The debt under this id."""
    item = reads.get(settings().owed_table, _key(owed_id))
    return json.loads(get_text(item, "message")) if item else None


def again_at(owed_id: str, due: int) -> bool:
    """Let the sweep send the message next at `due` (ns), as if for the first time. Whether it is owed at all.

    For work that goes on for as long as something else does, a look at a time.
    """
    change = "SET due = :due, sends = :none"
    values = {"due": _instant(due), "none": number(0)}
    write = transactions.update(
        settings().owed_table, _key(owed_id), change, "attribute_exists(pk)", **values
    )
    return _happens(write)


def end(owed_id: str, message: Mapping[str, Any]) -> bool:
    """End the debt if it is owed with this very message."""
    seen = text(json.dumps(message))
    return _happens(transactions.delete(settings().owed_table, _key(owed_id), "message = :seen", seen=seen))


def _happens(write: transactions.Write) -> bool:
    """Carry the write out; whether its condition held."""
    try:
        transactions.transact([write])
    except transactions.ConditionFailed:
        return False
    return True


def pass_on(queue: str, message: Mapping[str, Any], delay: int = 0, group: str | None = None) -> None:
    """Send the worker its own message again, for the next round, which may begin `delay` seconds later."""
    rounds = int(message.get("round", 0)) + 1
    if rounds > MOST_ROUNDS:
        raise Unfinished("The work takes more rounds than any should.", json.dumps(message))
    send(queue, {**message, "round": rounds}, delay, group)


class Swept(NamedTuple):
    """What one sweep did: how many messages it sent again, and which work it gave up."""

    sent: int
    given_up: list[str]


_WHENEVER = Deadline(math.inf)


def sweep(now: int, patience: int, deadline: Deadline = _WHENEVER) -> Swept:
    """Send every overdue message again, and look at it next in `patience` ns, after the second time in twice that …

    What was sent `MOST_SENDS` times to no effect is left alone, and named once. What is not reached
    until the deadline is overdue still.
    """
    sent, given_up = 0, []
    for item in _overdue(now):
        if deadline.passed:
            break
        sends = get_number(item, "sends") + 1
        if sends > MOST_SENDS:
            if _claim(item, _NEVER, sends):
                given_up.append(item["sk"]["S"])
        elif _claim(item, now + patience * sends, sends):
            send(get_text(item, "queue"), json.loads(get_text(item, "message")))
            sent += 1
    return Swept(sent, given_up)


_MINUTE = 60 * SECOND
_NEVER = 10**20 - 1


def given_up(owed_ids: Sequence[str]) -> frozenset[str]:
    """Those whose message no sweep sends again, and which no worker has taken up since then."""
    debts = reads.get_many(settings().owed_table, [_key(owed_id) for owed_id in owed_ids])
    return frozenset(item["sk"]["S"] for item in debts if item["due"] == _instant(_NEVER))


def _overdue(now: int) -> Iterator[Item]:
    """The debts that are due, by an index: what is not due yet costs nothing.

    Each minute begins in another partition: none waits for long because another one is full.
    """
    for step in range(SHARDS):
        yield from reads.every(_by_due(f"owed#{(now // _MINUTE + step) % SHARDS}", now))


def _by_due(lane: str, until: int) -> reads.Range:
    return reads.Range(
        settings().owed_table,
        lane,
        last=f"{until:020d}",
        index_name="by-due",
        partition_attribute="lane",
        sort_attribute="due",
    )


def _claim(item: Item, due: int, sends: int) -> bool:
    """Move the due time on, unless the debt was settled or another sweep took it meanwhile."""
    return _happens(
        transactions.update(
            settings().owed_table,
            key_of(item),
            "SET due = :next, sends = :sends",
            "due = :seen",
            next=_instant(due),
            sends=number(sends),
            seen=item["due"],
        )
    )
