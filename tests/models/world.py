"""A world made through the API as a plan says, and what the model knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from hearback.access.model import Role

from tests.models.calling import Answer, Person, call, document, person
from tests.models.plans import Attributes, Event, Plan, Story
from tests.models.sight import Record, counters
from tests.models.tables import TABLES

PARENTS = {"datasets": ("project", "projects"), "project_members": ("project", "projects")} | {
    "entries": ("dataset", "datasets"),
    "annotations": ("entry", "entries"),
    "note_comments": ("note_feed", "note_feeds"),
}
"""The relationship by which a new record names what it belongs to, and of which resource that is."""

ENOUGH = 12
"""Records of each kind that a plan is to make."""


@dataclass
class World:
    """`records` are as the API told them when they were made or changed last."""

    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {name: {} for name in TABLES})
    people: dict[str, Person] = field(default_factory=dict)

    def make(self, who: Person, resource: str, attributes: Attributes, parent: str | None = None) -> Answer:
        """Create a record, which is remembered if it is made: as was asked for, or the test fails."""
        parents = {}
        if parent is not None:
            relationship, above = PARENTS[resource]
            parents = {relationship: (TABLES[above].type, parent)}
        body = document(TABLES[resource].type, attributes, **parents)
        answer = call(who, "POST", f"/{resource}", body=body)
        if answer.status == 201:
            self.keep(resource, answer, attributes)
        return answer

    def keep(self, resource: str, answer: Answer, given: Attributes) -> None:
        """Remember the record of an answer, which must tell what was `given`."""
        record = {"id": answer.data["id"], **answer.data["attributes"]}
        assert {name: record[name] for name in given} == given, repr(answer)
        assert set(answer.data["attributes"]) == set(TABLES[resource].shown), repr(answer)
        self.records[resource][record["id"]] = record

    def nth(self, resource: str, index: int) -> Record:
        found = list(self.records[resource].values())
        return found[index % len(found)]

    def head(self, project_id: str) -> Person:
        """Who owns a project by their role in its organization."""
        ours = self.records["projects"][project_id]["organization_id"] == "acme"
        return self.people["admin" if ours else "foreigner"]

    # ── What happens ──

    def tell(self, story: Story) -> None:
        dataset = self.nth("datasets", story.dataset)
        made = self.make(self.head(dataset["project_id"]), "entries", story.attributes, dataset["id"])
        assert made.status == 201, repr(made)
        for event in story.events:
            self._happen(made.data["id"], event)

    def _happen(self, entry_id: str, event: Event) -> None:
        entry = self.records["entries"][entry_id]
        who = self.at_it(entry)
        match event.what:
            case "annotate":
                self.make(who, "annotations", event.attributes, entry_id)
            case "annotate by rpc":
                self._annotate_as(who, entry_id, event.attributes)
            case "note":
                self._note(who, entry_id, event)
            case "assign":
                self._change(entry_id, "PATCH", "/assign", {"assigned_to_id": self._member(entry, event.who)})
            case "change":
                self._change(entry_id, "PATCH", "", event.attributes)
            case _:
                self._change(entry_id, "POST", f"/{event.what}", event.attributes, who)

    def at_it(self, entry: Record) -> Person:
        """Who has the entry; else the head of its project."""
        assigned = [each for each in self.people.values() if each.account_id == entry["assigned_to_id"]]
        return assigned[0] if assigned else self.head(entry["project_id"])

    def _member(self, entry: Record, index: int) -> int:
        """Somebody of the entry's project."""
        members = self.records["project_members"].values()
        inside = [each["account_id"] for each in members if each["project_id"] == entry["project_id"]]
        return int(inside[index % len(inside)])

    def _change(
        self, entry_id: str, method: str, path: str, attributes: Attributes, who: Person | None = None
    ) -> None:
        """What the workflow makes of it is another model's business."""
        data = {"type": "dataset:entries", "id": entry_id, "attributes": attributes}
        head = self.head(self.records["entries"][entry_id]["project_id"])
        answer = call(who or head, method, f"/entries/{entry_id}{path}", body={"data": data})
        if answer.status == 200:
            self.keep("entries", answer, {})

    def _annotate_as(self, who: Person, entry_id: str, attributes: Attributes) -> None:
        """Under an id of the client's own, below or above those of the server."""
        id = str(uuid4())
        params: Attributes = (
            {"dimensions": [], "annotation": {}} | attributes | {"id": id, "entry_id": entry_id}
        )
        params = {name: value for name, value in params.items() if value is not None}
        if not {"dimensions", "annotation"} <= set(params):
            return
        body = {"jsonrpc": "2.0", "id": 1, "method": "create", "params": params}
        told = call(who, "POST", "/annotations/_rpc", body=body)
        if "result" in told.document:
            assert told.document["result"]["id"] == id, repr(told)
            self.keep("annotations", call(who, "GET", f"/annotations/{id}"), attributes)

    def _note(self, who: Person, entry_id: str, event: Event) -> None:
        """On one of the entry's annotations, where there is one for that number."""
        annotations = self.records["annotations"].values()
        inside = [None, *(each["id"] for each in annotations if each["entry_id"] == entry_id)]
        anchor = inside[event.who % len(inside)]
        given = {"entry_id": entry_id, **event.attributes, "anchor_type": "annotation" if anchor else "entry"}
        self.make(who, "note_feeds", given | ({"annotation_id": anchor} if anchor else {}))

    def edit(self, event: Event) -> None:
        """By the record's author, or the admin."""
        resource = "note_feeds" if event.what == "resolve" else event.what
        record = self.nth(resource, event.who)
        authors = [each for each in self.people.values() if each.email == record.get("created_by_email")]
        who = next(iter(authors), self.people["admin"])
        path, data = (
            f"/{resource}/{record['id']}",
            {"type": TABLES[resource].type, "attributes": event.attributes},
        )
        if event.what == "resolve":
            answer = call(who, "POST", f"{path}/resolve")
        else:
            answer = call(who, "PATCH", path, body={"data": data})
        if answer.status == 200:
            self.keep(resource, answer, event.attributes)


