"""A page that is opened as `localhost` is opened as 127.0.0.1, and nothing else is sent elsewhere."""

from __future__ import annotations

import pytest

from local.asgi import Scope
from local.one_origin import location


def _scope(host: str, *, method: str = "GET", mode: str | None = "navigate", query: bytes = b"") -> Scope:
    headers = [(b"host", host.encode())] + ([(b"sec-fetch-mode", mode.encode())] if mode else [])
    path = b"/v1/console/a%20b"
    return {"method": method, "headers": headers, "raw_path": path, "query_string": query}


@pytest.mark.parametrize("host", ["localhost:4566", "LOCALHOST:4566"])
def test_a_page_that_is_opened_as_localhost_is_opened_as_its_address(host: str) -> None:
    assert location(_scope(host)) == b"http://127.0.0.1:4566/v1/console/a%20b"


def test_the_query_goes_along() -> None:
    assert location(_scope("localhost", query=b"a=1")) == b"http://127.0.0.1/v1/console/a%20b?a=1"


@pytest.mark.parametrize(
    "scope",
    [
        _scope("127.0.0.1:4566"),
        _scope("host.docker.internal:4566"),
        _scope("localhost:4566", mode=None),
        _scope("localhost:4566", mode="cors"),
        _scope("localhost:4566", method="POST"),
    ],
)
def test_programs_and_calls_of_pages_stay_where_they_are(scope: Scope) -> None:
    assert location(scope) is None
