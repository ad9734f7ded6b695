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
from hearback.storage import reads
from hearback.storage.changes import change
from hearback.storage.items import Item, get_number, number
from hearback.storage.transactions import ConditionFailed, transact
from hearback.timestamps import DAY

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


def of(organization_id: str) -> Days:
    item = reads.get(keys.table(), keys.retention(organization_id)) or {}
    return {kind: get_number(item, kind) for kind in KINDS}


def set_days(caller: Caller, wanted: Days) -> Days:
    """Change the periods that are named."""
    caller.require_admin()
    for kind, days in wanted.items():
        if days and not SHORTEST <= days <= LONGEST:
            raise Invalid(
                "A retention period is out of range.", f"{kind}: 0, or {SHORTEST} to {LONGEST} days"
            )
    if wanted:
        attributes = {kind: number(days) for kind, days in wanted.items()}
        transact([change(keys.table(), keys.retention(caller.organization_id), attributes, "")])
    return of(caller.organization_id)


def begin(now: int) -> Job | None:
    """Begin today's work for all organizations that have set a period, if any has. May be called again."""
    limits = {item["sk"]["S"]: _limits(item, now) for item in reads.every(keys.retentions())}
    limits = {organization_id: each for organization_id, each in limits.items() if each}
    job = _job(limits, now)
    with suppress(ConditionFailed):  # it has begun today already
        return jobs.start(job) if limits else None
    return None


def _job(limits: dict[str, dict[str, int]], now: int) -> Job:
    """Today's job. Its id is the same whoever makes it, so there is one a day: a search of everything is
    shared by all."""
    today = now // DAY * DAY
    return Job(uuid7(today, bytes(10)), EVERYBODY, Kind.RETENTION, State.RUNNING, 0, now, limits=limits)


def _limits(item: Item, now: int) -> dict[str, int]:
    """By kind that has a period, the instant (ns) before which it ends."""
    days = {kind: get_number(item, kind) for kind in KINDS}
    return {kind: now - each * DAY for kind, each in days.items() if each}


class Run(NamedTuple):
    """One day's work, as one organization sees it; `ended` counts its records by table."""

    created: int
    state: State
    ended: dict[str, int]


def runs(caller: Caller) -> list[Run]:
    """The latest, newest first, as far as they were about the caller's organization."""
    caller.require_admin()
    return [
        Run(job.created, job.state, counted(job, caller.organization_id))
        for job in jobs.latest_of(EVERYBODY, Kind.RETENTION)
        if caller.organization_id in job.limits
    ]


def counted(job: Job, organization_id: str) -> dict[str, int]:
    """By table, what the job has ended of an organization's."""
    named = {name.partition("/"): count for name, count in job.counts.items()}
    return {table: count for (whose, _, table), count in named.items() if whose == organization_id}
