"""The API reference says what the code does and what the template deploys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from local import cfn
from local.openapi.document import PATH, document, written
from local.paths import ROOT

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


ONLY_POST = ("/data/submitfeedback.json", "/data/submitfeedback.xml")
"""Their other methods are deployed for the sake of the refusal, and no operations."""

STATUSES = {"400", "401", "403", "404", "413", "429", "500"}
STATUSES_OF_CONTENT = {"200", "404", "405", "429"}

OPERATIONS = {operation["operationId"]: operation for _, _, operation in _operations()}
each_operation = pytest.mark.parametrize("name", OPERATIONS)


def test_the_reference_is_what_the_code_says_now() -> None:
    same = PATH.read_text(encoding="utf-8") == written(document())
    assert same, "run `make openapi` and commit docs/openapi.json"


def test_the_reference_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_reference_has_every_route_of_the_template_and_no_other() -> None:
    no_operations = ("No", "Other", "Page")
    deployed = {(method, path) for name, method, path in _deployed() if not name.startswith(no_operations)}
    assert {(method, path) for method, path, _ in _operations()} == deployed


@pytest.mark.parametrize("path", ONLY_POST)
def test_a_submission_by_any_other_method_reaches_the_function_that_refuses_it(path: str) -> None:
    methods = {method for _, method, deployed in _deployed() if deployed == path}
    assert methods == {"get", "put", "post", "patch", "delete", "head", "options"}


def _deployed() -> Iterator[tuple[str, str, str]]:
    """The template's routes by their names: `No…` is there to refuse a method, `Other…` a path; `Page…` is
    for people with a browser."""
    for function in cfn.of_type(cfn.load(ROOT / "template.yaml"), "AWS::Serverless::Function").values():
        for name, event in function["Properties"].get("Events", {}).items():
            if event["Type"] == "Api":
                yield name, event["Properties"]["Method"].lower(), event["Properties"]["Path"]


@each_operation
def test_an_operation_says_what_it_is_and_how_it_fails(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    of_content = operation["tags"] == ["content_feedback"]
    assert (STATUSES_OF_CONTENT if of_content else STATUSES) <= set(operation["responses"])


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
    assert unexplained == [], "add it to local/openapi/fields.yaml or dataset_fields.yaml"


def test_each_attribute_of_the_dataset_api_is_explained() -> None:
    schemas = {
        name: it for name, it in DOCUMENT["components"]["schemas"].items() if name.endswith("Attributes")
    }
    assert len(schemas) == 8
    for name, schema in schemas.items():
        unexplained = [it for it, member in schema["properties"].items() if not member.get("description")]
        assert unexplained == [], f"{name}: add it to local/openapi/dataset_fields.yaml"


def _media(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from message.get("content", {}).values()


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["responses"].get(
        answer.get("$ref", "").rpartition("/")[2], answer
    )
    return found
