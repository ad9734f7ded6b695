"""Ids of tasks: 24 hexadecimal digits that sort by creation and, in a batch, by row.

    8 digits  seconds since 1970, of the task or its batch
    8 digits  a tag of the batch; random for a single task
    8 digits  the row in the batch; random for a single task

A batch's ids are so known before its tasks are there, and a page of a batch is a range of ids.
"""

from __future__ import annotations

import re
from hashlib import blake2b

LATEST = 900 * 1_000_000_000
"""Nanoseconds by which a task of a batch is told to have been created after the second in its id, however
long that took: so a range of times is a range of ids, and a bit."""

_ID = re.compile(r"[0-9a-f]{24}")
SHARDS = 4


def single(now: int, randomness: bytes) -> str:
    """The id of a task of its own; `now` in nanoseconds since 1970, `randomness` of 8 bytes."""
    return f"{now // 1_000_000_000:08x}{randomness.hex()}"


def in_batch(batch_id: int, created_at: int, row: int) -> str:
    """The id of a batch's task in `row` (from 0)."""
    return f"{prefix(batch_id, created_at)}{row:08x}"


def prefix(batch_id: int, created_at: int) -> str:
    """What the ids of a batch's tasks begin with: 16 digits."""
    tag = blake2b(str(batch_id).encode(), digest_size=4).hexdigest()
    return f"{created_at // 1_000_000_000:08x}{tag}"


def shard(task_id: str) -> int:
    """Which of a project's partitions a task is in."""
    return int(task_id[-1], 16) % SHARDS


def is_task_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None
