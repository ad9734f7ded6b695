"""Text in requests, as pydantic's models ask for it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def _sayable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("contains a lone surrogate, which is not a character") from None
    return value


Text = Annotated[str, AfterValidator(_sayable)]
"""Text that UTF-8 can hold: a JSON body can smuggle in half of a surrogate pair."""
