"""The one envelope of content feedback's answers, as JSON and as XML, and the codes of its errors.

The members, their order and the codes are those of Bazaarvoice's submission reference 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.content.errors import (
    Duplicate,
    Fault,
    FieldFault,
    FormFaults,
    InvalidParameters,
    OnlyOnce,
    Unsupported,
    UserMissing,
)
from hearback.errors import Busy, Forbidden, HearbackError, Invalid, NotFound, Unauthenticated
from hearback.wire.messages import to_json

CODES: dict[type[HearbackError], str] = {
    Unauthenticated: "ERROR_PARAM_INVALID_API_KEY",
    Forbidden: "ERROR_ACCESS_DENIED",
    Invalid: "ERROR_PARAM_INVALID_PARAMETERS",
    UserMissing: "ERROR_PARAM_MISSING_USER_ID",
    Unsupported: "ERROR_UNSUPPORTED",
    NotFound: "ERROR_UNSUPPORTED",
    Duplicate: "ERROR_DUPLICATE_SUBMISSION",
    OnlyOnce: "ERROR_PARAM_DUPLICATE_SUBMISSION",
    Busy: "ERROR_REQUEST_LIMIT_REACHED",
    HearbackError: "ERROR_UNKNOWN",
}

FORM_MESSAGES = {
    Fault.REQUIRED: "A required field was not supplied.",
    Fault.TOO_LONG: "The field has too many characters.",
    Fault.PROFANITY: "The content contains inappropriate language.",
    Fault.EMOJI: "Emoji are not supported.",
    Fault.INVALID_IPADDRESS: "The IP address is invalid.",
}

Document = Mapping[str, Any]


def accepted(feedback: Document) -> Any:
    """The answer to a submission that counts."""
    return _envelope(Feedback=feedback, Locale="en_US")


def refused(error: HearbackError) -> dict[str, Any]:
    """The answer to a request that was refused."""
    if isinstance(error, FormFaults):
        return _envelope(HasErrors=True, FormErrors=_form_errors(error.faults))
    code = next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
    return _envelope(HasErrors=True, Errors=[{"Message": said, "Code": code} for said in _messages(error)])


def to_xml(envelope: Document) -> str:
    from hearback.wire.content import xml  # a cold start pays for lxml only where it is needed

    return xml.to_xml(envelope)


def json_refusal(error: HearbackError) -> str:
    return to_json(refused(error))


def xml_refusal(error: HearbackError) -> str:
    return to_xml(refused(error))


def _envelope(**given: Any) -> dict[str, Any]:
    whole = {
        "Data": {},
        "HasErrors": False,
        "Form": [],
        "FormErrors": {},
        "TypicalHoursToPost": None,
        "SubmissionId": None,
        "AuthorSubmissionToken": None,
        "Feedback": None,
        "Locale": None,
        "Errors": [],
    } | given
    return {name: value for name, value in whole.items() if name != "Feedback" or value is not None}


def _messages(error: HearbackError) -> list[str]:
    if isinstance(error, InvalidParameters):
        return [f"Invalid value for {it.parameter.lower()} '{it.value}'" for it in error.wrong]
    if isinstance(error, Unauthenticated):
        return ["The passKey provided is invalid."]
    return [f"{error.message} {error.details}".rstrip()]


def _form_errors(faults: Sequence[FieldFault]) -> dict[str, Any]:
    fields = {it.field.lower(): _field_error(it) for it in faults}
    return {
        "FieldErrors": fields,
        "FieldErrorsOrder": list(fields),
        "GroupErrors": {},
        "GroupErrorsOrder": [],
    }


def _field_error(it: FieldFault) -> dict[str, str]:
    return {
        "Field": it.field.lower(),
        "Message": FORM_MESSAGES[it.fault],
        "Code": f"ERROR_FORM_{it.fault.name}",
    }
