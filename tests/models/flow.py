"""The workflow of entries as the contract and the decisions tell it, over plain records.

Each event takes the one who calls and the entry, and gives the entry afterwards; what is not to be
raises `Refused` with the status of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.models.calling import Person
from tests.models.sight import Record, Sight, counters

WORKABLE = ("annotate", "review")
PAIRS = {
    "start": ("pending", "processing", "in_progress"),
    "annotate": ("pending", "in_progress"),
    "review": ("pending", "in_progress"),
    "done": ("completed",),
    "error": ("errored",),
}
"""Which statuses an entry may have in which step."""


class Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _require(holds: bool, otherwise: int) -> bool:
    if not holds:
        raise Refused(otherwise)
    return True


@dataclass
class Flow:
    """What a project knows; `sample_rate` is 0 or 1, so that nothing is left to chance."""

    sight: Sight
    sample_rate: int
    earlier_reviewer: dict[str, int] = field(default_factory=dict)
    """Who sent an entry back last, by its id."""

    # ── Who may ──

    def see(self, who: Person, entry: Record) -> None:
        _require(self.sight.sees_entry(who, entry), 404)

    def own(self, who: Person, entry: Record) -> None:
        self.see(who, entry)
        _require(self.sight.owns(who, entry["project_id"]), 403)

    def work(self, who: Person, entry: Record) -> None:
        self.see(who, entry)
        _require(self.sight.works_on(who, entry), 403)

    def is_member(self, account_id: int | None) -> bool:
        """Of the project, and not disabled."""
        members = self.sight.records["project_members"].values()
        return any(each["account_id"] == account_id and each["disabled_at"] is None for each in members)

    def waits_for(self, who: Person, entry: Record) -> bool:
        """Whether `next` may hand the entry out: an owner takes what annotators and reviewers take."""
        if entry["status"] != "pending" or entry["wf_step"] not in WORKABLE:
            return False
        if entry["assigned_to_id"] is not None:
            return bool(entry["assigned_to_id"] == who.account_id)
        if not self.sight.owns(who, entry["project_id"]):
            return self.sight.may_take(who, entry)
        return bool(entry["wf_step"] == "annotate" or entry["submitted_by_id"] != who.account_id)

    def manage(self, who: Person, project_id: str) -> None:
        """Whether somebody changes who the members are."""
        _require(self.sight.role(who, project_id) is not None, 404)
        _require(self.sight.owns(who, project_id), 403)

    def member_changed(self, who: Person, member: Record, given: Record) -> Record:
        """Owners of projects, in whatever way somebody becomes one, are made by the organization's."""
        self.manage(who, member["project_id"])
        after = member | given
        _require(who.manages or _is_owner(member) or not _is_owner(after), 403)
        return after

    # ── Events ──

    def create(
        self, who: Person, dataset: Record, entries: Iterable[Record], given: list[Record]
    ) -> list[Record]:
        """Some entries at once; each has a resource of its own."""
        _require(self.sight.sees(who, "datasets", dataset), 404)
        _require(self.sight.owns(who, dataset["project_id"]), 403)
        _require({each["resource"] for each in entries}.isdisjoint(each["resource"] for each in given), 409)
        place = {"project_id": dataset["project_id"], "dataset_id": dataset["id"]}
        return [place | _created(each) for each in given]

    def selected(self, who: Person, entry: Record) -> Record:
        _require(self.sight.role(who, entry["project_id"]) is not None, 404)
        _require(entry["assigned_to_id"] in (None, who.account_id), 403)
        self.see(who, entry)
        return _given(entry, who.account_id) if entry["status"] == "pending" else entry

    def assigned(self, who: Person, entry: Record, account_id: int) -> Record:
        self.own(who, entry)
        _require(self.is_member(account_id), 422)
        _require(entry["status"] in ("pending", "in_progress"), 409)
        return _given(entry, account_id)

    def submitted(self, who: Person, entry: Record, approved: bool | None) -> Record:
        self.work(who, entry)
        match entry["wf_step"]:
            case "start":
                return _to(entry, "annotate") | {"job_id": None}
            case "annotate":
                return self._annotated(entry | {"submitted_by_id": who.account_id}, who)
            case "review":
                return self._reviewed(entry, who, approved)
        raise Refused(409)

    def _annotated(self, entry: Record, who: Person) -> Record:
        if not self.sample_rate:
            return _to(entry, "done", "completed")
        return _to(entry, "review") | {
            "assigned_to_id": self._present(self.earlier_reviewer.get(entry["id"]), who)
        }

    def _reviewed(self, entry: Record, who: Person, approved: bool | None) -> Record:
        _require(approved is not None, 422)
        if approved:
            return _to(entry, "done", "completed") | {"reviewed_by_id": who.account_id}
        self.earlier_reviewer[entry["id"]] = who.account_id
        submitter = self._present(entry["submitted_by_id"], who)
        back = _to(entry, "annotate")
        return back if submitter is None else _given(back, submitter)

    def _present(self, account_id: int | None, who: Person) -> int | None:
        """Nobody gets work back who has left the project."""
        return account_id if account_id == who.account_id or self.is_member(account_id) else None

    def failed(self, who: Person, entry: Record, message: str) -> Record:
        self.work(who, entry)
        _require(entry["wf_step"] in WORKABLE, 409)
        return _to(entry, "error", "errored") | {"error_message": message}

    def changed(self, who: Person, entry: Record, attributes: Record) -> Record:
        """By an owner's PATCH: whatever is a pair of step and status; a step alone brings its status."""
        self.own(who, entry)
        after = _consistent(entry, entry | attributes)
        account_id = after["assigned_to_id"]
        _require(account_id in (None, entry["assigned_to_id"]) or self.is_member(account_id), 422)
        return after

    def deleted(self, who: Person, entry: Record) -> None:
        self.own(who, entry)
        _require(entry["status"] not in ("in_progress", "completed"), 403)

    def dataset_deleted(self, who: Person, dataset: Record, entries: Iterable[Record]) -> None:
        _require(self.sight.sees(who, "datasets", dataset), 404)
        _require(self.sight.owns(who, dataset["project_id"]), 403)
        _require(counters(entries)["status"] == "pending", 403)

    def taken_next(
        self, who: Person, project_id: str, entries: Iterable[Record], step: str | None
    ) -> Record | None:
        """The most urgent entry that waits for somebody: the lowest priority, then the oldest."""
        _require(self.sight.role(who, project_id) is not None, 404)
        waiting = [each for each in entries if self.waits_for(who, each) and step in (None, each["wf_step"])]
        first = min(waiting, key=lambda each: (each["priority"], each["id"]), default=None)
        return None if first is None else _given(first, who.account_id)


