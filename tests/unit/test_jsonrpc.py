"""JSON-RPC 2.0: the specification's own examples, and what the dataset API adds for batches and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hearback import errors, jsonrpc
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.jsonrpc import Method, Params, Reply
from hypothesis import given, settings
from hypothesis import strategies as st


class Calls(list[str]):
    """The methods of the specification's examples, some that fail, and what was called."""

    def methods(self) -> dict[str, Method]:
        def fail(error: errors.HearbackError) -> Callable[[Params], Any]:
            def call(_params: Params) -> Any:
                raise error

            return call

        def noted(name: str, result: Callable[[Params], Any], *names: str) -> Method:
            def call(params: Params) -> Any:
                self.append(name)
                return result(params)

            return Method(call, names)

        return {
            "subtract": noted(
                "subtract", lambda it: it["minuend"] - it["subtrahend"], "minuend", "subtrahend"
            ),
            "sum": noted("sum", lambda it: sum(it.values()), "a", "b", "c"),
            "get_data": noted("get_data", lambda _it: ["hello", 5]),
            "update": noted("update", lambda _it: None, *"abcde"),
            "notify_hello": noted("notify_hello", lambda _it: None, "a"),
            "notify_sum": noted("notify_sum", lambda _it: None, *"abc"),
            "show": noted("show", lambda it: it, "id"),
            "need": Method(lambda it: it, ("id", "name"), required=("id", "name")),
            "missing": Method(fail(errors.NotFound("There is no such annotation."))),
            "refused": Method(fail(errors.Forbidden("Only the assignee may do this.", "You are not."))),
            "conflict": Method(fail(errors.Conflict("It changed meanwhile."))),
            "busy": Method(fail(errors.Busy("Try again."))),
            "completed": Method(fail(Unprocessable(Fault("The entry is completed.")))),
            "invalid": Method(fail(errors.Invalid("The e-mail address is not valid."))),
            "wrong": Method(
                fail(
                    Unprocessable(
                        Fault("is required", "/data/attributes/dimensions"),
                        Fault("must be a UUID", "/entry_id"),
                        Fault("must be short", "/entry_id"),
                        Fault("must not be 0", "/data/attributes/metadata/a/0"),
                        Fault("is odd"),
                    )
                )
            ),
        }


def answer(body: str, limit: int = 50) -> Reply:
    return jsonrpc.answer(body.encode(), Calls().methods(), limit)


def call(method: str, *params: Any, id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": list(params), "id": id}


def notification(method: str, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": list(params)}


def result(value: Any, id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": value, "id": id}


def error(code: int, message: str, id: Any = None, **more: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message, **more}, "id": id}


PARSE = error(-32700, "Parse error")
INVALID = error(-32600, "Invalid Request")
CANCELLED = "Batch execution cancelled due to previous error"

SPECIFICATION: list[tuple[str, Any]] = [
    ('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', result(19, 1)),
    ('{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}', result(-19, 2)),
    ('{"jsonrpc":"2.0","method":"subtract","params":{"subtrahend":23,"minuend":42},"id":3}', result(19, 3)),
    ('{"jsonrpc":"2.0","method":"subtract","params":{"minuend":42,"subtrahend":23},"id":4}', result(19, 4)),
    ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
    ('{"jsonrpc": "2.0", "method": "foobar"}', None),
    ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "Method not found", "1")),
    ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', PARSE),
    ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', INVALID),
    (
        '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
        PARSE,
    ),
    ("[]", INVALID),
    ("[1]", [INVALID]),
    ("[1,2,3]", [INVALID, INVALID, INVALID]),
    (
        """[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}]""",
        [
            result(7, "1"),
            result(19, "2"),
            INVALID,
            error(-32601, "Method not found", "5"),
            result(["hello", 5], "9"),
        ],
    ),
    (
        """[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]""",
        None,
    ),
]


@pytest.mark.parametrize(("sent", "told"), SPECIFICATION)
def test_the_specification_s_examples_hold(sent: str, told: Any) -> None:
    assert answer(sent) == Reply(204 if told is None else 200, told)


def test_notifications_are_carried_out_and_never_answered() -> None:
    calls = Calls()
    sent = [notification("update", 1), notification("foobar"), notification("show", 5)]
    assert jsonrpc.answer(json.dumps(sent).encode(), calls.methods()) == Reply(204, None)
    assert calls == ["update", "show"]
    assert answer(json.dumps(notification("missing"))) == Reply(204, None)
    assert answer(json.dumps([notification("missing"), call("sum", id=2)])).document == [
        error(-32603, CANCELLED, 2)
    ]


@pytest.mark.parametrize("id", ["a", "", 0, -5, 2.5, None, 10**30])
def test_a_call_is_answered_under_its_id(id: object) -> None:
    assert answer(json.dumps(call("sum", 1, id=id))).document == result(1, id)


@pytest.mark.parametrize(
    "message",
    [
        5,
        "sum",
        None,
        {},
        {"method": "sum", "id": 1},
        *(
            call("sum") | odd
            for odd in ({"jsonrpc": "1.0"}, {"jsonrpc": 2.0}, {"method": None}, {"params": "x"})
        ),
        *(call("sum") | odd for odd in ({"params": None}, {"id": True}, {"id": [1]}, {"id": "\ud800"})),
    ],
)
def test_what_is_no_request_is_invalid(message: Any) -> None:
    id = message.get("id") if isinstance(message, dict) else None
    told = error(-32600, "Invalid Request", id if id == 1 and id is not True else None)
    assert answer(json.dumps(message)) == Reply(200, told)
    assert answer(json.dumps([message, call("sum", 1)])) == Reply(200, [told, result(1, 1)])


