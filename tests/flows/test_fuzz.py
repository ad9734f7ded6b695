"""Whatever comes in, the product answers as the reference says and never fails."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.openapi.document import PATH
from local.stack import Stack
from tests.flows.content import VOTE
from tests.flows.organizations import ACCESS, ENG_FRA, FEEDBACK, Organization, Person, answer, found
from tests.flows.studios import DATASET, JSONAPI, NOBODY, PARENTS, create, document, one, path

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SOME = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
FEW = settings(SOME, max_examples=4)
EVERY = 1 if os.environ.get("FUZZ") == "all" else 24
"""Of the systematic cases, which are over ten thousand, each 24th is sent; all with FUZZ=all in the environment."""


def _reference() -> dict[str, Any]:
    """The reference with its answers closed: what it does not name may not be in them."""
    document: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and not name.endswith(("Form", "Options", "Selection", "Query")):
            schema.setdefault("additionalProperties", False)
    return document


TASKS = "/v2/projects"
ABOUT_SOMETHING = (
    "create_feedback",
    "export_feedback",
    "submit_content_feedback",
    "submit_content_feedback_for_xml",
    "get_content_statistics",
)
"""Operations without a path variable that need something to exist, or to be said, to do anything."""

reference = schemathesis.openapi.from_dict(_reference())
declared = schemathesis.openapi.from_dict(_reference())
declared.config.phases.coverage.enabled = False  # it is done with the whole reference
private = declared.exclude(lambda context: context.operation.definition.raw["security"] == [])
of_tasks = declared.include(lambda context: context.operation.path.startswith(TASKS))
of_dataset = declared.include(lambda context: context.operation.path.startswith(DATASET))
about_something = declared.include(
    lambda context: (
        ("{" in context.operation.path and not context.operation.path.startswith((DATASET, TASKS)))
        or context.operation.definition.raw["operationId"] in ABOUT_SOMETHING
    )
)


@pytest.fixture(scope="module")
def fuzzed(stack: Stack, http: requests.Session) -> Organization:
    """An organization that nobody will miss."""
    return found(stack, http)


@pytest.fixture
def there(fuzzed: Organization) -> dict[str, Any]:
    """The names of things that exist in it."""
    admin = fuzzed.admin
    account = answer(admin.post(f"{ACCESS}/accounts", data={"email": f"{uuid4().hex}@fuzz.example"}))
    return {
        "feedbackId": admin.give()["feedbackId"],
        **VOTE,
        "languagePairId": ENG_FRA,
        "importId": answer(admin.post(f"{FEEDBACK}/import/uploads"))["importId"],
        "accountId": account["accountId"],
        "keyId": answer(admin.post(f"{ACCESS}/keys", data={"accountId": account["accountId"]}))["keyId"],
    }


@reference.parametrize()
@FEW
def test_any_request_gets_an_answer_that_the_reference_declares(
    case: Case[Any], fuzzed: Organization, http: requests.Session
) -> None:
    assume(_is_one_of_few(case))
    _send(case, fuzzed, http)


_met: Counter[tuple[str, str]] = Counter()


def _is_one_of_few(case: Case[Any]) -> bool:
    """Of an operation's systematic cases, the first two right and the first two wrong ones, and a part of the others."""
    if case.meta is None or case.meta.phase.name.value != "coverage":
        return True
    kind = (case.operation.label, case.meta.generation.mode.value)
    _met[kind] += 1
    return _met[kind] <= 2 or _met[kind] % EVERY == 0


@about_something.parametrize()
@SOME
def test_any_request_about_something_that_exists_gets_such_an_answer(
    case: Case[Any], fuzzed: Organization, there: dict[str, Any], http: requests.Session
) -> None:
    for told in (case.path_parameters, case.query, case.body):
        if isinstance(told, dict):
            told.update({name: value for name, value in there.items() if name in told})
    _send(case, fuzzed, http)


@pytest.fixture
def records(fuzzed: Organization) -> dict[str, str]:
    """A record of each type, by its collection: a new set, since some of what is sent deletes."""
    return _records(fuzzed.admin)


def _records(admin: Person) -> dict[str, str]:
    """The entry is in the admin's own hands, so that everything can be done with it."""
    project = create(admin, "projects", {"name": "fuzzed"})
    dataset = create(admin, "datasets", {"name": "fuzzed", "modality": "text"}, project=project["id"])
    entry = create(admin, "entries", {"resource": "fuzzed"}, dataset=dataset["id"])
    one(admin.post(f"{path('entries', entry)}/submit"))
    one(admin.get(f"{path('entries', entry)}/select"))
    annotation = create(admin, "annotations", {"annotation": 1}, entry=entry["id"])
    feed = create(admin, "note_feeds", {"entry_id": entry["id"]})
    comment = create(admin, "note_comments", {}, note_feed=feed["id"])
    query = {"filter[project_id]": project["id"]}
    (member,) = admin.get(f"{DATASET}/project_members", params=query).json()["data"]
    gone = create(admin, "projects", {"name": "gone"})
    assert admin.delete(path("projects", gone)).status_code == 204
    made = (project, member, dataset, entry, annotation, feed, comment)
    return {each["type"].partition(":")[2]: each["id"] for each in made} | {"deletions": gone["id"]}


