"""The domain's errors: what went wrong, in the product's words, without any wire form.

    HearbackError
    ├── Invalid            the input is wrong, and the message says what and where
    │   ├── TooLarge       … because it is larger than the documented limit
    │   ├── UnknownMedia   … because it is of another media type than the documented ones
    │   └── TooDeep        … because so much would have to be read that one request cannot
    ├── Unauthenticated    no key, or one that is not (or no longer) valid
    ├── Forbidden          a valid key without the right for this
    ├── NotFound           no such thing in the caller's organization
    │   └── NotAllowed     … for this method, but there is for another
    ├── Conflict           the thing changed, or is in a state that does not allow this
    ├── Busy               contention or throttling outlasted the retries: ask again later
    └── Unfinished         the work does not fit the time of one request

Each API family turns them into its own answer in one table (`hearback.wire.families`).
"""

from __future__ import annotations


class HearbackError(Exception):
    """`message` is one sentence for the client; `details` may add where and how to mend it."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Invalid(HearbackError):
    pass


class TooLarge(Invalid):
    pass


class UnknownMedia(Invalid):
    pass


class TooDeep(Invalid):
    pass


class Unauthenticated(HearbackError):
    pass


class Forbidden(HearbackError):
    pass


class NotFound(HearbackError):
    pass


class NotAllowed(NotFound):
    pass


class Conflict(HearbackError):
    pass


class Busy(HearbackError):
    pass


class Unfinished(HearbackError):
    pass
