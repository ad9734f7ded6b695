"""The queue workers' and the sweep's Lambdas."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
from hearback.settings import settings
from hearback.storage import owed, transactions

from tests.functions.gateway import Product, invoke, sample

TMX = b"""<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>hello</seg></tuv><tuv xml:lang="fr"><seg>bonjour</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>world</seg></tuv><tuv xml:lang="fr"><seg>monde</seg></tuv></tu>
</body></tmx>"""


def put(key: str, **metadata: str) -> None:
    boto3.client("s3").put_object(Bucket="transfer", Key=key, Body=TMX, Metadata=metadata)


def messages(queue: str) -> list[dict[str, Any]]:
    url = getattr(settings(), f"{queue}_queue")
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def test_a_file_put_into_the_bucket_is_imported_once_however_often_it_is_announced(product: Product) -> None:
    put("imports/acme/our memory (2026).tmx", username="eve@acme.example")
    for _ in range(2):
        assert invoke("tmx_import", sample("tmx_import", "s3_put")) == {"batchItemFailures": []}
    (record,) = product.call("GET", "/api/v2/feedback/imports")[1]["imports"]
    assert (record["state"], record["successful"], record["duplicate"]) == ("done", 2, 0)
    listed = product.call("GET", "/api/v2/feedback")[1]
    assert [entry["username"] for entry in listed["feedback"]] == ["eve@acme.example"] * 2
    result = boto3.client("s3").get_object(
        Bucket="transfer", Key="import-results/acme/our memory (2026).tmx.json"
    )
    assert json.loads(result["Body"].read())["successful"] == 2


def test_a_file_that_was_put_together_from_parts_is_imported_as_well(product: Product) -> None:
    key = "imports/acme/01971b2f-7a3e-7cc1-9d4e-3f5a8b1c2d6f.tmx"
    put(key)
    assert invoke("tmx_import", sample("tmx_import", "s3_complete_multipart_upload")) == {
        "batchItemFailures": []
    }
    (record,) = product.call("GET", "/api/v2/feedback/imports")[1]["imports"]
    assert (record["state"], record["successful"], record["file"]) == ("done", 2, key)


def test_the_test_event_of_s3_and_work_that_is_over_are_no_failures(product: Product) -> None:
    assert invoke("tmx_import", sample("tmx_import", "s3_test_event")) == {"batchItemFailures": []}
    for worker in ("tmx_import", "tmx_export", "feedback_deletion"):
        assert invoke(worker, sample(worker, "next_round")) == {"batchItemFailures": []}


def test_a_message_that_cannot_be_worked_on_comes_back(product: Product) -> None:
    event = sample("tmx_import", "next_round")
    url = settings().import_queue
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody='{"import": "no organization"}')
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    event["Records"][0] |= {"body": received["Body"], "receiptHandle": received["ReceiptHandle"]}
    failed = event["Records"][0]["messageId"]
    assert invoke("tmx_import", event) == {"batchItemFailures": [{"itemIdentifier": failed}]}


def test_what_is_owed_and_overdue_is_sent_again_until_it_is_settled(product: Product) -> None:
    message = {"organization": "acme", "import": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}
    transactions.transact([owed.owe(message["import"], "import", message, due=time.time_ns() - 1)])
    assert invoke("owed_sweep", sample("owed_sweep", "every_minute")) == {"sent": 1, "given_up": 0}
    assert messages("import") == [message]
    not_again_yet = invoke("owed_sweep", sample("owed_sweep", "every_minute"))
    assert not_again_yet == {"sent": 0, "given_up": 0}
    transactions.transact([owed.settle(message["import"])])
    assert owed.sweep(time.time_ns() + 10**15, 1).sent == 0


def test_what_was_sent_often_to_no_effect_is_left_to_a_person(product: Product) -> None:
    message = {"organization": "acme", "import": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}
    transactions.transact([owed.owe(message["import"], "import", message, due=1)])
    sweeps = [owed.sweep(now, patience=1) for now in range(10, 20 + owed.MOST_SENDS * 10, 10)]
    assert sum(swept.sent for swept in sweeps) == owed.MOST_SENDS
    assert [swept.given_up for swept in sweeps if swept.given_up] == [[message["import"]]]


def test_the_sweep_waits_longer_each_time_for_what_may_stand_in_a_long_queue(product: Product) -> None:
    message = {"organization": "acme", "import": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}
    transactions.transact([owed.owe(message["import"], "import", message, due=0)])
    sent = [now for now in range(0, 1000, 10) if owed.sweep(now, patience=100).sent]
    assert sent == [0, 100, 300, 600]


def test_work_that_a_worker_holds_is_not_overdue(product: Product) -> None:
    message = {"organization": "acme", "import": "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}
    transactions.transact([owed.owe(message["import"], "import", message, due=1)])
    owed.hold(message["import"], now=10)
    assert owed.sweep(11, patience=1).sent == 0
    assert owed.sweep(11 + owed.HOLD, patience=1).sent == 1
