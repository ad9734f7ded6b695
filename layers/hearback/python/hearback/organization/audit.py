"""The audit trail: who did what, by which key.

A line is written before a request is carried out, so nothing is changed without one. A request that is
refused after all has its line say so; a line without an outcome is of one that was carried out, or of one
that died on its way. People are named by the numbers of their accounts, which tell nobody anything once
the account is erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from hearback import clients, ids
from hearback.deadline import Deadline
from hearback.organization import keys
from hearback.storage import transactions
from hearback.storage.codec import JSON, NUMBER, TEXT, Codec
from hearback.storage.items import Item, number, text
from hearback.storage.merge import merged
from hearback.timestamps import DAY, SECOND

KEPT = 400 * DAY
"""A year, and a month for who looks back at it."""

MOST_READ = 10_000
"""Lines that one page looks at; what is behind them is the next page's."""


LARGEST_PAGE = 2_000_000
"""Characters of what the lines of one page are about, after which it ends: an answer holds 6 MB."""


class Line(NamedTuple):
    id: str
    organization_id: str
    at: int
    """Nanoseconds since 1970."""
    account_id: int
    key_id: str
    action: str
    """The operation's id in the API reference."""
    about: Mapping[str, str]
    """What the path named, and those parameters that say what became of it."""
    outcome: str | None = None
    """Why it was refused: the error's name. None for what was carried out."""


_LINE = Codec(
    Line,
    {"id": TEXT, "organization_id": TEXT, "at": NUMBER, "account_id": NUMBER, "key_id": TEXT}
    | {"action": TEXT, "about": JSON, "outcome": TEXT},
)


class Wanted(NamedTuple):
    """Which lines: from one instant to another (ns, both included), of an account, of an action."""

    first: int
    last: int
    account_id: int | None = None
    action: str | None = None

    def has(self, line: Line) -> bool:
        return (
            self.first <= line.at <= self.last
            and self.account_id in (None, line.account_id)
            and self.action in (None, line.action)
        )


class Page(NamedTuple):
    """Newest first; `after` is where the next page begins, None when there is none."""

    lines: list[Line]
    after: str | None


def write(
    organization_id: str, account_id: int, key_id: str, action: str, about: Mapping[str, str], now: int
) -> Line:
    """Add a line: one write unit."""
    line_id = ids.uuid7(now, secrets.token_bytes(10))
    line = Line(line_id, organization_id, now, account_id, key_id, action, about)
    item = _key(line) | _LINE.to_item(line) | {"expires": number((now + KEPT) // SECOND)}
    clients.dynamodb().put_item(TableName=keys.table(), Item=item)
    return line


def refuse(line: Line, why: str) -> None:
    """Say in the line that nothing came of it."""
    change = transactions.update(keys.table(), _key(line), "SET outcome = :why", why=text(why))
    clients.dynamodb().update_item(**change["Update"])


def page(organization_id: str, wanted: Wanted, after: str, limit: int, deadline: Deadline) -> Page:
    """Up to `limit` of the wanted lines behind the place `after`.

    There may be fewer, or none, and a next page all the same: a page looks at `MOST_READ` lines at most,
    and ends at the deadline, or when it is large.
    """
    found: list[Line] = []
    looked, size = after, 0
    places = islice(_places(organization_id, wanted, after, limit), MOST_READ)
    for looked, line in places:
        if line is not None and wanted.has(line):
            found.append(line)
            size += sum(map(len, line.about.values()))
        if len(found) == limit or size > LARGEST_PAGE or deadline.passed:
            return Page(found, looked)
    return Page(found, looked if next(_places(organization_id, wanted, looked, 1), None) else None)


def _places(
    organization_id: str, wanted: Wanted, after: str, limit: int
) -> Iterator[tuple[str, Line | None]]:
    """The lines from the newest on, and where each is; and each day's beginning, where no line is."""
    end = f"{ids.earliest(wanted.last + 1_000_000)}"
    before = min(after, end) if after else end
    newest = min(wanted.last, _instant(before))
    for day in _days(wanted.first, newest):
        runs = [run.before(before) for run in keys.lines(organization_id, day)]
        for item in merged(runs, limit, backwards=True):
            yield item["sk"]["S"], _LINE.from_item(item)
        start = ids.earliest(_start_of(day))
        if start < before:
            yield start, None


def _days(first: int, last: int) -> Iterator[str]:
    """The days from the last instant's to the first one's."""
    day, end = _date(last), _date(first)
    while day >= end:
        yield day.strftime("%Y-%m-%d")
        day -= timedelta(days=1)


def _date(instant: int) -> datetime:
    return datetime.fromtimestamp(instant // SECOND, UTC).replace(hour=0, minute=0, second=0)


def _start_of(day: str) -> int:
    return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * SECOND


def _instant(place: str) -> int:
    """The last instant (ns) that a line before this place may be of."""
    return (int(place[:8] + place[9:13], 16) + 1) * 1_000_000 - 1


def _key(line: Line) -> Item:
    return keys.line(line.organization_id, _date(line.at).strftime("%Y-%m-%d"), line.id)
