"""A client to disturb, and the demand that what is counted is what its users have said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hearback.access.model import Caller, Role
from hearback.content import cases, configurations, contents, counts, flags, keys, votes
from hearback.content.model import (
    Author,
    Client,
    Configuration,
    Content,
    ContentType,
    Duplicates,
    Statistics,
    Status,
    Vote,
)
from hearback.settings import settings
from hearback.storage import hot
from hearback.storage.items import get_number, get_text

from tests.crash.apart import items

NOW = 1_700_000_000_000_000_000
THRESHOLD = 3
WISHES = Configuration(remoderation_threshold=THRESHOLD)
CLIENT = Client(Caller("acme", 1, "admin@acme.example", Role.ADMIN, "k1"), WISHES)
CONTENT = Content("acme", ContentType.REVIEW, "product1")


@dataclass
class World:
    """One client with one content; nothing of it is kept here."""


def user(name: str) -> Author:
    return Author.of(name, "")


def cast(name: str, vote: Vote) -> None:
    votes.cast(CONTENT, user(name), vote, Duplicates.REFUSE, NOW)


def flag(name: str) -> None:
    flags.add(CONTENT, user(name), "rude", WISHES, NOW)


def new_client() -> World:
    hot.forget()
    configurations.change(CONTENT.organization_id, {"remoderation_threshold": THRESHOLD})
    contents.register([CONTENT])
    return World()


def check_counts(content: Content = CONTENT) -> Statistics:
    """Demand that counters, records, case and queue agree; what the statistics say then."""
    everything = items(settings().content_table)
    mine = [item for item in everything if content.digest in item["pk"]["S"]]
    found = contents.statistics(CLIENT, content)
    assert _counted(mine) == _said(mine)
    assert (found.positive, found.negative, found.inappropriate) == _total(_said(mine))
    queue = [item for item in everything if content.digest in item["sk"]["S"]]
    assert len(queue) == (found.status is Status.PENDING)
    _check_case(queue, cases.read(content))
    return found


def _said(mine: list[dict[str, Any]]) -> dict[int, counts.Counts]:
    """By part of the count, what the records of its users add up to."""
    parts: dict[int, Counter[str]] = {}
    for item in mine:
        kind, digest = _record(item)
        if kind:
            part = Author(None, digest).part(keys.COUNT_PARTS)
            parts.setdefault(part, Counter())[kind] += 1
    return {part: counts.Counts(**said) for part, said in parts.items()}


def _record(item: dict[str, Any]) -> tuple[str, str]:
    """What somebody's record counts as, and their digest."""
    if item["sk"]["S"] == "vote":
        return get_text(item, "vote").lower(), item["pk"]["S"].rpartition("#")[2]
    return ("flags", item["sk"]["S"]) if "#flags#" in item["pk"]["S"] else ("", "")


def _counted(mine: list[dict[str, Any]]) -> dict[int, counts.Counts]:
    """By part, what the counters say; a part in which all was taken back says nothing."""
    parts = {
        int(item["pk"]["S"].rpartition("#")[2]): counts.total([item])
        for item in mine
        if item["sk"]["S"] == "count"
    }
    return {part: counted for part, counted in parts.items() if any(counted)}


def _total(parts: dict[int, counts.Counts]) -> tuple[int, ...]:
    return tuple(sum(part[place] for part in parts.values()) for place in range(3))


def _check_case(queue: list[dict[str, Any]], case: cases.Case | None) -> None:
    if case is None:
        assert not queue
        return
    assert (case.since is not None) == (case.status is Status.PENDING)
    assert [get_number(item, "since") for item in queue] == ([] if case.since is None else [case.since])
    if case.status is Status.APPROVED:
        assert case.flags < THRESHOLD
