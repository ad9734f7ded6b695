"""What content feedback refuses, beyond what every family knows.

Invalid
├── InvalidParameters    values that no submission can have
├── UserMissing          nobody, where the client wants to know who
├── Unsupported          nothing wrong with it, but not for this client
└── FormFaults           what a person filled in and can mend
Conflict
└── Duplicate            this user has said so already
    └── OnlyOnce         … and this client lets nobody change their mind
Busy
└── LimitReached         more requests in a minute than the key may make
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from hearback.errors import Busy, Conflict, Invalid


class WrongValue(NamedTuple):
    parameter: str
    value: str


class InvalidParameters(Invalid):
    def __init__(self, *wrong: WrongValue) -> None:
        super().__init__("A parameter is missing or invalid.", ", ".join(it.parameter for it in wrong))
        self.wrong = wrong


class UserMissing(Invalid):
    pass


class Unsupported(Invalid):
    pass


class Fault(Enum):
    """What can be wrong with a field of the form."""

    REQUIRED = auto()
    TOO_LONG = auto()
    PROFANITY = auto()
    EMOJI = auto()
    INVALID_IPADDRESS = auto()


class FieldFault(NamedTuple):
    field: str
    fault: Fault


class FormFaults(Invalid):
    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("The form has errors.", ", ".join(it.field for it in faults))
        self.faults = tuple(faults)


class Duplicate(Conflict):
    pass


class OnlyOnce(Duplicate):
    pass


class LimitReached(Busy):
    pass
