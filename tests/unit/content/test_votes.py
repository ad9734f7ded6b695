"""What becomes of a user's vote: given, given again, replaced, taken back."""

from __future__ import annotations

import pytest
from hearback.content.counts import Counts, replacing
from hearback.content.errors import Duplicate, OnlyOnce
from hearback.content.model import Duplicates, Vote
from hearback.content.votes import decide
from hypothesis import given
from hypothesis import strategies as st

VOTES = (Vote.POSITIVE, Vote.NEGATIVE)
POLICIES = list(Duplicates)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("vote", VOTES)
def test_a_first_vote_is_taken(vote: Vote, policy: Duplicates) -> None:
    assert decide(None, vote, policy) is vote


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("before", [None, *VOTES])
def test_an_undo_leaves_no_vote_whether_there_was_one_or_not(before: Vote | None, policy: Duplicates) -> None:
    assert decide(before, Vote.UNDO, policy) is None


def test_the_opposite_vote_replaces_the_first() -> None:
    for policy in (Duplicates.REFUSE, Duplicates.ACCEPT):
        assert decide(Vote.POSITIVE, Vote.NEGATIVE, policy) is Vote.NEGATIVE
        assert decide(Vote.NEGATIVE, Vote.POSITIVE, policy) is Vote.POSITIVE


@pytest.mark.parametrize("vote", VOTES)
def test_the_same_vote_again_is_a_duplicate(vote: Vote) -> None:
    with pytest.raises(Duplicate) as refused:
        decide(vote, vote, Duplicates.REFUSE)
    assert type(refused.value) is Duplicate
    assert decide(vote, vote, Duplicates.ACCEPT) is vote


@pytest.mark.parametrize("vote", VOTES)
def test_where_a_word_is_given_once_neither_vote_follows(vote: Vote) -> None:
    with pytest.raises(OnlyOnce):
        decide(Vote.POSITIVE, vote, Duplicates.ONCE)


@given(st.lists(st.sampled_from(Vote)), st.sampled_from(Duplicates))
def test_after_any_history_the_counts_are_those_of_the_last_vote(
    history: list[Vote], policy: Duplicates
) -> None:
    before, counted = None, Counts()
    for vote in history:
        try:
            after = decide(before, vote, policy)
        except Duplicate:
            continue
        counted = Counts(*map(sum, zip(counted, replacing(before, after), strict=True)))
        before = after
    assert counted == replacing(None, before)
    assert counted.positive + counted.negative == (before is not None)
