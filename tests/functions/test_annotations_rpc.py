"""The annotations Lambda as JSON-RPC 2.0."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hearback.dataset import annotating

from tests.functions.gateway import Reply
from tests.functions.labelling import Team

CHOSEN = "11111111-1111-4111-8111-111111111111"
BOX: dict[str, Any] = {"dimensions": {"page": 1}, "annotation": {"box": [1, 2]}}


def call(method: str, params: Any = None, its_id: Any = 1) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": its_id, "method": method}
    return message if params is None else message | {"params": params}


def notice(method: str, params: Any = None) -> dict[str, Any]:
    return {key: value for key, value in call(method, params).items() if key != "id"}


def result(reply: Reply) -> Any:
    assert (reply.status, set(reply.document)) == (200, {"jsonrpc", "result", "id"}), reply.document
    return reply.document["result"]


def code(reply: Reply) -> int:
    assert reply.status == 200
    return int(reply.document["error"]["code"])


def codes(reply: Reply) -> list[Any]:
    """Of a batch: the code of each error, and the id of each result."""
    return [each["error"]["code"] if "error" in each else each["result"]["id"] for each in reply.document]


# ── Methods ──


def test_an_annotation_is_created_shown_changed_and_deleted(team: Team) -> None:
    entry = team.taken()
    made = result(team.annotator.rpc(call("create", BOX | {"entry_id": entry, "metadata": "m"})))
    assert {name: made[name] for name in (*BOX, "entry_id", "metadata")} == BOX | {
        "entry_id": entry,
        "metadata": "m",
    }
    shown = team.owner.get(f"annotations/{made['id']}")
    assert shown.attributes | {"id": shown.id} == made
    assert result(team.annotator.rpc(call("show", {"id": made["id"]}))) == made
    changed = result(team.annotator.rpc(call("update", {"id": made["id"], "metadata": None})))
    assert changed == made | {"metadata": None, "updated_at": changed["updated_at"]}
    assert result(team.annotator.rpc(call("delete", [made["id"]]))) == changed
    assert code(team.annotator.rpc(call("show", [made["id"]]))) == -32603


def test_an_answer_is_json_with_the_calls_id(team: Team) -> None:
    reply = team.annotator.rpc(call("show", {"id": CHOSEN}, "a-7"))
    assert reply.headers["Content-Type"] == "application/json"
    assert (reply.document["jsonrpc"], reply.document["id"]) == ("2.0", "a-7")


@pytest.mark.parametrize(
    ("method", "params", "fields"),
    [
        ("show", None, {"id"}),
        ("show", {"id": "x"}, {"id"}),
        ("show", [1, 2], {"params"}),
        ("create", {}, {"entry_id", "dimensions", "annotation"}),
        ("create", {"entry_id": 7, "dimensions": 1, "annotation": 1}, {"entry_id"}),
        ("create", {"entry_id": CHOSEN, "dimensions": None, "annotation": 1}, {"dimensions"}),
        ("create", {"id": "mine", "entry_id": CHOSEN, "dimensions": 1, "annotation": 1}, {"id"}),
        ("update", {"metadata": 1}, {"id"}),
        ("delete", {"id": None}, {"id"}),
    ],
)
def test_params_that_are_wrong_are_told_by_field(
    team: Team, method: str, params: Any, fields: set[str]
) -> None:
    reply = team.owner.rpc(call(method, params))
    assert (code(reply), set(reply.document["error"]["data"])) == (-32602, fields)
    assert all(reply.document["error"]["data"].values())


def test_what_is_not_found_or_refused_gives_its_reason(team: Team) -> None:
    done, waiting = team.entry(wf_step="done"), team.entry()
    for person, entry in ((team.owner, done), (team.annotator, waiting), (team.owner, CHOSEN)):
        reply = person.rpc(call("create", BOX | {"entry_id": entry}))
        assert code(reply) == -32603
        assert reply.document["error"]["message"]
    assert code(team.owner.rpc(call("delete", {"id": CHOSEN}))) == -32603
    assert code(team.person("other_admin").rpc(call("create", BOX | {"entry_id": waiting}))) == -32603


# ── Ids that clients choose ──


@pytest.mark.parametrize(
    "chosen", [CHOSEN, "ffffffff-ffff-4fff-bfff-ffffffffffff", "0" * 8 + "-0000" * 3 + "-" + "0" * 12]
)
def test_an_id_that_the_client_chose_is_honoured(team: Team, chosen: str) -> None:
    entry = team.taken()
    own = result(team.annotator.rpc(call("create", BOX | {"entry_id": entry})))["id"]
    made = result(team.annotator.rpc(call("create", BOX | {"id": chosen.upper(), "entry_id": entry})))
    assert made["id"] == chosen
    for query in ("", f"?filter[entry_id]={entry}", f"?filter[dataset_id]={team.leaves}"):
        for person in (team.annotator, team.owner):
            assert person.get(f"annotations{query}").ids == sorted([own, chosen])
    assert team.owner.get(f"annotations?filter[id]={chosen}").ids == [chosen]
    assert team.annotator.patch(f"annotations/{chosen}", {"metadata": 1}).attributes["metadata"] == 1
    assert team.annotator.delete(f"annotations/{chosen}").status == 204
    assert team.owner.get("annotations").ids == [own]
    assert result(team.annotator.rpc(call("create", BOX | {"id": chosen, "entry_id": entry})))["id"] == chosen


def test_an_id_is_taken_once_wherever_it_is(team: Team) -> None:
    entry, other = team.taken(), team.taken()
    own = result(team.annotator.rpc(call("create", BOX | {"entry_id": entry})))["id"]
    assert result(team.annotator.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": entry})))
    for taken in (own, CHOSEN):
        for at in (entry, other):
            assert code(team.annotator.rpc(call("create", BOX | {"id": taken, "entry_id": at}))) == -32603
    assert len(team.owner.get("annotations").ids) == 2


def test_another_organization_may_choose_the_same_id_and_learns_nothing_of_it(team: Team) -> None:
    other = team.person("other_admin")
    project = other.post("projects", {"name": "Field"}).id
    dataset = other.post("datasets", {"name": "Grass", "modality": "image"}, project=project).id
    entry = other.post("entries", {"resource": "x", "wf_step": "annotate"}, dataset=dataset).id
    assert result(team.owner.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": team.entry()})))
    assert code(other.rpc(call("show", {"id": CHOSEN}))) == -32603
    assert result(other.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": entry})))["entry_id"] == entry
    for person, at in ((other, entry), (team.owner, None)):
        shown = result(person.rpc(call("show", {"id": CHOSEN})))
        assert (shown["entry_id"] == entry) == (at == entry)


def test_a_deleted_entry_takes_its_chosen_ids_along(team: Team) -> None:
    entry = team.entry()
    assert result(team.owner.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": entry})))
    assert team.owner.delete(f"entries/{entry}").status == 204
    assert team.owner.get("annotations").ids == []
    assert result(team.owner.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": team.entry()})))


def test_a_deleted_dataset_takes_its_chosen_ids_along(team: Team) -> None:
    assert result(team.owner.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": team.entry()})))
    assert team.owner.delete(f"datasets/{team.leaves}").status == 204
    assert team.owner.get(f"annotations/{CHOSEN}").status == 404
    there = team.entry(team.dataset())
    assert result(team.owner.rpc(call("create", BOX | {"id": CHOSEN, "entry_id": there})))


# ── Batches and notifications ──


def test_a_batch_is_answered_in_order(team: Team) -> None:
    entry = team.taken()
    create = call("create", BOX | {"id": CHOSEN, "entry_id": entry}, "a")
    reply = team.annotator.rpc(
        [create, call("show", [CHOSEN], 2), notice("delete", [CHOSEN]), call("show", [CHOSEN], 3)]
    )
    assert (reply.status, codes(reply)) == (200, [CHOSEN, CHOSEN, -32603])
    assert [each["id"] for each in reply.document] == ["a", 2, 3]


def test_after_the_first_error_the_later_calls_are_cancelled(team: Team) -> None:
    entry = team.taken()
    batch = [
        call("create", BOX | {"entry_id": entry}, 1),
        call("show", {"id": CHOSEN}, 2),
        call("create", BOX | {"id": CHOSEN, "entry_id": entry}, 3),
        notice("create", BOX | {"entry_id": entry}),
    ]
    reply = team.annotator.rpc(batch)
    assert codes(reply)[1:] == [-32603, -32603]
    assert reply.document[2]["error"]["message"] == "Batch execution cancelled due to previous error"
    assert team.owner.get("annotations").ids == [reply.document[0]["result"]["id"]]


def test_notifications_alone_are_carried_out_and_not_answered(team: Team) -> None:
    entry = team.taken()
    one = notice("create", BOX | {"id": CHOSEN, "entry_id": entry})
    reply = team.annotator.rpc(one)
    assert (reply.status, reply.document) == (204, None)
    assert team.annotator.rpc([notice("update", {"id": CHOSEN, "metadata": 1})]).status == 204
    assert team.owner.get(f"annotations/{CHOSEN}").attributes["metadata"] == 1


def test_a_batch_of_fifty_is_answered_and_a_larger_one_refused(team: Team) -> None:
    assert len(team.owner.rpc([call("none")] * 50).document) == 50
    reply = team.owner.rpc([call("none")] * 51)
    error = reply.document["error"]
    assert (reply.status, error["code"], error["data"]) == (400, -32600, {"batch_limit": 50})


# ── What is no call ──


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', -32700),
        ("", -32700),
        ('[{"jsonrpc": "2.0", "method": "sum"', -32700),
        ({"jsonrpc": "2.0", "method": 1, "params": "bar"}, -32600),
        ([], -32600),
        (7, -32600),
        (call("foobar"), -32601),
    ],
)
def test_what_is_no_call_is_answered_by_the_specification(team: Team, body: Any, expected: int) -> None:
    reply = team.owner.rpc(body)
    assert code(reply) == expected
    assert reply.document["id"] == (1 if expected == -32601 else None)


def test_a_batch_of_nothing_that_is_a_call(team: Team) -> None:
    assert codes(team.owner.rpc([1, 2])) == [-32600, -32600]


@pytest.mark.parametrize("key", ["", "Bearer nobody's", "Basic eDp5"])
def test_without_a_key_the_answer_is_minus_32001_with_401(team: Team, key: str) -> None:
    reply = team.owner.rpc([call("show", [CHOSEN])], Authorization=key)
    assert (reply.status, reply.document["error"]["code"], reply.document["id"]) == (401, -32001, None)


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem"),
        ClientError({"Error": {"Code": "RequestLimitExceeded"}}, "GetItem"),
        ReadTimeoutError(endpoint_url="https://aws"),
    ],
)
def test_a_call_on_which_aws_fails_for_the_moment_leaves_the_others_of_the_batch_their_answers(
    team: Team, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    made = result(team.annotator.rpc(call("create", BOX | {"entry_id": team.taken()})))

    def fail(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(annotating, "update", fail)
    update = call("update", {"id": made["id"], "metadata": None}, 2)
    first, second = team.annotator.rpc([call("show", [made["id"]]), update]).document
    assert first["result"] == made
    assert "busy" in str(second["error"])
