"""How each API family says what went wrong: the one table from domain errors to wire forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hearback.errors import (
    Busy,
    Conflict,
    Forbidden,
    HearbackError,
    Invalid,
    NotAllowed,
    NotFound,
    TooDeep,
    TooLarge,
    Unauthenticated,
    Unfinished,
    UnknownMedia,
)
from hearback.jsonapi import errors as jsonapi

STATUS: dict[type[HearbackError], int] = {
    Invalid: 400,
    TooLarge: 413,
    UnknownMedia: 415,
    TooDeep: 422,
    jsonapi.Unprocessable: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAllowed: 405,
    Conflict: 409,
    Busy: 429,
    Unfinished: 500,
    HearbackError: 500,
}


@dataclass(frozen=True)
class Family:
    """One published API, as its clients see it.

    `name` names it in logs, `status` overrides `STATUS` where its contract differs, and `body`
    writes the document of an error for its status.
    """

    name: str
    status: dict[type[HearbackError], int]
    body: Callable[[int, HearbackError], str]
    media_type: str = "application/json"
    calls_back: bool = False
    """Whether a client may have its JSON as a call of a function of its own (JSONP)."""
    by_ending: Mapping[str, Family] = field(default_factory=dict)
    """The family that answers in this one's place at an address that is no route, by how its path ends."""

    def at(self, path: str) -> Family:
        """The family whose form an answer at this address has, where no route says another."""
        ending = next((it for it in self.by_ending if path.rstrip("/").endswith(it)), "")
        return self.by_ending.get(ending, self)

    def status_of(self, error: HearbackError) -> int:
        for kind in type(error).__mro__:
            status = self.status.get(kind) or STATUS.get(kind)
            if status:
                return status
        return 500

    def error(self, error: HearbackError) -> tuple[int, str]:
        """The status and the document for a domain error."""
        status = self.status_of(error)
        return status, self.body(status, error)


def _error_object(status: int, error: HearbackError) -> str:
    told = {"code": status, "message": error.message, "details": error.details}
    return _to_json({"error": told})


def _errors(status: int, error: HearbackError) -> str:
    return _to_json(jsonapi.document(status, error))


def _envelope(_status: int, error: HearbackError) -> str:
    from hearback.wire.content import envelopes  # content feedback's Lambda alone needs it

    return envelopes.json_refusal(error)


def _envelope_in_xml(_status: int, error: HearbackError) -> str:
    from hearback.wire.content import envelopes

    return envelopes.xml_refusal(error)


def _to_json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


# Language Weaver's contract knows 400, 401, 403, 404, 413, 429 and 500 alone.
TRANSLATION = Family(
    "translation_feedback", {Conflict: 400, NotAllowed: 404, UnknownMedia: 400, TooDeep: 400}, _error_object
)

ACCESS = Family("access", {NotAllowed: 404}, _error_object)

ORGANIZATION = replace(ACCESS, name="organization")

# Bazaarvoice's clients discard the body of any other status than 200, but for rate limiting; what is
# no route of theirs has the status that says so.
_AS_200: dict[type[HearbackError], int] = dict.fromkeys(
    [
        Invalid,
        TooLarge,
        UnknownMedia,
        TooDeep,
        Unauthenticated,
        Forbidden,
        Conflict,
        Unfinished,
        HearbackError,
    ],
    200,
)
CONTENT_XML = Family("content_feedback_xml", _AS_200, _envelope_in_xml, "application/xml")
CONTENT = Family("content_feedback", _AS_200, _envelope, calls_back=True, by_ending={".xml": CONTENT_XML})

DATASET = Family("dataset", {}, _errors, media_type="application/vnd.api+json")


def _typed_errors(status: int, error: HearbackError) -> str:
    """One error, or one for each thing that is wrong."""
    faults = error.faults if isinstance(error, jsonapi.Faulty) else ()
    faults = faults or (jsonapi.Fault(f"{error.message} {error.details}".strip()),)
    return _to_json({"errors": [_typed_error(status, fault) for fault in faults]})


def _typed_error(status: int, fault: jsonapi.Fault) -> dict[str, object]:
    """`type` is a name where the fault has one, else the status; `index` a place in the request's list."""
    told: dict[str, object] = {"type": fault.type or status, "message": fault.detail}
    return told if fault.row is None else told | {"index": fault.row}


# Sama's contract knows 400, 401, 404 (also where the right is missing), 405, 413 and 429; feedback that is
# final is a 409.
TASKS = Family("tasks", {jsonapi.Unprocessable: 400, TooDeep: 400, Forbidden: 404}, _typed_errors)

TASK_FEEDBACK = replace(TASKS, name="task_feedback")
