"""Where reviews are kept: one item for all entries of a task in a round, so that one write is one truth.

pk                          sk                       what
reviews#<project>#<task>    <round, 6 digits>        the entries of a task in a round
                            rounds                   in which rounds the task is reviewed, and since when
quality#<project>#<shard>   <kind>#<day>#<bucket>    what the report adds up (`hearback.quality.aggregates`)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from hearback.quality.model import Entries, Entry, Kind, Review, Reviewed, Severity, Shape, Standing
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.codec import JSON, NUMBER, TEXT, Codec
from hearback.storage.codec import Kind as Value
from hearback.storage.items import Item, key, number
from hearback.storage.reads import Range
from hearback.storage.transactions import Write

SHARDS = 4
"""Of a project's counts, by task. Each is a partition key, so one takes 1,000 write units a second."""


def table() -> str:
    return settings().feedback_table


def _reviews(project: int, task_id: str) -> str:
    return f"reviews#{project}#{task_id}"


def review_key(project: int, task_id: str, round: int) -> Item:
    return key(_reviews(project, task_id), f"{round:06d}")


def of_task(project: int, task_id: str) -> Range:
    """Everything about one task."""
    return Range(table(), _reviews(project, task_id))


class Row(NamedTuple):
    """One item of counts in each shard."""

    kind: str
    day: str
    bucket: int = 0


def count_key(project: int, shard: int, row: Row) -> Item:
    return key(f"quality#{project}#{shard}", f"{row.kind}#{row.day}#{row.bucket:02d}")


def counts(project: int, kind: str, first: str, last: str) -> list[Range]:
    """The rows of a kind from one day to another (YYYY-MM-DD), both included."""
    return [
        Range(table(), f"quality#{project}#{shard}", f"{kind}#{first}", f"{kind}#{last}#~")
        for shard in range(SHARDS)
    ]


def everything_counted(project: int) -> list[Range]:
    return [Range(table(), f"quality#{project}#{shard}") for shard in range(SHARDS)]


# ── Reviews ──


def _written(entries: Entries) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in entry._asdict().items() if value is not None} for entry in entries
    ]


def _read(entry: dict[str, Any]) -> Entry:
    shape, severity = entry.get("shape"), entry.get("severity")
    return Entry(
        **{
            **entry,
            "type": Kind(entry["type"]),
            "shape": None if shape is None else Shape(*shape),
            "severity": None if severity is None else Severity(severity),
        }
    )


_ENTRIES = Value(
    lambda entries: JSON.write(_written(entries)),
    lambda value: tuple(map(_read, JSON.read(value))),
)
_FLAG = Value(lambda value: {"BOOL": value}, lambda value: bool(value["BOOL"]))

_REVIEW = Codec(
    Review,
    {"project": NUMBER, "task_id": TEXT, "round": NUMBER, "organization_id": TEXT, "began_at": NUMBER}
    | {"entries": _ENTRIES, "found_nothing": _FLAG, "revision": NUMBER},
)


def size(entries: Entries) -> int:
    """Bytes that the entries take in their item."""
    return len(_ENTRIES.write(entries)["S"].encode())


def get(project: int, task_id: str, round: int) -> Review | None:
    item = reads.get(table(), review_key(project, task_id, round))
    return _REVIEW.from_item(item) if item else None


def put(review: Review) -> Write:
    """The review's next form, unless it has another one by now (its revision is one further)."""
    return _put(review_key(review.project, review.task_id, review.round), _REVIEW, review, review.revision)


# ── In which rounds a task is reviewed ──

_ROUNDS = Value(
    JSON.write,
    lambda value: {int(round): Standing(*standing) for round, standing in JSON.read(value).items()},
)

_REVIEWED = Codec(
    Reviewed,
    {"project": NUMBER, "task_id": TEXT, "organization_id": TEXT, "rounds": _ROUNDS, "revision": NUMBER},
)


def reviewed_key(project: int, task_id: str) -> Item:
    return key(_reviews(project, task_id), "rounds")


def keys_of_task(project: int, task_id: str, rounds: int) -> list[Item]:
    """The keys of all that may be kept of a task that has come to this round."""
    reviews = [review_key(project, task_id, round) for round in range(1, rounds + 1)]
    return [*reviews, reviewed_key(project, task_id)]


def reviewed(project: int, task_id: str) -> Reviewed | None:
    item = reads.get(table(), reviewed_key(project, task_id))
    return _REVIEWED.from_item(item) if item else None


def put_reviewed(reviewed: Reviewed) -> Write:
    return _put(reviewed_key(reviewed.project, reviewed.task_id), _REVIEWED, reviewed, reviewed.revision)


Record = TypeVar("Record", bound=NamedTuple)


def _put(row: Item, codec: Codec[Record], record: Record, revision: int) -> Write:
    item = row | codec.to_item(record)
    if revision == 1:
        return transactions.put(table(), item, "attribute_not_exists(pk)")
    return transactions.put(table(), item, "revision = :seen", seen=number(revision - 1))


# ── Counts ──


def add(row: Item, by_name: Mapping[str, int]) -> Write:
    """The change of some counts of one row."""
    return transactions.add(table(), row, by_name)


def counted(item: Item) -> tuple[str, dict[str, int]]:
    """The day of a row, and its counts by name."""
    day = item["sk"]["S"].split("#")[1]
    return day, {name: int(value["N"]) for name, value in item.items() if "N" in value}
