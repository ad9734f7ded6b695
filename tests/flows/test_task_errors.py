"""Whatever is wrong with a request about tasks, the answer is a list of errors, each with a type and a message."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.flows.organizations import Person, found
from tests.flows.studios import create
from tests.flows.test_errors import JSON, raw

NOBODYS = "0" * 24
CREATE, BATCH, FEEDBACK = "tasks.json", "batches.json", "tasks/{task}/rounds/1/feedbacks.json"
SCHEMA = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}


class Counter:
    """A project's counter at which requests are made, with a task in it."""

    def __init__(self, admin: Person) -> None:
        self.admin = admin
        made = create(admin, "projects", {"name": "errors", "input_schema": SCHEMA})
        self.where = f"/v2/projects/{made['attributes']['task_project_id']}"
        created = admin.post(f"{self.where}/{CREATE}", json={"task": {"data": {"url": "x", "output_a": 1}}})
        self.task = created.json()["task"]["id"]

    def path(self, path: str) -> str:
        return f"{self.where}/{path.format(task=self.task)}"

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        return self.admin.ask(method, self.path(path), **request)


@pytest.fixture(scope="module")
def counter(stack: Any, http: requests.Session) -> Counter:
    """Of tests that leave nothing behind."""
    return Counter(found(stack, http).admin)


