"""A deployed stack as its admin speaks to it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

PATIENCE = 120.0  # seconds for what AWS does in the background
OURS = "Smoke"
"""How the names of everything made here begin."""

WANTED = {
    "HEARBACK_URL": "the base URL of the stack, its output ApiUrl: https://….amazonaws.com/v1",
    "HEARBACK_KEY": "the key of an admin of an organization on it: hb_…",
    "HEARBACK_RECEIVER": "an https address that answers callbacks by any 2xx, and that AWS can reach",
}


def told(name: str) -> str:
    """What the environment says by this name; without it no test begins."""
    if not (value := os.environ.get(name)):
        pytest.exit(f"make smoke wants {name}: {WANTED[name]}", returncode=pytest.ExitCode.USAGE_ERROR)
    return value


def is_here(url: str) -> bool:
    """Whether this is an address of this machine, which can call back what listens here."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost")


class Deployed:
    """The API by its address, as an admin."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key
        self.begun = set[str]()
        """The ids of the imports that tests began."""
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request; with the key unless `auth` says otherwise."""
        request = {"auth": (self.key, ""), "timeout": 60, **request}
        return self.session.request(method, self.url + path, **request)

    def signed(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request of the dataset family: the key as a bearer token, JSON:API."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/vnd.api+json"}
        return self.ask(method, path, auth=None, headers=headers, **request)

    def told(self, method: str, path: str, **request: Any) -> Any:
        """The answer's JSON, of a request that succeeds."""
        answer = self.ask(method, path, **request)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def until(self, path: str, field: str, *values: str) -> Any:
        """What is told at `path` once `field` has one of these values."""
        for _ in patiently():
            if (found := self.told("GET", path))[field] in values:
                return found
        raise AssertionError(f"{path}: {found}")

    def imports(self) -> list[dict[str, Any]]:
        """The newest imports of the organization. Their records end by themselves after 90 days."""
        return list(self.told("GET", "/api/v2/feedback/imports")["imports"])

    def lasting(self) -> dict[str, set[str]]:
        """The names of what lasts until somebody removes it: what smoke tests name, and what is this account's."""
        account = self.told("GET", "/api/v1/access/me")["accountId"]
        pairs = self.told("GET", "/api/v2/language-pairs")["languagePairs"]
        projects = self.signed("GET", "/api/v1/dataset/projects").json()["data"]
        keys = self.told("GET", "/api/v1/access/keys")["keys"]
        exports = self.told("GET", "/api/v1/organization/exports")["exports"]
        named = [it["languagePairId"] for it in pairs] + [it["attributes"]["name"] for it in projects]
        return {
            "named": {name for name in named if name.startswith(OURS)},
            "keys": {it["keyId"] for it in keys if it["accountId"] == account},
            "exports": {str(it["exportId"]) for it in exports},
        }


def patiently() -> Iterator[None]:
    """Rounds of waiting, until patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        yield
        time.sleep(0.2)
