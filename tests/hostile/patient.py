"""A client as a good one is: it comes again when it is asked to, and takes no failure for an answer."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.flows.validating import Validating

TRIES = 8
AGAIN = (429, 503)
"""The statuses that say: later, nothing was done."""


class Patient(Validating):
    """Asks again after 429 and 503. A status of 500 and more that says nothing of the kind fails the test."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        for number in range(TRIES):
            response = super().send(request, **options)
            if response.status_code not in AGAIN:
                break
            assert "Retry-After" in response.headers, f"{response.status_code}: {response.text[:300]}"
            time.sleep(float(response.headers["Retry-After"]) * min(4, 1 + number / 2))
        assert response.status_code < 500, f"{request.method} {request.url}: {response.text[:300]}"
        return response
