"""How long an organization keeps what: a number of days for each kind, or for good.

What expires by itself (imports and exports after 90 days, files after 30, the audit trail after 400) is no one's
to set. What an organization sets is carried out once a day by one job for all (`hearback.organization.expiring`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from hearback.access.model import Caller
from hearback.errors import Invalid
from hearback.ids import uuid7
from hearback.organization import jobs, keys
from hearback.organization.jobs import Job, Kind, State
from hearback.storage import reads, transactions
from hearback.storage.changes import change
from hearback.storage.items import Item, get_number, number
from hearback.storage.transactions import ConditionFailed, transact
from hearback.timestamps import DAY, SECOND

KINDS = ("translation_feedback", "callbacks", "content_authors")
"""Reviewed entries of translation feedback, by their last change; callbacks that are over, with their attempts;
and whose votes and flags are, which then are nobody's."""

EVERYBODY = "*"
"""Whose the day's job is: no organization is called so."""

SHORTEST = 30
LONGEST = 36_500
"""Days. Less than a month is more likely a slip than a wish, and there is no way back."""

Days = Mapping[str, int]
"""By kind; 0 for good."""

Limits = Mapping[str, int]
"""By kind that does not stay for good: the instant (ns) before which it ends."""

MOST_LISTED = 100


def of(organization_id: str) -> Days:
    item = reads.get(keys.table(), keys.retention(organization_id)) or {}
    return {kind: get_number(item, kind) for kind in KINDS}


def set_days(caller: Caller, wanted: Days, now: int) -> Days:
    """Change the periods that are named, from the next day's run on."""
    caller.require_admin()
    for kind, days in wanted.items():
        if days and not SHORTEST <= days <= LONGEST:
            raise Invalid(
                "A retention period is out of range.", f"{kind}: 0, or {SHORTEST} to {LONGEST} days"
            )
    if wanted:
        attributes = {kind: number(days) for kind, days in wanted.items()} | {"since": number(now)}
        transact([change(keys.table(), keys.retention(caller.organization_id), attributes, "")])
    return of(caller.organization_id)


def begin(now: int) -> Job | None:
    """Begin today's work for all organizations that have set a period, if any has. May be called again."""
    job = _job(now)
    organizations = len(limits(job))
    with suppress(ConditionFailed):  # it has begun today already
        return jobs.start(job._replace(organizations=organizations)) if organizations else None
    return None


def _job(now: int) -> Job:
    """Today's job. Its id is the same whoever makes it, so there is one a day: a search of everything is
    shared by all."""
    today = now // DAY * DAY
    return Job(uuid7(today, bytes(10)), EVERYBODY, Kind.RETENTION, State.RUNNING, 0, now)


def limits(job: Job) -> dict[str, Limits]:
    """By organization that had set a period when the day's job began, what ends."""
    found = {item["sk"]["S"]: _limits(item, job.created) for item in reads.every(keys.retentions())}
    return {organization_id: each for organization_id, each in found.items() if each}


def _limits(item: Item, created: int) -> Limits:
    if get_number(item, "since") > created:
        return {}  # they have changed their mind since: that is the next day's
    days = {kind: get_number(item, kind) for kind in KINDS}
    return {kind: created - each * DAY for kind, each in days.items() if each}


def count(job: Job, organization_id: str, table: str, records: int) -> transactions.Write:
    """The write that says that the job has ended so many more of an organization's records of a table.

    Each organization has an item of its own: in the job's there is no room for all of them."""
    return transactions.update(
        keys.table(),
        keys.ended(organization_id, job.id),
        "SET expires = :expires ADD #table :number",
        names={"#table": table},
        number=number(records),
        expires=number((job.created + jobs.KEPT) // SECOND),
    )


class Run(NamedTuple):
    """One day's work, as one organization sees it; `ended` counts its records by table."""

    created: int
    state: State
    ended: dict[str, int]


def runs(caller: Caller) -> list[Run]:
    """The latest, newest first: those that have ended something of the caller's organization's, and
    those since it has changed its periods the last time, if it has any."""
    caller.require_admin()
    ended = _ended(caller.organization_id)
    item = reads.get(keys.table(), keys.retention(caller.organization_id)) or {}
    return [
        Run(job.created, job.state, ended.get(job.id, {}))
        for job in jobs.latest_of(EVERYBODY, Kind.RETENTION)
        if job.id in ended or _limits(item, job.created)
    ]


def _ended(organization_id: str) -> dict[str, dict[str, int]]:
    """By job, what it has ended of the organization's."""
    items, _ = reads.query(keys.all_ended(organization_id), MOST_LISTED, backwards=True)
    return {
        item["sk"]["S"]: {name: get_number(item, name) for name in item.keys() - _NO_TABLES} for item in items
    }


_NO_TABLES = {"pk", "sk", "expires"}
