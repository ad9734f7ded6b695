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

CLIENTS: dict[str, Any] = {
    "dynamodb": clients.dynamodb,
    "s3": clients.s3,
    "sqs": clients.sqs,
    "secretsmanager": clients.secrets,
}
BUCKET = "hearback-dev-transfer-123456789012-eu-central-1"
LINK: dict[str, Any] = {"Bucket": BUCKET, "Key": "exports/a.tmx"}


def _forget() -> None:
    for cached in (settings, clients.links, *CLIENTS.values()):
        cached.cache_clear()


@pytest.fixture
def in_frankfurt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", "" if name.endswith("_endpoint") else "dev")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    _forget()
    yield
    _forget()


@pytest.fixture
def in_a_container(in_frankfurt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `.local/env.json` has it."""
    monkeypatch.setenv("HEARBACK_ENVIRONMENT", "local")
    monkeypatch.setenv("HEARBACK_AWS_ENDPOINT", "http://host.docker.internal:4566")


@pytest.mark.parametrize("service", CLIENTS)
def test_without_an_endpoint_of_ones_own_every_client_calls_the_regions(
    service: str, in_frankfurt: None
) -> None:
    assert CLIENTS[service]().meta.endpoint_url == f"https://{service}.eu-central-1.amazonaws.com"


@pytest.mark.parametrize("service", CLIENTS)
def test_every_client_calls_the_endpoint_that_is_set(service: str, in_a_container: None) -> None:
    assert CLIENTS[service]().meta.endpoint_url == "http://host.docker.internal:4566"


def test_a_link_is_signed_for_the_address_at_which_its_users_find_s3(
    in_a_container: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not in the container, and the host is a part of what is signed."""
    monkeypatch.setenv("HEARBACK_LINK_ENDPOINT", "http://127.0.0.1:4566")
    link = clients.links().generate_presigned_url("get_object", Params=LINK)
    assert link.startswith(f"http://127.0.0.1:4566/{BUCKET}/exports/a.tmx?X-Amz-Algorithm=")
    assert "X-Amz-SignedHeaders=host&" in link


def test_without_such_an_address_links_and_calls_share_one_client(in_a_container: None) -> None:
    assert clients.links() is clients.s3()


def test_presigned_urls_name_the_regions_own_endpoint(in_frankfurt: None) -> None:
    """The global one redirects, and a redirect breaks the signature."""
    where = f"https://{BUCKET}.s3.eu-central-1.amazonaws.com/"
    url = clients.links().generate_presigned_url("get_object", Params=LINK)
    assert url.startswith(where + "exports/a.tmx?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert clients.links().generate_presigned_post(Bucket=BUCKET, Key="imports/a.tmx")["url"] == where


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
