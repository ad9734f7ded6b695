"""Keys of the task table; `project` is a project's number.

pk                          sk                      what
tasks#<project>#<shard>     task id                 a task
batches#<project>           batch id, 16 digits     a batch
failures#<batch id>         row, 8 digits           a row of a batch that became no task
counts#<project>            state#<shard>           tasks by state
counts#<project>            day#<day>#<shard>       what happened on a day
delivered#<project>         <instant>#<task>#<round>  the log of deliveries
consumers#<project>         hash of its name        how far a consumer has read that log
places#<hash>               page                    where a page of a list begins
"""

from __future__ import annotations

from hashlib import blake2b

from hearback.settings import settings
from hearback.storage.items import Item, key
from hearback.storage.reads import Range
from hearback.tasks import ids

COUNT_SHARDS = 8


def table() -> str:
    return settings().task_table


def task(project: int, task_id: str) -> Item:
    return key(f"tasks#{project}#{ids.shard(task_id)}", task_id)


def tasks(project: int) -> list[Range]:
    """All tasks of a project, in the order of their ids."""
    return [Range(table(), f"tasks#{project}#{shard}") for shard in range(ids.SHARDS)]


def of_state(project: int, state: str, shard: int) -> str:
    """The index's partition of a task; there are as many as of tasks, since tasks come by the thousand."""
    return f"{project}#{state}#{shard}"


def in_state(project: int, state: str) -> list[Range]:
    """The keys of a project's tasks in one state, in the order of their ids."""
    return [
        Range(
            table(),
            of_state(project, state, shard),
            index_name="by-state",
            partition_attribute="of_state",
        )
        for shard in range(ids.SHARDS)
    ]


def batch(project: int, batch_id: int) -> Item:
    return key(f"batches#{project}", f"{batch_id:016d}")


def batches(project: int) -> Range:
    return Range(table(), f"batches#{project}")


def failure(batch_id: int, row: int) -> Item:
    return key(f"failures#{batch_id}", f"{row:08d}")


def failures(batch_id: int, first: int, last: int) -> Range:
    """The rows `first` to `last` of a batch that became no task."""
    return Range(table(), f"failures#{batch_id}", f"{first:08d}", f"{last:08d}")


def count(project: int, shard: int) -> Item:
    return key(f"counts#{project}", f"state#{shard:02d}")


def day_count(project: int, day: str, shard: int) -> Item:
    """`day` is YYYY-MM-DD."""
    return key(f"counts#{project}", f"day#{day}#{shard:02d}")


def everything_counted(project: int) -> Range:
    return Range(table(), f"counts#{project}")


def counts(project: int) -> Range:
    return Range(table(), f"counts#{project}", "state#", "state#~")


def day_counts(project: int, first: str, last: str) -> Range:
    return Range(table(), f"counts#{project}", f"day#{first}", f"day#{last}#~")


def delivered(project: int, at: int, task_id: str, round: int) -> Item:
    return key(f"delivered#{project}", f"{since(at)}#{task_id}#{round}")


def delivered_row(project: int, row: str) -> Item:
    """A row of the log of deliveries, by its place there."""
    return key(f"delivered#{project}", row)


def since(instant: int) -> str:
    """What the log's rows of this instant (ns) and later are not below."""
    return f"{max(0, instant):019d}"


def deliveries(project: int, first: str = "") -> Range:
    """The log of deliveries from a place on."""
    return Range(table(), f"delivered#{project}", max(first, "0"))


def consumer(project: int, name: str) -> Item:
    return key(f"consumers#{project}", blake2b(name.encode(), digest_size=16).hexdigest())


def consumers(project: int) -> Range:
    return Range(table(), f"consumers#{project}")


def place(project: int, what: str, page: int) -> Item:
    digest = blake2b(what.encode(), digest_size=16).hexdigest()
    return key(f"places#{project}#{digest}", f"{page:09d}")
