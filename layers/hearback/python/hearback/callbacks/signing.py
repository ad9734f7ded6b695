"""How a callback proves where it comes from: four modes, and Standard Webhooks beside each of them.

The modes are those of the Sama Platform's callbacks; the canonical string of the HMAC one is ours:

    POST
    date:<X-wsm-date>
    nonce:<X-wsm-nonce>
    content-type:application/json
    x-wsm-content-sha256:<hex SHA-256 of the body>
    <path>[?<query, sorted by name>]

one line feed between the parts and none at the end; path and query as they are sent, not decoded;
parameters of one name stay in their order. https://www.standardwebhooks.com describes the other headers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from urllib.parse import quote, unquote_plus

from hearback.callbacks.targets import Target
from hearback.errors import Invalid

CONTENT_TYPE = "application/json"

_PREFIX = "whsec_"
_VERSION = "v1,"
_VISIBLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP basic authentication (RFC 7617, in UTF-8)."""

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if ":" in self.user:
            raise Invalid("The user name of basic authentication has no colon.")

    @property
    def encoded(self) -> str:
        return b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key in the URL's query: `access_key`."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token in the header `X-Auth-Token`."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_visible(self.token, "token")


@dataclass(frozen=True, slots=True)
class Hmac:
    """HMAC-SHA-256 over date, delivery, body and address; the receiver knows the secret by `key_id`."""

    key_id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_visible(self.key_id, "key id")
        if not self.secret or ":" in self.key_id:
            raise Invalid("HMAC authentication has a secret, and a key id without a colon.")


Authentication = Basic | AccessKey | Token | Hmac


@dataclass(frozen=True, slots=True)
class Request:
    """A signed POST. `secrets` are the values that an answer must not bring into a log."""

    target: Target
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False, default=())


def sign(
    target: Target,
    body: bytes,
    delivery_id: str,
    at: int,
    by: Authentication | None = None,
    signing_secret: str | None = None,
) -> Request:
    """The request of one attempt.

    `at` (seconds since 1970) is new on every attempt, `delivery_id` the same on all of them: receivers
    tell by it (`X-wsm-nonce`, in every mode) what they have seen. `signing_secret` is of the form
    `whsec_<base64>`.
    """
    headers = {"Content-Type": CONTENT_TYPE, "X-wsm-nonce": delivery_id}
    secrets: tuple[str, ...] = ()
    if signing_secret is not None:
        headers |= _standard_webhook(body, delivery_id, at, signing_secret)
        signature = headers["webhook-signature"].removeprefix(_VERSION)
        secrets = (signing_secret, signing_secret.removeprefix(_PREFIX), signature)
    match by:
        case Basic():
            headers["Authorization"] = f"Basic {by.encoded}"
            secrets += (by.password, by.encoded)
        case AccessKey():
            target = _with_key(target, by.key)
            secrets += (by.key,)
        case Token():
            headers["X-Auth-Token"] = by.token
            secrets += (by.token,)
        case Hmac():
            headers |= _hmac(target, body, delivery_id, at, by)
            secrets += (by.secret, headers["Authorization"].rpartition(":")[2])
    return Request(target, headers, body, secrets)


def lift_access_key(target: Target) -> tuple[Target, AccessKey | None]:
    """The target without the access key that its URL holds, and that key.

    A URL is kept with the project and shown; its key belongs among the secrets.
    """
    key: AccessKey | None = None
    rest = []
    for parameter in target.query.split("&"):
        name, _, value = parameter.partition("=")
        if unquote_plus(name) == "access_key":
            key = AccessKey(unquote_plus(value))
        else:
            rest.append(parameter)
    return replace(target, query="&".join(rest)), key


def _with_key(target: Target, key: str) -> Target:
    bare, _ = lift_access_key(target)
    parameters = [bare.query, f"access_key={quote(key, safe='')}"]
    return replace(bare, query="&".join(filter(None, parameters)))


def _hmac(target: Target, body: bytes, delivery_id: str, at: int, by: Hmac) -> dict[str, str]:
    date = formatdate(at, usegmt=True)
    digest = hashlib.sha256(body).hexdigest()
    canonical = _canonical(target, date, delivery_id, digest)
    signature = hmac.new(by.secret.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    return {
        "X-wsm-date": date,
        "X-wsm-content-sha256": digest,
        "Authorization": f"wsm {by.key_id}:{signature}",
    }


def _canonical(target: Target, date: str, nonce: str, digest: str) -> str:
    ordered = sorted(target.query.split("&"), key=lambda parameter: parameter.partition("=")[0])
    return "\n".join(
        [
            "POST",
            f"date:{date}",
            f"nonce:{nonce}",
            f"content-type:{CONTENT_TYPE}",
            f"x-wsm-content-sha256:{digest}",
            replace(target, query="&".join(ordered)).resource,
        ]
    )


def _standard_webhook(body: bytes, delivery_id: str, at: int, secret: str) -> dict[str, str]:
    signed = f"{delivery_id}.{at}.".encode() + body
    signature = hmac.digest(signing_key(secret), signed, hashlib.sha256)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"{_VERSION}{b64encode(signature).decode()}",
    }


def signing_key(secret: str) -> bytes:
    """The key that a Standard Webhooks secret spells. Raises `Invalid`."""
    encoded = secret.removeprefix(_PREFIX)
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise Invalid("The signing secret is not of the form whsec_<base64>.")
    return key


def _check_visible(text: str, name: str) -> None:
    if not _VISIBLE.fullmatch(text):
        raise Invalid(f"The {name} goes into a header: visible ASCII characters only, and at least one.")
