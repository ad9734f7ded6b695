"""The function's result as the client sees it."""

from __future__ import annotations

import base64
import re
from typing import Any, NamedTuple

REMAPPED = {"connection", "date", "server", "www-authenticate"}
"""Headers that the client gets as `x-amzn-Remapped-…`: the gateway keeps these names for itself."""

DROPPED = {"content-length", "transfer-encoding"}
"""Headers that the gateway computes by itself, whatever the function says."""


class Answer(NamedTuple):
    """An answer as it is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Malformed(Exception):
    """The function's result is no proxy response; the client gets 502, unless the template says otherwise."""


def answer(result: Any) -> Answer:
    """The answer that a function's result means. Raises `Malformed`.

    A result that is no object, lacks a whole `statusCode`, or has a body that is no text, is refused as on
    AWS. Members that AWS does not know are refused too, and headers that HTTP cannot carry.
    """
    if not isinstance(result, dict) or set(result) - _MEMBERS:
        raise Malformed(result)
    body = result.get("body")
    if (body is not None and not isinstance(body, str)) or not _are_headers(result):
        raise Malformed(result)
    return Answer(_status(result), _headers(result), _bytes(body or "", result.get("isBase64Encoded")))


_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}

_PLAIN = (str, int, float, bool)
"""Types of a header's value."""


def _are_headers(result: dict[str, Any]) -> bool:
    single, several = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    if not (isinstance(single, dict) and isinstance(several, dict)):
        return False
    lists = several.values()
    values = [*single.values(), *(value for each in lists if isinstance(each, list) for value in each)]
    return all(isinstance(each, list) for each in lists) and all(isinstance(each, _PLAIN) for each in values)


def _status(result: dict[str, Any]) -> int:
    told = str(result.get("statusCode"))
    if not (told.isascii() and told.isdecimal() and 200 <= int(told) <= 599):  # a 1xx is no end of an answer
        raise Malformed(result)
    return int(told)


def _bytes(body: str, is_base64: Any) -> bytes:
    if not is_base64:
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise Malformed(body) from None


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Both kinds of headers; a name that is in `multiValueHeaders` has the values there alone."""
    several: dict[str, list[Any]] = result.get("multiValueHeaders") or {}
    single: dict[str, Any] = result.get("headers") or {}
    named = {name.lower() for name in several}
    pairs = [(name, value) for name, value in single.items() if name.lower() not in named]
    pairs += [(name, value) for name, values in several.items() for value in values]
    if "content-type" not in {name.lower() for name, _ in pairs}:
        pairs.append(("Content-Type", "application/json"))
    return [_header(name, str(value)) for name, value in pairs if name.lower() not in DROPPED]


_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
"""No line breaks above all: what follows one would be a header of its own."""


def _header(name: str, value: str) -> tuple[str, str]:
    if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
        raise Malformed({name: value})
    return f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value
