"""Projects of the dataset API made for one test, and what their people say over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import requests

from tests.flows.organizations import Organization, Person, invite
from tests.flows.validating import MEDIA_TYPE

DATASET = "/api/v1/dataset"
RPC = f"{DATASET}/annotations/_rpc"
JSONAPI = {"Content-Type": MEDIA_TYPE}
NOBODY = "0196f3a0-9a00-7d3e-8f4a-5b6c7d8e9f00"
"""An id that no record has."""

PARENTS = {"project": "projects", "dataset": "datasets", "entry": "entries", "note_feed": "note_feeds"}

Record = dict[str, Any]


class Studio(NamedTuple):
    """A project with a member of each role, and a dataset."""

    organization: Organization
    owner: Person
    reviewer: Person
    annotator: Person
    project_id: str
    dataset_id: str

    def entry(self, resource: str, **attributes: Any) -> Record:
        """A new entry that waits for annotators."""
        made = create(self.owner, "entries", {"resource": resource, **attributes}, dataset=self.dataset_id)
        return one(self.owner.post(f"{path('entries', made)}/submit"))


def studio(organization: Organization) -> Studio:
    """In the organization, with new accounts for the members."""
    admin, name = organization.admin, organization.organization_id
    project = create(admin, "projects", {"name": "Street scenes"})
    dataset = create(admin, "datasets", {"name": "Crossings", "modality": "image"}, project=project["id"])

    def member(role: str) -> Person:
        person = invite(admin, f"{role}-{project['id']}@{name}.example")
        attributes = {"email": person.email, "name": role, "role": role}
        create(admin, "project_members", attributes, project=project["id"])
        return person

    people = member("project_owner"), member("reviewer"), member("annotator")
    return Studio(organization, *people, project["id"], dataset["id"])


def document(type: str, attributes: Mapping[str, Any] | None = None, **parents: str) -> Record:
    """A request document: `parents` are ids by relationship."""
    data: Record = {"type": f"dataset:{type}", "attributes": dict(attributes or {})}
    if parents:
        data["relationships"] = {
            name: {"data": {"type": f"dataset:{PARENTS[name]}", "id": id}} for name, id in parents.items()
        }
    return {"data": data}


def create(person: Person, type: str, attributes: Mapping[str, Any] | None = None, **parents: str) -> Record:
    """The new record."""
    response = person.post(f"{DATASET}/{type}", json=document(type, attributes, **parents), headers=JSONAPI)
    assert response.status_code == 201, f"{response.status_code}: {response.text[:500]}"
    made: Record = response.json()["data"]
    assert response.headers["Location"] == made["links"]["self"]
    return made


def path(type: str, record: Record | str) -> str:
    return f"{DATASET}/{type}/{record if isinstance(record, str) else record['id']}"


def one(response: requests.Response) -> Record:
    """The record of an answer."""
    assert response.status_code == 200, f"{response.status_code}: {response.text[:500]}"
    record: Record = response.json()["data"]
    return record


def many(response: requests.Response) -> list[Record]:
    """The records of a page."""
    assert response.status_code == 200, f"{response.status_code}: {response.text[:500]}"
    records: list[Record] = response.json()["data"]
    return records


def faults(response: requests.Response, status: int) -> dict[str, str]:
    """What is wrong, by pointer or parameter ("" where the error names no place)."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    assert response.headers["Content-Type"] == MEDIA_TYPE
    found = {}
    for error in response.json()["errors"]:
        (place,) = error.get("source", {"": ""}).values()
        found[place] = error["detail"]
    return found
