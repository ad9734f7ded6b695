"""Receivers as a project's owner sets them: a URL, how to authenticate, and secrets that are never shown.

    {"url": "https://…", "authentication": {"mode": "hmac", "key_id": "k1", "secret": "…"},
     "signing_secret": "whsec_…"}

Modes are none, basic (`user`, `password`), access_key (`key`), token (`token`) and hmac (`key_id`,
`secret`). What is shown says `has_secret` instead; sent back like that, the secret that is kept stays,
as long as the URL's host does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from hearback.callbacks import signing, targets
from hearback.callbacks.model import FIELDS, Receiver
from hearback.callbacks.secrets import Secrets
from hearback.callbacks.signing import AccessKey, Authentication, Basic, Hmac, Token
from hearback.callbacks.targets import Target
from hearback.errors import Invalid
from hearback.settings import settings

LONGEST = 1_000
"""Characters of a secret, or of a name."""


class Setting(NamedTuple):
    """A receiver as it is set: what is shown of it, and its secrets."""

    receiver: Receiver
    secrets: Secrets


def read(value: Any, kept: Receiver | None, of_kept: Secrets) -> Setting:
    """The setting that a body brings. Raises `Invalid`, whose message repeats no secret."""
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        raise Invalid("must be an object with a url")
    target = targets.parse(value["url"], plain_http=settings().callback_http == "true")
    bare, key = signing.lift_access_key(target)
    authentication = value.get("authentication") or {"mode": "none"}
    mode, user, secret = _authentication(authentication)
    if key is not None:
        if mode not in ("none", "access_key"):
            raise Invalid(f"must have either an access_key in its url or the mode {mode}")
        mode, secret = "access_key", secret or key.key
    if secret is None and kept is not None and (kept.mode, kept.user) == (mode, user):
        secret = of_kept.secret if _is_at(kept, bare) else None
    if mode != "none" and secret is None:
        raise Invalid(f"must have an authentication with {FIELDS[mode][1]}")
    signing_secret = _signing_secret(value, of_kept)
    found = Secrets(secret, signing_secret)
    receiver = Receiver(_url(bare), mode, user, secret is not None, signing_secret is not None)
    authenticator(receiver, found)
    return Setting(receiver, found)


def _url(target: Target) -> str:
    return f"{'https' if target.secure else 'http'}://{target.authority}{target.resource}"


def _is_at(kept: Receiver, target: Target) -> bool:
    """Whether the target is the host that knows the secret already: no other is told it unasked."""
    return kept.url.startswith(_url(replace(target, path="/", query="")))


def _authentication(value: Any) -> tuple[str, str | None, str | None]:
    """The mode, who authenticates, and the secret if one comes along."""
    mode = value.get("mode") if isinstance(value, dict) else None
    if not isinstance(mode, str) or mode not in FIELDS:
        raise Invalid(f"must have an authentication with a mode of {', '.join(FIELDS)}")
    user_field, secret_field = FIELDS[mode]
    user = _text(value, user_field) if user_field else None
    if user_field and not user:
        raise Invalid(f"must have an authentication with {user_field}")
    return mode, user, _text(value, secret_field) if secret_field else None


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is None:
        return None
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST:
        raise Invalid(f"must have a {name} of 1 to {LONGEST} characters")
    return found


def _signing_secret(value: Mapping[str, Any], of_kept: Secrets) -> str | None:
    found = _text(value, "signing_secret")
    if found is None:
        return of_kept.signing_secret if value.get("has_signing_secret") else None
    signing.signing_key(found)
    return found


def authenticator(receiver: Receiver, secrets: Secrets) -> Authentication | None:
    """How requests to the receiver are signed. Raises `Invalid` for what no request can carry."""
    secret, user = secrets.secret or "", receiver.user or ""
    match receiver.mode:
        case "basic":
            return Basic(user, secret)
        case "access_key":
            return AccessKey(secret)
        case "token":
            return Token(secret)
        case "hmac":
            return Hmac(user, secret)
        case _:
            return None
