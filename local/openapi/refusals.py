"""How each family refuses: the statuses, what they mean, and what the documents look like."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hearback import errors
from hearback.errors import HearbackError
from hearback.wire.families import Family

from local.openapi import schemas
from local.openapi.schemas import Schema


class Refusal(NamedTuple):
    error: HearbackError
    meaning: str


REFUSALS = (
    Refusal(
        errors.Invalid("A parameter is missing or invalid.", "perPage: Input should be a valid integer"),
        "The request is wrong; the error says what and where.",
    ),
    Refusal(
        errors.Unauthenticated("The API key is not valid."),
        "There is no key, or it is not (or no longer) valid.",
    ),
    Refusal(
        errors.Forbidden("Only an admin of the organization may do this."),
        "The key is valid, and has no right to do this.",
    ),
    Refusal(
        errors.NotFound("There is no such thing.", "41"),
        "There is no such thing in the caller's organization.",
    ),
    Refusal(
        errors.NotAllowed("There is POST here, and no such method.", "GET /data/submitfeedback.json"),
        "The path has other methods.",
    ),
    Refusal(
        errors.Conflict("It was just changed by someone else; try again."),
        "The thing changed meanwhile, or its state does not allow this.",
    ),
    Refusal(
        errors.TooLarge("The request is too large.", "at most 4 MB"),
        "The request or its answer is larger than one can be.",
    ),
    Refusal(
        errors.Busy("The service is busy; try again in a moment."),
        "Too much is asked at once; try again after `Retry-After` seconds.",
    ),
    Refusal(
        HearbackError("The service failed to answer this request.", "request 4f0c"),
        "The service failed.",
    ),
)
"""Where a family has one status for two of them, the first speaks."""


def of(family: Family) -> dict[int, Refusal]:
    """The family's refusals by status."""
    by_status = {family.status_of(refusal.error): refusal for refusal in reversed(REFUSALS)}
    return dict(sorted(by_status.items()))


def document(family: Family, refusal: Refusal) -> Any:
    """JSON as it is read, else the text."""
    body = family.error(refusal.error)[1]
    return json.loads(body) if family.media_type == "application/json" else body


def schema_name(family: Family) -> str:
    return "".join(word.title() for word in family.name.split("_")) + "Error"


def schema(family: Family) -> Schema:
    """The form of the family's errors, as one of them shows it."""
    return schemas.of_example(document(family, REFUSALS[0]))
