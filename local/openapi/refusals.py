"""How each family refuses: the statuses, what they mean, and what the documents look like."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hearback import errors
from hearback.errors import HearbackError, Unauthenticated
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.wire.families import DATASET, TASK_FEEDBACK, TASKS, Family

from local.openapi import resources, schemas
from local.openapi.schemas import Schema


class Refusal(NamedTuple):
    error: HearbackError
    meaning: str


STRANGER = Unauthenticated("The API key is not valid.")

REFUSALS = (
    Refusal(
        errors.Invalid("A parameter is missing or invalid.", "perPage: Input should be a valid integer"),
        "The request is wrong; the error says what and where.",
    ),
    Refusal(
        STRANGER,
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

OF_DATASET = (
    Refusal(
        errors.Invalid("This is not valid JSON:", "line 1, column 9: Expecting value."),
        "The body is not valid JSON.",
    ),
    Refusal(
        errors.NotAllowed("There is GET, POST here, and no such method.", "PUT /api/v1/dataset/projects"),
        "The address takes other methods.",
    ),
    Refusal(
        errors.UnknownMedia("The body must be application/vnd.api+json.", "Content-Type: text/csv"),
        "The body is of a media type that is not understood.",
    ),
    Refusal(
        Unprocessable(Fault("is required", pointer="/data/attributes/name")),
        "The request cannot be processed; each error says what is wrong and where.",
    ),
)
"""What the dataset API says beside the others, or in their place."""


OF_TASKS = (
    Refusal(
        Unprocessable(Fault('data: "url" is a required property', type="InvalidInputSchema")),
        "The request is wrong, or the state of the task or batch does not allow it; there may be several errors,"
        " each with its `index` where it is about one of a list.",
    ),
    Refusal(
        errors.NotFound("There is no such task.", "51e77305ff1d8131a4000011"),
        "There is no such thing in the caller's organization, or the key has no right to do this.",
    ),
    Refusal(
        errors.NotAllowed("There is GET, PUT here, and no such method.", "PATCH /v2/projects/117/tasks/51e7"),
        "The path has other methods.",
    ),
)
"""What the tasks and the task feedback API say in the place of the others."""

_MORE = {DATASET.name: OF_DATASET, TASKS.name: OF_TASKS, TASK_FEEDBACK.name: OF_TASKS}


def of(family: Family) -> dict[int, Refusal]:
    """The family's refusals by status."""
    every = (*_MORE.get(family.name, ()), *REFUSALS)
    by_status = {family.status_of(refusal.error): refusal for refusal in reversed(every)}
    return dict(sorted(by_status.items()))


def references(family: Family) -> dict[str, Schema]:
    """The responses of every operation that tell a refusal."""
    return {str(status): {"$ref": f"#/components/responses/{family.name}.{status}"} for status in of(family)}


def document(family: Family, refusal: Refusal) -> Any:
    """JSON as it is read, else the text."""
    body = family.error(refusal.error)[1]
    return json.loads(body) if family.media_type.endswith("json") else body


_TYPED_ERRORS: Schema = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "type": {
                        "type": ["integer", "string"],
                        "description": "The status, or the name of the reason such as InvalidInputSchema",
                    },
                    "message": {"type": "string", "description": "What is wrong"},
                    "index": {
                        "type": "integer",
                        "description": "Of one of a list in the request: its place there, from 0",
                    },
                },
                "required": ["type", "message"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["errors"],
}


def schema_name(family: Family) -> str:
    return "".join(word.title() for word in family.name.split("_")) + "Error"


def schema(family: Family) -> Schema:
    """The form of the family's errors, as one of them shows it, or as it is known."""
    if family is DATASET:
        return resources.ERROR
    if family in (TASKS, TASK_FEEDBACK):
        return _TYPED_ERRORS
    return schemas.of_example(document(family, REFUSALS[0]))
