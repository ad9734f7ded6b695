"""JSON read strictly, and written in the one form in which two values are compared.

What passes can be kept and answered again: no NaN, no infinity, no number or nesting that a later step
would stumble over.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from hearback.errors import Invalid

MOST_DEPTH: Final = 100
"""How deep arrays and objects may be nested."""

MOST_DIGITS: Final = 38
"""Digits of an integer inside a JSON value: what the database's own numbers hold."""


def read(body: bytes | str) -> Any:
    """The JSON value in `body` (UTF-8). Raises `Invalid`, with the place, for what is not one."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8-sig")
        value = json.loads(text, parse_float=_float, parse_int=_int, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _malformed(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _too_deep() from None
    _check_depth(value, text)
    return value


def canonical(value: Any) -> str:
    """One text for all that are the same JSON value: keys in order, 1.0 as 1."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encodable(text: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair (an escape `\\ud800`) cannot be kept."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _check_depth(value: Any, text: str) -> None:
    if text.count("[") + text.count("{") <= MOST_DEPTH:
        return
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [
            inner for container in level for inner in _members(container) if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _members(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _malformed(f"the number {text[:20]}… is out of range")
    return number


def _int(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise _malformed(f"the number {text[:20]}… has more than {MOST_DIGITS} digits")
    return int(text)


def _no_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not JSON")


def _malformed(why: str) -> Invalid:
    return Invalid("This is not valid JSON:", why + ".")


def _too_deep() -> Invalid:
    return _malformed(f"it is nested more than {MOST_DEPTH} levels deep")
