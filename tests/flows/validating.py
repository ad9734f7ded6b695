"""An HTTP session that lets no answer pass that is not valid JSON:API, where it says that it is."""

from __future__ import annotations

import time
from typing import Any

import requests

from local.hostile import switch
from tests.unit.jsonapi.library import check

REPETITIONS = 7
"""On a bad day of AWS (HOSTILE=7), of what is asked to come again."""

MEDIA_TYPE = "application/vnd.api+json"


class Validating(requests.Session):
    """What `requests` gives, once it has passed JSON:API's schema."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """On a bad day, what is asked to come again comes again."""
        response = self._sent(request, options)
        for _ in range(0 if switch.wanted() is None else REPETITIONS):
            if response.status_code != 429:
                break
            time.sleep(float(response.headers.get("Retry-After", "1")))
            response = self._sent(request, options)
        return response

    def _sent(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        response = super().send(request, **options)
        validate(response)
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
