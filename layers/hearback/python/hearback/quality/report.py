"""The quality report of a project, from what its aggregates say.

Drafts count as well as final entries, since a client may never finalize; how many are final is told
beside, everywhere.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hearback.quality import aggregates


def report(project: int, group_by: str, first: str, last: str) -> dict[str, Any]:
    """Counts and their groups, in all and for each day on which a review began."""
    days = aggregates.read(project, group_by, first, last)
    total: Counter[str] = Counter()
    for counts in days.values():
        total.update(counts)
    told = [{"date": day, **_told(counts, group_by, day)} for day, counts in sorted(days.items())]
    series = [each for each in told if each["tasks_reviewed"]]
    return {"project_id": project, "group_by": group_by, **_told(total, group_by, first), "series": series}


def _told(counts: Counter[str], group_by: str, since: str) -> dict[str, Any]:
    tasks, entries = aggregates.different(counts, "tasks", since), counts["entries="]
    return {
        "count": entries,
        "finalized": counts["entries!"],
        "tasks_reviewed": tasks,
        "tasks_with_errors": aggregates.different(counts, "faulty", since),
        "errors_per_task": round(entries / tasks, 4) if tasks else None,
        "groups": _groups(counts, group_by),
    }


def _groups(counts: Counter[str], group_by: str) -> list[dict[str, Any]]:
    """The largest first; null is the group of what has no value."""
    found = sorted(aggregates.groups(counts, group_by), key=lambda group: (-group[1], group[0]))
    return [{group_by: value or None, "count": count, "finalized": final} for value, count, final in found]