def build(plan: Plan) -> World:
    """Two organizations, and in one of them people with all roles in one project or another."""
    world = World()
    roles = {"admin": Role.ADMIN, "boss": Role.ORG_OWNER} | dict.fromkeys(
        ("ann", "rob", "zoe", "gone", "stranger"), Role.USER
    )
    world.people = {name: person(name, "acme", role) for name, role in roles.items()}
    world.people["foreigner"] = person("foreigner", "globex", Role.ADMIN)
    _projects(world, plan)
    for parent, attributes in plan.datasets:
        project = world.nth("projects", parent)
        world.make(world.head(project["id"]), "datasets", attributes, project["id"])
    for story in plan.stories:
        world.tell(story)
    for feed, who, attributes in plan.comments:
        record = world.nth("note_feeds", feed)
        commenter = world.at_it(world.records["entries"][record["entry_id"]])
        head = world.head(record["project_id"])
        world.make(commenter if who % 2 else head, "note_comments", attributes, record["id"])
    for event in plan.edits:
        world.edit(event)
    _dismiss(world, "gone")
    _count(world)
    return world


def _projects(world: World, plan: Plan) -> None:
    heads = ("admin", "boss", "admin", "boss", "foreigner")
    for name, attributes in zip(heads, plan.projects, strict=True):
        made = world.make(world.people[name], "projects", attributes)
        _take_members(world, made.data["id"])
    staff = [world.people[name] for name in ("ann", "rob", "zoe", "gone")]
    for project, roles in zip(list(world.records["projects"]), plan.roles, strict=False):
        for account, role in zip(staff, roles, strict=True):
            if role is not None:
                given = {"account_id": account.account_id, "role": role}
                world.make(world.people["admin"], "project_members", given, project)


def _take_members(world: World, project_id: str) -> None:
    """The members that came with a project: its creator."""
    listed = call(world.head(project_id), "GET", "/project_members", [("filter[project_id]", project_id)])
    (creator,) = listed.data
    assert creator["attributes"]["role"] == "project_owner", repr(listed)
    world.records["project_members"][creator["id"]] = {"id": creator["id"], **creator["attributes"]}


def _dismiss(world: World, name: str) -> None:
    """Disable somebody everywhere; what they had may be another's afterwards."""
    account_id, admin = world.people[name].account_id, world.people["admin"]
    for id, member in world.records["project_members"].items():
        if member["account_id"] == account_id:
            assert call(admin, "DELETE", f"/project_members/{id}").status == 204
            world.keep("project_members", call(admin, "GET", f"/project_members/{id}"), {})
    for id, entry in world.records["entries"].items():
        if entry["assigned_to_id"] == account_id:
            world.keep("entries", call(admin, "GET", f"/entries/{id}"), {"assigned_to_id": None})


def _count(world: World) -> None:
    """What the datasets say of their entries is not what they said when they were made."""
    for id, dataset in world.records["datasets"].items():
        inside = [each for each in world.records["entries"].values() if each["dataset_id"] == id]
        world.records["datasets"][id] = dataset | counters(inside)
    numbers = {name: len(found) for name, found in world.records.items()}
    assert min(numbers[name] for name in ("annotations", "note_feeds", "note_comments")) >= ENOUGH, numbers
