"""Clients that others wrote work with the dataset API as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import jsonapi_client
import pytest
import requests

from tests.flows.foreign import SCHEMA, Client, Requests, Session
from tests.flows.organizations import Organization, Person, invite
from tests.flows.studios import DATASET
from tests.flows.validating import validate

CLIENTS: dict[str, Callable[[Person], Client]] = {"jsonapi-requests": Requests, "jsonapi-client": Session}


@pytest.fixture(autouse=True)
def validated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are answered is valid JSON:API."""
    send = requests.Session.send

    def sent(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        response = send(session, request, **options)
        validate(response)
        return response

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(requests.Session, "send", sent)


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, organization: Organization) -> Client:
    return CLIENTS[request.param](organization.admin)


def walk(client: Client, collection: str, ids: list[str], change: dict[str, Any], **parent: str) -> None:
    """Find the records in pages of two by filter and order, and change one."""
    query = {f"filter[{name}]": id for name, id in parent.items()}
    by_number = client.pages(collection, {**query, "page[size]": "2", "sort": "-created_at"})
    assert by_number == [ids[:0:-1], ids[:1]]
    by_cursor = client.pages(collection, {**query, "page[size]": "2", "page[after]": ""})
    assert [id for page in by_cursor for id in page] == ids
    assert client.pages(collection, {**query, "filter[id]": f"{ids[0]},{ids[2]}"}) == [[ids[0], ids[2]]]
    changed = client.update(collection, ids[1], change)
    assert {name: changed[name] for name in change} == change
    shown, _ = client.show(collection, ids[1], "")
    assert {name: shown[name] for name in change} == change


def three(client: Client, collection: str, attributes: list[dict[str, Any]], **parents: str) -> list[str]:
    return [client.create(collection, each, parents) for each in attributes]


def test_a_walk_through_all_resources(client: Client, organization: Organization) -> None:
    projects = three(client, "projects", [{"name": name} for name in "abc"])
    walk(client, "projects", projects, {"description": "streets"})
    project = projects[0]

    people = [invite(organization.admin, f"{name}@walk.example").email for name in ("ann", "bob")]
    new = [{"email": email, "role": "annotator", "name": "A"} for email in people]
    members = three(client, "project_members", new, project=project)
    ((owner, *_),) = client.pages("project_members", {"filter[project_id]": project})
    walk(client, "project_members", [owner, *members], {"name": "Ann"}, project_id=project)
    assert client.show("project_members", owner, "project")[1] == {"project"}

    kind: dict[str, Any] = {"modality": "image", "labels": ["car", {"a": None}]}
    datasets = three(client, "datasets", [{"name": name, **kind} for name in "abc"], project=project)
    walk(client, "datasets", datasets, {"name": "Crossings", "workflow_configuration": {"sample_rate": 0.5}},
         project_id=project)  # fmt: skip
    dataset = datasets[0]

    entries = three(client, "entries", [{"resource": name} for name in "abc"], dataset=dataset)
    walk(client, "entries", entries, {"priority": -3}, dataset_id=dataset)
    assert client.show("datasets", dataset, "entries,project")[1] == {"entries", "project"}
    assert client.act("POST", "entries", entries[0], "submit")["wf_step"] == "annotate"
    assert client.act("GET", "entries", entries[0], "select")["status"] == "in_progress"
    shown, brought = client.show("entries", entries[0], "dataset,dataset.project")
    assert shown["resource"] == "a"
    assert brought == {"dataset"}

    annotate_and_discuss(client, entries[0])
    for collection, ids in (("entries", entries[1:]), ("datasets", datasets[1:]), ("projects", projects[1:])):
        gone(client, collection, ids)
    client.delete("project_members", members[0])
    assert client.show("project_members", members[0], "")[0]["disabled_at"]


def annotate_and_discuss(client: Client, entry: str) -> None:
    values = [{"annotation": {"label": label}, "dimensions": [1, 2.5]} for label in ("car", "van", "bus")]
    annotations = three(client, "annotations", values, entry=entry)
    walk(client, "annotations", annotations, {"metadata": {"sure": True}}, entry_id=entry)

    feeds = three(client, "note_feeds", [{"entry_id": entry, "content_md": text} for text in "abc"])
    walk(client, "note_feeds", feeds, {"content_md": "*What?*"}, entry_id=entry)
    comments = three(client, "note_comments", [{"content_md": text} for text in "abc"], note_feed=feeds[0])
    walk(client, "note_comments", comments, {"content_md": "*That.*"}, note_feed_id=feeds[0])
    assert client.show("note_comments", comments[0], "note_feed")[1] == {"note_feed"}
    assert client.show("note_feeds", feeds[0], "entry,note_comments")[1] == {"entry", "note_comments"}
    assert client.act("POST", "note_feeds", feeds[0], "resolve")["status"] == "resolved"

    for collection, ids in (("note_comments", comments), ("note_feeds", feeds), ("annotations", annotations)):
        gone(client, collection, ids)


def gone(client: Client, collection: str, ids: list[str]) -> None:
    for id in ids:
        client.delete(collection, id)
        assert client.refusal(collection, id) == 404


def test_a_walk_with_asyncio(organization: Organization) -> None:
    """The other half of `jsonapi-client`, which also understands an empty answer."""
    asyncio.run(_walk_with_asyncio(organization.admin))


async def _walk_with_asyncio(person: Person) -> None:
    url, auth = person.base_url + DATASET, {"Authorization": f"Bearer {person.key}"}
    options: dict[str, Any] = {"enable_async": True, "request_kwargs": {"headers": auth}, "schema": SCHEMA}
    async with jsonapi_client.Session(url, **options) as session:
        made = [session.create("dataset:projects", fields={"name": name}) for name in "abc"]
        for project in made:
            await project.commit(f"{url}/projects")
        dataset = session.create(
            "dataset:datasets", fields={"name": "d", "modality": "image", "project": made[0]}
        )
        await dataset.commit(f"{url}/datasets")
        pages = session.iterate("projects", jsonapi_client.Modifier("page[size]=2"))
        assert [project.id async for project in pages] == [project.id for project in made]
        document = await session.get("datasets", jsonapi_client.Inclusion("project"))
        assert (await document.resource.project.fetch())[0].id == made[0].id
        made[0]["name"] = "first"
        await made[0].commit()
        assert made[0]["name"] == "first"
        for project in (dataset, *made):
            project.delete()
            await project.commit()
    async with jsonapi_client.Session(url, **options) as session:
        assert (await session.get("projects")).resources == []
