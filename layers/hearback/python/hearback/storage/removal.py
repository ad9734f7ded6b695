"""Deleting many items of which nobody keeps count: in plain batches, whether or not they are there."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hearback import clients
from hearback.errors import Busy
from hearback.storage import troubles
from hearback.storage.items import Item

_BATCH = 25
"""Items of one call, as DynamoDB has it."""

_TRIES = 10


def delete_all(table: str, rows: Sequence[Item], threads: ThreadPoolExecutor | None = None) -> None:
    """Delete the items with these keys. Raises `Busy` when DynamoDB stays so."""
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
    if threads is None:
        for batch in batches:
            _delete(table, batch)
    else:
        list(threads.map(lambda batch: _delete(table, batch), batches))


def _delete(table: str, rows: Sequence[Item]) -> None:
    requests: Any = [{"DeleteRequest": {"Key": row}} for row in rows]
    for attempt in range(_TRIES):
        requests = _unprocessed(table, requests)
        if not requests:
            return
        time.sleep(random.uniform(0, min(2.0, 0.02 * 2**attempt)))
    raise Busy("The service is busy; it goes on later.")


def _unprocessed(table: str, requests: Any) -> Any:
    """Those of the deletions that were not carried out: DynamoDB was busy, or somebody else with an item."""
    try:
        answer: Any = clients.dynamodb().batch_write_item(RequestItems={table: requests})
    except (BotoCoreError, ClientError) as error:
        if not troubles.passes(error):
            raise
        return requests
    return answer.get("UnprocessedItems", {}).get(table, [])
