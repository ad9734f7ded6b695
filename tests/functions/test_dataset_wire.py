"""What all seven resources of the dataset API have in common on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.labelling import Team

COLLECTIONS = (
    "projects",
    "project_members",
    "datasets",
    "entries",
    "annotations",
    "note_feeds",
    "note_comments",
)
NOWHERE = "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)


@each_collection
def test_without_a_key_nothing_is_told(team: Team, collection: str) -> None:
    for key in ("", "Bearer hb_0000000000000000_" + "0" * 40, "Bearer x.y.z", "Basic eDp5", "Digest x"):
        refused = team.owner.send("GET", collection, Authorization=key)
        assert refused.faults == [("401", "")]
        assert refused.document["jsonapi"] == {"version": "1.1"}
        assert refused.headers["Content-Type"] == "application/vnd.api+json"
        assert "WWW-Authenticate" in refused.headers
    assert team.owner.send("DELETE", f"{collection}/{NOWHERE}", Authorization="").status == 401


@each_collection
def test_a_method_that_a_path_does_not_have_is_405(team: Team, collection: str) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        assert team.owner.send(method, collection).faults == [("405", "")]
    for method in ("PUT", "POST"):
        assert team.owner.send(method, f"{collection}/{NOWHERE}").faults == [("405", "")]
    assert team.owner.send("GET", f"{collection}/{NOWHERE}/nothing").faults == [("404", "")]


@each_collection
def test_a_body_is_json(team: Team, collection: str) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml; charset=utf-8"):
        refused = team.owner.send("POST", collection, "name=x", media_type=media_type)
        assert refused.faults == [("415", "")]
    for media_type in (
        "application/json",
        "Application/vnd.API+json",
        'application/vnd.api+json; ext="x"',
        "",
    ):
        assert team.owner.send("POST", collection, "{}", media_type=media_type).faults == [("422", "/data")]
    assert team.owner.send("POST", collection, '{"data": nought}').faults == [("400", "")]


@each_collection
def test_what_is_no_id_is_not_found(team: Team, collection: str) -> None:
    change = {"data": {"type": f"dataset:{collection}", "attributes": {}}}
    for its_id in ("x", "0", NOWHERE, NOWHERE.upper(), "%00", "%FF", "a" * 5000, "%F0%9F%8D%81"):
        for method, body in (("GET", None), ("PATCH", change), ("DELETE", None)):
            refused = team.owner.send(method, f"{collection}/{its_id}", body)
            assert refused.faults == [("404", "")], (method, its_id)


@each_collection
def test_pages_have_bounds(team: Team, collection: str) -> None:
    wrong = ["page[size]=0", "page[size]=1001", "page[size]=x", "page[number]=0", "page[number]=-1"]
    wrong += ["page[number]=1.5", "page[offset]=1", "page[size]="]
    faults = {query: team.owner.get(f"{collection}?{query}").faults for query in wrong}
    assert faults == {query: [("422", query.partition("=")[0])] for query in wrong}
    assert team.owner.get(f"{collection}?page[size]=1000&page[number]=1").status == 200


@each_collection
def test_unknown_sort_keys_and_relations_are_refused_and_unknown_filters_told(
    team: Team, collection: str
) -> None:
    assert team.owner.get(f"{collection}?sort=-size,id").faults == [("422", "sort")]
    assert team.owner.get(f"{collection}?included=everything").faults == [("422", "included")]
    assert team.owner.get(f"{collection}/{NOWHERE}?include=id").faults == [("422", "include")]
    several = team.owner.get(f"{collection}?page[size]=0&sort=x&filter[id]=&included=x")
    assert len(several.faults) >= 3
    listed = team.owner.get(f"{collection}?filter[colour]=green&filter[name__like]=x&count=true")
    assert listed.document["meta"]["ignored_filters"] == ["colour", "name__like"]
    assert "count" in listed.document["meta"]


@each_collection
def test_a_value_of_the_wrong_kind_is_refused(team: Team, collection: str) -> None:
    assert team.owner.get(f"{collection}?filter[created_at]=yesterday").faults == [
        ("422", "filter[created_at]")
    ]
    assert team.owner.get(f"{collection}?filter[id]=x").faults == [("422", "filter[id]")]


@each_collection
def test_a_list_says_what_it_is(team: Team, collection: str) -> None:
    listed = team.owner.get(f"{collection}?sort=-id&page[size]=7")
    assert listed.headers["Content-Type"] == "application/vnd.api+json"
    assert listed.document["jsonapi"] == {"version": "1.1"}
    assert listed.document["links"] == {
        "self": f"https://api.example.com/v1/api/v1/dataset/{collection}?sort=-id&page%5Bsize%5D=7",
        "first": f"https://api.example.com/v1/api/v1/dataset/{collection}?sort=-id&page%5Bsize%5D=7"
        "&page%5Bnumber%5D=1",
    }
    assert listed.document["meta"] == {}


# ── Sparse fields ──


@pytest.mark.parametrize(
    "query",
    [
        "fields[dataset:datasets]=name,status",
        "fields[dataset:datasets][]=name&fields[dataset:datasets][]=status",
        "fields=name,status",
        "fields[]=name&fields[]=status",
        "fields[dataset:datasets]=name&fields[dataset:datasets]=status,colour",
    ],
)
def test_fields_restrict_attributes(team: Team, query: str) -> None:
    shown = team.owner.get(f"datasets/{team.leaves}?{query}")
    assert shown.attributes == {"name": "Leaves", "status": "pending"}
    (listed,) = team.owner.get(f"datasets?{query}").data
    assert listed == shown.data


def test_fields_restrict_what_is_included_too(team: Team) -> None:
    team.entry()
    shown = team.owner.get(
        "entries?included=dataset.project&fields[dataset:projects]=name&fields[dataset:datasets]="
    )
    attributes = {each["type"]: each["attributes"] for each in shown.document["included"]}
    assert attributes == {"dataset:datasets": {}, "dataset:projects": {"name": "Garden"}}
    assert "wf_step" in shown.data[0]["attributes"]


# ── Keys in all their forms ──


def test_an_id_may_be_written_in_capitals(team: Team) -> None:
    assert team.owner.get(f"datasets/{team.leaves.upper()}").id == team.leaves
    assert team.owner.get(f"datasets?filter[id]={team.leaves.upper()}").ids == [team.leaves]
    path = f"datasets/{team.leaves.upper()}"
    assert team.owner.patch(path, {"name": "Needles"}).attributes["name"] == "Needles"


@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"', '{"data": 7}', '{"data": {"attributes": []}}'])
@pytest.mark.parametrize(
    "path", ["entries", "entries/next", "entries/{entry}/submit", "entries/{entry}/error"]
)
def test_a_body_of_the_wrong_form_is_a_fault_of_the_clients(team: Team, path: str, body: Any) -> None:
    refused = team.owner.send("POST", path.format(entry=NOWHERE), body)
    assert {status for status, _ in refused.faults} <= {"422", "404"}
