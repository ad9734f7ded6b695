"""Entries and people as the unit tests of the dataset API need them."""

from __future__ import annotations

from typing import Any

from hearback.access.model import Caller, Role
from hearback.dataset.model import Entry, MemberRole, Project, Status, Step
from hearback.dataset.rights import Standing
from hearback.storage.shelves import Tail

ME, ANN, BOB = 7, 8, 9
"""Accounts."""
NOW = 1_786_482_417_242_393_000


def entry(step: str = "annotate", status: str = "pending", **given: Any) -> Entry:
    known: dict[str, Any] = {
        "id": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b",
        "organization_id": "acme",
        "project_id": "p",
        "dataset_id": "d",
        "priority": 0,
        "wf_step": Step(step),
        "status": Status(status),
        "job_id": None,
        "resource": "s3://leaf.png",
        "assigned_to_id": None,
        "submitted_by_id": None,
        "reviewed_by_id": None,
        "error_message": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Entry(**(known | given))


def standing(role: MemberRole, account_id: int = ME) -> Standing:
    caller = Caller("acme", account_id, "me@acme.example", Role.USER, "0123456789abcdef")
    project = Project("p", "acme", "Garden", None, caller.email, 1, NOW, NOW, "", Tail("", 1))
    return Standing(caller, project, role)
