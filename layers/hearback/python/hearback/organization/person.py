"""Whom an erasure is about: what names them, and what is to stand in its place. Nothing here reads or writes.

An e-mail address is looked for in every text, whatever else the text says; a user id of a client's own
(`reader1`) is too common a word for that, and counts only where it is a user's id.

An address is no part of a longer one: `ann@x` is not in `joann@x`. In a text of JSON it is looked for in the strings
that the text stands for: there a line that begins with the address has an `n` before it (`\\nann@x`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-%"
"""What may stand before a part of an address and belong to it: ASCII, as are all addresses here. In scripts that
put no space between words an address stands right behind a letter."""

_LONGEST_BEFORE, _BEHIND = 4 * 64, 16
"""Characters before and behind an address that tell whether it is a part of a longer one: before it up to 64,
and each may be `%2B`."""

_ESCAPE = re.compile(r"[bfnrt]|u([0-9a-fA-F]{4})")
"""What follows a backslash in JSON, and in many another notation, and is one character with it."""

_NO_PART = re.compile(r"[^a-z0-9_.+%-]|\.\.", re.IGNORECASE)
"""What an address does not go on across."""

_LETTER = re.compile(r"[a-z0-9]", re.IGNORECASE)
_FILE = r"\.(?:tmx|jsonl?|csv|tsv|txt|xml|html?|pdf|docx?|xlsx?|png|jpe?g|gif|wav|mp[34]|gz)(?![a-z0-9-])"
_LONGER = re.compile(rf"-*[a-z0-9]|(?!{_FILE})\.[a-z0-9]", re.IGNORECASE)
"""What behind an address makes it a longer one: in a domain is no `_` and no `..`, and none ends as files do."""

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
"""A string of JSON; names are strings too."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which JSON can say and no encoding write."""


class Person:
    def __init__(self, email: str | None, user_ids: tuple[str, ...], pseudonym: str) -> None:
        """`email` in the form in which it is kept; `pseudonym`: letters, digits and hyphens."""
        self.email = email
        self.pseudonym = pseudonym
        self._users = {user.casefold() for user in (*user_ids, *((email,) if email else ()))}

    @cached_property
    def _forms(self) -> list[str]:
        """The address as it is, and as it looks inside JSON, XML and addresses of the web; the longest first."""
        if self.email is None:
            return []
        forms = {self.email, json.dumps(self.email)[1:-1], self.email.replace("+", "\\u002b")}
        forms |= {html.escape(self.email), html.escape(self.email, quote=False)}
        forms |= {quote(self.email, safe=safe) for safe in ("", "@", "!'()*~")}
        return sorted(forms, key=len, reverse=True)

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        """The address in any case, also as a part of a longer one."""
        either = "|".join(map(re.escape, self._forms))
        return re.compile(either, re.IGNORECASE | re.ASCII) if self._forms else None

    def is_user(self, user_id: str | None) -> bool:
        """Whether this is a user id of theirs. Ids are the same in any case."""
        return user_id is not None and user_id.casefold() in self._users

    def is_in(self, text: str) -> bool:
        if self._named is None or not self._named.search(text):
            return False
        if _is_json(text):
            return any(self.is_in(json.loads(string)) for string in _STRING.findall(text))
        return any(_stands_alone(text, found) for found in self._named.finditer(text))

    def replaced(self, text: str) -> str:
        """The text with the pseudonym in place of the address. What is JSON stays JSON, and as it was written."""
        if self._named is None or not self._named.search(text):
            return text
        if _is_json(text):
            return _STRING.sub(lambda string: _with(self.replaced, string[0]), text)
        return self._named.sub(lambda found: self.pseudonym if _stands_alone(text, found) else found[0], text)

    def is_in_value(self, value: dict[str, Any]) -> bool:
        """Whether an attribute's value (`{"S": …}`) names them; names inside of maps count."""
        ((kind, plain),) = value.items()
        return kind != "N" and self.is_in(plain if kind == "S" else json.dumps(value))

    def replaced_value(self, value: dict[str, Any]) -> dict[str, Any]:
        if "S" in value:
            return {"S": self.replaced(value["S"])}
        replaced: dict[str, Any] = json.loads(self.replaced(json.dumps(value)))
        return replaced

    # ── Files ──

    MARGIN = 2048
    """Bytes around an address that matter: no form of it is longer, nor what it may be a part of."""

    @cached_property
    def _words(self) -> list[tuple[bytes, str]]:
        """The forms, in lower case, in each encoding that files come in."""
        codecs = ("utf-8", "utf-16-le", "utf-16-be")
        return [(form.lower().encode(codec), codec) for form in self._forms for codec in codecs]

    def is_in_bytes(self, content: bytes, start: int, end: int) -> bool:
        """Whether the address begins in this part of a file's bytes; what is around it tells what it is a part of."""
        lower = content.lower()
        return any(
            self._stands_alone_at(content, at, at + len(word), codec)
            for word, codec in self._words
            for at in _places(lower, word, start, end)
        )

    def _stands_alone_at(self, content: bytes, at: int, end: int, codec: str) -> bool:
        width = 1 if codec == "utf-8" else 2
        first = at - min(at // width, _LONGEST_BEFORE) * width
        before = content[first:at].decode(codec, "replace")
        text = before + content[at : end + _BEHIND * width].decode(codec, "replace")
        found = self._named.match(text, len(before)) if self._named else None
        return found is not None and _stands_alone(text, found)


def _places(content: bytes, word: bytes, start: int, end: int) -> Iterator[int]:
    at = content.find(word, start)
    while 0 <= at < end:
        yield at
        at = content.find(word, at + 1)


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    """Whether the address is no part of a longer one."""
    if _LONGER.match(text, found.end()):
        return False
    before = text[max(0, found.start() - _LONGEST_BEFORE) : found.start()]
    rest = before.rstrip(_LOCAL)
    near = before[len(rest) :]
    if rest.endswith("\\") and (escape := _ESCAPE.match(near)):
        if escape[1] and chr(int(escape[1], 16)) in _LOCAL:
            return False  # `jo\u002bann@x` is `jo+ann@x`
        near = near[escape.end() :]
    decode = unquote_plus if "%40" in found[0] else unquote
    return not _LETTER.search(_NO_PART.split(decode(near))[-1])


def _is_json(text: str) -> bool:
    """Whether it is a text of JSON with strings in it."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _with(change: Callable[[str], str], string: str) -> str:
    """A string of JSON with a change of what it stands for; as it was written, if nothing changes."""
    before = json.loads(string)
    after = change(before)
    if after == before:
        return string
    return json.dumps(after, ensure_ascii=string.isascii() or _HALF.search(after) is not None)
