"""What is feedback on a task, and what is not; and to what of its answers it may refer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hearback.jsonapi.errors import MOST_FAULTS, Unprocessable
from hearback.quality import checks, references
from hearback.quality.checks import Draft, Subject
from hearback.quality.model import FIELD_ERRORS, SHAPE_ERRORS, Kind, Severity, Shape
from hypothesis import given
from hypothesis import strategies as st

from tests.functions.reviewing import ANSWERS, field, shape

SCHEMA = {
    "type": "object",
    "properties": {"mood": {"type": "string"}, "car": {"properties": {"plate": {"type": "string"}}}},
}
SUBJECT = Subject(ANSWERS, SCHEMA)


def draft(given: Any, context: str | None = None) -> Draft:
    (found,) = checks.drafts(SUBJECT, [given], context)
    return found


def refusals(*given: Any) -> list[tuple[str | None, int | None]]:
    with pytest.raises(Unprocessable) as refused:
        checks.drafts(SUBJECT, given, None)
    assert all(fault.detail for fault in refused.value.faults)
    return [(fault.type, fault.row) for fault in refused.value.faults]


# ── What an entry says ──


@pytest.mark.parametrize(
    ("bad", "type"),
    [
        ("text", "InvalidFeedback"),
        (None, "InvalidFeedback"),
        (shape(type="point"), "InvalidType"),
        (shape(type=None), "InvalidType"),
        (shape(error_type="Missing Metadata"), "InvalidErrorType"),
        (shape(error_type=None), "InvalidErrorType"),
        (field(error_type="Missing Shape"), "InvalidErrorType"),
        (field(error_type=["Missing Metadata"]), "InvalidErrorType"),
        (field(severity="worst"), "InvalidSeverity"),
        (field(severity=False), "InvalidSeverity"),
        (field(comment=7), "InvalidFeedback"),
        (field(comment=""), "InvalidFeedback"),
        (field(comment="x" * 10_001), "InvalidFeedback"),
        (field(comment="\ud800"), "InvalidFeedback"),
        (field(external_id="x" * 201), "InvalidFeedback"),
        (field(context="x" * 201), "InvalidFeedback"),
        (field(source={}), "InvalidFeedback"),
        (field(id="x" * 25), "InvalidFeedback"),
        (field(original_value=float("nan")), "InvalidFeedback"),
        (field(original_value=float("inf")), "InvalidFeedback"),
        (field(final_value="\ud800"), "InvalidFeedback"),
        (field(final_value="x" * checks.LONGEST_VALUE), "InvalidFeedback"),
        (field(final_value=json.loads("[" * 101 + "]" * 101)), "InvalidFeedback"),
        (shape() | {"shape": {"index": -1}}, "InvalidShape"),
        (shape() | {"shape": {"index": True}}, "InvalidShape"),
        (shape() | {"shape": {"index": 10**9}}, "InvalidShape"),
        (shape() | {"shape": {"index": 0, "frame": 0.5}}, "InvalidShape"),
        (shape() | {"shape": {}}, "InvalidShape"),
        (shape() | {"shape": 0}, "InvalidShape"),
    ],
)
def test_what_is_no_feedback_is_refused_by_its_kind(bad: Any, type: str) -> None:
    assert refusals(field("weather"), bad) == [(type, 1)]


@pytest.mark.parametrize("error_type", SHAPE_ERRORS)
def test_each_kind_of_error_in_a_shape_is_taken(error_type: str) -> None:
    assert draft(shape(error_type=error_type)).error_type == error_type


@pytest.mark.parametrize("error_type", FIELD_ERRORS)
def test_each_kind_of_error_in_a_field_is_taken(error_type: str) -> None:
    assert draft(field(error_type=error_type)).error_type == error_type


def test_a_draft_is_what_was_said_and_no_more() -> None:
    found = draft(shape(1, comment="wide", severity="minor", author="me", finalized=True), "audit")
    assert found == Draft(
        None,
        Kind.SHAPE,
        "Inaccurate Shape",
        "car",
        Shape(1),
        None,
        "wide",
        Severity.MINOR,
        None,
        None,
        "audit",
        None,
        None,
    )


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())))
def test_any_value_is_kept_as_it_is(value: Any) -> None:
    found = draft(field(original_value=value))
    assert json.dumps(found.original_value) == json.dumps(value)


def test_more_bad_entries_than_other_requests_may_have_faults_are_all_named() -> None:
    several = [field("nothing")] * (MOST_FAULTS + 50)
    assert refusals(*several) == [("UnknownField", row) for row in range(MOST_FAULTS + 50)]


def test_a_list_has_an_end() -> None:
    several = [field()] * checks.MOST_AT_ONCE
    assert len(checks.drafts(SUBJECT, several, None)) == checks.MOST_AT_ONCE
    assert refusals(*several, field()) == [("TooMuchFeedback", None)]


# ── What it refers to ──


@pytest.mark.parametrize(
    ("bad", "type"),
    [
        (shape() | {"shape": None}, "MissingShapeReference"),
        (shape() | {"output": None}, "MissingOutput"),
        (shape(output="bus"), "UnknownOutput"),
        (shape(output="bus", error_type="Missing Shape") | {"shape": None}, "UnknownOutput"),
        (shape(2), "UnknownShape"),
        (shape(0, output="signs"), "UnknownShape"),
        (shape(0, output="weather"), "UnknownShape"),
        (shape(1, field="color"), "UnknownField"),
        (field(None), "MissingField"),
        (field("mood"), "UnknownField"),
        (field("mood", error_type="Extra Metadata"), "UnknownField"),
        (field("age", error_type="Missing Metadata"), "UnknownField"),
        (field("mood", error_type="Missing Metadata", output="car"), "UnknownField"),
        (field("plate", error_type="Missing Metadata"), "UnknownField"),
        (field("weather", output="car"), "UnknownField"),
        (field("color", output="car", shape={"index": 1}), "UnknownField"),
        (field("color", output="car", shape={"index": 2}), "UnknownShape"),
        (field(output="bus"), "UnknownOutput"),
    ],
)
def test_a_reference_to_what_the_answers_do_not_have_is_refused(bad: Any, type: str) -> None:
    assert refusals(bad) == [(type, 0)]


@pytest.mark.parametrize(
    "good",
    [
        shape(error_type="Missing Shape") | {"shape": None},
        {"type": "shape", "error_type": "Missing Shape"},
        shape(1),
        shape(0, output="people"),
        shape(7, output="signs", field="text", error_type="Inaccurate Attribute"),
        shape(0, field="color", error_type="Inaccurate Attribute"),
        field(),
        field("color", output="car"),
        field("color", output="car", shape={"index": 0}),
        field("mood", error_type="Missing Metadata"),
        field("plate", error_type="Missing Metadata", output="car"),
    ],
)
def test_feedback_refers_to_what_the_answers_have_or_should_have(good: Any) -> None:
    assert draft(good).error_type == good["error_type"]


@pytest.mark.parametrize(
    ("output", "indexes"),
    [
        ([], set()),
        (["a", "b"], {0, 1}),
        ({"shapes": [{}, {}, {}]}, {0, 1, 2}),
        ({"shapes": [{"index": 1}, {"index": 4}]}, {1, 4}),
        ({"shapes": [{"index": 1}, {}]}, {0, 1}),
        ({"shapes": [{"index": True}]}, {0}),
        ({"layers": [{"shapes": [{}]}, {"shapes": [{}, {}]}]}, {0, 1, 2}),
        (
            {"layers": {"raster": [{"shapes": [{"index": 5}]}], "vector": [{"shapes": [{"index": 6}]}]}},
            {5, 6},
        ),
        ({"layers": None}, set()),
        ({"shapes": 7}, set()),
        ("text", set()),
        (None, set()),
    ],
)
def test_shapes_are_found_in_the_forms_in_which_clients_have_them(output: Any, indexes: set[int]) -> None:
    assert {index for index in range(10) if references.shape(output, index) is not None} == indexes


@pytest.mark.parametrize("schema", [None, {}, {"properties": []}, {"properties": {"car": True}}, True])
def test_a_schema_that_names_no_fields_foresees_none(schema: Any) -> None:
    assert not references.foresees(schema, "car", "plate")
    assert not references.foresees(schema, None, "plate")
