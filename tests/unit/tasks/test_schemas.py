"""A schema says what is wrong with a value, is checked itself, and fetches nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.errors import Invalid
from hearback.tasks import drafts, schemas
from hearback.tasks.drafts import Draft, Refusal, Rules
from hearback.tasks.projects import Settings
from hearback.tasks.schemas import Rule, check_schema

RULES = Rules.of(
    Settings(
        input_schema={
            "type": "object",
            "required": ["url"],
            "properties": {"boxes": {"items": {"type": "integer"}}},
        },
        answer_schema={"type": "object", "properties": {"weather": {"type": "string"}}},
    )
)


def test_each_fault_is_told_with_its_place() -> None:
    rule = Rule(
        {"properties": {"a": {"items": {"properties": {"b": {"type": "string"}}}}}, "required": ["c"]}
    )
    assert rule.faults({"a": [{"b": "x"}, {"b": 7}], "c": 1}, "data") == [
        'data.a[1].b: 7 is not of type "string"'
    ]
    assert len(rule.faults({"a": [{"b": n} for n in range(50)]}, "data")) == 5
    assert all(len(fault) <= 300 for fault in rule.faults({"a": [{"b": {"x": "y" * 5000}}]}, "data"))


@pytest.mark.parametrize("schema", [None, {}])
def test_without_a_schema_everything_is_right(schema: dict[str, Any] | None) -> None:
    assert Rule(schema).faults({"anything": [1]}, "data") == []


@pytest.mark.parametrize("schema", [True, [], "x", {"type": "sock"}, {"pattern": "("}, {"required": "url"}])
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    with pytest.raises(Invalid):
        check_schema(schema)


def test_a_schema_may_be_recursive_but_not_large() -> None:
    check_schema({"properties": {"inner": {"$ref": "#"}}})
    assert Rule({"$ref": "#"}).faults({"a": 1}, "data") == []
    with pytest.raises(Invalid):
        check_schema({"description": "x" * schemas.MOST_BYTES})


@pytest.mark.parametrize(
    "ref", ["https://schemas.example/a.json", "file:///etc/passwd", "http://169.254.169.254/", "other.json"]
)
def test_another_document_is_not_fetched(ref: str) -> None:
    with pytest.raises(Invalid):
        check_schema({"$ref": ref})


def test_an_expensive_pattern_does_not_take_forever() -> None:
    assert (
        len(Rule({"properties": {"a": {"pattern": "^(a+)+$"}}}).faults({"a": "a" * 5_000 + "b"}, "data")) == 1
    )


def test_a_key_that_begins_with_output_seeds_an_answer() -> None:
    data = {"url": "1", "output_weather": "rain", "output_": "data", "outputs": 1}
    assert drafts.split(data) == ({"url": "1", "output_": "data", "outputs": 1}, {"weather": "rain"})
    draft = Draft({"url": "1", "output_weather": 7})
    assert drafts.refusals(RULES, draft) == []
    (refusal,) = drafts.refusals(RULES, draft._replace(submit=True))
    assert refusal.message.startswith("answers.weather")


def test_a_row_is_a_draft_or_a_refusal() -> None:
    row = {
        "data": {"url": "1"},
        "priority": -1,
        "submit": True,
        "client_batch_id": "x",
        "more": "is left out",
    }
    assert drafts.read(row) == Draft({"url": "1"}, -1, True, "x")
    assert isinstance(drafts.read({"data": None}), Refusal)
