"""Who is calling: the credentials of a request, in each of the forms that the families document."""

from __future__ import annotations

import base64

from hearback.access import store, tokens
from hearback.access.model import Caller
from hearback.errors import Unauthenticated
from hearback.wire.messages import Request


def basic_or_bearer(request: Request) -> Caller:
    """HTTP Basic with the API key as user name and an empty password, or a bearer key or token."""
    scheme, _, value = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() == "basic":
        return _basic(value.strip())
    if scheme.lower() == "bearer":
        return _bearer(value.strip())
    raise Unauthenticated(
        "An API key is needed.",
        "HTTP Basic with the key as user name, or Authorization: Bearer with key or token",
    )


def access_key(request: Request) -> Caller:
    """A key as `access_key` of the query string, in `X-Auth-Token`, or as `basic_or_bearer` takes it."""
    given = next(iter(request.all_values.get("access_key", ())), "") or request.header("X-Auth-Token")
    return store.authenticate(given) if given else basic_or_bearer(request)


def _basic(value: str) -> Caller:
    """The key as user name; or, as some clients have it, as password beside the account's address."""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:  # not ASCII, not base64, or not UTF-8 within
        raise Unauthenticated("The Basic credentials are not readable.") from None
    return authenticate_as(user, password) if password else store.authenticate(user)


def _bearer(value: str) -> Caller:
    if value.count(".") == 2:
        return store.caller_of_key(tokens.key_of(value))
    return store.authenticate(value)


def authenticate_as(email: str, presented: str) -> Caller:
    """The account with this e-mail address, by one of its API keys as the password."""
    caller = store.authenticate(presented)
    if caller.email != email.strip().lower():
        raise Unauthenticated("The user name and the password do not belong together.")
    return caller
