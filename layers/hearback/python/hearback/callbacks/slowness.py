"""Endpoints that take their time: remembered for some minutes, so that they wait among themselves.

An endpoint is a host and port of one project's callbacks. One project's trouble with a host that others
share is not theirs.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b
from urllib.parse import urlsplit

from hearback.callbacks import keys
from hearback.callbacks.model import Callback
from hearback.errors import Busy
from hearback.storage import reads, transactions
from hearback.storage.items import number
from hearback.timestamps import SECOND

SLOW = 2_000
"""Milliseconds of an attempt, failed or not, that others are not to wait for."""

REMEMBERED = 300 * SECOND


def endpoint(callback: Callback) -> str:
    """A name for the endpoint, of few and plain characters."""
    place = f"{callback.project} {urlsplit(callback.receiver.url).netloc}"
    return blake2b(place.encode(), digest_size=16).hexdigest()


def is_slow(callback: Callback, now: int) -> bool:
    item = reads.get(keys.table(), keys.health(endpoint(callback)))
    return item is not None and int(item["slow_until"]["N"]) > now


def note(callback: Callback, milliseconds: int, now: int) -> None:
    """Remember an endpoint that was slow."""
    if milliseconds < SLOW:
        return
    until = now + REMEMBERED
    item = keys.health(endpoint(callback)) | {"slow_until": number(until), "expires": number(until // SECOND)}
    with suppress(Busy):  # a hint: the attempt itself matters more
        transactions.transact([transactions.put(keys.table(), item)])
