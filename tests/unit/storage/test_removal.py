"""Many items are deleted, whatever DynamoDB leaves undone at first."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hearback import clients
from hearback.storage.items import key
from hearback.storage.removal import delete_all

ROWS = [key("a", str(number)) for number in range(30)]


def refusal(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "BatchWriteItem")


class Table:
    """Fails as it is told at first, and then deletes all of a batch but its last item, which takes a second call."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.deleted: list[Any] = []

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803
        if self.failures:
            raise self.failures.pop()
        (requests,) = RequestItems.values()
        done = requests[: max(1, len(requests) - 1)]
        self.deleted += [request["DeleteRequest"]["Key"] for request in done]
        return {"UnprocessedItems": {"things": requests[len(done) :]}}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)


@pytest.mark.parametrize(
    "failure",
    [
        refusal("ProvisionedThroughputExceededException"),
        refusal("RequestLimitExceeded"),
        refusal("InternalServerError", 500),
        ReadTimeoutError(endpoint_url="https://aws"),
    ],
)
def test_what_was_not_carried_out_is_tried_again(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    table = Table(failure)
    monkeypatch.setattr(clients, "dynamodb", lambda: table)
    delete_all("things", ROWS)
    assert table.deleted == ROWS


def test_what_is_not_allowed_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(refusal("AccessDeniedException"))
    monkeypatch.setattr(clients, "dynamodb", lambda: table)
    with pytest.raises(ClientError):
        delete_all("things", ROWS)
