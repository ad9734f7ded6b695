"""A seed decides what goes wrong: always the same, of every kind, and rarely enough that work gets done."""

from __future__ import annotations

from collections import Counter

import pytest

from local.hostile.plan import FOR_GOOD, LONGEST_LAG, PRESIGNED, Kind, Plan, Trouble

SDK = 5
"""Attempts that the SDK makes."""
CALLS = range(1, 3001)


def troubles(seed: int, operation: str) -> list[Trouble | None]:
    return [Plan(seed).next("dynamodb", operation, nth) for nth in CALLS]


def test_the_same_seed_does_the_same_and_another_seed_something_else() -> None:
    assert troubles(7, "Query") == troubles(7, "Query")
    assert troubles(7, "Query") != troubles(8, "Query")


def test_what_happens_to_one_operation_does_not_depend_on_the_others() -> None:
    plan = Plan(7)
    alone = [plan.next("dynamodb", "Query", nth) for nth in CALLS]
    among = [(plan.next("s3", "GET", nth), plan.next("dynamodb", "Query", nth))[1] for nth in CALLS]
    assert alone == among


@pytest.mark.parametrize("operation", ["Query", "TransactWriteItems", "BatchGetItem", PRESIGNED])
def test_most_calls_succeed_and_most_troubles_pass_while_the_sdk_still_tries(operation: str) -> None:
    met = [trouble for trouble in troubles(7, operation) if trouble]
    lasting = [trouble for trouble in met if trouble.attempts >= SDK]
    assert 0 < len(met) < len(CALLS) / 8
    assert len(lasting) < len(met) / 4
    assert {trouble.attempts for trouble in lasting} <= {FOR_GOOD}


def test_some_trouble_outlasts_the_sdk() -> None:
    assert any(trouble and trouble.attempts == FOR_GOOD for trouble in troubles(7, "Query"))


def test_answers_are_never_lost_for_good() -> None:
    """After that nobody could know what was done."""
    met = [trouble for trouble in troubles(7, "TransactWriteItems") if trouble]
    assert max(trouble.attempts for trouble in met if trouble.kind is Kind.LOST) < SDK


def test_each_kind_of_trouble_happens_where_it_can() -> None:
    kinds = {
        name: {each.kind for each in troubles(7, name) if each} for name in ("BatchGetItem", "UpdateItem")
    }
    assert Kind.HALF_DONE in kinds["BatchGetItem"]
    assert Kind.CONFLICT in kinds["UpdateItem"]
    assert Kind.CONFLICT not in kinds["BatchGetItem"]
    assert {each.kind for each in troubles(7, PRESIGNED) if each} == {
        Kind.EXPIRED,
        Kind.THROTTLED,
        Kind.FAILED,
    }


def test_an_index_is_up_to_date_mostly_and_never_far_behind() -> None:
    lags = [Plan(7).lag("by-state", nth) for nth in CALLS]
    assert 0 < Counter(lags)[0.0] / len(lags) < 1
    assert max(lags) <= LONGEST_LAG


def test_some_messages_come_twice_and_some_are_late() -> None:
    plan = Plan(7)
    assert {plan.twice("import", nth) is None for nth in CALLS} == {True, False}
    assert {plan.late("import", nth) == 0.0 for nth in CALLS} == {True, False}
    assert {plan.is_used_up("import", nth) for nth in CALLS} == {True, False}
