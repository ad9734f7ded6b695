"""An HTTP session that lets no answer pass that is not valid JSON:API, where it says that it is."""

from __future__ import annotations

import time
from typing import Any

import requests

from local.hostile import switch
from tests.unit.jsonapi.library import check

TRIES = 8
"""On a bad day of AWS (HOSTILE=7), for what is asked to come again."""

MEDIA_TYPE = "application/vnd.api+json"


class Validating(requests.Session):
    """What `requests` gives, once it has passed JSON:API's schema."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        for _ in range(TRIES if switch.wanted() else 1):
            response = super().send(request, **options)
            validate(response)
            if response.status_code != 429:
                break
            time.sleep(float(response.headers.get("Retry-After", "1")))
        return response


def validate(response: requests.Response) -> None:
    """Raise for an answer of the dataset API whose document is not as JSON:API wants it."""
    if response.headers.get("Content-Type", "") != MEDIA_TYPE:
        return
    if response.status_code == 204:
        assert response.content == b""
        return
    document = check(response.json())
    assert ("errors" in document) == (response.status_code >= 400)
    assert {error["status"] for error in document.get("errors", ())} <= {str(response.status_code)}
