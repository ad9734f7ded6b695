"""What holds for the lists of all seven resources of the dataset API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hearback.wire.dataset.resources import BY_TYPE

from tests.functions.conftest import World
from tests.functions.labelling import Person, Team

COLLECTIONS = (
    "projects",
    "project_members",
    "datasets",
    "entries",
    "annotations",
    "note_feeds",
    "note_comments",
)
CHOSEN = ("00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff")


@pytest.fixture(scope="module")
def busy(staffed: tuple[World, Team]) -> Iterator[Team]:
    """A team in the middle of its work, which these tests only look at."""
    world, team = staffed
    with pytest.MonkeyPatch.context() as monkeypatch:
        world.enter(monkeypatch)
        yield at_work(team)


def at_work(team: Team) -> Team:
    """Some of everything, in two projects of the organization."""
    orchard = team.admin.post("projects", {"name": "Orchard, old", "description": "Trees"}).id
    team.admin.post("datasets", {"name": "Bark", "modality": "text", "labels": [1, "a,b"]}, project=orchard)
    team.dataset(workflow_configuration={"sample_rate": 0.5})
    first, second = team.taken(priority=-7), team.taken("second_annotator", job_id="j")
    team.entry(wf_step="start", job_id="j-1")
    team.entry()
    for entry, person in ((first, team.annotator), (second, team.owner)):
        note = {"entry_id": entry, "content_md": "a, b", "position": [1.5]}
        annotations = person.post_several(
            "annotations", [{"annotation": {"x": n}} for n in range(3)], entry=entry
        )
        anchored = {"anchor_type": "annotation", "annotation_id": annotations.ids[0]}
        for feed in (person.post("note_feeds", note), person.post("note_feeds", note | anchored)):
            for text in ("x", None):
                person.post("note_comments", {"content_md": text}, note_feed=feed.id)
    for its_id in CHOSEN:
        params = {"id": its_id, "entry_id": first, "dimensions": 1, "annotation": 2}
        team.annotator.rpc({"jsonrpc": "2.0", "id": 1, "method": "create", "params": params})
    return team


def walked(person: Person, collection: str, query: str) -> list[str]:
    """The whole list by cursors, three by three."""
    reply = person.get(f"{collection}?page[size]=3&page[after]=&{query}")
    met = reply.ids
    while "next" in reply.document["links"]:
        reply = person.get(reply.document["links"]["next"].partition("/dataset/")[2])
        met += reply.ids
    return met


@pytest.mark.parametrize("name", ["admin", "annotator"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_however_a_list_is_read_it_holds_the_same(busy: Team, collection: str, name: str) -> None:
    person = busy.person(name)
    whole = person.get(f"{collection}?count=true")
    ids = whole.ids
    assert ids == sorted(set(ids), key=lambda its_id: its_id.rjust(36))
    assert whole.document["meta"] == {"count": len(ids), "more": False}
    for number in range(1, len(ids) // 3 + 2):
        page = person.get(f"{collection}?page[size]=3&page[number]={number}").ids
        assert page == ids[3 * number - 3 : 3 * number]
    assert walked(person, collection, "") == ids
    assert walked(person, collection, "sort=-id") == ids[::-1]
    by_time = walked(person, collection, "sort=-created_at")
    assert (sorted(by_time), len(by_time)) == (sorted(ids), len(ids))
    assert person.get(f"{collection}?filter[id]={','.join(ids)}").ids == ids


def sent(value: Any, is_json: bool) -> str:
    """A shown value as the text of a filter."""
    return quote(json.dumps(value) if is_json or not isinstance(value, str) else value, safe="")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_record_is_found_by_everything_that_it_shows(busy: Team, collection: str) -> None:
    resource = BY_TYPE[f"dataset:{collection}"]
    for record in busy.admin.get(collection).data[-2:]:
        for name, value in record["attributes"].items():
            attribute = resource.attributes[name]
            if value is None and not attribute.nullable:
                continue
            text = sent(value, attribute.kind.name == "json")
            found = busy.admin.get(f"{collection}?filter[{name}]={text}")
            assert record["id"] in found.ids, (name, value)
            assert all(each["attributes"][name] == value for each in found.data), (name, value)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_is_sorted_by_everything_that_it_shows(busy: Team, collection: str) -> None:
    listed = busy.admin.get(collection).data
    for name in listed[0]["attributes"]:
        sorted_by = busy.admin.get(f"{collection}?sort={name}").data
        assert [each["id"] for each in sorted_by] != [], name
        assert len(sorted_by) == len(listed), name
        values = [each["attributes"][name] for each in sorted_by]
        known = [value for value in values if isinstance(value, int | float | str)]
        assert known == sorted(known), name
