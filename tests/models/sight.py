"""Who sees what: the contract's section on rights, over plain records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.models.calling import Person

Record = dict[str, Any]
"""An `id`, and the attributes as an answer tells them."""
Records = Mapping[str, Mapping[str, Record]]
"""All there is: by resource, by id."""

TAKEN_UP_IN = {"annotator": "annotate", "reviewer": "review"}
"""The step in which members take up what nobody has."""


@dataclass
class Sight:
    """What each person sees of the records."""

    records: Records

    def role(self, who: Person, project_id: str) -> str | None:
        """The role in a project; None for whom it does not concern."""
        project = self.records["projects"].get(project_id)
        if project is None or project["organization_id"] != who.organization_id:
            return None
        return "project_owner" if who.manages else self._members_role(who, project_id)

    def _members_role(self, who: Person, project_id: str) -> str | None:
        for member in self.records["project_members"].values():
            mine = member["account_id"] == who.account_id and member["project_id"] == project_id
            if mine and member["disabled_at"] is None:
                return str(member["role"])
        return None

    def owns(self, who: Person, project_id: str) -> bool:
        return self.role(who, project_id) == "project_owner"

    def may_take(self, who: Person, entry: Record) -> bool:
        """Whether an annotator or reviewer may take up an entry that nobody has."""
        role = self.role(who, entry["project_id"])
        if entry["assigned_to_id"] is not None or entry["status"] != "pending" or role is None:
            return False
        own = entry["wf_step"] == "review" and entry["submitted_by_id"] == who.account_id
        return TAKEN_UP_IN.get(role) == entry["wf_step"] and not own

    def works_on(self, who: Person, entry: Record) -> bool:
        """Whether the entry's annotations and notes are open to somebody."""
        role = self.role(who, entry["project_id"])
        assigned = role is not None and entry["assigned_to_id"] == who.account_id
        return role == "project_owner" or assigned

    def sees_entry(self, who: Person, entry: Record) -> bool:
        return self.works_on(who, entry) or self.may_take(who, entry)

    def sees(self, who: Person, resource: str, record: Record) -> bool:
        match resource:
            case "projects":
                return self.role(who, record["id"]) is not None
            case "project_members":
                return self.role(who, record["project_id"]) is not None
            case "datasets":
                return self._sees_dataset(who, record)
            case "entries":
                return self.sees_entry(who, record)
            case "note_comments":
                feed = self.records["note_feeds"][record["note_feed_id"]]
                return self.sees(who, "note_feeds", feed)
            case _:
                return self.works_on(who, self.records["entries"][record["entry_id"]])

    def _sees_dataset(self, who: Person, dataset: Record) -> bool:
        """A dataset is there for whom an entry of it is."""
        inside = (each for each in self.records["entries"].values() if each["dataset_id"] == dataset["id"])
        return self.owns(who, dataset["project_id"]) or any(self.sees_entry(who, each) for each in inside)

    def seen(self, who: Person, resource: str) -> list[Record]:
        return [each for each in self.records[resource].values() if self.sees(who, resource, each)]


def counters(entries: Iterable[Record]) -> dict[str, Any]:
    """What a dataset says of its entries: how many, how far, and its status."""
    found = list(entries)
    total = len(found)
    completed = sum(each["status"] in ("completed", "errored") for each in found)
    in_progress = sum(each["status"] == "in_progress" for each in found)
    begun = any(
        each["status"] == "in_progress" or each["wf_step"] not in ("start", "annotate") for each in found
    )
    status = "completed" if total and completed == total else "in_progress" if begun else "pending"
    return {
        "entries_total_count": total,
        "entries_completed_count": completed,
        "entries_in_progress_count": in_progress,
        "progress": completed / total if total else 0,
        "status": status,
    }
