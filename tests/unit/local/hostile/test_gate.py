"""What a client of AWS sees on a bad day, in the forms in which AWS refuses; and who sees nothing of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore import parsers
from botocore.exceptions import ClientError
from hearback.storage.troubles import passes

from local.hostile import switch
from local.hostile.gate import wrap
from local.hostile.plan import FOR_GOOD, Kind, Plan, Trouble

FUNCTION, OPERATOR = "000000000000", "test"
BATCH = {
    "RequestItems": {"things": {"Keys": [{"pk": {"S": name}} for name in "abc"], "ConsistentRead": True}}
}
SIGNED = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


class Aws:
    """Behind the gate: remembers what came through."""

    def __init__(self, place: Path) -> None:
        self.bodies: list[bytes] = []
        self.place = place
        self._app = wrap(self._answer, switch.Day(place))

    async def _answer(self, _scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"Responses":{"things":[]}}'})

    def ask(
        self,
        target: str,
        request: Any = None,
        *,
        by: str = FUNCTION,
        service: str = "dynamodb",
        call: str = "1",
    ) -> tuple[int, dict[str, str], bytes]:
        headers = {
            "host": "127.0.0.1:4566",
            "authorization": SIGNED.format(by, service),
            "amz-sdk-invocation-id": call,
            **({"x-amz-target": f"X.{target}"} if service != "s3" else {}),
        }
        return self.send("GET" if service == "s3" else "POST", headers, json.dumps(request or {}).encode())

    def send(
        self, method: str, headers: dict[str, str], body: bytes = b"", query: str = "", path: str = "/"
    ) -> tuple[int, dict[str, str], bytes]:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self._app(scope, receive, send))
        given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], given, sent[1]["body"]


@pytest.fixture
def aws(tmp_path: Path) -> Aws:
    switch.turn_on(tmp_path / "hostile", 7)
    return Aws(tmp_path / "hostile")


@pytest.fixture
def trouble() -> Iterator[mock.Mock]:
    """What happens to each new call."""
    with mock.patch.object(Plan, "next", return_value=None) as happens:
        yield happens


def code_of(answer: tuple[int, dict[str, str], bytes], protocol: str = "json") -> str:
    """As botocore reads it; which the product must take for something that passes."""
    status, headers, body = answer
    parser: Any = parsers.create_parser(protocol)
    told = parser.parse({"status_code": status, "headers": headers, "body": body}, None)
    assert passes(ClientError(told, "X")) or told["Error"]["Code"] == "TransactionCanceledException"
    return str(told["Error"]["Code"])


@pytest.mark.parametrize(
    ("service", "operation", "kind", "code"),
    [
        ("dynamodb", "Query", Kind.THROTTLED, "ProvisionedThroughputExceededException"),
        ("dynamodb", "Query", Kind.LIMITED, "RequestLimitExceeded"),
        ("dynamodb", "Query", Kind.FAILED, "InternalServerError"),
        ("dynamodb", "UpdateItem", Kind.CONFLICT, "TransactionConflictException"),
        ("dynamodb", "TransactWriteItems", Kind.THROTTLED, "ThrottlingException"),
        ("dynamodb", "TransactWriteItems", Kind.CONFLICT, "TransactionCanceledException"),
        ("sqs", "SendMessage", Kind.THROTTLED, "RequestThrottled"),
        ("sqs", "SendMessage", Kind.FAILED, "InternalFailure"),
        ("secretsmanager", "GetSecretValue", Kind.THROTTLED, "ThrottlingException"),
        ("s3", "GET", Kind.THROTTLED, "SlowDown"),
        ("s3", "GET", Kind.FAILED, "InternalError"),
    ],
)
def test_each_service_refuses_in_its_own_form_and_does_nothing(
    aws: Aws, trouble: mock.Mock, service: str, operation: str, kind: Kind, code: str
) -> None:
    trouble.return_value = Trouble(kind, 1)
    request: dict[str, Any] = {"TransactItems": [{}, {}]}
    answer = aws.ask(operation, request, service=service)
    assert code_of(answer, "rest-xml" if service == "s3" else "json") == code
    assert aws.bodies == []


def test_trouble_passes_after_its_attempts_at_the_same_call(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.THROTTLED, 2)
    assert [aws.ask("Query")[0] for _ in range(3)] == [400, 400, 200]
    assert trouble.call_count == 1


def test_trouble_with_a_transaction_lasts_over_every_call_with_its_token(
    aws: Aws, trouble: mock.Mock
) -> None:
    trouble.return_value = Trouble(Kind.CONFLICT, FOR_GOOD)
    request: dict[str, Any] = {"TransactItems": [{}], "ClientRequestToken": "t"}
    assert {aws.ask("TransactWriteItems", request, call=call)[0] for call in "123"} == {400}
    assert trouble.call_count == 1


def test_where_the_answer_is_lost_the_work_is_done(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.LOST, 1)
    assert aws.ask("PutItem")[0] == 500
    assert len(aws.bodies) == 1


def test_of_half_a_batch_the_answer_says_what_is_left(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.HALF_DONE, 1)
    status, _, body = aws.ask("BatchGetItem", BATCH)
    asked = json.loads(aws.bodies[0])["RequestItems"]["things"]
    left = json.loads(body)["UnprocessedKeys"]["things"]
    assert (status, asked["ConsistentRead"], left["ConsistentRead"]) == (200, True, True)
    assert asked["Keys"] + left["Keys"] == BATCH["RequestItems"]["things"]["Keys"]
    assert len(asked["Keys"]) == 2


def test_whoever_works_on_the_stack_from_outside_is_left_alone(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.FAILED, 1)
    assert aws.ask("Query", by=OPERATOR)[0] == 200
    assert aws.send("GET", {})[0] == 200, "a request of the product's own clients"


def test_a_presigned_address_of_the_products_dies_with_its_signer(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.EXPIRED, 1)
    query = f"X-Amz-Credential={FUNCTION}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0"
    status, _, body = aws.send("GET", {}, query=query)
    assert (status, b"<Code>ExpiredToken</Code>" in body) == (400, True)


def test_a_presigned_form_of_the_products_dies_too(aws: Aws, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.EXPIRED, 1)
    form = {"content-type": "multipart/form-data; boundary=x"}
    assert aws.send("POST", form, b"--x--", path="/transfer-bucket")[0] == 400
    assert aws.send("POST", form, b"--x--", path="/v1/api/v2/feedback/import")[0] == 200


def test_nothing_happens_before_the_bad_day_has_begun(tmp_path: Path, trouble: mock.Mock) -> None:
    trouble.return_value = Trouble(Kind.FAILED, 1)
    calm = Aws(tmp_path / "hostile")
    assert calm.ask("Query", call="1")[0] == 200
    switch.turn_on(calm.place, 7)
    assert calm.ask("Query", call="2")[0] == 500
    assert "Query #1: failed before it was done" in (tmp_path / "hostile.log").read_text()
