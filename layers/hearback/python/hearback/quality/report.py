"""The quality report of a project, from what its aggregates say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hearback.quality import aggregates
from hearback.quality.aggregates import DIMENSIONS, NOTHING


def report(project: int, group_by: str, first: str, last: str) -> dict[str, Any]:
    """Counts and their groups, in all and day by day."""
    days = aggregates.read(project, first, last)
    total: Counter[str] = Counter()
    for counts in days.values():
        total.update(counts)
    series = [{"date": day, **_told(counts, group_by)} for day, counts in sorted(days.items())]
    return {"project_id": project, "group_by": group_by, **_told(total, group_by), "series": series}


def _told(counts: Counter[str], group_by: str) -> dict[str, Any]:
    tasks, entries = counts["tasks"], counts["entries"]
    return {
        "count": entries,
        "finalized": counts["entries!"],
        "tasks_reviewed": tasks,
        "tasks_with_errors": counts["faulty"],
        "errors_per_task": round(entries / tasks, 4) if tasks else None,
        "groups": _groups(counts, group_by),
    }


def _groups(counts: Counter[str], group_by: str) -> list[dict[str, Any]]:
    prefix = f"{group_by}="
    values = {name.removeprefix(prefix) for name in counts if name.startswith(prefix) and name[-1] != "!"}
    found: list[dict[str, Any]] = [
        {
            group_by: None if value == NOTHING else value,
            "count": counts[prefix + value],
            "finalized": counts[f"{prefix}{value}!"],
        }
        for value in values
        if counts[prefix + value]
    ]
    return sorted(found, key=lambda group: (-group["count"], str(group[group_by])))


__all__ = ["DIMENSIONS", "report"]
