"""Exports of a whole organization: a folder of JSON Lines files, some for each kind of record.

Every table is read to its end, and what is the organization's is written, a piece at a time. The names of a
piece's files are kept in the transaction that saves its place: what a worker has written that died, or was overtaken,
before that is no part of the export. A record that changes meanwhile is in it once, as it was when it was read.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from hearback import clients
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.organization import jobs, keys, records, walking
from hearback.organization.belonging import TABLES, Organization
from hearback.organization.jobs import Job, Kind, State
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import Item, number
from hearback.timestamps import SECOND

LINK_LIFETIME = 3600
"""Seconds for which a download URL can be used; the export's status gives fresh ones."""

PIECE = 64 << 20
"""Bytes of lines, over all kinds, at which one step writes them. It holds them twice, in 1,769 MB."""

MOST_LINKED = 1_000
"""Files of one page: 2 MB of links."""


def begin(caller: Caller, now: int) -> Job:
    """Start the export of everything that is the caller's organization's; the one that runs, if one does."""
    caller.require_admin()
    try:
        return jobs.start(jobs.new(caller, Kind.EXPORT, now))
    except jobs.TooMany as running:
        return running.jobs[0]


class Files(NamedTuple):
    """A page of an export's files, by name; `after` is where the next page begins, empty when there is none."""

    links: dict[str, str]
    """By the name of each file, a URL under which it can be fetched for an hour at most."""
    after: str


def files(job: Job, after: str = "") -> Files:
    """Those behind the name `after`."""
    run = keys.files(job.organization_id, job.id).after(after)
    found, more = reads.keys(run, MOST_LINKED)
    names = [item["sk"]["S"] for item in found]
    return Files({name: _link(job, name) for name in names}, names[-1] if more else "")


def _link(job: Job, name: str) -> str:
    return clients.links().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings().transfer_bucket, "Key": f"{job.folder}/{name}"},
        ExpiresIn=LINK_LIFETIME,
    )


def carry_on(message: Mapping[str, Any], deadline: Deadline) -> None:
    """Go on with an export, and pass what is left on to the next round of the worker."""
    jobs.carry_on(message, lambda job: _Work(job, deadline).go_on())


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
        lines: dict[str, list[bytes]] = defaultdict(list)
        stage, place, size = self._job.stage, self._job.place, 0
        while stage < len(TABLES) and size < PIECE:
            piece = walking.items(TABLES[stage], place)
            size += sum(self._add(TABLES[stage], item, lines) for item in piece.items)
            stage, place = stage + (piece.place is None), piece.place
            if self._deadline.passed:
                break
        written = [self._write(kind, several) for kind, several in sorted(lines.items())]
        counts = dict(self._job.counts)
        for kind, several in lines.items():
            counts[kind] = counts.get(kind, 0) + len(several)
        after = self._job._replace(stage=stage, place=place, counts=counts)
        self._job = jobs.advance(self._job, after, [self._keep(name) for name in written])

    def _add(self, table: str, item: Item, lines: dict[str, list[bytes]]) -> int:
        kind = records.kind_of(table, item)
        if kind is None or not self._organization.has(table, item):
            return 0
        lines[kind].append(records.line(item).encode("utf-8", "surrogatepass"))
        return len(lines[kind][-1])

    def _write(self, kind: str, lines: list[bytes]) -> str:
        name = f"{kind}-{self._job.revision:06d}{secrets.token_hex(2)}.jsonl"
        clients.s3().put_object(
            Bucket=settings().transfer_bucket,
            Key=f"{self._job.folder}/{name}",
            Body=b"".join(lines),
            ContentType="application/jsonl",
        )
        return name

    def _keep(self, name: str) -> transactions.Write:
        file = keys.file(self._job.organization_id, self._job.id, name)
        expires = {"expires": number((self._job.created + jobs.KEPT) // SECOND)}
        return transactions.put(keys.table(), file | expires)