def _is_owner(member: Record) -> bool:
    return member["role"] == "project_owner" and member["disabled_at"] is None


def _created(attributes: Record) -> Record:
    waits = "processing" if attributes.get("job_id") else "pending"
    people: Record = dict.fromkeys(("assigned_to_id", "submitted_by_id", "reviewed_by_id"))
    plain = {"priority": 0, "job_id": None, "error_message": None}
    return plain | people | {"wf_step": "start", "status": waits} | attributes


def _to(entry: Record, step: str, status: str = "pending") -> Record:
    return entry | {"wf_step": step, "status": status, "assigned_to_id": None}


def _given(entry: Record, account_id: int) -> Record:
    return entry | {"assigned_to_id": account_id, "status": "in_progress"}


def taken_away(entry: Record) -> Record:
    """The entry of a member who is disabled."""
    status = _waiting(entry) if entry["status"] == "in_progress" else entry["status"]
    return entry | {"assigned_to_id": None, "status": status}


def _waiting(entry: Record) -> str:
    """The status of an entry that is in nobody's hands."""
    return "processing" if entry["wf_step"] == "start" and entry["job_id"] else "pending"


def _consistent(before: Record, after: Record) -> Record:
    step = after["wf_step"]
    if before["wf_step"] == step == "start" and before["job_id"] and not after["job_id"]:
        return _to(after, "annotate")
    if step != before["wf_step"] and after["status"] == before["status"]:
        stays = step in WORKABLE and after["status"] == "in_progress"
        after = after | {"status": after["status"] if stays else PAIRS[step][0]}
    if after["status"] in ("pending", "processing") and step == "start":
        after = after | {"status": _waiting(after)}
    _require(after["status"] in PAIRS[step], 409)
    after = after | {"error_message": after["error_message"] if step == "error" else None}
    if step in ("done", "error"):
        return after | {"assigned_to_id": None}
    if after["status"] == "in_progress" and after["assigned_to_id"] is None:
        return _without_assignee(before, after)
    return after


def _without_assignee(before: Record, after: Record) -> Record:
    """Who takes an assignment away lets the entry wait; but nothing is in progress in nobody's hands."""
    _require(before["assigned_to_id"] is not None or before["status"] == "in_progress", 409)
    return after | {"status": _waiting(after)}


# ── What lies below entries ──


@dataclass
class Notes:
    """Annotations, note feeds and comments: what may be done with them is true, or raises `Refused`."""

    flow: Flow

    def annotate(self, who: Person, entry: Record) -> bool:
        self.flow.work(who, entry)
        return _require(entry["status"] != "completed", 422)

    def change_annotation(self, who: Person, entry: Record) -> bool:
        _require(self.flow.sight.works_on(who, entry), 404)
        return _require(entry["status"] != "completed", 422)

    def begin_feed(self, who: Person, entry: Record) -> bool:
        self.flow.work(who, entry)
        return _require(_takes_notes(entry), 422)

    def change_feed(self, who: Person, entry: Record, feed: Record) -> bool:
        self.change_comment(who, entry, feed)
        return _require(_takes_notes(entry), 422)

    def resolve(self, who: Person, entry: Record, feed: Record) -> bool:
        """For owners, the assigned reviewer, and the author."""
        self.comment(who, entry)
        role = self.flow.sight.role(who, entry["project_id"])
        return _require(role in ("project_owner", "reviewer") or _wrote(who, feed), 403)

    def comment(self, who: Person, entry: Record) -> bool:
        return _require(self.flow.sight.works_on(who, entry), 404)

    def change_comment(self, who: Person, entry: Record, note: Record) -> bool:
        """Feeds and comments are their authors', and the organization's."""
        self.comment(who, entry)
        return _require(_wrote(who, note) or who.manages, 403)


def _takes_notes(entry: Record) -> bool:
    return entry["status"] == "in_progress" and entry["wf_step"] in WORKABLE


def _wrote(who: Person, note: Record) -> bool:
    return bool(note["created_by_email"] == who.email)
