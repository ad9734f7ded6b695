"""A project with its people, through the API and as plain records at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from hearback.access.model import Role

from tests.models.calling import Answer, Person, call, document, person
from tests.models.flow import Flow, Notes, Refused, taken_away
from tests.models.sight import Record, Sight, counters
from tests.models.tables import TABLES

TEAM = {
    "owner": "project_owner",
    "rita": "reviewer",
    "rolf": "reviewer",
    "anna": "annotator",
    "axel": "annotator",
}
OTHERS = {"admin": ("acme", Role.ADMIN), "stranger": ("acme", Role.USER), "foreigner": ("globex", Role.ADMIN)}
COMPARED = {
    "entries": set(TABLES["entries"].attributes) - {"created_at", "updated_at"},
    "annotations": {"entry_id"},
    "note_feeds": {"entry_id", "annotation_id", "status", "created_by_email"},
    "note_comments": {"note_feed_id", "created_by_email"},
}
"""The attributes that the model knows."""
BELOW = {
    "datasets": (("entries", "dataset_id"),),
    "entries": (("annotations", "entry_id"), ("note_feeds", "entry_id")),
    "annotations": (("note_feeds", "annotation_id"),),
    "note_feeds": (("note_comments", "note_feed_id"),),
}
"""What goes with a record, and the attribute by which it is the record's."""


def staff() -> dict[str, Person]:
    team = {name: person(name, "acme") for name in TEAM}
    return team | {name: person(name, *of) for name, of in OTHERS.items()}


