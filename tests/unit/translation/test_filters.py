"""Which entries a filter means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hearback.translation import feedback_ids, filters
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Feedback
from hypothesis import given
from hypothesis import strategies as st

INSTALLED = frozenset({"EngFra", "EngSpa"})
BOB = "bob@acme.example"
ENTRY: dict[str, Any] = {
    "organization_id": "acme",
    "feedback_id": 41,
    "language_pair_id": "EngFra",
    "username": BOB,
    "source_text": "Hello World",
    "machine_translation": "bonjour terre",
    "suggested_translation": "Bonjour le monde, Straße",
    "comment": "",
    "approval_state": ApprovalState.APPROVED,
    "reviewer": "ann@acme.example",
    "created": 1_000,
    "modified": 1_000,
    "reviewed": 1_000,
    "added": 1_000,
}


def means(*, entry: dict[str, Any] | None = None, **parts: Any) -> bool:
    return Filter(**parts).matches(Feedback(**ENTRY | (entry or {})), INSTALLED)


names = st.none() | st.text(max_size=3)
instants = st.none() | st.integers(0, 2**62)
meant = st.builds(
    Filter,
    feedback_ids=st.none() | st.lists(st.integers(0, feedback_ids.LARGEST), max_size=3).map(tuple),
    language_pair_id=names,
    source_language_id=names,
    target_language_id=names,
    username=names,
    reviewer=names,
    source_text=names,
    machine_translation=names,
    suggested_translation=names,
    comment=names,
    approval_states=st.none() | st.frozensets(st.sampled_from(list(ApprovalState))),
    start_time_created=instants,
    end_time_created=instants,
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, True),
        ({"source_text": "hello"}, True),
        ({"source_text": "WORLD"}, True),
        ({"source_text": "hello  world"}, False),
        ({"suggested_translation": "STRASSE"}, True),
        ({"comment": ""}, True),
        ({"comment": "x"}, False),
        ({"machine_translation": "terre"}, True),
        ({"username": BOB}, True),
        ({"username": BOB.upper()}, False),
        ({"username": "bob"}, False),
        ({"reviewer": "ann@acme.example"}, True),
        ({"reviewer": ""}, False),
        ({"approval_states": frozenset({ApprovalState.APPROVED, ApprovalState.REJECTED})}, True),
        ({"approval_states": frozenset({ApprovalState.AWAITING})}, False),
        ({"feedback_ids": (40, 41)}, True),
        ({"feedback_ids": ()}, False),
        ({"start_time_created": 1_000}, True),
        ({"start_time_created": 1_001}, False),
        ({"end_time_created": 1_000}, True),
        ({"end_time_created": 999}, False),
        ({"username": BOB, "source_text": "hello", "reviewer": "eve@acme.example"}, False),
    ],
)
def test_all_parts_of_a_filter_must_hold(parts: dict[str, Any], expected: bool) -> None:
    assert means(**parts) is expected


def test_an_entry_of_a_pair_that_is_not_selected_is_not_meant() -> None:
    assert not means(entry={"language_pair_id": "GerEng"})


@given(meant)
def test_a_filter_survives_an_item_or_a_message(original: Filter) -> None:
    assert filters.from_json(json.loads(json.dumps(filters.to_json(original)))) == original


@given(meant, st.integers(0, 2**62))
def test_an_entry_that_is_meant_is_in_the_range_of_ids_that_is_read(original: Filter, created: int) -> None:
    made = feedback_ids.FeedbackIds(lambda _: 0).next(created)
    entry = Feedback(**ENTRY | {"feedback_id": made, "created": created})
    if original.matches(entry, INSTALLED):
        assert original.first_id() <= made <= original.last_id()


@given(meant)
def test_only_an_empty_filter_means_everything(original: Filter) -> None:
    given_parts = filters.to_json(original)
    assert original.is_empty == (given_parts == {})


@given(meant)
def test_counters_answer_for_pairs_languages_states_and_the_username_alone(original: Filter) -> None:
    counted = {"language_pair_id", "source_language_id", "target_language_id", "username", "approval_states"}
    assert original.is_counted == (set(filters.to_json(original)) <= counted)


@given(meant, st.text())
def test_a_filter_of_one_user_says_whose_entries_and_keeps_the_rest(original: Filter, username: str) -> None:
    of_user = filters.to_json(original.of_user(username))
    assert of_user == {**filters.to_json(original), "username": username}
