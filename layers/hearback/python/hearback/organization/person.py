"""Whom an erasure is about: what names them, and what is to stand in its place. Nothing here reads or writes.

An e-mail address is looked for in every text, whatever else the text says; a user id of a client's own
(`reader1`) is too common a word for that, and counts only where it is a user's id.
"""

from __future__ import annotations

import html
import json
import re
from functools import cached_property
from typing import Any

_BEFORE, _BEHIND = r"(?<![\w.+%-])", r"(?![\w-]|\.\w)"
"""An address is no part of a longer one."""


class Person:
    def __init__(self, email: str | None, user_ids: tuple[str, ...], pseudonym: str) -> None:
        """`email` in the form in which it is kept; `pseudonym`: letters, digits and hyphens."""
        self.email = email
        self.pseudonym = pseudonym
        self._users = {user.casefold() for user in (*user_ids, *((email,) if email else ()))}

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        """The address in any case, and as it looks inside JSON and XML."""
        if self.email is None:
            return None
        forms = {self.email, json.dumps(self.email)[1:-1], html.escape(self.email)}
        either = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        return re.compile(f"{_BEFORE}(?:{either}){_BEHIND}", re.IGNORECASE)

    def is_user(self, user_id: str | None) -> bool:
        """Whether this is a user id of theirs. Ids are the same in any case."""
        return user_id is not None and user_id.casefold() in self._users

    def is_in(self, text: str) -> bool:
        return self._named is not None and self._named.search(text) is not None

    def replaced(self, text: str) -> str:
        """The text with the pseudonym in place of the address."""
        return text if self._named is None else self._named.sub(self.pseudonym, text)

    def is_in_value(self, value: dict[str, Any]) -> bool:
        """Whether an attribute's value (`{"S": …}`) names them; names inside of maps count."""
        ((kind, plain),) = value.items()
        return kind != "N" and self.is_in(plain if kind == "S" else json.dumps(value))

    def replaced_value(self, value: dict[str, Any]) -> dict[str, Any]:
        if "S" in value:
            return {"S": self.replaced(value["S"])}
        replaced: dict[str, Any] = json.loads(self.replaced(json.dumps(value)))
        return replaced

    @cached_property
    def in_bytes(self) -> tuple[bytes, ...]:
        """The address, in lower case, in each encoding that files come in."""
        if self.email is None:
            return ()
        forms = {self.email, json.dumps(self.email)[1:-1], html.escape(self.email)}
        codecs = ("utf-8", "utf-16-le", "utf-16-be")
        return tuple(sorted({form.lower().encode(codec) for form in forms for codec in codecs}))
