"""Large work: 100,000 entries with 1,000,000 annotations, created through the API's own handlers and
deleted again in the background. Not among what `make bench` runs: it takes the better part of an hour.

    python -m benchmarks large            the whole; LARGE_ENTRIES=20000 says another number of entries
    python -m benchmarks --quick large    a thousandth

Local rates are MiniStack's, which does one thing at a time; what carries over are counts: requests,
units, rounds, and that nothing is left.
"""

from __future__ import annotations

import io
import os
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from multiprocessing import get_context
from typing import Any

import boto3
from botocore.config import Config
from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import Role
from hearback.dataset import keys
from hearback.storage import blocks

from benchmarks.calling import DatasetClient
from benchmarks.dataset_world import BOX
from benchmarks.meter import metered

ENTRIES, QUICK = 100_000, 100
NINTH, NINETY = 9, 90
"""Every ninth entry has ninety annotations, which are created in one request: ten for each entry."""
_PROCESSES = 3
"""That ask at the same time. (Powertools' resolver serves one request at a time in a process.)"""
_PIECE = 450
"""Entries that one piece of work creates: ten requests."""
_LOOK = 2.0
"""Seconds between two looks at the deletion."""


def rows(full: bool = True) -> list[dict[str, Any]]:
    size = int(os.environ.get("LARGE_ENTRIES", ENTRIES if full else QUICK))
    _be_patient()
    organization, now = f"large-{uuid.uuid4().hex[:8]}", time.time_ns()
    store.create_organization(organization, organization, now)
    account = accounts.add_account(organization, "large@bench.example", "", Role.ADMIN, now)
    key = accounts.issue_key(account, "", now)[1]
    with redirect_stdout(io.StringIO()):  # where the metrics go
        client = DatasetClient(key)
        project = client.create("projects", {"name": "Large"})
        attributes = {"name": "Pictures", "modality": "image"}
        dataset = client.create("datasets", attributes, project=("projects", project))
        made, table = _create(key, dataset, size)
        return [*table, *_at_that_size(client, dataset, made), *_delete(client, dataset, size)]


def _be_patient() -> None:
    """MiniStack sorts a partition anew for each query of it: a million items take it some seconds."""
    clients._CONFIG = clients._CONFIG.merge(Config(read_timeout=300))
    clients.dynamodb.cache_clear()


def _say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


# ── Created ──


def _create(key: str, dataset: str, size: int) -> tuple[int, list[dict[str, Any]]]:
    """All entries, then all annotations; how many of these, and the rows."""
    pieces = [(key, dataset, start, min(_PIECE, size - start)) for start in range(0, size, _PIECE)]
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn"), _be_patient) as pool:
        began = time.monotonic()
        entries = _all(pool.map(_entries, pieces), "entries", size)
        between = time.monotonic()
        work = [(key, entry) for entry in entries[::NINTH]]
        annotations = sum(_all(pool.map(_annotations, work, chunksize=5), "annotations", len(work) * NINETY))
        ended = time.monotonic()
    counted = {kind: blocks.read(keys.shelf(kind, dataset)).total() for kind in ("entries", "annotations")}
    return annotations, [
        _row("entries created, 45 at once", size, "", None),
        _row("entries created a second, locally", size / (between - began), "/s", None),
        _row("annotations created, 90 at once", annotations, "", None),
        _row("annotations created a second, locally", annotations / (ended - between), "/s", None),
        _exactly("entries that the blocks count", counted["entries"], size),
        _exactly("annotations that the blocks count", counted["annotations"], annotations),
    ]


def _all(pieces: Iterator[list[Any]], what: str, most: int) -> list[Any]:
    found: list[Any] = []
    said = time.monotonic()
    for piece in pieces:
        found += piece
        if time.monotonic() - said > 30:
            said = time.monotonic()
            done = sum(found) if isinstance(found[0], int) else len(found)
            _say(f"{done:,} of {most:,} {what}")
    return found