@pytest.mark.parametrize(
    ("method", "code", "message", "data"),
    [
        ("missing", -32603, "There is no such annotation.", None),
        ("refused", -32603, "Only the assignee may do this. You are not.", None),
        ("conflict", -32603, "It changed meanwhile.", None),
        ("busy", -32603, "Try again.", None),
        ("completed", -32603, "The entry is completed.", None),
        ("invalid", -32602, "Invalid params", {"params": ["The e-mail address is not valid."]}),
        (
            "wrong",
            -32602,
            "Invalid params",
            {
                "dimensions": ["is required"],
                "entry_id": ["must be a UUID", "must be short"],
                "metadata.a.0": ["must not be 0"],
                "params": ["is odd"],
            },
        ),
        ("need", -32602, "Invalid params", {"id": ["is required"], "name": ["is required"]}),
    ],
)
def test_a_failed_call_says_why(method: str, code: int, message: str, data: object) -> None:
    told = error(code, message, 1, **({} if data is None else {"data": data}))
    assert answer(json.dumps(call(method))) == Reply(200, told)


def test_parameters_are_known_by_name_and_by_position() -> None:
    sent = {"jsonrpc": "2.0", "method": "show", "params": {"id": 5, "more": [1]}, "id": 1}
    assert answer(json.dumps(sent)).document == result({"id": 5, "more": [1]}, 1)
    assert answer(json.dumps(call("show", 5))).document == result({"id": 5}, 1)
    assert answer(json.dumps(call("show", 5, 6))).document == error(
        -32602, "Invalid params", 1, data={"params": ["takes at most 1"]}
    )
    assert answer(json.dumps(call("need", 5))).document == error(
        -32602, "Invalid params", 1, data={"name": ["is required"]}
    )


@pytest.mark.parametrize("failing", ["missing", "wrong", "need"])
def test_after_the_first_failed_call_the_later_ones_are_not_made(failing: str) -> None:
    calls = Calls()
    sent = [
        call("sum", 1, id=1),
        call("foobar", id=2),
        call(failing, id=3),
        call("sum", 2, id=4),
        notification("update", 1),
        {"foo": "boo"},
        call("foobar", id=5),
    ]
    reply = jsonrpc.answer(json.dumps(sent).encode(), calls.methods())
    assert isinstance(reply.document, list)
    assert reply.document[0] == result(1, 1)
    assert reply.document[2]["id"] == 3
    assert [each["error"]["message"] for each in reply.document[3:]] == [
        CANCELLED,
        "Invalid Request",
        CANCELLED,
    ]
    assert [each["id"] for each in reply.document] == [1, 2, 3, 4, None, 5]
    assert calls == ["sum"]


def test_a_batch_is_bounded() -> None:
    calls = Calls()
    sent = json.dumps([call("sum", 1)] * 3).encode()
    assert jsonrpc.answer(sent, calls.methods(), limit=2) == Reply(
        400, error(-32600, "Batch is too large", data={"batch_limit": 2})
    )
    assert calls == []
    assert jsonrpc.answer(sent, calls.methods(), limit=3).status == 200


def test_who_is_not_known_is_told_so() -> None:
    reply = jsonrpc.unauthenticated(errors.Unauthenticated("The key is not valid."))
    assert reply == Reply(401, error(-32001, "The key is not valid."))


def test_a_fault_of_ours_passes() -> None:
    with pytest.raises(KeyError):
        answer(json.dumps(call("subtract")))


MESSAGE = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0")},
    optional={
        "method": st.sampled_from(["show", "missing", "wrong", "need", "x", "\ud800", 1]),
        "params": st.lists(st.text(max_size=2), max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name"]), st.integers())
        | st.none(),
        "id": st.none()
        | st.integers()
        | st.text(st.characters(codec=None), max_size=2)
        | st.lists(st.none()),
    },
)


@settings(deadline=None)
@given(MESSAGE | st.lists(MESSAGE | st.integers(), max_size=6) | st.text(max_size=5))
def test_any_message_is_answered_by_the_rules(message: Any) -> None:
    """One answer for each message but the notifications, each with a result or an error, in order."""
    reply = jsonrpc.answer(json.dumps(message).encode(), Calls().methods())
    json.dumps(reply.document, ensure_ascii=False, allow_nan=False)
    answers = (
        reply.document if isinstance(reply.document, list) else [reply.document] if reply.document else []
    )
    assert all(("result" in each) != ("error" in each) and each["jsonrpc"] == "2.0" for each in answers)
    messages = message if isinstance(message, list) and message else [message]
    assert len(answers) == sum(not _is_notification(each) for each in messages)
    assert reply.status == (200 if answers else 204)


def _is_notification(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and "id" not in message
        and isinstance(message.get("method"), str)
        and isinstance(message.get("params", []), dict | list)
    )


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(body: bytes) -> None:
    assert jsonrpc.answer(body, Calls().methods()).status == 200
