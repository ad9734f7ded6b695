"""Whatever is wrong with a request to the dataset API: the documented status, and where the fault is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flows.organizations import Organization, refusal
from tests.flows.studios import DATASET, JSONAPI, NOBODY, RPC, Studio, document, faults
from tests.flows.test_errors import raw

COLLECTIONS = (
    "projects", "project_members", "datasets", "entries", "annotations", "note_feeds", "note_comments",
)  # fmt: skip
ACTIONS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "entries/{id}/select", None),
    ("PATCH", "entries/{id}/assign", {"assigned_to_id": 1}),
    ("POST", "entries/{id}/submit", {}),
    ("POST", "entries/{id}/error", {"message": "unreadable"}),
    ("POST", "note_feeds/{id}/resolve", None),
)
ON_ONE = (
    *(("GET", f"{name}/{{id}}", None) for name in (*COLLECTIONS, "deletions")),
    *(("PATCH", f"{name}/{{id}}", document(name)) for name in COLLECTIONS),
    *(("DELETE", f"{name}/{{id}}", None) for name in COLLECTIONS),
    *ACTIONS,
)
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
takes_bodies = pytest.mark.parametrize(
    ("method", "where"),
    [
        *(("POST", name) for name in COLLECTIONS),
        *(("PATCH", f"{name}/{NOBODY}") for name in COLLECTIONS),
        ("POST", "entries/next"),
        ("PATCH", f"entries/{NOBODY}/assign"),
        ("POST", f"entries/{NOBODY}/submit"),
        ("POST", f"entries/{NOBODY}/error"),
    ],
)


# ── Addresses ──


@pytest.mark.parametrize(("method", "where", "body"), ON_ONE)
@pytest.mark.parametrize(
    "its_id",
    [
        NOBODY, NOBODY.upper(), NOBODY + "0", "0", "9" * 30, "x" * 5000, "ü", "a%00b", "%FF", "..%2F..", "null",
    ],
    ids=lambda its_id: ascii(its_id[:12]),
)  # fmt: skip
def test_what_is_not_there_is_not_found(
    bystanders: Organization, method: str, where: str, body: Any, its_id: str
) -> None:
    address = f"{DATASET}/{where.format(id=its_id)}"
    refusal(bystanders.admin.ask(method, address, json=body, headers=JSONAPI if body else {}), 404)


@each_collection
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_path_is_not_found(bystanders: Organization, collection: str, method: str) -> None:
    for where in (f"{NOBODY}/nothing", f"{NOBODY}/select/more", "a/b/c/d"):
        assert "no such route" in refusal(
            bystanders.admin.ask(method, f"{DATASET}/{collection}/{where}"), 404
        )


@pytest.mark.parametrize(
    ("method", "where", "there"),
    [
        *(("PUT", name, "GET, POST") for name in COLLECTIONS),
        *(("PATCH", name, "GET, POST") for name in COLLECTIONS),
        *(("DELETE", name, "GET, POST") for name in COLLECTIONS),
        *(("POST", f"{name}/{NOBODY}", "DELETE, GET, PATCH") for name in COLLECTIONS),
        *(("PUT", f"{name}/{NOBODY}", "DELETE, GET, PATCH") for name in COLLECTIONS),
        ("POST", f"entries/{NOBODY}/select", "GET"),
        ("POST", f"entries/{NOBODY}/assign", "PATCH"),
        ("GET", f"entries/{NOBODY}/submit", "POST"),
        ("PUT", f"entries/{NOBODY}/error", "POST"),
        ("DELETE", f"note_feeds/{NOBODY}/resolve", "POST"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_named_with_those_that_it_does(
    bystanders: Organization, method: str, where: str, there: str
) -> None:
    assert f"There is {there} here" in refusal(bystanders.admin.ask(method, f"{DATASET}/{where}"), 405)


@each_collection
def test_a_slash_at_the_end_makes_no_difference(quiet_project: Studio, collection: str) -> None:
    listed = quiet_project.owner.get(f"{DATASET}/{collection}/")
    assert listed.status_code == 200
    assert listed.json()["links"]["self"].endswith(f"{DATASET}/{collection}")


@pytest.mark.parametrize("value", [b"Basic \xff\xfe", b"Bearer \xe9", b"Basic =", b"Bearer ..", b"\xff"])
def test_credentials_that_nobody_can_read_are_refused(bystanders: Organization, value: bytes) -> None:
    status, errors = raw(bystanders.admin, "GET", f"{DATASET}/projects", member="errors", Authorization=value)
    assert (status, errors[0]["status"]) == (401, "401")
    status, error = raw(bystanders.admin, "POST", RPC, b"{}", Authorization=value)
    assert (status, error["code"]) == (401, -32001)


# ── Bodies ──


@takes_bodies
@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff\xfe", b'{"a":1}x', b"[" * 100_000, b'{"a":' * 100_000, b"NaN", b'{"data": 1e999}',
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(
    bystanders: Organization, method: str, where: str, body: bytes
) -> None:
    response = bystanders.admin.ask(method, f"{DATASET}/{where}", data=body, headers=JSONAPI)
    assert faults(response, 400)[""].startswith("This is not valid JSON:")


@takes_bodies
@pytest.mark.parametrize("body", [[], 7, "text", None, True])
def test_a_body_that_is_no_object_is_refused(
    bystanders: Organization, method: str, where: str, body: Any
) -> None:
    response = bystanders.admin.ask(method, f"{DATASET}/{where}", data=json.dumps(body), headers=JSONAPI)
    assert faults(response, 422) == {"": "must be an object"}


@takes_bodies
@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
        "application/jsonlines", "json", "*/*",
    ],
)  # fmt: skip
def test_a_body_of_another_media_type_is_refused(
    bystanders: Organization, method: str, where: str, media_type: str
) -> None:
    response = bystanders.admin.ask(
        method, f"{DATASET}/{where}", data=b"{}", headers={"Content-Type": media_type}
    )
    assert media_type.partition(";")[0] in faults(response, 415)[""]


@pytest.mark.parametrize(
    "media_type", [None, "application/json", "application/vnd.api+json", "Application/JSON"]
)
def test_json_may_be_called_so(organization: Organization, media_type: str | None) -> None:
    body = json.dumps(document("projects", {"name": "Streets"})).encode()
    headers = {"Content-Type": media_type} if media_type else {}
    assert organization.admin.post(f"{DATASET}/projects", data=body, headers=headers).status_code == 201


MISSING = {
    "projects": {"/data/attributes/name": "is required"},
    "project_members": {"/data/relationships/project": "is required"},
    "datasets": {
        "/data/attributes/name": "is required",
        "/data/attributes/modality": "is required",
        "/data/relationships/project": "is required",
    },
    "entries": {"/data/attributes/resource": "is required", "/data/relationships/dataset": "is required"},
    "annotations": {"/data/relationships/entry": "is required"},
    "note_feeds": {"/data/attributes/entry_id": "is required"},
    "note_comments": {"/data/attributes/note_feed_id": "is required"},
}


@each_collection
def test_what_a_new_record_lacks_is_told_all_at_once(bystanders: Organization, collection: str) -> None:
    response = bystanders.admin.post(f"{DATASET}/{collection}", json=document(collection))
    assert faults(response, 422) == MISSING[collection]


@each_collection
def test_a_document_of_another_type_is_refused(bystanders: Organization, collection: str) -> None:
    for method, where in (("POST", collection), ("PATCH", f"{collection}/{NOBODY}")):
        types: tuple[Any, ...] = ("projects", f"dataset:{collection}s", 7, [], {})
        for type in types:
            body: dict[str, Any] = {"data": {"type": type, "attributes": {}}}
            told = faults(bystanders.admin.ask(method, f"{DATASET}/{where}", json=body), 422)
            assert told["/data/type"] == f"must be 'dataset:{collection}'"
        body = {"data": {"attributes": {}}}
        told = faults(bystanders.admin.ask(method, f"{DATASET}/{where}", json=body), 422)
        assert told["/data/type"] == "is required"


WRONG = [
    ("projects", "name", ["", " ", 7, [], "x" * 501, "a\0", "\ud800"]),
    ("projects", "description", [7, {}, "x" * 50_001]),
    ("project_members", "role", ["boss", "", 1, ["annotator"]]),
    ("project_members", "account_id", ["7", 1.5, True, 10**19]),
    ("project_members", "disabled_at", ["soon", 7, "2026-13-01"]),
    ("datasets", "modality", ["", 7]),
    ("datasets", "labels", ["x" * 100_000, "\ud800"]),
    ("datasets", "workflow_configuration", [{"sample_rate": 2}, {"release_after": 0}, {"sample_rate": "1"}]),
    ("entries", "resource", ["", None, "x" * 4001]),
    ("entries", "priority", ["high", 1.5, False, -(10**19)]),
    ("entries", "wf_step", ["begin", 1]),
    ("entries", "status", ["ready"]),
    ("entries", "assigned_to_id", ["7", 1.5]),
    ("annotations", "annotation", ["a\udfff"]),
    ("note_feeds", "entry_id", ["7", 7, NOBODY + "0"]),
    ("note_feeds", "anchor_type", ["dataset", 1]),
    ("note_feeds", "position", [["x" * 100_000]]),
    ("note_comments", "content_md", [7, ["text"], "x" * 50_001]),
]


@pytest.mark.parametrize(("collection", "attribute", "values"), WRONG)
def test_a_wrong_value_is_told_with_its_place(
    bystanders: Organization, collection: str, attribute: str, values: list[Any]
) -> None:
    for value in values:
        response = bystanders.admin.post(
            f"{DATASET}/{collection}", json=document(collection, {attribute: value})
        )
        assert f"/data/attributes/{attribute}" in faults(response, 422), value


@pytest.mark.parametrize(
    "link", [7, "x", {"data": "x"}, {"data": []}, {"data": {"type": "dataset:projects"}}]
)
def test_a_relationship_that_leads_nowhere_is_told_with_its_place(
    bystanders: Organization, link: Any
) -> None:
    body = document("datasets", {"name": "Crossings", "modality": "image"})
    body["data"]["relationships"] = {"project": link}
    (place,) = faults(bystanders.admin.post(f"{DATASET}/datasets", json=body), 422)
    assert place.startswith("/data/relationships/project/data")


@pytest.mark.parametrize(
    ("where", "told", "pointer"),
    [
        ("entries/next", {}, "dataset_id"),
        ("entries/next", {"dataset_id": "x"}, "dataset_id"),
        ("entries/next", {"dataset_id": NOBODY, "wf_step": "done"}, "wf_step"),
        (f"entries/{NOBODY}/submit", {"approved": "yes"}, "approved"),
        (f"entries/{NOBODY}/error", {}, "message"),
        (f"entries/{NOBODY}/error", {"message": " "}, "message"),
    ],
)
def test_an_action_that_is_told_wrong_things_says_which(
    bystanders: Organization, where: str, told: dict[str, Any], pointer: str
) -> None:
    flat = bystanders.admin.post(f"{DATASET}/{where}", json=told)
    assert list(faults(flat, 422)) == [f"/{pointer}"]
    whole = bystanders.admin.post(f"{DATASET}/{where}", json={"data": {"attributes": told}})
    assert list(faults(whole, 422)) == [f"/data/attributes/{pointer}"]
