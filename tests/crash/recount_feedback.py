"""Counts everything that reviews say from scratch, item by item, and demands that the report says the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

from hearback.quality.report import report
from hearback.settings import settings

from tests.crash.apart import items

DIMENSIONS = ("error_type", "severity", "output", "round", "submitter")


class Reviewed(NamedTuple):
    """One round of one task, as its item has it."""

    task: str
    round: int
    day: str
    entries: list[dict[str, Any]]

    def values(self, dimension: str) -> Iterator[str | None]:
        for entry in self.entries:
            if dimension == "round":
                yield str(self.round)
            elif dimension == "output":
                yield entry.get("output") or entry.get("field")
            else:
                yield entry.get(dimension)


def check(
    project: int, every_item: list[dict[str, Any]] | None = None, dimensions: Sequence[str] = DIMENSIONS
) -> list[Reviewed]:
    """The project's reviews: the report says by any dimension, and of any days, what they say."""
    found = items(settings().feedback_table) if every_item is None else every_item
    reviews = list(_reviews(project, found))
    for review in reviews:
        _check_entries(review)
    _check_rounds(project, found, reviews)
    for dimension in dimensions:
        _check_report(project, reviews, dimension, "0000", "9999")
    for first, last in combinations_with_replacement(sorted({review.day for review in reviews}), 2):
        _check_report(project, reviews, "error_type", first, last)
    return reviews


def _check_report(project: int, reviews: list[Reviewed], dimension: str, first: str, last: str) -> None:
    told = report(project, dimension, first, last)
    some = [review for review in reviews if first <= review.day <= last]
    assert _plain(told, dimension) == _expected(some, dimension), (dimension, first, last)
    assert [each["date"] for each in told["series"]] == sorted({review.day for review in some})
    for each in told["series"]:
        of_day = [review for review in some if review.day == each["date"]]
        assert _plain(each, dimension) == _expected(of_day, dimension), (dimension, each["date"])


def _reviews(project: int, every_item: list[dict[str, Any]]) -> Iterator[Reviewed]:
    """Those that count: an item from which all was deleted stays, and says nothing."""
    for item in _of_tasks(project, every_item):
        if item["sk"]["S"] == "rounds":
            continue
        entries = json.loads(item["entries"]["S"])
        if entries or item["found_nothing"]["BOOL"]:
            day = datetime.fromtimestamp(int(item["began_at"]["N"]) // 10**9, UTC).strftime("%Y-%m-%d")
            yield Reviewed(item["task_id"]["S"], int(item["sk"]["S"]), day, entries)


def _of_tasks(project: int, every_item: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in every_item if item["pk"]["S"].startswith(f"reviews#{project}#")]


def _check_entries(review: Reviewed) -> None:
    ids = [entry["id"] for entry in review.entries]
    assert len(set(ids)) == len(ids)
    named = [entry for entry in review.entries if entry.get("external_id")]
    names = [(entry.get("context"), entry["external_id"]) for entry in named]
    assert len(set(names)) == len(names)


def _check_rounds(project: int, every_item: list[dict[str, Any]], reviews: list[Reviewed]) -> None:
    """Each task knows which of its rounds are reviewed."""
    known = {
        (item["task_id"]["S"], int(round), day, faulty)
        for item in _of_tasks(project, every_item)
        if item["sk"]["S"] == "rounds"
        for round, (day, faulty) in json.loads(item["rounds"]["S"]).items()
    }
    assert known == {(each.task, each.round, each.day, bool(each.entries)) for each in reviews}


def _expected(reviews: list[Reviewed], dimension: str) -> dict[str, Any]:
    entries = [entry for review in reviews for entry in review.entries]
    tasks = {review.task for review in reviews}
    every, final = Counter[str | None](), Counter[str | None]()
    for review in reviews:
        for value, entry in zip(review.values(dimension), review.entries, strict=True):
            every[value] += 1
            final[value] += "finalized_at" in entry
    return {
        "count": len(entries),
        "finalized": sum("finalized_at" in entry for entry in entries),
        "tasks_reviewed": len(tasks),
        "tasks_with_errors": len({review.task for review in reviews if review.entries}),
        "errors_per_task": round(len(entries) / len(tasks), 4) if tasks else None,
        "groups": {value: (count, final[value]) for value, count in every.items()},
    }


def _plain(told: dict[str, Any], dimension: str) -> dict[str, Any]:
    """What the report tells, without its frame."""
    groups = {group[dimension]: (group["count"], group["finalized"]) for group in told["groups"]}
    assert len(groups) == len(told["groups"])
    names = ("count", "finalized", "tasks_reviewed", "tasks_with_errors", "errors_per_task")
    return {name: told[name] for name in names} | {"groups": groups}
