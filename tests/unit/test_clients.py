"""The AWS clients as the product makes them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from hearback import clients
from hearback.settings import Settings, settings


@pytest.fixture
def in_frankfurt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", "dev")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for cached in (settings, clients.s3, clients.dynamodb):
        cached.cache_clear()
    yield
    for cached in (settings, clients.s3, clients.dynamodb):
        cached.cache_clear()


def test_presigned_urls_name_the_regions_own_endpoint(in_frankfurt: None) -> None:
    """The global one redirects, and a redirect breaks the signature."""
    bucket = "hearback-dev-transfer-123456789012-eu-central-1"
    where = f"https://{bucket}.s3.eu-central-1.amazonaws.com/"
    url = clients.s3().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "exports/a.tmx"})
    assert url.startswith(where + "exports/a.tmx?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert clients.s3().generate_presigned_post(Bucket=bucket, Key="imports/a.tmx")["url"] == where


class _Sent(io.BytesIO):
    """A body as it comes from the network."""

    def stream(self) -> Iterator[bytes]:
        yield self.getvalue()


def test_items_come_as_dynamodb_wrote_them(in_frankfurt: None) -> None:
    """botocore would read and copy each attribute, with the same result, and many times as slowly."""
    item = {
        "pk": {"S": "a"},
        "n": {"N": "1"},
        "tail": {"M": {"start": {"S": ""}, "of": {"L": [{"NULL": True}]}}},
    }
    key = {"pk": item["pk"]}
    answer = {"Items": [item, {}], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": key, "Unknown": 1}

    def answered(request: Any, **_: Any) -> Any:
        return AWSResponse(request.url, 200, HTTPHeaders(), _Sent(json.dumps(answer).encode()))

    client: Any = clients.dynamodb()
    client.meta.events.register("before-send.dynamodb.Query", answered)
    condition: Any = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}
    found: Any = client.query(TableName="t", **condition)
    del found["ResponseMetadata"]
    assert found == {"Items": [item, {}], "Count": 2, "ScannedCount": 2, "LastEvaluatedKey": key}
