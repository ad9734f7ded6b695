"""Contents, authors and what is said of a content."""

from __future__ import annotations

from collections import Counter

import pytest
from hearback.content import keys
from hearback.content.counts import Counts, total
from hearback.content.model import Author, Content, ContentType, Statistics, Status
from hypothesis import given
from hypothesis import strategies as st

A_REVIEW = Content("acme", ContentType.REVIEW, "product1")


def test_a_content_is_the_same_in_any_case_and_another_of_another_type() -> None:
    assert A_REVIEW._replace(content_id="PRODUCT1").digest == A_REVIEW.digest
    assert len({A_REVIEW._replace(content_type=kind).digest for kind in ContentType}) == len(ContentType)


@given(st.text(), st.text())
def test_two_users_are_one_only_if_their_ids_differ_in_case_alone(one: str, other: str) -> None:
    same = Author.of(one, "a") == Author.of(other, "b")._replace(user_id=one)
    assert same == (one.casefold() == other.casefold())


def test_nobody_in_particular_is_somebody_new_each_time() -> None:
    authors = {Author.of(None, "a").digest, Author.of(None, "b").digest, Author.of("a", "").digest}
    assert len(authors) == 3


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_id_makes_keys_that_dynamodb_takes(content_id: str, user_id: str) -> None:
    content, author = A_REVIEW._replace(content_id=content_id), Author.of(user_id, "")
    for key in (keys.vote(content, author), keys.flag(content, author), keys.count(content, 97)):
        assert all(len(part["S"]) < 200 for part in key.values())


def test_users_are_spread_evenly_over_the_parts_of_a_count() -> None:
    """Nearly: of 20,000 users no part has half as many again as its share."""
    found = Counter(Author.of(f"user{number}", "").part(keys.COUNT_PARTS) for number in range(20_000))
    assert len(found) == keys.COUNT_PARTS
    assert max(found.values()) < 1.5 * 20_000 / keys.COUNT_PARTS


@pytest.mark.parametrize(
    ("positive", "negative", "helpfulness"), [(0, 0, None), (1, 0, 1.0), (0, 2, 0.0), (3, 1, 0.75)]
)
def test_helpfulness_is_the_share_of_positive_votes(
    positive: int, negative: int, helpfulness: float | None
) -> None:
    found = Statistics(positive, negative, 7, Status.APPROVED)
    assert (found.votes, found.helpfulness) == (positive + negative, helpfulness)


def test_counters_that_are_not_there_count_nothing() -> None:
    assert total([]) == Counts()
    assert total([{"positive": {"N": "2"}}, {"positive": {"N": "-1"}, "flags": {"N": "3"}}]) == Counts(
        1, 0, 3
    )
