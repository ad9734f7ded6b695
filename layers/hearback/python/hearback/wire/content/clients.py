"""Who is calling, for which client, and how many requests their key has left."""

from __future__ import annotations

import random
from email.utils import formatdate

from hearback.access import store
from hearback.access.model import Caller
from hearback.content import configurations, limits
from hearback.content.errors import LimitReached
from hearback.content.model import Client
from hearback.errors import Unauthenticated
from hearback.storage import hot
from hearback.timestamps import SECOND
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.messages import Request


def by_pass_key(request: Request) -> Client:
    """The client of the key in the parameter PassKey, or else of the Authorization header.

    Counts the request, and tells in its answer how many the key may make. Raises `LimitReached` past that.
    """
    caller = _caller(request)
    client = Client(caller, configurations.of(caller.organization_id, request.now))
    quota = limits.take(client, request.now, random.randrange)
    if quota:
        request.answer_headers.update(_headers(quota, request.now))
        if quota.exceeded:
            raise LimitReached("This key has made as many requests as it may in this minute.")
    return client


def _caller(request: Request) -> Caller:
    pass_keys = request.said.get("passkey")
    if not pass_keys:
        return basic_or_bearer(request)
    if len(pass_keys) > 1:
        raise Unauthenticated("There are two different keys.")
    key = str(pass_keys[0]).strip().lower()
    return hot.read(("key", key), request.now, lambda: store.authenticate(key))


def _headers(quota: limits.Quota, now: int) -> dict[str, str]:
    headers = {
        "X-Bazaarvoice-QPM-Allotted": str(quota.allotted),
        "X-Bazaarvoice-QPM-Current": str(quota.current),
        "X-Bazaarvoice-Quota-Reset": formatdate(quota.reset // SECOND, usegmt=True),
    }
    if quota.exceeded:
        headers["Retry-After"] = str(-(-(quota.reset - now) // SECOND))
    return headers