def errors(response: requests.Response, status: int) -> list[dict[str, Any]]:
    """The errors of an answer, which must have this status and the documented form."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    assert set(response.json()) == {"errors"}
    told: list[dict[str, Any]] = response.json()["errors"]
    for error in told:
        assert {"type", "message"} <= set(error) <= {"type", "message", "index"}
        assert error["message"]
    return told


def error(response: requests.Response, status: int) -> str:
    (told,) = errors(response, status)
    assert told["type"] == status
    return str(told["message"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["nowhere.json", "tasks/1/2/3.json", "tasks", "ü.json", "a%00b/c"])
def test_an_unknown_route_is_not_found(counter: Counter, method: str, path: str) -> None:
    error(counter.ask(method, path), 404)


@pytest.mark.parametrize(
    "path",
    [
        f"tasks/{NOBODYS}.json", "tasks/1.json", "tasks/ü.json", "tasks/a%00b.json", "batches/1.json",
        "batches/x.json", "batches/99999999999999999999.json", "callbacks/x.json", "tasks/{task}/rounds/2/feedbacks.json",
        "tasks/{task}/rounds/0/feedbacks.json", "tasks/{task}/rounds/x/feedbacks.json",
        "tasks/{task}/rounds/1/feedbacks/x.json", f"tasks/{NOBODYS}/rounds/1/feedbacks.json",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(counter: Counter, path: str) -> None:
    error(counter.ask("GET", path), 404)


@pytest.mark.parametrize("number", ["1", "0", "-1", "x", "99999999999999999999", "1e3", "%D9%A1"])
def test_a_project_that_is_not_there_is_not_found(counter: Counter, number: str) -> None:
    error(counter.admin.get(f"/v2/projects/{number}/tasks.json"), 404)
    error(counter.admin.get(f"/v2/projects/{number}.json"), 404)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b'{"a":1}x', b"[" * 100_000, b"\x00", b"NaN"],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
@pytest.mark.parametrize("path", [CREATE, BATCH, FEEDBACK, "tasks/delivered.json"])
def test_a_body_that_is_no_json_object_is_refused(counter: Counter, path: str, body: bytes) -> None:
    error(counter.ask("POST", path, data=body, headers=JSON), 400)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CREATE, {}), (CREATE, {"task": None}), (CREATE, {"task": {}}), (CREATE, {"task": {"data": []}}),
        (CREATE, {"task": {"data": {"url": "x"}, "priority": 1.5}}), (CREATE, {"task": {"data": {}, "priority": 10**19}}),
        (BATCH, {"tasks": []}), (BATCH, {"tasks": {}}), (BATCH, {"tasks": [{}] * 1_001}),
        ("tasks/delivered.json", {"limit": 0}), ("tasks/delivered.json", {"limit": 1_001}),
        ("tasks/bulk_update.json", {"task_ids": [NOBODYS]}), ("tasks/delete_tasks.json", {"task_ids": []}),
        ("tasks/delete_tasks.json", {"task_ids": "x"}), (FEEDBACK, {}), (FEEDBACK, {"feedbacks": {}}),
        (FEEDBACK, {"feedbacks": [], "finalize": "perhaps"}), ("callbacks/redeliver.json", {"since": "yesterday"}),
    ],
    ids=lambda value: json.dumps(value)[:50],
)  # fmt: skip
def test_a_body_that_says_something_wrong_is_refused(counter: Counter, path: str, body: Any) -> None:
    error(counter.ask("POST", path, json=body), 400)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", "page_size=101", "state=in_progress", "state=", "priority=x", "from=yesterday",
        "to=2013-13-01", "date_type=birthday", "client_batch_id_match_type=regex", "batch_id=x", "page=1&page=2",
    ],
)  # fmt: skip
def test_a_question_that_means_nothing_is_refused(counter: Counter, query: str) -> None:
    error(counter.ask("GET", f"{CREATE}?{query}"), 400)


def test_data_that_breaks_the_schema_is_named_with_its_reason(counter: Counter) -> None:
    (told,) = errors(counter.ask("POST", CREATE, json={"task": {"data": {"name": "x"}}}), 400)
    assert (told["type"], "url" in told["message"]) == ("InvalidInputSchema", True)


def test_each_bad_entry_of_a_list_of_feedback_is_named_with_its_place(counter: Counter) -> None:
    fine = {"type": "field", "error_type": "Incorrect Metadata", "field": "a"}
    given = [fine, {**fine, "field": "nothing"}, 7, {**fine, "error_type": "Extra Shape"}]
    told = errors(counter.ask("POST", FEEDBACK, json={"feedbacks": given}), 400)
    named = [(each["type"], each["index"]) for each in told]
    assert named == [("UnknownField", 1), ("InvalidFeedback", 2), ("InvalidErrorType", 3)]
    assert counter.ask("GET", FEEDBACK).json() == {"feedbacks": []}


@pytest.mark.parametrize("half", ['"\\ud800"', '{"\\udfff": 1}', '["a\\ud800b"]'])
def test_half_a_character_is_refused(counter: Counter, half: str) -> None:
    body = f'{{"task": {{"data": {{"url": "x", "more": {half}}}}}}}'
    (told,) = errors(counter.ask("POST", CREATE, data=body.encode(), headers=JSON), 400)
    assert told["type"] in (400, "InvalidTask")


def test_what_is_too_large_is_refused(counter: Counter) -> None:
    answered = counter.ask("POST", CREATE, json={"task": {"data": {"url": "x" * 400_000}}})
    (told,) = errors(answered, 400)
    assert told["type"] == "TaskTooLarge"
    errors(counter.ask("POST", CREATE, json={"task": {"data": {"url": "é" * 600_000}}}), 400)


@pytest.mark.parametrize(
    "value", [b"Basic \xff\xfe", b"Bearer \xe9.\xe9.\xe9", b"Basic =", b"Bearer ..", b"\xff", b"Bearer\t"]
)
def test_credentials_that_nobody_can_read_are_refused(counter: Counter, value: bytes) -> None:
    for header in ({"Authorization": value}, {"X_Auth_Token": value}):
        status, told = raw(counter.admin, "GET", counter.path(CREATE), member="errors", **header)
        assert (status, told[0]["type"]) == (401, 401)


@pytest.mark.parametrize("key", ["", "x", "%00", "%FF", "hb_0000000000000000_" + "0" * 40])
def test_an_access_key_that_is_none_is_refused(counter: Counter, key: str) -> None:
    status, told = raw(counter.admin, "GET", f"{counter.path(CREATE)}?access_key={key}", member="errors")
    assert (status, told[0]["type"]) == (401, 401)


def test_nothing_of_all_this_has_been_kept(counter: Counter) -> None:
    assert counter.ask("GET", "stats.json").json()["total"] == 1
