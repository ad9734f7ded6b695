"""Organizations made for one test, and the people in them, who know the product by its HTTP alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import requests
from hearback.access import accounts
from hearback.translation import catalogue

from local import seed
from local.stack import Stack
from tests.flows.validating import MEDIA_TYPE

ENG_FRA = "EngFra_Generic_SRV_TNMV_8_4_x_1"
ENG_SPA = "EngSpa_Generic_SRV_TNMV_8_5_x_6"
GER_ENG = "GerEng_Generic_SRV_TNMV_8_5_x_1"
PAIRS = ((ENG_FRA, "eng", "fra"), (ENG_SPA, "eng", "spa"), (GER_ENG, "ger", "eng"))

FEEDBACK = "/api/v2/feedback"
ACCESS = "/api/v1/access"
PATIENCE = 60.0
"""Seconds within which work in the background is over."""


@dataclass(frozen=True)
class Person:
    """Someone with an API key."""

    http: requests.Session
    base_url: str
    organization_id: str
    email: str
    key: str

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        request.setdefault("auth", (self.key, ""))
        return self.http.request(method, self.base_url + path, timeout=60, **request)

    def get(self, path: str, **request: Any) -> requests.Response:
        return self.ask("GET", path, **request)

    def post(self, path: str, **request: Any) -> requests.Response:
        return self.ask("POST", path, **request)

    def put(self, path: str, **request: Any) -> requests.Response:
        return self.ask("PUT", path, **request)

    def patch(self, path: str, **request: Any) -> requests.Response:
        return self.ask("PATCH", path, **request)

    def delete(self, path: str, **request: Any) -> requests.Response:
        return self.ask("DELETE", path, **request)

    def give(self, source: str = "hello", suggestion: str = "bonjour", **more: str) -> dict[str, Any]:
        """Create a feedback entry."""
        form = {"languagePairId": ENG_FRA, "sourceText": source, "suggestedTranslation": suggestion, **more}
        return dict(answer(self.post(FEEDBACK, data=form)))

    def entry(self, feedback_id: str) -> dict[str, Any]:
        return dict(answer(self.get(f"{FEEDBACK}/{feedback_id}")))

    def entries(self, **filters: Any) -> list[dict[str, Any]]:
        """Every entry that the filters mean, page after page, which must add up to the total."""
        found: list[dict[str, Any]] = []
        for number in range(1, 1000):
            page = answer(self.get(FEEDBACK, params={"perPage": 500, "page": number, **filters}))
            found += page["feedback"]
            if number >= page["totalPages"]:
                break
        assert len(found) == page["totalItems"]
        return found

    def import_tmx(self, data: bytes, **options: str) -> requests.Response:
        return self.post(f"{FEEDBACK}/import", files={"file": ("memory.tmx", data)}, data=options)

    def export(self, **filters: Any) -> requests.Response:
        return self.get(f"{FEEDBACK}/export", params=filters)

    def outcome(self, import_id: str) -> dict[str, Any]:
        """The import when it is over."""
        return self.when_over(f"{FEEDBACK}/imports/{import_id}")

    def when_over(self, path: str) -> dict[str, Any]:
        """What the path shows once its state is done or failed."""
        for _ in until_patience_ends():
            shown = dict(answer(self.get(path)))
            if shown["state"] in ("done", "failed"):
                return shown
        raise AssertionError(f"not over in {PATIENCE:.0f} s: {shown}")


@dataclass(frozen=True)
class Organization:
    organization_id: str
    admin: Person
    user: Person


def answer(response: requests.Response) -> Any:
    """The JSON of a success; every success of the product is 200."""
    assert response.status_code == 200, f"{response.status_code}: {response.text[:500]}"
    assert response.headers["Content-Type"].partition(";")[0] == "application/json"
    return response.json()


def refusal(response: requests.Response, status: int) -> str:
    """Message and details of an error, which must have this status and its family's documented form."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    document = response.json()
    if response.headers["Content-Type"] == MEDIA_TYPE:  # the session has validated its form
        return " ".join(error["detail"] for error in document["errors"])
    error = document["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == response.status_code
    assert isinstance(error["message"], str)
    assert isinstance(error["details"], str)
    assert error["message"]
    return f"{error['message']} {error['details']}"


def until_patience_ends(pause: float = 0.1) -> Iterator[float]:
    """Instants at which to look again."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        yield time.monotonic()
        time.sleep(pause)


def found(stack: Stack, http: requests.Session) -> Organization:
    """A new organization with an admin, a user, and `PAIRS`."""
    admin = found_by(stack, http, PAIRS)
    return Organization(admin.organization_id, admin, invite(admin, f"user@{admin.organization_id}.example"))


def found_by(stack: Stack, http: requests.Session, pairs: Iterable[tuple[str, str, str]]) -> Person:
    """The admin of a new organization, with these language pairs."""
    name = f"org-{uuid4().hex[:12]}"
    seed.use(stack)
    key = accounts.first_admin(name, name, f"admin@{name}.example", time.time_ns())
    for pair in pairs:
        catalogue.install(name, catalogue.describe(*pair))
    return Person(http, stack.base_url, name, f"admin@{name}.example", key)


def invite(admin: Person, email: str, role: str = "user") -> Person:
    """A new account of the admin's organization, with a key."""
    account = answer(admin.post(f"{ACCESS}/accounts", data={"email": email, "role": role}))
    made = answer(admin.post(f"{ACCESS}/keys", data={"accountId": account["accountId"], "name": "first"}))
    return Person(admin.http, admin.base_url, admin.organization_id, email, made["key"])


def install(admin: Person, *pairs: tuple[str, str, str]) -> None:
    for pair_id, source, target in pairs:
        form = {"languagePairId": pair_id, "sourceLanguageId": source, "targetLanguageId": target}
        answer(admin.post("/api/v2/language-pairs", data=form))


def with_key(person: Person, key: str) -> Person:
    """The same person with another key."""
    return replace(person, key=key)


def change(person: Person, entry: dict[str, Any], **fields: str) -> dict[str, Any]:
    """Update the entry."""
    return dict(answer(person.put(f"{FEEDBACK}/{entry['feedbackId']}", data=fields)))
