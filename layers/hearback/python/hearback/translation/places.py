"""Where the deep pages of a list begin, so that page 500 need not read the 499 before it.

A place says behind which entry a page begins. It is kept when somebody was there, and holds as
long as no counter that covers the list has moved: then nothing was added, removed or changed its
state. Walking through a list costs each page once; after a change the next jump reads anew.
"""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from hearback import clients
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.items import get_number, key, number
from hearback.timestamps import SECOND
from hearback.translation import filters
from hearback.translation.filters import Filter

DEEP = 2000
"""Entries to skip from which on a place is worth a write: below, reading them costs less."""
_KEPT = 24 * 3600


class Place(NamedTuple):
    """Page `page` begins behind the entry `after`."""

    page: int
    after: int


START = Place(1, -1)


class Places:
    """The places of one list: a filter and a page size, as the counters are now."""

    def __init__(self, organization_id: str, meant: Filter, size: int, version: int) -> None:
        digest = hashlib.sha256(json.dumps(filters.to_json(meant), sort_keys=True).encode()).hexdigest()
        self._partition = f"{organization_id}#places#{digest[:32]}"
        self._size = size
        self._version = version

    def nearest(self, page: int) -> Place:
        """The last place known at or before the page: one read."""
        run = reads.Range(settings().translation_table, self._partition, self._key(0), self._key(page))
        found, _ = reads.query(run, 1, backwards=True)
        if not found or get_number(found[0], "version") != self._version:
            return START
        return Place(int(found[0]["sk"]["S"].partition("#")[2]), get_number(found[0], "after"))

    def keep(self, place: Place, now: int) -> None:
        item = key(self._partition, self._key(place.page)) | {
            "after": number(place.after),
            "version": number(self._version),
            "expires": number(now // SECOND + _KEPT),
        }
        clients.dynamodb().put_item(TableName=settings().translation_table, Item=item)

    def _key(self, page: int) -> str:
        return f"{self._size:04d}#{page:010d}"
