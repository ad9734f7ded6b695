"""The elements of a JSON array, one after the other, while its bytes arrive.

However large the array is, no more is in memory than the element at hand and what came with it. An
element is read as leniently as `json` does (`hearback.jsonapi.strict` says which values can be kept), so
that one odd element does not make the others unreadable.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

LARGEST = 8_000_000
"""Characters of an element: more than any that is of use, and little enough for the memory."""

_MOST_DIGITS = 4_000
"""Of an integer; Python reads no more than 4,300."""

_SPACE = re.compile(r"[ \t\n\r]*")


class Malformed(Exception):
    """The bytes are no JSON array, or have an element that cannot be read at all."""


def elements(chunks: Iterable[bytes]) -> Iterator[Any]:
    """The array's elements. Raises `Malformed`, behind the last one that can be read."""
    window = _Window(chunks)
    if window.take() != "[":
        raise Malformed("it does not begin with [")
    if window.peek() == "]":
        window.take()
    else:
        yield window.value()
        while (found := window.take()) == ",":
            yield window.value()
        if found != "]":
            raise Malformed("it is cut off" if not found else f"there is {found!r} where , or ] belongs")
    if window.peek():
        raise Malformed("there is something behind its end")


def _int(digits: str) -> float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


_DECODER = json.JSONDecoder(parse_int=_int)


class _Window:
    """The part of the text that is looked at."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no white space; the empty text at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            assert match
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self) -> str:
        """The same, and go on behind it."""
        found = self.peek()
        self._at += len(found)
        return found

    def value(self) -> Any:
        """The JSON value that comes next."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise Malformed("an element is nested too deeply") from None
            except json.JSONDecodeError as error:  # or there is no more than half of it yet
                if not self._more():
                    raise Malformed(error.msg) from None
            else:
                if self._is_whole(value, end) or not self._more():
                    self._at = end
                    return value

    def _is_whole(self, value: Any, end: int) -> bool:
        """Whether more text cannot make another value of it: `1.` may go on as 1.5."""
        behind = self._text[end : end + 1]
        return not isinstance(value, int | float) or (behind != "" and behind in " \t\n\r,]")

    def _more(self) -> bool:
        """Read on, and at least as much as there is: what is read again and again is only ever half of it."""
        wanted = 2 * (len(self._text) - self._at)
        if wanted > 2 * LARGEST:
            raise Malformed(f"an element has more than {LARGEST} characters, or is no JSON")
        parts = [self._text[self._at :]]
        self._at = 0
        length = len(parts[0])
        before = length
        while not self._ended and (length == before or length < wanted):
            parts.append(self._next())
            length += len(parts[-1])
        self._text = "".join(parts)
        return length > before

    def _next(self) -> str:
        chunk = next(self._chunks, None)
        self._ended = chunk is None
        try:
            return self._decode(chunk or b"", final=self._ended)
        except UnicodeDecodeError:
            raise Malformed("it is not UTF-8") from None
