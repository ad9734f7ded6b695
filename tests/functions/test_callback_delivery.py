"""The delivery Lambda: what it does to queue, tables and receivers, and what it lets nobody see."""

from __future__ import annotations

import io
import json
import time
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import boto3
import pytest
from hearback import clients
from hearback.callbacks import delivering, owing, secrets
from hearback.callbacks.model import FIELDS
from hearback.settings import settings

from tests.functions import callbacks
from tests.functions.callbacks import (
    PLANTED,
    SIGNING,
    after,
    attempts,
    now,
    owed,
    received,
    together,
    work,
)
from tests.functions.gateway import app, sample
from tests.unit.callbacks.receiver import Conversation, answering
from tests.unit.callbacks.receiver import Receiver as Server

delivery, servers = callbacks.delivery, callbacks.servers


# ── A batch ──


def test_the_events_that_document_it_are_for_callbacks_that_may_be_gone(delivery: None) -> None:
    for case in ("first_receive", "slow_endpoint"):
        assert work(sample("callback_delivery", case)) == []


def test_the_messages_of_a_batch_are_sent_at_once_and_fail_each_for_itself(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_seven = Barrier(7, timeout=60)  # which would never come together one after another
    good = servers.enter_context(Server(together(all_seven, answering("204 No Content"))))
    bad = servers.enter_context(Server(together(all_seven, answering("500 Oops"))))
    hidden: dict[str, int] = {}
    change = clients.sqs().change_message_visibility

    def note(**request: Any) -> Any:
        hidden[request["ReceiptHandle"]] = request["VisibilityTimeout"]
        return change(**request)

    monkeypatch.setattr(clients.sqs(), "change_message_visibility", note)
    made = [owed(bad.url() if number in (2, 5) else good.url(), number=number) for number in range(7)]
    clients.sqs().send_message(QueueUrl=settings().callback_queue, MessageBody="no JSON")
    event = received()
    failed = work(event)
    by_body = {record["body"]: record for record in event["Records"]}
    expected = [by_body[json.dumps(owing.message(made[number]))] for number in (2, 5)] + [by_body["no JSON"]]
    assert sorted(failed) == sorted(record["messageId"] for record in expected)
    assert all(30 <= hidden[record["receiptHandle"]] <= 60 for record in expected[:2])
    assert hidden[expected[2]["receiptHandle"]] == 90
    states = [str(now(each).delivery.state) for each in made]
    assert states == ["delivered", "delivered", "waiting", "delivered", "delivered", "waiting", "delivered"]


def test_a_visibility_that_cannot_be_changed_spoils_no_other_message(servers: ExitStack) -> None:
    server = servers.enter_context(Server(answering("500 Oops")))
    made = [owed(server.url(), number=number) for number in range(2)]
    event = received()
    event["Records"][0]["receiptHandle"] = "of nothing"
    assert len(work(event)) == 2
    assert [str(now(each).delivery.state) for each in made] == ["waiting", "waiting"]


def test_a_slow_endpoint_is_handed_over_and_a_dead_letter_put_back_is_begun_anew(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the function's policies allow it."""
    monkeypatch.setattr("hearback.callbacks.slowness.SLOW", 100)
    server = servers.enter_context(Server(after(0.2, answering("500 Oops"))))
    first, second = owed(server.url()), owed(server.url(), number=1)
    event = received()
    one, two = ({**event, "Records": [record]} for record in event["Records"])
    assert len(work(one)) == 1
    assert work(two) == [], "done with in this queue"
    handed_over = received("slow_callback")
    assert len(handed_over["Records"]) == 1
    assert len(work(handed_over)) == 1
    assert [str(now(each).delivery.state) for each in (first, second)] == ["waiting", "waiting"]
    for receive in range(2, 6):
        one["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(receive)
        handed_over["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(receive)
        one["Records"][0]["eventSourceARN"] = handed_over["Records"][0]["eventSourceARN"]
        assert len(work(one)) == 1
    assert str(now(first).delivery.state) == "unreachable"
    one["Records"][0]["attributes"]["SentTimestamp"] = str(time.time_ns() // 1_000_000 + 20_000)
    assert work(one) == []
    assert now(first).delivery.course == 2
    assert len(received()["Records"]) == 1


# ── Secrets ──


def everything() -> str:
    """Every item of every table, and every message of every queue."""
    tables = [
        name for field, name in zip(settings()._fields, settings(), strict=True) if field.endswith("_table")
    ]
    sqs = boto3.client("sqs")
    found: list[Any] = [clients.dynamodb().scan(TableName=name)["Items"] for name in tables]
    found += [
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages")
        for url in sqs.list_queues()["QueueUrls"]
    ]
    return json.dumps(found, default=str)


def repeating(it: Conversation) -> None:
    """Answers with all that it was sent, and with what it knows itself."""
    request = it.received
    echo = f"{request.line}\n{request.headers}\nexpected {SIGNING}".encode()
    it.say(b"HTTP/1.1 401 No\r\nContent-Length: %d\r\n\r\n" % len(echo) + echo)


@pytest.mark.parametrize("mode", list(FIELDS))
def test_secrets_are_neither_in_tables_nor_in_queues_nor_in_logs(
    servers: ExitStack, mode: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(app("callback_delivery").deliveries.logger.registered_handler, "stream", log)
    server = servers.enter_context(Server(repeating))
    callback = owed(server.url() + "?project=117", mode)
    event = received()
    work(event)
    with monkeypatch.context() as broken:
        broken.setattr(delivering, "_end", lambda *_: 1 / 0)
        event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
        work(event)
    (sent, _) = server.received
    assert "[redacted]" in str(attempts(callback)[0].answer)
    logged = "".join([log.getvalue(), *capsys.readouterr()])
    assert "ZeroDivisionError" in logged, "what is searched is the log"
    credentials = [sent.headers.get("authorization", ""), sent.headers["webhook-signature"]]
    planted = [
        PLANTED,
        SIGNING,
        SIGNING.removeprefix("whsec_"),
        *(each[-16:] for each in credentials if each),
    ]
    for text in (logged, everything()):
        assert [secret for secret in planted if secret in text] == []


def test_secrets_that_are_gone_are_an_attempt_that_failed_and_says_so(delivery: None) -> None:
    callback = owed("http://127.0.0.1:9/", "token")
    boto3.client("secretsmanager").delete_secret(
        SecretId=f"{settings().callback_secrets}/project-1", ForceDeleteWithoutRecovery=True
    )
    secrets.read.cache_clear()
    work(received())
    (attempt,) = attempts(callback)
    assert (attempt.error, attempt.status) == ("settings", None)
    assert "no longer kept" in str(attempt.detail)
