"""What the task feedback API answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hearback.quality.feedback import Deleted, Place
from hearback.quality.model import Entry
from hearback.tasks.payloads import time


def feedbacks(place: Place, entries: Iterable[Entry]) -> dict[str, Any]:
    return {"feedbacks": [_told(place, entry) for entry in entries]}


def feedback(place: Place, entry: Entry) -> dict[str, Any]:
    return {"feedback": _told(place, entry)}


def _told(place: Place, entry: Entry) -> dict[str, Any]:
    """`readonly` is what the published API says of drafts and final entries alike."""
    form = place.project.time_form
    return {
        "id": entry.id,
        "type": str(entry.type),
        "output": entry.output,
        "shape": None if entry.shape is None else {"index": entry.shape.place, "frame": entry.shape.frame},
        "field": entry.field,
        "error_type": entry.error_type,
        "comment": entry.comment,
        "severity": entry.severity,
        "original_value": entry.original_value,
        "final_value": entry.final_value,
        "context": entry.context,
        "external_id": entry.external_id,
        "author": entry.author,
        "source": entry.source,
        "round": place.round,
        "task_id": place.task.id,
        "readonly": True,
        "finalized": entry.is_final,
        "finalized_at": time(entry.finalized_at, form),
        "created_at": time(entry.created_at, form),
        "updated_at": time(entry.updated_at, form),
    }


def deleted(found: Deleted) -> dict[str, Any]:
    return {
        "deleted_ids": found.deleted,
        "not_found_ids": found.not_found,
        "finalized_ids": found.finalized,
    }
