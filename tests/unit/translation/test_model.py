"""What may be said about a translation, and what a change does to an entry."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.errors import Forbidden, Invalid, TooLarge
from hearback.translation.model import (
    MOST_TEXT_BYTES,
    ApprovalState,
    Change,
    Feedback,
    changed,
    check_texts,
    reviewed_as,
    text_bytes,
)
from hypothesis import given
from hypothesis import strategies as st

ANN = "ann@acme.example"
STATES = list(ApprovalState)


def entry(**given: Any) -> Feedback:
    known: dict[str, Any] = {
        "organization_id": "acme",
        "feedback_id": 1,
        "language_pair_id": "EngFra",
        "username": "bob@acme.example",
        "source_text": "hello world",
        "machine_translation": "bonjour terre",
        "suggested_translation": "bonjour le monde",
        "comment": "a comment",
        "approval_state": ApprovalState.AWAITING,
        "reviewer": "",
        "created": 100,
        "modified": 100,
        "reviewed": None,
        "added": 100,
    }
    return Feedback(**known | given)


states = st.sampled_from(STATES)
texts = st.none() | st.text(max_size=5)
changes = st.builds(Change, texts, texts, st.none() | states)


# ── Texts ──


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0", "\x0b", "\x00"])
def test_a_source_text_is_not_blank(blank: str) -> None:
    with pytest.raises(Invalid, match="blank"):
        check_texts(entry(source_text=blank))


@pytest.mark.parametrize("name", ["machine_translation", "suggested_translation"])
def test_a_translation_may_be_missing_but_not_blank(name: str) -> None:
    check_texts(entry(**{name: ""}))
    with pytest.raises(Invalid, match="blank"):
        check_texts(entry(**{name: " \x0b"}))


def test_a_suggestion_differs_from_the_machines() -> None:
    with pytest.raises(Invalid, match="same"):
        check_texts(entry(machine_translation="x", suggested_translation="x"))
    check_texts(entry(machine_translation="", suggested_translation=""))
    check_texts(entry(machine_translation="x", suggested_translation="X"))


def test_an_entry_fits_into_what_the_table_takes() -> None:
    rest = text_bytes(entry(comment=""))
    check_texts(entry(comment="é" * ((MOST_TEXT_BYTES - rest) // 2)))
    with pytest.raises(TooLarge):
        check_texts(entry(comment="é" * ((MOST_TEXT_BYTES - rest) // 2 + 1)))


# ── Reviews ──


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.REJECTED])
def test_approving_and_rejecting_are_reviews(state: ApprovalState) -> None:
    after = reviewed_as(entry(), state, ANN, 200)
    assert (after.approval_state, after.reviewer, after.reviewed) == (state, ANN, 200)


def test_back_to_waiting_no_review_has_been() -> None:
    approved = reviewed_as(entry(), ApprovalState.APPROVED, ANN, 200)
    after = reviewed_as(approved, ApprovalState.AWAITING, ANN, 300)
    assert (after.approval_state, after.reviewer, after.reviewed) == (ApprovalState.AWAITING, "", None)


# ── Changes ──


def test_a_change_that_changes_nothing_leaves_the_entry_alone() -> None:
    before = entry()
    same = Change(before.suggested_translation, before.comment, before.approval_state)
    assert changed(before, same, ANN, may_review=False, at=200) is before
    assert changed(before, Change(), ANN, may_review=False, at=200) is before


def test_an_empty_text_clears_and_an_absent_one_stays() -> None:
    after = changed(entry(), Change(suggested_translation=""), ANN, may_review=False, at=200)
    assert (after.suggested_translation, after.comment) == ("", "a comment")


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_who_is_no_admin_repeats_the_state_but_does_not_change_it(
    before: ApprovalState, after: ApprovalState
) -> None:
    change = Change(comment="more", approval_state=after)
    if before is after:
        left = changed(entry(approval_state=before), change, ANN, may_review=False, at=200)
        assert left.approval_state is before
        return
    with pytest.raises(Forbidden):
        changed(entry(approval_state=before), change, ANN, may_review=False, at=200)


def test_a_review_keeps_its_time_when_another_field_changes_later() -> None:
    approved = changed(entry(), Change(approval_state=ApprovalState.APPROVED), ANN, may_review=True, at=200)
    later = changed(approved, Change(comment="more"), "eve@acme.example", may_review=True, at=300)
    assert (later.reviewer, later.reviewed, later.modified) == (ANN, 200, 300)


def test_a_change_cannot_make_the_suggestion_the_machines() -> None:
    with pytest.raises(Invalid, match="same"):
        changed(entry(), Change(suggested_translation="bonjour terre"), ANN, may_review=True, at=200)


@given(changes)
def test_any_change_is_made_whole_and_seen_as_one_revision_or_refused(change: Change) -> None:
    before = entry()
    try:
        after = changed(before, change, ANN, may_review=True, at=200)
    except Invalid:
        return
    if after is before:
        return
    assert (after.modified, after.revision) == (200, before.revision + 1)
    assert (after.feedback_id, after.created, after.username) == (1, 100, "bob@acme.example")
    assert change.comment in (None, after.comment)
    assert change.suggested_translation in (None, after.suggested_translation)
    assert change.approval_state in (None, after.approval_state)
    again = changed(after, change, ANN, may_review=True, at=300)
    assert again is after
