"""Where reviews are kept: one item for all entries of a task in a round, so that one write is one truth.

pk                         sk                what
reviews#<project>#<task>   <round, 6 digits> the entries of a task in a round
quality#<project>          <day>#<shard>     what the report adds up (`hearback.quality.aggregates`)
"""

from __future__ import annotations

from typing import Any

from hearback.quality.model import Entry, Kind, Review, Severity, Shape
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.codec import JSON, NUMBER, TEXT, Codec
from hearback.storage.codec import Kind as Value
from hearback.storage.items import Item, key, number
from hearback.storage.reads import Range
from hearback.storage.transactions import Write


def table() -> str:
    return settings().feedback_table


def _review_key(project: int, task_id: str, round: int) -> Item:
    return key(f"reviews#{project}#{task_id}", f"{round:06d}")


def day_key(project: int, day: str, shard: int) -> Item:
    return key(f"quality#{project}", f"{day}#{shard:02d}")


def days(project: int, first: str, last: str) -> Range:
    return Range(table(), f"quality#{project}", first, last + "#~")


def _written(entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
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
    lambda value: tuple(_read(entry) for entry in JSON.read(value)) if value else (),
)

_REVIEW = Codec(
    Review,
    {"project": NUMBER, "task_id": TEXT, "round": NUMBER, "organization_id": TEXT, "created_at": NUMBER}
    | {"entries": _ENTRIES, "revision": NUMBER},
)


def get(project: int, task_id: str, round: int) -> Review | None:
    item = reads.get(table(), _review_key(project, task_id, round))
    return _REVIEW.from_item(item) if item else None


def put(review: Review) -> Write:
    """The review's next form, unless it has another one by now (its revision is one further)."""
    item = _review_key(review.project, review.task_id, review.round) | _REVIEW.to_item(review)
    if review.revision == 1:
        return transactions.put(table(), item, "attribute_not_exists(pk)")
    return transactions.put(table(), item, "revision = :seen", seen=number(review.revision - 1))