@of_dataset.parametrize()
@SOME
def test_any_request_about_records_that_exist_gets_such_an_answer(
    case: Case[Any], fuzzed: Organization, records: dict[str, str], http: requests.Session
) -> None:
    collection = case.path.split("/")[4]
    if "resource_id" in (case.path_parameters or {}):
        case.path_parameters["resource_id"] = records[collection]
    _name(case.body, records, collection)
    _send(case, fuzzed, http)


def _name(told: Any, records: dict[str, str], collection: str) -> None:
    """Put ids of records that exist wherever a body names one."""
    if isinstance(told, list):
        for each in told:
            _name(each, records, collection)
    if not isinstance(told, dict):
        return
    ids = {f"{name}_id": records[type] for name, type in PARENTS.items()} | {"id": records[collection]}
    ids["annotation_id"] = records["annotations"]
    told.update({name: id for name, id in ids.items() if name in told})
    for name, each in told.items():
        _name(each, records, PARENTS.get(name, collection))


@pytest.fixture(scope="module")
def desk(fuzzed: Organization) -> dict[str, str]:
    """A project of tasks, with a waiting batch, and a callback that fails."""
    nobody = {"delivery_callback": {"url": "http://127.0.0.1:9/"}}
    project = create(fuzzed.admin, "projects", {"name": "fuzzed", **nobody})
    number = str(project["attributes"]["task_project_id"])
    where = f"{TASKS}/{number}"
    task = _task(fuzzed.admin, where, submit=True)
    assert fuzzed.admin.put(f"{where}/tasks/{task}/approve.json").status_code == 200
    silent = document("projects", {"delivery_callback": None})
    assert fuzzed.admin.patch(path("projects", project), json=silent, headers=JSONAPI).status_code == 200
    batch = answer(fuzzed.admin.post(f"{where}/batches.json", json={}))["batch_id"]
    (callback,) = answer(fuzzed.admin.get(f"{where}/callbacks.json"))["callbacks"]
    return {"project": number, "batch": f"{batch}.json", "callback": callback["id"], "round": "1"}


def _task(admin: Person, where: str, *, submit: bool) -> str:
    """The id of a new task with an answer."""
    task = {"data": {"url": "fuzzed", "output_weather": "rain"}, "submit": submit}
    created = admin.post(f"{where}/tasks.json", json={"task": task})
    assert created.status_code == 201, created.text
    return str(created.json()["task"]["id"])


FOR_WORKERS = ("submit_task", "delete_tasks", "update_priorities")
"""Operations on tasks that are new; the others find one that is completed, with feedback."""


@of_tasks.parametrize()
@SOME
def test_any_request_about_tasks_that_exist_gets_such_an_answer(
    case: Case[Any], fuzzed: Organization, desk: dict[str, str], http: requests.Session
) -> None:
    where = f"{TASKS}/{desk['project']}"
    is_new = case.operation.definition.raw["operationId"] in FOR_WORKERS
    task = _task(fuzzed.admin, where, submit=not is_new)
    things = {**desk, "task": task, "feedback_id": NOBODY}
    if "feedback" in case.path:
        things["feedback_id"] = _feedback(fuzzed.admin, f"{where}/tasks/{task}/rounds/1/feedbacks.json")
    if isinstance(case.path_parameters, dict):
        case.path_parameters.update({name: it for name, it in things.items() if name in case.path_parameters})
    if isinstance(case.body, dict):
        listed: dict[str, Any] = {"task_ids": [task], "feedback_ids": [things["feedback_id"]]}
        case.body.update({name: it for name, it in listed.items() if name in case.body})
    _send(case, fuzzed, http)


def _feedback(admin: Person, where: str) -> str:
    """The id of a draft."""
    entry = {"type": "field", "error_type": "Incorrect Metadata", "field": "weather"}
    return str(answer(admin.post(where, json={"feedbacks": [entry]}))["feedbacks"][0]["id"])


LONGEST_ADDRESS = 8_000
"""Bytes of a URL: past 10,240 with all headers, the gateway answers by itself."""


def _send(case: Case[Any], fuzzed: Organization, http: requests.Session) -> None:
    admin = fuzzed.admin
    assume(_reaches_a_function(case, admin.base_url))
    case.call_and_validate(admin.base_url, http, checks=CHECKS, auth=(admin.key, ""), allow_redirects=False)


def _reaches_a_function(case: Case[Any], base_url: str) -> bool:
    address = requests.Request(**case.as_transport_kwargs(base_url)).prepare().url
    return len(str(address)) < LONGEST_ADDRESS


@private.parametrize()
@settings(SOME, max_examples=3)
def test_any_request_without_a_key_is_refused(case: Case[Any], stack: Stack, http: requests.Session) -> None:
    assume(_reaches_a_function(case, stack.base_url))
    response = case.call(stack.base_url, http)
    if case.operation.path.startswith("/data/"):
        assert '"HasErrors":true' in response.text or "<HasErrors>true</HasErrors>" in response.text
    else:
        assert response.status_code == 401, response.text
    case.validate_response(response, checks=CHECKS)
