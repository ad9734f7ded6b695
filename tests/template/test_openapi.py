"""The API reference says what the code does and what the template deploys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from local.openapi.document import PATH, document, written

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


STATUSES = {"400", "401", "403", "404", "413", "429", "500"}
STATUSES_OF_TASKS = {"400", "401", "404", "405", "409", "413", "429", "500"}
STATUSES_OF_CONTENT = {"200", "404", "405", "429"}

OPERATIONS = {operation["operationId"]: operation for _, _, operation in _operations()}
each_operation = pytest.mark.parametrize("name", OPERATIONS)


def test_the_reference_is_what_the_code_says_now() -> None:
    same = PATH.read_text(encoding="utf-8") == written(document())
    assert same, "run `make openapi` and commit docs/openapi.json"


def test_the_reference_is_valid_openapi() -> None:
    validate(DOCUMENT)


@each_operation
def test_an_operation_says_what_it_is_and_how_it_fails(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    (tag,) = operation["tags"]
    theirs = {
        "content_feedback": STATUSES_OF_CONTENT,
        "tasks": STATUSES_OF_TASKS,
        "task_feedback": STATUSES_OF_TASKS,
    }
    assert theirs.get(tag, STATUSES) <= set(operation["responses"])


@each_operation
def test_an_operation_shows_a_request_and_its_answer(name: str) -> None:
    operation = OPERATIONS[name]
    required = [
        one["name"] for one in operation.get("parameters", ()) if one["required"] and "example" not in one
    ]
    assert required == []
    status, answer = next(each for each in operation["responses"].items() if each[0].startswith("2"))
    assert list(_media(answer)) or status == "204"
    assert [media for media in _media(answer) if "example" not in media] == []
    if operation.get("requestBody", {}).get("required"):
        assert [media for media in _media(operation["requestBody"]) if "example" not in media] == []


@each_operation
def test_what_an_operation_shows_is_what_it_declares(name: str) -> None:
    operation = OPERATIONS[name]
    shown = [*operation.get("parameters", ()), *_media(operation.get("requestBody", {}))]
    for answer in operation["responses"].values():
        shown += _media(_found(answer))
    for one in shown:
        if "example" in one:
            OAS31Validator({**one["schema"], "components": DOCUMENT["components"]}).validate(one["example"])


@each_operation
def test_each_parameter_of_an_operation_is_explained(name: str) -> None:
    unexplained = [it["name"] for it in OPERATIONS[name].get("parameters", ()) if not it.get("description")]
    assert unexplained == [], "add it to local/openapi/fields.yaml, dataset_fields.yaml or task_fields.yaml"


def test_each_attribute_of_the_dataset_api_is_explained() -> None:
    schemas = {
        name: it for name, it in DOCUMENT["components"]["schemas"].items() if name.endswith("Attributes")
    }
    assert len(schemas) == 8
    for name, schema in schemas.items():
        unexplained = [it for it, member in schema["properties"].items() if not member.get("description")]
        assert unexplained == [], f"{name}: add it to local/openapi/dataset_fields.yaml"


def test_each_member_of_a_task_and_of_what_is_about_it_is_explained() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name in (
        "Task",
        "BatchPage",
        "Callback",
        "Attempt",
        "Stats",
        "TaskFeedback",
        "QualityReport",
        "TaskForm",
        "FeedbackForm",
    ):
        unexplained = [
            it for it, member in schemas[name]["properties"].items() if not member.get("description")
        ]
        assert not set(unexplained) - STATES, f"{name}: add it to local/openapi/task_fields.yaml"


OF_TASKS = (
    "Task", "BatchPage", "Callback", "Attempt", "Stats", "TaskFeedback", "QualityReport", "TaskForm",
    "FeedbackForm", "NewTaskFeedback",
)  # fmt: skip
STATES = {"new", "in_progress", "completed", "approved", "delivered", "rejected"}
"""What counts of them are called."""


@pytest.mark.parametrize("name", ["show_task", "post_feedback"])
def test_tasks_and_their_feedback_take_a_key_in_each_of_the_published_ways(name: str) -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    offered = [schemes[scheme] for way in OPERATIONS[name]["security"] for scheme in way]
    named = [(one.get("in", one["type"]), one.get("name", one.get("scheme"))) for one in offered]
    assert named == [
        ("query", "access_key"),
        ("header", "X-Auth-Token"),
        ("http", "bearer"),
        ("http", "basic"),
    ]


@pytest.mark.parametrize("name", ["create_task", "post_feedback"])
def test_the_errors_of_tasks_are_told_one_by_one(name: str) -> None:
    answer = _found(OPERATIONS[name]["responses"]["400"])
    (media,) = _media(answer)
    assert media["example"] == {
        "errors": [{"type": "InvalidInputSchema", "message": 'data: "url" is a required property'}]
    }
    schema = media["schema"] | {"components": DOCUMENT["components"]}
    OAS31Validator(schema).validate({"errors": [{"type": 400, "message": "no", "index": 3}]})
    assert not OAS31Validator(schema).is_valid({"errors": []})


def _media(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from message.get("content", {}).values()


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["responses"].get(
        answer.get("$ref", "").rpartition("/")[2], answer
    )
    return found
