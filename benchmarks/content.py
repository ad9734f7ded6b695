"""What a submission of content feedback costs, as a content goes viral, and how its writes are spread.

Whole requests through the Lambda's handler, on the stack that the tests use: of a strict client, whose
key has a limit of requests, and of one that wants neither.
"""

from __future__ import annotations

import io
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import urlencode

from hearback import clients
from hearback.access import accounts
from hearback.access import keys as access_keys
from hearback.access.model import Role
from hearback.content import configurations, contents, counts, flags, keys, limits, votes
from hearback.content.model import Author, Content, ContentType, Duplicates, Vote
from hearback.settings import settings
from hearback.storage import hot, reads, transactions
from hearback.storage.items import number, text

from benchmarks import calling
from benchmarks.costs import _row, flat_rows
from benchmarks.meter import Meter, metered
from benchmarks.warm import _best
from benchmarks.warm import _row as _beside

RUNS = 200
JSON = "/data/submitfeedback.json"


class Client:
    """An organization, its admin's key, and a content."""

    def __init__(self, **wishes: Any) -> None:
        name = f"bench-{uuid.uuid4().hex[:8]}"
        account = accounts.add_account(name, f"bench@{name}.example", "", Role.ADMIN, time.time_ns())
        self.api_key, self.key = accounts.issue_key(account, "", time.time_ns())
        self.content = Content(name, ContentType.REVIEW, "viral")
        configurations.change(name, wishes)
        contents.register([self.content])

    def call(self, method: str, path: str, **parameters: str) -> dict[str, Any]:
        about = {"ContentType": "review", "ContentId": self.content.content_id, "ApiVersion": "5.4"}
        hot.forget()  # as for a request now and then, not one of many in a second
        with redirect_stdout(io.StringIO()):  # where the metrics go
            event = calling.event(method, f"{path}?{urlencode({**about, **parameters})}", self.key)
            answer = calling.invoke("content_feedback", event)
        document: dict[str, Any] = json.loads(answer["body"])
        return document

    def vote(self, user: str, vote: str = "Positive") -> dict[str, Any]:
        return self.call("POST", JSON, FeedbackType="helpfulness", UserId=user, Vote=vote)

    def flag(self, user: str) -> dict[str, Any]:
        return self.call("POST", JSON, FeedbackType="inappropriate", UserId=user, ReasonText="rude")


def rows(full: bool = True) -> list[dict[str, Any]]:
    plain = Client(unknown_contents=True)
    strict = Client(unknown_contents=False, requests_per_minute=10_000)
    sizes = (1_000, 100_000) if full else (100, 1_000)
    measured: dict[int, dict[str, Meter]] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        _go_viral(plain, before, size)
        _go_viral(strict, before, size)
        measured[size] = _requests(plain, "no limit") | _requests(strict, "limit, strict")
    return [
        *_cost_rows(measured),
        _limiter_row(measured[sizes[0]]),
        *_cpu_rows(strict, RUNS if full else 30),
        _spread_row(plain, 5_000 if full else 500),
    ]


def _go_viral(client: Client, start: int, end: int) -> None:
    """Votes of so many users, written as they would be left; nobody waits for 100,000 transactions."""
    authors = [Author.of(f"early{each}", "") for each in range(start, end)]
    records = [keys.vote(client.content, author) | {"vote": text(Vote.POSITIVE)} for author in authors]
    parts = Counter(author.part(keys.COUNT_PARTS) for author in authors)
    for first in range(0, len(records), 25):
        puts = [{"PutRequest": {"Item": record}} for record in records[first : first + 25]]
        clients.dynamodb().batch_write_item(RequestItems={settings().content_table: puts})  # type: ignore[dict-item]
    for part, many in parts.items():
        change = {"many": number(many)}
        key = keys.count(client.content, part)
        transactions.transact(
            [transactions.update(settings().content_table, key, "ADD positive :many", None, **change)]
        )


def _requests(client: Client, kind: str) -> dict[str, Meter]:
    someone = uuid.uuid4().hex
    works: dict[str, Callable[[], Any]] = {
        "first vote": lambda: client.vote(someone),
        "same vote again": lambda: client.vote(someone),
        "opposite vote": lambda: client.vote(someone, "Negative"),
        "undo": lambda: client.vote(someone, "Undo"),
        "flag": lambda: client.flag(someone),
        "statistics": lambda: client.call("GET", "/data/feedback.json"),
    }
    meters: dict[str, Meter] = {}
    client.flag("somebody before")  # the first flag of a content makes its case
    for name, work in works.items():
        with metered() as meters[f"{name} ({kind})"]:
            work()
    return meters


def _cost_rows(measured: dict[int, dict[str, Meter]]) -> list[dict[str, Any]]:
    (fewer, small), (more, large) = measured.items()
    table = []
    for name, meter in large.items():
        same = f"{name}: at {more:,} votes, against {fewer:,}"
        table += flat_rows(same, meter, small[name])
    return table


def _limiter_row(measured: dict[str, Meter]) -> dict[str, Any]:
    """What a limit costs: the other differences between the two clients are reads."""
    units = [measured[f"first vote ({kind})"].write_units for kind in ("limit, strict", "no limit")]
    return _row("write units for a key's limit, per request", units[0] - units[1], "WCU", goal=1)


def _cpu_rows(client: Client, runs: int) -> list[dict[str, Any]]:
    table, content = settings().content_table, client.content
    users = iter(range(10_000_000))

    def bare() -> None:
        author = Author.of(f"bare{next(users)}", "")
        reads.get(settings().access_table, access_keys.used(client.api_key.key_id))
        reads.get(table, keys.configuration(content.organization_id))
        limits._count(limits._Part(content.organization_id, "bare", 0, 0, 10**9))
        reads.get(table, keys.registered(content))
        votes.cast(content, author, Vote.POSITIVE, Duplicates.REFUSE, 0)

    def bare_statistics() -> None:
        reads.get(settings().access_table, access_keys.used(client.api_key.key_id))
        reads.get(table, keys.configuration(content.organization_id))
        limits._count(limits._Part(content.organization_id, "bare", 0, 0, 10**9))
        reads.get_many(table, [keys.registered(content), keys.case(content), *counts.parts(content)])
        flags.of_content(content, 100, "")

    submit = _best(lambda: client.vote(f"cpu{next(users)}"), bare, runs)
    shown = _best(lambda: client.call("GET", "/data/feedback.json"), bare_statistics, runs)
    return [_beside("submit a vote", *submit), _beside("statistics of a content", *shown)]


def _spread_row(client: Client, votes_of_all: int) -> dict[str, Any]:
    with metered() as meter:
        for each in range(votes_of_all):
            votes.cast(client.content, Author.of(f"late{each}", ""), Vote.POSITIVE, Duplicates.REFUSE, 0)
    name = f"heaviest partition key's share of writes, {votes_of_all:,} votes on one content"
    return _row(name, 100 * meter.heaviest_share, "%", goal=1)
