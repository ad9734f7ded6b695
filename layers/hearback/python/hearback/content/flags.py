"""Flags: what users find inappropriate, one for each user and content."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from hearback.content import cases, counts, keys
from hearback.content.model import Author, Configuration, Content
from hearback.content.votes import refuse_again
from hearback.errors import Busy
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import Item, get_number, get_text, number, text, without_nothing
from hearback.storage.merge import merged

_ATTEMPTS = 20


class Flag(NamedTuple):
    """`place` is where the list goes on behind it."""

    user_id: str | None
    reason: str | None
    at: int
    place: str


def add(content: Content, author: Author, reason: str | None, configuration: Configuration, now: int) -> None:
    """Keep and count the flag; the one that reaches the client's threshold makes the content pending.

    Raises `Duplicate` when the user has flagged the content before.
    """
    threshold = configuration.remoderation_threshold
    for _ in range(_ATTEMPTS):
        case = cases.before_flag(content) if threshold else None
        of_case = cases.flagged(content, case, threshold, now) if case else []
        counted = counts.move(content, author, counts.ONE_FLAG)
        try:
            transactions.transact([_keep(content, author, reason, now), counted, *of_case])
        except transactions.ConditionFailed as failure:
            if 0 in failure.failed:  # the flag itself is there already
                refuse_again(configuration.duplicates, same=True)
                return
        else:
            return
    raise Busy("Too many flags of the same content at once; try again.")


def of_content(content: Content, limit: int, after: str) -> list[Flag]:
    """Up to `limit` flags of the content behind the place `after`, in an order that does not change."""
    table = settings().content_table
    runs = [
        reads.Range(table, keys.flags_partition(content, part)).after(after)
        for part in range(keys.FLAG_PARTS)
    ]
    return [_from_item(item) for item in islice(merged(runs, limit), limit)]


def _keep(content: Content, author: Author, reason: str | None, now: int) -> transactions.Write:
    item = keys.flag(content, author) | {
        "user": None if author.user_id is None else text(author.user_id),
        "reason": None if reason is None else text(reason),
        "at": number(now),
    }
    return transactions.put(settings().content_table, without_nothing(item), "attribute_not_exists(pk)")


def _from_item(item: Item) -> Flag:
    said = {name: get_text(item, name) if name in item else None for name in ("user", "reason")}
    return Flag(said["user"], said["reason"], get_number(item, "at"), item["sk"]["S"])
