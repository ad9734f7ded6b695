"""A route as a Lambda's file declares it, and who may ask it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol

from hearback.wire.families import Family
from hearback.wire.messages import Request


@dataclass(frozen=True)
class Operation:
    """One route as declared, for the OpenAPI document and the audit trail."""

    method: str
    path: str
    function: Callable[..., Any]
    address: re.Pattern[str]
    """Matches the paths of its requests, with a group for each variable."""
    family: Family
    """How it says what went wrong."""
    answer: Any
    """The type of the answer's document, or a media type."""
    also: Mapping[int, Any] = field(default_factory=dict)
    """Answers with another status than 200: their type, a media type, or None for no body."""
    public: bool = False
    """Anybody may ask, without a key."""
    identifies: bool = False
    """It finds out by itself who is calling, and refuses strangers in a form of its own."""
    offer: Any = None
    """What a route says of itself whose documents no type describes."""
    audited: bool | None = None
    """Whether its requests have a line in the audit trail; None: if the method changes something."""
    told: Sequence[str] = ()
    """Parameters whose values the line has too: they say what became of the thing."""
    ids: Sequence[str] = ()
    """Parameters that name what it is about: the line has every one of the ids, as many as the operation takes."""
    given: Sequence[str] = ()
    """Parameters that hold what people wrote, or settings: the line has that they were given, and not what."""
    said: Callable[[Request], Mapping[str, list[Any]]] = attrgetter("said")
    """Where the parameters are, by their names in lower case."""

    @property
    def is_audited(self) -> bool:
        return self.method != "GET" if self.audited is None else self.audited


class Identified(Protocol):
    """Who is calling, as far as log and audit trail want to know."""

    @property
    def organization_id(self) -> str: ...
    @property
    def account_id(self) -> int: ...
    @property
    def key_id(self) -> str: ...