@contextmanager
def _quietly() -> Iterator[None]:
    with redirect_stdout(io.StringIO()):
        yield


def _entries(piece: tuple[str, str, int, int]) -> list[str]:
    key, dataset, start, number = piece
    client, made = DatasetClient(key), []
    with _quietly():
        for first in range(start, start + number, 45):
            several = [
                {"resource": f"{each:07}.jpg"} for each in range(first, min(first + 45, start + number))
            ]
            made += client.create("entries", several, dataset=("datasets", dataset))
    return made


def _annotations(piece: tuple[str, str]) -> list[int]:
    """How many were created on one entry."""
    key, entry = piece
    with _quietly():
        return [len(DatasetClient(key).create("annotations", [BOX] * NINETY, entry=("entries", entry)))]


# ── Read at that size ──


def _at_that_size(client: DatasetClient, dataset: str, annotations: int) -> list[dict[str, Any]]:
    of = f"filter[dataset_id]={dataset}&page[size]=100"
    last = max(1, annotations // 100)
    asked = {
        "the last page of annotations": f"annotations?{of}&page[number]={last}",
        "the page in their middle, counted": f"annotations?{of}&page[number]={max(1, last // 2)}&count=true",
        "the last page of entries": f"entries?{of}&page[number]={max(1, last // 10)}",
        "the dataset with its counts": f"datasets/{dataset}",
    }
    return [row for name, path in asked.items() for row in _costs(name, client, path)]


def _costs(name: str, client: DatasetClient, path: str) -> list[dict[str, Any]]:
    with metered() as meter:
        client.get(path)
    return [_bound(name, "calls", meter.all_calls, 20), _bound(name, "read units", meter.read_units, 350)]


def _bound(name: str, what: str, value: float, most: float) -> dict[str, Any]:
    goal = f"≤ {most:g}"
    return _row(f"{what}, {name}", value, "", most) | {"goal": goal, "met": value <= most}


# ── Deleted ──


def _delete(client: DatasetClient, dataset: str, size: int) -> list[dict[str, Any]]:
    began = time.monotonic()
    with metered() as meter:
        client.call("DELETE", f"datasets/{dataset}")
    answered = time.monotonic() - began
    seen: list[int] = []
    while (deletion := client.get(f"deletions/{dataset}")["data"]["attributes"])["status"] != "completed":
        if not seen or deletion["removed_entries_count"] > seen[-1]:
            seen.append(deletion["removed_entries_count"])
            _say(f"{seen[-1]:,} of {size:,} entries removed, with their annotations")
        time.sleep(_LOOK)
    seconds = time.monotonic() - began
    return [
        _row("seconds until DELETE answered", answered, "s", None),
        _row("calls of the DELETE", meter.all_calls, "", None),
        _row("entries removed a second, with their annotations, locally", size / seconds, "/s", None),
        _row("different states of its progress that GET /deletions showed", len(seen), "", None),
        _exactly("entries that the deletion counts as removed", deletion["removed_entries_count"], size),
        _exactly("items left of the dataset", _left(dataset), 0),
    ]


_MAY_STAY = ("deletions#", "blocks#datasets:")
"""The deletion's own item; and the project's counts, whose greatest id may be this dataset's."""


def _left(dataset: str) -> int:
    """Items anywhere in the table that hold the dataset's id, in a key or in an attribute."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=keys.table())
    items = (item for page in pages for item in page["Items"])
    return sum(dataset in str(item) and not item["pk"]["S"].startswith(_MAY_STAY) for item in items)


# ── Rows ──


def _exactly(name: str, value: int, wanted: int) -> dict[str, Any]:
    return _row(name, value, "", wanted) | {"goal": f"= {wanted:,}", "met": value == wanted}


def _row(name: str, value: float, unit: str, baseline: float | None) -> dict[str, Any]:
    ratio = round(value / baseline, 2) if baseline else None
    shown = {"name": name, "value": round(value, 1), "unit": unit, "baseline": baseline, "ratio": ratio}
    return {**shown, "goal": None, "met": None}
