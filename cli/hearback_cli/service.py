"""The service over HTTP: one way to ask it something, which tries again what may be, and says what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hearback_cli import profiles, refusals
from hearback_cli.edge import Edge
from hearback_cli.errors import NoConnection
from hearback_cli.profiles import Profile

if TYPE_CHECKING:
    import httpx

TRIES = 4
FIRST_PAUSE = 0.5
"""Seconds before the second try; each pause is twice the one before."""
LONGEST_PAUSE = 30.0
"""Seconds that a service may ask us to wait."""

NOT_BEGUN = {429, 503}
"""Statuses that say: later, nothing has been done yet."""
PASSING = NOT_BEGUN | {502, 504}
"""The same, where it does no harm should it have been done."""
REPEATABLE = {"GET", "PUT", "DELETE"}
"""Methods that may be sent twice; a lost answer of any other leaves open whether it was done."""


class Service:
    """A service, and who is asking. Ends its connections when it is left."""

    def __init__(self, profile: Profile, edge: Edge) -> None:
        from importlib.metadata import version

        import httpx

        self.profile = profile
        self.edge = edge
        self.http = httpx.Client(
            transport=edge.transport,
            headers={"User-Agent": f"hearback/{version('hearback')}"},
            timeout=httpx.Timeout(60, connect=10),
        )
        """For addresses that carry their own permission; it sends no key."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, **request: Any) -> Any:
        return self.json("GET", path, **request)

    def post(self, path: str, **request: Any) -> Any:
        return self.json("POST", path, **request)

    def json(self, method: str, path: str, **request: Any) -> Any:
        """The document that the service answers. Raises `Refused`, `NotLoggedIn` and `NoConnection`."""
        answer = self.ask(method, path, **request)
        with suppress(ValueError):
            return answer.json()
        raise refusals.unreadable(answer)

    def ask(self, method: str, path: str, *, again: bool = False, **request: Any) -> httpx.Response:
        """A success, or the redirect, that the service answers. `again`: being done twice does no harm."""

        def ask() -> httpx.Response:
            return self.http.request(method, self.profile.url + path, headers=self._headers(), **request)

        answer = self.trying(ask, repeatable=again or method in REPEATABLE)
        if answer.status_code >= 400:
            raise refusals.refusal(answer, self.profile)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.profile.key}"}

    def trying(self, ask: Callable[[], httpx.Response], *, repeatable: bool) -> httpx.Response:
        """The answer, asked for again while that may help; what is not repeatable only if nothing was done."""
        import httpx

        for number in range(1, TRIES + 1):
            try:
                answer = ask()
            except (httpx.InvalidURL, UnicodeError) as error:
                raise NoConnection(f"{self.profile.url} is no address of a service: {error}") from None
            except httpx.TransportError as error:
                not_begun = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if number == TRIES or refusals.lasts(error) or not (repeatable or not_begun):
                    raise refusals.no_connection(self.profile.url, error) from None
                self.pause(number)
            else:
                if number == TRIES or answer.status_code not in (PASSING if repeatable else NOT_BEGUN):
                    return answer
                self.pause(number, answer.headers)
        raise AssertionError("the last try answers or raises")

    def pause(self, number: int, headers: Mapping[str, str] | None = None) -> None:
        """Before the try after this one; as long as the service asks for, if it does."""
        seconds = FIRST_PAUSE * 2 ** (number - 1)
        asked = (headers or {}).get("Retry-After", "")
        self.edge.sleep(min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else seconds)

    def fingerprint(self, *parts: object) -> str:
        """The same for the same work of the same account on the same service, with whichever of its keys."""
        told = json.dumps([self.profile.url, self._account, *map(str, parts)])
        return hashlib.sha256(told.encode()).hexdigest()

    @cached_property
    def _account(self) -> str:
        return self.profile.account or profiles.account(self.get("/api/v1/access/me"))
