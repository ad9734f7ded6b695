"""A transaction is carried out whole, tried again in contention, or says which condition failed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from hearback import clients
from hearback.errors import Busy
from hearback.storage import transactions
from hearback.storage.items import key, number, text
from hearback.storage.transactions import ConditionFailed, Contended, check, delete, put, transact, update

WRITES = [
    put("things", key("a", "1"), "attribute_not_exists(pk)"),
    delete("things", key("a", "2")),
    check("things", key("a", "3"), "attribute_exists(pk)"),
]


@cache
def dynamodb() -> Any:
    """One client for all: making one costs more than the tests."""
    return boto3.client("dynamodb", region_name="us-east-1")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr("hearback.storage.transactions.time.sleep", made.append)
    return made


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> Iterator[Stubber]:
    """DynamoDB's answers, in turn; all of them must be asked for."""
    monkeypatch.setattr(clients, "dynamodb", dynamodb)
    with Stubber(dynamodb()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def refuse(answers: Stubber, code: str, *reasons: str) -> None:
    more = {"CancellationReasons": [{"Code": reason} for reason in reasons]} if reasons else None
    answers.add_client_error("transact_write_items", code, modeled_fields=more)


def succeed(answers: Stubber) -> None:
    answers.add_response("transact_write_items", {}, {"TransactItems": WRITES, "ClientRequestToken": ANY})


def test_all_writes_go_in_one_call(answers: Stubber, pauses: list[float]) -> None:
    succeed(answers)
    transact(WRITES)
    assert pauses == []


@pytest.mark.parametrize(
    "code",
    [
        "TransactionInProgressException",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
    ],
)
def test_a_throttled_transaction_is_tried_again(answers: Stubber, pauses: list[float], code: str) -> None:
    refuse(answers, code)
    refuse(answers, code)
    succeed(answers)
    transact(WRITES)
    assert len(pauses) == 2


@pytest.mark.parametrize(
    "reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_a_transaction_that_met_another_is_tried_again(
    answers: Stubber, pauses: list[float], reason: str
) -> None:
    refuse(answers, "TransactionCanceledException", "None", reason, "None")
    succeed(answers)
    transact(WRITES)
    assert len(pauses) == 1


def test_a_failed_condition_is_reported_with_its_places_and_not_tried_again(answers: Stubber) -> None:
    refuse(
        answers, "TransactionCanceledException", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"
    )
    with pytest.raises(ConditionFailed) as failure:
        transact(WRITES)
    assert failure.value.failed == (0, 2)


def test_a_failed_condition_outweighs_a_conflict(answers: Stubber) -> None:
    refuse(answers, "TransactionCanceledException", "TransactionConflict", "None", "ConditionalCheckFailed")
    with pytest.raises(ConditionFailed) as failure:
        transact(WRITES)
    assert failure.value.failed == (2,)


@pytest.mark.parametrize(
    "reasons", [("ValidationError", "None", "None"), ("ItemCollectionSizeLimitExceeded",), ()]
)
def test_a_transaction_that_can_never_succeed_is_not_tried_again(
    answers: Stubber, reasons: tuple[str, ...]
) -> None:
    refuse(answers, "TransactionCanceledException", *reasons)
    with pytest.raises(ClientError):
        transact(WRITES)


def test_a_refusal_for_another_reason_is_passed_on(answers: Stubber) -> None:
    refuse(answers, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        transact(WRITES)


def test_contention_without_end_is_busy_after_some_ten_seconds_at_most(
    answers: Stubber, pauses: list[float]
) -> None:
    for _ in range(transactions._ATTEMPTS):
        refuse(answers, "TransactionCanceledException", "TransactionConflict")
    with pytest.raises(Busy):
        transact(WRITES)
    assert len(pauses) == transactions._ATTEMPTS
    assert sum(pauses) < 15
    assert max(pauses) <= 2


def test_who_can_write_elsewhere_is_told_of_the_first_contention(
    answers: Stubber, pauses: list[float]
) -> None:
    refuse(answers, "TransactionCanceledException", "None", "TransactionConflict", "None")
    with pytest.raises(Contended):
        transact(WRITES, patient=False)
    assert pauses == []


@pytest.mark.parametrize("code", ["ThrottlingException", "TransactionInProgressException"])
def test_throttling_is_waited_out_also_by_who_can_write_elsewhere(
    answers: Stubber, pauses: list[float], code: str
) -> None:
    refuse(answers, code)
    refuse(answers, "TransactionCanceledException", "ThrottlingError", "None", "None")
    succeed(answers)
    transact(WRITES, patient=False)
    assert len(pauses) == 2


def test_a_failed_condition_outweighs_a_conflict_also_for_who_can_write_elsewhere(answers: Stubber) -> None:
    refuse(answers, "TransactionCanceledException", "TransactionConflict", "None", "ConditionalCheckFailed")
    with pytest.raises(ConditionFailed):
        transact(WRITES, patient=False)


# ── How writes are written ──


def test_a_write_says_its_condition_names_and_values() -> None:
    write = update(
        "things",
        key("a", "1"),
        "SET #role = :role ADD moves :one",
        "#role = :old",
        names={"#role": "role"},
        role=text("admin"),
        old=text("user"),
        one=number(1),
    )
    assert write == {
        "Update": {
            "TableName": "things",
            "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}},
            "UpdateExpression": "SET #role = :role ADD moves :one",
            "ConditionExpression": "#role = :old",
            "ExpressionAttributeNames": {"#role": "role"},
            "ExpressionAttributeValues": {":role": {"S": "admin"}, ":old": {"S": "user"}, ":one": {"N": "1"}},
        }
    }


def test_a_write_without_a_condition_says_nothing_of_one() -> None:
    item = key("a", "1") | {"count": number(-3)}
    assert put("things", item) == {"Put": {"TableName": "things", "Item": item}}


class _Slow:
    """DynamoDB throttles, and each time the SDK has tried for eight seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls, self.now = 0, 1000.0
        monkeypatch.setattr("hearback.deadline.time.monotonic", lambda: self.now)

    def transact_write_items(self, **_: Any) -> None:
        self.calls += 1
        self.now += 8
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")


def test_throttling_is_not_waited_out_longer_than_a_request_may_take(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    slow = _Slow(monkeypatch)
    monkeypatch.setattr(clients, "dynamodb", lambda: slow)
    with pytest.raises(Busy):
        transact(WRITES)
    assert slow.calls == 2


def test_a_transaction_whose_answer_was_lost_is_asked_about_again_by_its_token(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    tokens: list[str] = []

    class Losing:
        def transact_write_items(self, ClientRequestToken: str, **_: Any) -> None:  # noqa: N803
            tokens.append(ClientRequestToken)
            if len(tokens) == 1:
                raise ReadTimeoutError(endpoint_url="https://aws")

    monkeypatch.setattr(clients, "dynamodb", Losing)
    transact(WRITES)
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
