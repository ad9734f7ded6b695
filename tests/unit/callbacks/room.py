"""An endpoint with little room in the queue, and what its callbacks do there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hearback.callbacks import admission, keys, store
from hearback.callbacks.model import Admission, Callback
from hearback.storage import owed
from hearback.timestamps import SECOND

from tests.unit.callbacks.post import Post, failing

ROOM = 2


def now(callback: Callback) -> Callback:
    found = store.read(callback.project, callback.id)
    assert found
    return found


def hidden(post: Post) -> int:
    """Messages that are in flight: received, and not deleted."""
    return sum(message.receives > 0 for queue in post.queues.values() for message in queue)


def waiting(several: list[Callback]) -> dict[Admission | None, int]:
    return dict(Counter(now(callback).admission for callback in several))


def held(post: Post) -> int:
    """How much room the counters say is taken."""
    return sum(int(item["held"]["N"]) for (pk, _), item in post.table.items.items() if pk.startswith("room#"))


def lanes(post: Post) -> list[dict[str, Any]]:
    """The debts of lanes."""
    return [item for (_, sk), item in post.table.items.items() if sk.startswith("lane#")]


def fail(post: Post, number: int) -> list[Callback]:
    """So many callbacks, each of which has failed once."""
    failing(post)
    made = [post.owe() for _ in range(number)]
    post.work_all()
    return made


def occupy(post: Post, number: int) -> None:
    """Others take so much of the room, which is counted nowhere else."""
    key = keys.room(admission.lane(post.callback))
    post.table.put(key | {"held": {"N": str(number)}})


def parked(post: Post, number: int) -> list[Callback]:
    """So many callbacks that have failed once and found no room, which others have."""
    post.owe()
    occupy(post, ROOM)
    failing(post)
    made = [post.callback, *(post.owe() for _ in range(number - 1))]
    post.work_all()
    assert waiting(made) == {Admission.PARKED: number}
    return made


def a_minute_later(post: Post) -> int:
    """How many messages the sweep has sent."""
    post.wait(60)
    sent = owed.sweep(post.now, 600 * SECOND).sent
    post.work_all()
    return sent
