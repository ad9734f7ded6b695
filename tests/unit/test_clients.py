"""The AWS clients as the product makes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hearback import clients
from hearback.settings import Settings, settings


@pytest.fixture
def in_frankfurt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", "dev")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for cached in (settings, clients.s3):
        cached.cache_clear()
    yield
    for cached in (settings, clients.s3):
        cached.cache_clear()


def test_presigned_urls_name_the_regions_own_endpoint(in_frankfurt: None) -> None:
    """The global one redirects, and a redirect breaks the signature."""
    bucket = "hearback-dev-transfer-123456789012-eu-central-1"
    where = f"https://{bucket}.s3.eu-central-1.amazonaws.com/"
    url = clients.s3().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "exports/a.tmx"})
    assert url.startswith(where + "exports/a.tmx?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert clients.s3().generate_presigned_post(Bucket=bucket, Key="imports/a.tmx")["url"] == where
