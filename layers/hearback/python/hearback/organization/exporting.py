"""Exports of a whole organization: a folder of JSON Lines files, some for each kind of record.

Every table is read to its end, and what is the organization's is written, a piece at a time. A piece's files have
the step's number in their names: a worker that dies before the step is saved writes the same files again.
A record that changes meanwhile is in the export once, as it was when it was read.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from hearback import clients
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.organization import jobs, records, walking
from hearback.organization.belonging import TABLES, Organization
from hearback.organization.jobs import Job, Kind, State
from hearback.settings import settings
from hearback.storage import owed
from hearback.storage.items import Item
from hearback.storage.transactions import ConditionFailed

LINK_LIFETIME = 3600
"""Seconds for which a download URL can be used; the export's status gives fresh ones."""

PIECE = 8 << 20
"""Characters of lines, over all kinds, that one step writes."""

MOST_FILES = 3_000
"""Names that the job's record holds; past them a step is as large as a round allows."""


def begin(caller: Caller, now: int) -> Job:
    """Start the export of everything that is the caller's organization's."""
    caller.require_admin()
    return jobs.start(jobs.new(caller, Kind.EXPORT, now))


def links(job: Job) -> dict[str, str]:
    """By the name of each file, a URL under which it can be fetched for an hour."""
    return {name: _link(job, name) for name in job.files}


def _link(job: Job, name: str) -> str:
    return clients.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings().transfer_bucket, "Key": f"{job.folder}/{name}"},
        ExpiresIn=LINK_LIFETIME,
    )


def carry_on(message: Mapping[str, Any], deadline: Deadline) -> None:
    """Go on with an export, and pass what is left on to the next round of the worker."""
    owed.hold(message["job"], time.time_ns())
    job = jobs.find(message["organization"], Kind.EXPORT, message["job"])
    if job is None or job.state is not State.RUNNING:
        return
    try:
        after = _Work(job, deadline).go_on()
    except ConditionFailed:
        return  # another worker has brought it further: it is left to that one
    if after.state is State.RUNNING:
        owed.pass_on(jobs.QUEUE, message)


class _Work:
    """One worker's part of one export."""

    def __init__(self, job: Job, deadline: Deadline) -> None:
        self._job = job
        self._deadline = deadline
        self._organization = Organization(job.organization_id)

    def go_on(self) -> Job:
        while self._job.stage < len(TABLES):
            self._step()
            if self._deadline.passed:
                return self._job
        return jobs.end(self._job, State.DONE, time.time_ns())

    def _step(self) -> None:
        """Read on until there is enough for some files, write them, and save the place."""
        lines: dict[str, list[str]] = defaultdict(list)
        stage, place, size = self._job.stage, self._job.place, 0
        while stage < len(TABLES) and (size < PIECE or len(self._job.files) > MOST_FILES):
            piece = walking.items(TABLES[stage], place)
            size += sum(self._add(TABLES[stage], item, lines) for item in piece.items)
            stage, place = stage + (piece.place is None), piece.place
            if self._deadline.passed:
                break
        files = tuple(self._write(kind, several) for kind, several in sorted(lines.items()))
        counts = dict(self._job.counts)
        for kind, several in lines.items():
            counts[kind] = counts.get(kind, 0) + len(several)
        after = self._job._replace(stage=stage, place=place, counts=counts, files=self._job.files + files)
        self._job = jobs.advance(self._job, after)

    def _add(self, table: str, item: Item, lines: dict[str, list[str]]) -> int:
        kind = records.kind_of(table, item)
        if kind is None or not self._organization.has(table, item):
            return 0
        lines[kind].append(records.line(item))
        return len(lines[kind][-1])

    def _write(self, kind: str, lines: list[str]) -> str:
        name = f"{kind}-{self._job.revision:06d}.jsonl"
        clients.s3().put_object(
            Bucket=settings().transfer_bucket,
            Key=f"{self._job.folder}/{name}",
            Body="".join(lines).encode("utf-8", "surrogatepass"),
            ContentType="application/jsonl",
        )
        return name
