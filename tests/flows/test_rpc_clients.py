"""Annotations over JSON-RPC 2.0, spoken by `jsonrpcclient` as it is, and word for word by the specification."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import uuid4

import jsonrpcclient
import pytest
import requests
from jsonrpcclient import Error, Ok

from tests.flows.organizations import Person
from tests.flows.studios import DATASET, NOBODY, RPC, Studio, create, many, one, path


class Desk(NamedTuple):
    """An annotator with an entry in their hands, and one annotation on it."""

    studio: Studio
    annotator: Person
    entry_id: str
    annotation_id: str

    def send(self, call: Any) -> requests.Response:
        return self.annotator.post(RPC, json=call)

    def call(self, method: str, params: Any = None, id: Any = 1) -> Any:
        """What the client makes of the answer to one call."""
        return _parsed(self.send(jsonrpcclient.request(method, params, id=id)))

    def batch(self, calls: Iterable[Any]) -> list[Any]:
        return list(_parsed(self.send(list(calls))))

    def create(self, **params: Any) -> Any:
        return {"entry_id": self.entry_id, "dimensions": [], "annotation": {}, **params}


def _parsed(response: requests.Response) -> Any:
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    return jsonrpcclient.parse(response.json())


@pytest.fixture
def desk(project: Studio) -> Desk:
    return sat_down(project)


@pytest.fixture(scope="module")
def quiet_desk(quiet_project: Studio) -> Desk:
    """For calls that change nothing."""
    return sat_down(quiet_project)


def sat_down(project: Studio) -> Desk:
    entry = project.entry(f"desk-{uuid4()}")
    one(project.annotator.get(f"{path('entries', entry)}/select"))
    annotation = create(project.annotator, "annotations", {"annotation": {"label": "car"}}, entry=entry["id"])
    return Desk(project, project.annotator, entry["id"], annotation["id"])


def listed(desk: Desk) -> set[str]:
    query = {"filter[entry_id]": desk.entry_id}
    return {each["id"] for each in many(desk.annotator.get(f"{DATASET}/annotations", params=query))}


# ── The client ──


def test_every_method(desk: Desk) -> None:
    made = desk.call("create", desk.create(annotation={"label": "van"}, metadata=[1, None]), id="first")
    assert isinstance(made, Ok)
    assert made.id == "first"
    record = made.result
    assert set(record) == {
        "id", "project_id", "dataset_id", "entry_id", "dimensions", "annotation", "metadata", "created_by_email",
        "created_at", "updated_at",
    }  # fmt: skip
    assert (record["annotation"], record["metadata"]) == ({"label": "van"}, [1, None])
    assert record["created_by_email"] == desk.annotator.email
    assert desk.call("show", {"id": record["id"]}) == Ok(record, 1)
    attributes = one(desk.annotator.get(path("annotations", record)))["attributes"]
    assert {"id": record["id"], **attributes} == record

    changed = desk.call("update", {"id": record["id"], "annotation": {"label": "bus"}}).result
    assert changed == record | {"annotation": {"label": "bus"}, "updated_at": changed["updated_at"]}
    assert desk.call("delete", {"id": record["id"]}) == Ok(changed, 1)
    assert isinstance(desk.call("show", {"id": record["id"]}), Error)
    assert listed(desk) == {desk.annotation_id}


def test_parameters_by_position(desk: Desk) -> None:
    shown = desk.call("show", (desk.annotation_id,)).result
    assert shown["id"] == desk.annotation_id
    chosen = str(uuid4())
    made = desk.call("create", (chosen, desk.entry_id, [1], "car", {"sure": True})).result
    assert (made["id"], made["dimensions"], made["metadata"]) == (chosen, [1], {"sure": True})
    assert desk.call("update", (chosen, None, "van")).result["annotation"] == "van"


def test_ids_that_the_client_chooses(desk: Desk) -> None:
    chosen = str(uuid4())
    assert desk.call("create", desk.create(id=chosen.upper())).result["id"] == chosen
    again = desk.call("create", desk.create(id=chosen))
    assert (again.code, "already" in again.message) == (-32603, True)
    assert one(desk.annotator.get(path("annotations", chosen)))["id"] == chosen
    assert listed(desk) == {desk.annotation_id, chosen}


def test_a_batch_is_answered_in_order_until_a_call_fails(desk: Desk) -> None:
    calls = [jsonrpcclient.request_uuid("create", desk.create(annotation=number)) for number in range(50)]
    answers = desk.batch(calls)
    assert [each.result["annotation"] for each in answers] == list(range(50))
    assert [each.id for each in answers] == [call["id"] for call in calls]

    mixed = [
        jsonrpcclient.request("show", {"id": desk.annotation_id}, id="a"),
        jsonrpcclient.notification("create", desk.create(annotation="noted")),
        jsonrpcclient.request("show", {"id": NOBODY}, id="b"),
        jsonrpcclient.request("show", {"id": desk.annotation_id}, id="c"),
        jsonrpcclient.notification("create", desk.create(annotation="never")),
    ]
    good, missing, cancelled = desk.batch(mixed)
    assert good.result["id"] == desk.annotation_id
    assert (missing.id, missing.code) == ("b", -32603)
    assert cancelled == Error(-32603, "Batch execution cancelled due to previous error", None, "c")
    query = {"filter[entry_id]": desk.entry_id, "filter[annotation]": '"noted"'}
    assert len(many(desk.annotator.get(f"{DATASET}/annotations", params=query))) == 1
    query["filter[annotation]"] = '"never"'
    assert many(desk.annotator.get(f"{DATASET}/annotations", params=query)) == []


def test_a_batch_has_a_limit(quiet_desk: Desk) -> None:
    response = quiet_desk.send([jsonrpcclient.request("show", {"id": NOBODY})] * 51)
    assert response.status_code == 400
    error: Any = jsonrpcclient.parse(response.json())
    assert (error.code, error.data, error.id) == (-32600, {"batch_limit": 50}, None)


def test_a_notification_is_carried_out_and_not_answered(desk: Desk) -> None:
    for message in (
        jsonrpcclient.notification("update", {"id": desk.annotation_id, "metadata": "seen"}),
        [jsonrpcclient.notification("update", {"id": desk.annotation_id, "dimensions": [7]})],
        jsonrpcclient.notification("show", {"id": NOBODY}),
    ):
        response = desk.send(message)
        assert (response.status_code, response.content) == (204, b"")
    shown = desk.call("show", {"id": desk.annotation_id}).result
    assert (shown["metadata"], shown["dimensions"]) == ("seen", [7])


@pytest.mark.parametrize(
    ("method", "params", "named"),
    [
        ("show", None, {"id"}),
        ("show", {"id": "x"}, {"id"}),
        ("show", {"id": 7}, {"id"}),
        ("show", (1, 2), {"params"}),
        ("create", {}, {"entry_id", "dimensions", "annotation"}),
        ("create", {"entry_id": "x", "dimensions": [], "annotation": {}, "id": "y"}, {"entry_id", "id"}),
        ("create", {"entry_id": NOBODY, "dimensions": None, "annotation": 1}, {"dimensions"}),
        ("update", {"annotation": 1}, {"id"}),
        ("delete", {"id": None}, {"id"}),
    ],
)
def test_wrong_parameters_are_named(quiet_desk: Desk, method: str, params: Any, named: set[str]) -> None:
    error = quiet_desk.call(method, params)
    assert (error.code, error.message) == (-32602, "Invalid params")
    assert set(error.data) == named
    assert all(isinstance(why, str) for reasons in error.data.values() for why in reasons)


def test_what_the_rules_refuse_is_told_in_words(desk: Desk) -> None:
    elsewhere = desk.call("create", desk.create(entry_id=NOBODY))
    assert (elsewhere.code, elsewhere.message[:13]) == (-32603, "There is no s")
    stranger = Desk(desk.studio, desk.studio.reviewer, desk.entry_id, desk.annotation_id)
    assert stranger.call("show", {"id": desk.annotation_id}).code == -32603
    one(desk.annotator.post(f"{path('entries', desk.entry_id)}/submit"))
    one(desk.studio.reviewer.get(f"{path('entries', desk.entry_id)}/select"))
    one(desk.studio.reviewer.post(f"{path('entries', desk.entry_id)}/submit", json={"approved": True}))
    owner = Desk(desk.studio, desk.studio.owner, desk.entry_id, desk.annotation_id)
    completed = owner.call("update", {"id": desk.annotation_id, "annotation": 1})
    assert completed.code == -32603
    assert "completed" in completed.message


# ── The specification, section 7 ──


INVALID = {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": None}
PARSE = {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": None}


def unknown(id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": id}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', unknown(1)),
        (
            '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
            unknown(3),
        ),
        ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
        ('{"jsonrpc": "2.0", "method": "foobar"}', None),
        ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', unknown("1")),
        ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', PARSE),
        ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', INVALID),
        (
            '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]',
            PARSE,
        ),
        ("[]", INVALID),
        ("[1]", [INVALID]),
        ("[1,2,3]", [INVALID] * 3),
        (
            '[{"jsonrpc":"2.0","method":"notify_sum","params":[1]},{"jsonrpc":"2.0","method":"notify_hello"}]',
            None,
        ),
    ],
)
def test_the_examples_of_the_specification(quiet_desk: Desk, sent: str, answered: Any) -> None:
    response = quiet_desk.annotator.post(
        RPC, data=sent.encode(), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == (204 if answered is None else 200)
    assert (response.json() if response.content else None) == answered


def test_the_specifications_batch_with_methods_that_there_are(desk: Desk) -> None:
    """Where it adds and subtracts, we show."""
    sent = """[
        {"jsonrpc": "2.0", "method": "show", "params": ["ID"], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "show", "params": {"id": "ID"}, "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "show", "params": ["ID"], "id": "9"}
    ]""".replace("ID", desk.annotation_id)
    shown = desk.call("show", {"id": desk.annotation_id}).result
    answers = desk.send(json.loads(sent)).json()

    def result(id: str) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "result": shown, "id": id}

    assert answers == [result("1"), result("2"), INVALID, unknown("5"), result("9")]


def test_without_a_key_nothing_is_read(quiet_desk: Desk) -> None:
    call = jsonrpcclient.request("show", {"id": quiet_desk.annotation_id})
    response = quiet_desk.annotator.post(RPC, json=call, auth=None)
    assert response.status_code == 401
    error: Any = jsonrpcclient.parse(response.json())
    assert (error.code, error.id) == (-32001, None)
