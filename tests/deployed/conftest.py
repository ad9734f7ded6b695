"""The deployed stack that the environment names: HEARBACK_URL, its base URL, and HEARBACK_KEY, an admin's key.

HEARBACK_RECEIVER is an address that takes callbacks, which the stack can reach;
HEARBACK_STACK is the CloudFormation stack's name: with it, its alarms and metrics are looked for, by the AWS
credentials of the environment.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

# Read before the common conftest takes the account out of the environment.
ACCOUNT = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
PATIENCE = 120.0  # seconds for what AWS does in the background

collect_ignore = [] if os.environ.get("HEARBACK_STACK") else ["test_monitoring.py"]


class Deployed:
    """The API by its address, as an admin."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request; with the key unless `auth` says otherwise."""
        request = {"auth": (self.key, ""), "timeout": 60, **request}
        return self.session.request(method, self.url + path, **request)

    def told(self, method: str, path: str, **request: Any) -> Any:
        """The answer's JSON, of a request that succeeds."""
        answer = self.ask(method, path, **request)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def until(self, path: str, field: str, *values: str) -> Any:
        """What is told at `path` once `field` has one of these values."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.told("GET", path))[field] not in values:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)
        return found


@pytest.fixture(scope="session")
def deployed() -> Deployed:
    return Deployed(os.environ["HEARBACK_URL"], os.environ["HEARBACK_KEY"])


@pytest.fixture
def pair(deployed: Deployed) -> Iterator[str]:
    """A language pair of the test's own, removed with all its feedback."""
    name = f"Smoke_{uuid.uuid4().hex[:12]}"
    form = {"languagePairId": name, "sourceLanguageId": "eng", "targetLanguageId": "fra"}
    deployed.told("POST", "/api/v2/language-pairs", data=form)
    yield name
    deployed.told("DELETE", "/api/v2/feedback/batch-delete", data={"languagePairId": name})
    deployed.told("DELETE", f"/api/v2/language-pairs/{name}")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The AWS account that the caller's environment opens."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in ACCOUNT.items():
        monkeypatch.setenv(name, value)