class Workplace:
    """What is asked of the API is asked of the model too; they must agree."""

    def __init__(self, people: dict[str, Person], sample_rate: int) -> None:
        self.people = people
        self.records: dict[str, dict[str, Record]] = {name: {} for name in TABLES}
        self.flow = Flow(Sight(self.records), sample_rate)
        self.notes = Notes(self.flow)
        self.members: dict[str, str] = {}
        """The ids of the team's members, by name."""
        self._turn = count()
        admin = people["admin"]
        project = self._make("projects", {"name": "Model"})
        self.records["projects"][project] = {"id": project, "organization_id": "acme"}
        self.project_id = project
        for name, role in TEAM.items():
            given = {"account_id": people[name].account_id, "role": role}
            made = self._make("project_members", given, project=("dataset:projects", project))
            self._join(made, people[name], role)
            self.members[name] = made
        self._join("creator", admin, "project_owner")
        self.begin_dataset()

    def _join(self, id: str, who: Person, role: str) -> None:
        member = {"account_id": who.account_id, "project_id": self.project_id, "role": role}
        self.records["project_members"][id] = member | {"id": id, "disabled_at": None}

    def _make(self, resource: str, attributes: Record, **parents: tuple[str, str]) -> str:
        body = document(TABLES[resource].type, attributes, **parents)
        made = call(self.people["admin"], "POST", f"/{resource}", body=body)
        assert made.status == 201, repr(made)
        return str(made.data["id"])

    def begin_dataset(self) -> None:
        """A new dataset; there is one at a time."""
        given = {"name": "Model", "modality": "text"}
        given |= {"workflow_configuration": {"sample_rate": self.flow.sample_rate}}  # type: ignore[dict-item]
        self.dataset_id = self._make("datasets", given, project=("dataset:projects", self.project_id))
        self.records["datasets"] = {self.dataset_id: {"id": self.dataset_id, "project_id": self.project_id}}

    # ── Who and what ──

    @property
    def dataset(self) -> Record:
        return self.records["datasets"][self.dataset_id]

    @property
    def entries(self) -> dict[str, Record]:
        return self.records["entries"]

    def nth(self, resource: str, index: int) -> Record:
        found = list(self.records[resource].values())
        return found[index % len(found)]

    def who(self, name: str, entry: Record | None = None) -> Person:
        """By name; "at it" is who has the entry, or else the owner."""
        if name != "at it":
            return self.people[name]
        at_it = [
            each for each in self.people.values() if entry and each.account_id == entry["assigned_to_id"]
        ]
        return at_it[0] if at_it else self.people["owner"]

    # ── Ask both ──

    def ask(
        self,
        model: Callable[[], Any],
        who: Person,
        method: str,
        path: str,
        body: Any = None,
        success: int = 200,
    ) -> tuple[Answer, Any]:
        """The answer, and what the model gives (where it refuses, nothing): their statuses agree.

        `success`: the status of what is done and gives something; else it is 204.
        """
        try:
            expected = model()
            status = 204 if expected is None else success
        except Refused as refused:
            expected, status = None, refused.status
        answer = call(who, method, path, body=body)
        if answer.status != status:
            raise AssertionError(f"{self._told()}\n{answer!r}\nthe model: {status} {expected or ''}")
        return answer, expected

    def keep(self, resource: str, answer: Answer, told: Any, expected: Record) -> None:
        expected = expected | {"id": told["id"]}
        self.same(answer, _known(resource, told), expected)
        self.records[resource][told["id"]] = expected

    def same(self, answer: Answer, told: Any, model: Any) -> None:
        if told != model:
            raise AssertionError(
                f"{self._told()}\n{answer.asked}\n  → {answer.status}\n{told}\nthe model:\n{model}"
            )

    def _told(self) -> str:
        """Who is who, and what the model knows of the entries."""
        members = [
            (each["account_id"], each["role"], each["disabled_at"])
            for each in self.records["project_members"].values()
        ]
        return f"{members}\n" + "\n".join(map(str, self.entries.values()))

    # ── What an event takes along ──

    def forget(self, resource: str, id: str) -> None:
        """A record is deleted, with what is below it."""
        self.records[resource].pop(id, None)
        for other, attribute in BELOW.get(resource, ()):
            for each in [each for each in self.records[other].values() if each[attribute] == id]:
                self.forget(other, each["id"])

    def dismiss(self, member_id: str) -> None:
        """A member is disabled, and gives back what is not done."""
        member = self.records["project_members"][member_id]
        member["disabled_at"] = member["disabled_at"] or "now"
        account_id = member["account_id"]
        for id, entry in self.entries.items():
            if entry["assigned_to_id"] == account_id:
                self.entries[id] = taken_away(entry)

    # ── After every event ──

    def check(self, touched: str | None) -> None:
        """Counters, statuses, and who sees which entry; what is below entries by one person in turn."""
        people, turn = list(self.people.values()), next(self._turn)
        admin, one = self.people["admin"], people[turn % len(people)]
        for who in {admin.name: admin, one.name: one}.values():
            self._check_dataset(who)
        every = ("filter[wf_step]", "start,annotate,review,done,error")
        narrow = [("filter[dataset_id]", self.dataset_id), ("filter[project_id]", self.project_id)][turn % 2]
        for who in people:
            self._check_list(who, "entries", [narrow, *([every] if turn % 3 == 0 else [])])
            if touched:
                self._check_entry(who, touched)
        self._check_list(admin, "entries", [narrow, ("filter[participated]", str(one.account_id))], one)
        for resource in ("annotations", "note_feeds"):
            self._check_list(one, resource, [narrow])
        if feeds := self.records["note_feeds"]:
            self._check_list(one, "note_comments", [("filter[note_feed_id]", ",".join(feeds))])

    def _check_dataset(self, who: Person) -> None:
        answer = call(who, "GET", f"/datasets/{self.dataset_id}")
        model = counters(self.entries.values())
        if not self.flow.sight.sees(who, "datasets", self.records["datasets"][self.dataset_id]):
            return self.same(answer, answer.status, 404)
        self.same(answer, answer.status, 200)
        return self.same(answer, {name: answer.data["attributes"][name] for name in model}, model)

    def _check_entry(self, who: Person, id: str) -> None:
        entry, answer = self.entries.get(id), call(who, "GET", f"/entries/{id}")
        if entry is None or not self.flow.sight.sees_entry(who, entry):
            return self.same(answer, answer.status, 404)
        self.same(answer, answer.status, 200)
        return self.same(answer, _known("entries", answer.data), entry)

    def _check_list(
        self, who: Person, resource: str, query: list[tuple[str, str]], about: Person | None = None
    ) -> None:
        """All that somebody sees, or what `about` has to do with."""
        answer = call(who, "GET", f"/{resource}", [*query, ("count", "true")])
        seen = {each["id"]: each for each in self.flow.sight.seen(who, resource)}
        if about:
            seen = {id: each for id, each in seen.items() if about.account_id in _people(each)}
        self.same(answer, answer.status, 200)
        self.same(answer, {each["id"]: _known(resource, each) for each in answer.data}, seen)
        self.same(answer, answer.document["meta"], {"count": len(seen), "more": False})


def _known(resource: str, told: Any) -> Record:
    """What the model knows of a record that an answer tells."""
    return {"id": told["id"], **{name: told["attributes"][name] for name in COMPARED[resource]}}


def _people(entry: Record) -> set[int | None]:
    return {entry["assigned_to_id"], entry["submitted_by_id"], entry["reviewed_by_id"]}
