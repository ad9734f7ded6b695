"""Access tokens: what POST /api/v2/auth gives for a user name and an API key.

A token is a JWT (HS256) that names a key and expires; it carries no rights of its own, so that
revoking the key, or changing its account's role, holds for its tokens at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hearback import clients
from hearback.errors import Unauthenticated
from hearback.settings import settings

LIFETIME = 30 * 24 * 3600
"""Seconds: 30 days."""


@cache
def _secret() -> str:
    return clients.secrets().get_secret_value(SecretId=settings().token_secret)["SecretString"]


def issue(key_id: str, now: int) -> str:
    """A token for the key, from `now` (seconds since 1970)."""
    import jwt  # here, so that only what deals with tokens pays for its import

    return jwt.encode({"sub": key_id, "iat": now, "exp": now + LIFETIME}, _secret(), algorithm="HS256")


def key_of(token: str) -> str:
    """The id of the key for which the token was issued. Raises `Unauthenticated`."""
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token, _secret(), algorithms=["HS256"], options={"require": ["sub", "exp"]}
        )
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("The access token has expired.") from None
    except jwt.InvalidTokenError:
        raise Unauthenticated("The access token is not valid.") from None
    return str(claims["sub"])
