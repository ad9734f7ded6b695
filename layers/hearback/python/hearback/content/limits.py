"""How many requests a key may make in a minute of the clock: one conditional write for each request.

A request past the allowance is refused by the condition and so never counted; a process that has seen
this refuses the rest of the minute without asking. A large allowance is counted in parts, of which each
request takes one by chance: never more than the allowance passes, and towards its end a request may meet
a full part while another has room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from botocore.exceptions import ClientError

from hearback import clients
from hearback.content import keys
from hearback.content.model import Client
from hearback.settings import settings
from hearback.storage.items import number
from hearback.timestamps import SECOND

MINUTE = 60 * SECOND
MOST_OF_A_PART = 30_000
"""Requests a minute counted on one item: 500 a second, half of what DynamoDB writes to one."""

_KEPT = 3600
"""Seconds after its minute until DynamoDB may delete a counter."""


class Quota(NamedTuple):
    """Requests a minute that the key may make, has made in this one, and when (ns) the next begins."""

    allotted: int
    current: int
    reset: int
    exceeded: bool


class _Part(NamedTuple):
    """A part of what a key may do in one minute."""

    organization_id: str
    key_id: str
    number: int
    minute: int
    share: int


_full: set[_Part] = set()
"""Parts that this process has seen full, of the latest minute alone."""


def take(client: Client, now: int, choose: Callable[[int], int]) -> Quota | None:
    """Count a request of the client's key, if it is within the quota; None without a limit.

    `choose` gives a number below its argument, by chance.
    """
    allotted = client.configuration.requests_per_minute
    if not allotted:
        return None
    minute = now // MINUTE
    parts = _parts(client, allotted, minute)
    open_parts = [part for part in parts if part not in _full]
    used = _count(open_parts[choose(len(open_parts))]) if open_parts else None
    current = allotted if used is None else min(allotted, used * len(parts))
    return Quota(allotted, current, (minute + 1) * MINUTE, exceeded=used is None)


def _parts(client: Client, allotted: int, minute: int) -> list[_Part]:
    many = -(-allotted // MOST_OF_A_PART)
    shares = [allotted // many + (part < allotted % many) for part in range(many)]
    return [
        _Part(client.organization_id, client.key_id, part, minute, share) for part, share in enumerate(shares)
    ]


def _count(part: _Part) -> int | None:
    """The part's requests with this one; None when it is full, which is remembered."""
    try:
        answer = clients.dynamodb().update_item(
            TableName=settings().content_table,
            Key=keys.limit(part.organization_id, part.key_id, part.number, part.minute),
            UpdateExpression="ADD used :one SET expires = :expires",
            ConditionExpression="attribute_not_exists(used) OR used < :share",
            ExpressionAttributeValues={
                ":one": number(1),
                ":share": number(part.share),
                ":expires": number((part.minute + 1) * 60 + _KEPT),
            },
            ReturnValues="UPDATED_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        _remember(part)
        return None
    return int(answer["Attributes"]["used"]["N"])


def _remember(full: _Part) -> None:
    _full.difference_update([part for part in _full if part.minute != full.minute])
    _full.add(full)
