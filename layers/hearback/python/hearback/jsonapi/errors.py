"""What a client got wrong and where, and the document that tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from hearback.errors import Conflict, HearbackError, Invalid

MOST_FAULTS: Final = 100
"""So many error objects are told at once, whatever a body of thousands of records got wrong."""

VERSION: Final = {"version": "1.1"}
"""The `jsonapi` object of every document."""

# RFC 9110's reason phrases: Python 3.11 still knows some by their older names.
_TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Fault(NamedTuple):
    """One thing that is wrong: `detail` says what, one of the others where.

    `pointer` is a JSON Pointer into the request document ("/data/attributes/name"), `parameter` the name of
    a query parameter ("page[size]"), `header` that of a request header, `row` the place in a list (from 0)
    that the request gives. `type` names the kind of fault, for families that tell kinds by name.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    row: int | None = None
    type: str | None = None


class Faulty(HearbackError):
    """An error with an error object for each fault: at most `most` of them, all different."""

    title = "The request cannot be processed."

    def __init__(self, *faults: Fault, most: int = MOST_FAULTS) -> None:
        self.faults = tuple(dict.fromkeys(faults))[:most]
        super().__init__(self.title, "; ".join(map(_in_words, self.faults)))


class Unprocessable(Faulty, Invalid):
    """The request is well-formed, but says what cannot be: status 422."""


class Conflicts(Faulty, Conflict):
    """What the request changes is in a state that does not allow it: status 409."""

    title = "What is there does not allow this."


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `Unprocessable` with the faults, if there are any."""
    if found := tuple(faults):
        raise Unprocessable(*found)


def document(status: int, error: HearbackError) -> dict[str, Any]:
    """The JSON:API error document for `error`, answered with HTTP `status`."""
    faults = error.faults if isinstance(error, Faulty) else ()
    faults = faults or (Fault(f"{error.message} {error.details}".strip()),)
    return {"errors": [_error_object(status, fault) for fault in faults], "jsonapi": VERSION}


def _error_object(status: int, fault: Fault) -> dict[str, Any]:
    told: dict[str, Any] = {
        "status": str(status),
        "title": _TITLES.get(status, "Error"),
        "detail": printable(fault.detail),
    }
    places = {"pointer": fault.pointer, "parameter": fault.parameter, "header": fault.header}
    source = {name: printable(place) for name, place in places.items() if place is not None}
    if source:
        told["source"] = source
    return told


def _in_words(fault: Fault) -> str:
    place = fault.pointer or fault.parameter or fault.header
    return f"{place}: {fault.detail}" if place else fault.detail


def printable(text: str) -> str:
    """A detail may repeat half of a surrogate pair, which no answer can hold."""
    return text.encode("utf-8", "replace").decode()
