"""People at work in a project of the dataset API, as JSON:API clients.

team.owner.post("entries", {"resource": "s3://leaf.png"}, dataset=dataset)
team.annotator.get(f"entries/{entry}/select")
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from hearback.access import store
from hearback.access.model import Caller, Role

from tests.functions.gateway import Product, Reply, invoke, sample

MEDIA_TYPE = "application/vnd.api+json"
PEOPLE: dict[str, Role] = {
    "org_owner": Role.ORG_OWNER,
    "owner": Role.USER,
    "reviewer": Role.USER,
    "second_reviewer": Role.USER,
    "annotator": Role.USER,
    "second_annotator": Role.USER,
}
"""Beside these there are `admin`, `user` (of the organization, in no project) and `other_admin` of another."""

_MEMBERS = {
    "owner": "project_owner",
    "reviewer": "reviewer",
    "second_reviewer": "reviewer",
    "annotator": "annotator",
    "second_annotator": "annotator",
}
_PARENTS = {"project": "projects", "dataset": "datasets", "entry": "entries", "note_feed": "note_feeds"}
_numbers = count(1)
DOCUMENTED = {
    "project": "019ff2a6-5e5d-7000-a52a-0bd51d896192",
    "dataset": r"019ff2a6-[0-9a-f-]{17}a96a4f92c1",
    "entry": r"019ff2a6-[0-9a-f-]{17}cd030fd738",
    "note_feed": r"019ff2a6-[0-9a-f-]{17}8bc70dc0ff",
    "account": "3658715990512309",
    "debt": "unassign-3654396082290235-1786482417242393000",
}
"""What the events that document the functions call things."""


@dataclass(frozen=True)
class Person:
    """Somebody with a key."""

    product: Product
    name: str

    @cached_property
    def caller(self) -> Caller:
        """As the domain knows them."""
        return store.authenticate(self.product.keys[self.name])

    @property
    def id(self) -> int:
        return self.caller.account_id

    @property
    def email(self) -> str:
        return self.caller.email

    def send(
        self, method: str, path: str, body: Any = None, media_type: str = MEDIA_TYPE, **headers: str
    ) -> Reply:
        """Any request; `body` as text, or what becomes JSON."""
        function = path.partition("?")[0].partition("/")[0].replace("deletions", "projects")
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        given = {"Authorization": f"Bearer {self.product.keys[self.name]}", "Content-Type": media_type}
        return self.product.ask(function, method, f"/api/v1/dataset/{path}", text, given | headers)

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, collection: str, attributes: dict[str, Any], **parents: str) -> Reply:
        """Create a record."""
        return self.send("POST", collection, {"data": resource(collection, attributes, **parents)})

    def post_several(self, collection: str, several: list[dict[str, Any]], **parents: str) -> Reply:
        """Create several records at once."""
        data = [resource(collection, attributes, **parents) for attributes in several]
        return self.send("POST", collection, {"data": data})

    def patch(self, path: str, attributes: dict[str, Any]) -> Reply:
        """Change a record."""
        data = {**resource(path.partition("/")[0], attributes), "id": path.partition("/")[2]}
        return self.send("PATCH", path, {"data": data})

    def delete(self, path: str) -> Reply:
        return self.send("DELETE", path)

    def act(self, path: str, method: str = "POST", **attributes: Any) -> Reply:
        """An action, with what it is told."""
        return self.send(method, path, {"data": {"attributes": attributes}})

    def rpc(self, message: Any, **headers: str) -> Reply:
        """A JSON-RPC message, or a batch of them; text is sent as it is."""
        return self.send("POST", "annotations/_rpc", message, "application/json", **headers)


def resource(collection: str, attributes: dict[str, Any], **parents: str) -> dict[str, Any]:
    """A resource object that belongs to `parents`."""
    linked = {
        name: {"data": {"type": f"dataset:{_PARENTS[name]}", "id": its_id}}
        for name, its_id in parents.items()
    }
    return {"type": f"dataset:{collection}", "attributes": attributes, "relationships": linked}


@dataclass(frozen=True)
class Team:
    """A project and everybody who has, or has not, to do with it."""

    product: Product
    project: str
    leaves: str
    """A dataset of the project's, empty at first."""

    def person(self, name: str) -> Person:
        return Person(self.product, name)

    @cached_property
    def admin(self) -> Person:
        return self.person("admin")

    @cached_property
    def org_owner(self) -> Person:
        return self.person("org_owner")

    @cached_property
    def owner(self) -> Person:
        return self.person("owner")

    @cached_property
    def reviewer(self) -> Person:
        return self.person("reviewer")

    @cached_property
    def second_reviewer(self) -> Person:
        return self.person("second_reviewer")

    @cached_property
    def annotator(self) -> Person:
        return self.person("annotator")

    @cached_property
    def second_annotator(self) -> Person:
        return self.person("second_annotator")

    def statuses(self, method: str, path: str, body: Any = None) -> dict[str, int]:
        """What each kind of person is answered."""
        names = ("admin", "org_owner", "owner", "reviewer", "annotator", "user", "other_admin")
        return {name: self.person(name).send(method, path, body).status for name in names}

    def member(self, name: str) -> str:
        """The id of somebody's membership."""
        account_id = self.person(name).id
        query = f"project_members?filter[project_id]={self.project}&filter[account_id]={account_id}"
        (found,) = self.admin.get(query).ids
        return found

    def dataset(self, **attributes: Any) -> str:
        """One more dataset."""
        wanted = {"name": "Petals", "modality": "image"} | attributes
        return self.owner.post("datasets", wanted, project=self.project).id

    def entry(self, dataset: str | None = None, **attributes: Any) -> str:
        """An entry of the leaves, in annotate, if nothing else is said."""
        wanted = {"resource": f"s3://leaf-{next(_numbers)}.png", "wf_step": "annotate"} | attributes
        return self.owner.post("entries", wanted, dataset=dataset or self.leaves).id

    def taken(self, by: str = "annotator", step: str = "annotate", **attributes: Any) -> str:
        """An entry that is in somebody's hands."""
        taken: dict[str, Any] = {
            "wf_step": step,
            "status": "in_progress",
            "assigned_to_id": self.person(by).id,
        }
        return self.entry(**(taken | attributes))

    def replay(self, function: str, case: str, person: str = "owner", **ids: str) -> Any:
        """What a documented event is answered, when its ids are these."""
        event = sample(function, case)
        if "path" in event:
            event["headers"]["Authorization"] = f"Bearer {self.product.keys[person]}"
            if event["isBase64Encoded"]:
                event |= {"body": base64.b64decode(event["body"]).decode(), "isBase64Encoded": False}
        text = json.dumps(event).replace("@garden.example", "@acme.example")
        for name, its_id in {"project": self.project, "dataset": self.leaves, **ids}.items():
            text = re.sub(DOCUMENTED[name], its_id, text)
        return invoke(function, json.loads(text))

    def counts(self, dataset: str | None = None) -> tuple[str, int, int, int]:
        """A dataset's status, and how many entries it has in all, in progress and completed."""
        told = self.owner.get(f"datasets/{dataset or self.leaves}").attributes
        names = ("entries_total_count", "entries_in_progress_count", "entries_completed_count")
        total, in_progress, completed = (told[name] for name in names)
        return told["status"], total, in_progress, completed


def begin(product: Product) -> Team:
    """A new project with its people."""
    admin = Person(product, "admin")
    project = admin.post("projects", {"name": "Garden"}).id
    leaves = admin.post("datasets", {"name": "Leaves", "modality": "image"}, project=project).id
    team = Team(product, project, leaves)
    for name, role in _MEMBERS.items():
        email = f"{name}@acme.example"
        assert admin.post("project_members", {"email": email, "role": role}, project=project).status == 201
    return team
