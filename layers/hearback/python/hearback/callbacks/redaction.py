"""Secrets, out of what is logged or kept: URLs, headers, and answers that repeat what they were sent.

What is known to be secret is found in every spelling in which an answer may repeat it; what only looks
like a credential, by the name beside it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

REDACTED = "[redacted]"

_LEAST_PIECE = 4
"""Characters of a secret's beginning that are worth hiding at the end of a text that was cut off."""

_CREDENTIAL = re.compile(r"auth|token|secret|passw|pwd|key|sig|credential|cookie|session|jwt", re.IGNORECASE)
_USER_INFORMATION = re.compile(r"(?<=://)[^/?#@\s]*@")
_PARAMETER = re.compile(r"([?&;])([^?&;=#\s]{1,80})=([^&;#\s\"'<>]*)")
# `Authorization: Basic …`, `"x-auth-token": "…"`, `api_key=…`: the name, what stands between, the value
_FIELD = re.compile(
    r"((?:authorization|token|secret|passw(?:or)?d|pwd|access.?key|api.?key|signature|credential|cookie)"
    r"[\w-]{0,20}\\?[\"']?\s{0,4}[:=]\s{0,4}\[?\\?[\"']?)"
    r"(?:(?:basic|bearer|wsm)\s+)?[^\s\"'\\,;&<>\[\]]+",
    re.IGNORECASE,
)


def url(text: str) -> str:
    """The URL, or a text with URLs in it, without user information and credential-like parameters."""
    text = _USER_INFORMATION.sub(f"{REDACTED}@", text)
    return _PARAMETER.sub(_without_value, text)


def _without_value(parameter: re.Match[str]) -> str:
    before, name, _ = parameter.groups()
    secret = _CREDENTIAL.search(unquote(name))
    return f"{before}{name}={REDACTED}" if secret else parameter[0]


def headers(fields: Mapping[str, str]) -> dict[str, str]:
    """The header fields, those that carry credentials without their values."""
    return {name: REDACTED if _CREDENTIAL.search(name) else url(value) for name, value in fields.items()}


def answer(text: str, secrets: Iterable[str] = ()) -> str:
    """What a receiver answered, without `secrets`, whole or cut off at the end, and what looks like some."""
    spellings = sorted({each for secret in secrets for each in _spellings(secret)}, key=len, reverse=True)
    for spelling in spellings:
        text = text.replace(spelling, REDACTED)
    for spelling in spellings:
        text = _without_piece(text, spelling)
    return _FIELD.sub(rf"\1{REDACTED}", url(text))


def _spellings(secret: str) -> Iterator[str]:
    if secret:
        yield secret
        yield quote(secret, safe="")
        yield quote_plus(secret)
        yield html.escape(secret)
        for ascii_only in (True, False):
            yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]


def _without_piece(text: str, secret: str) -> str:
    """The text without the secret's beginning as its end."""
    for length in range(len(secret) - 1, _LEAST_PIECE - 1, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + REDACTED
    return text
