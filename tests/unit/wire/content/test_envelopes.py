"""The envelope, as JSON and as XML, and the code of every error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hearback import errors
from hearback.content.errors import (
    Duplicate,
    Fault,
    FieldFault,
    FormFaults,
    InvalidParameters,
    LimitReached,
    OnlyOnce,
    Unsupported,
    UserMissing,
    WrongValue,
)
from hearback.errors import HearbackError
from hearback.storage.transactions import ConditionFailed
from hearback.wire.content import envelopes
from hearback.wire.content.xml import NAMESPACE, to_xml
from hearback.wire.families import CONTENT, CONTENT_XML
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
NO_FORM: dict[str, Any] = {"Data": {}, "Form": [], "TypicalHoursToPost": None, "SubmissionId": None}

CODES = [
    (errors.Unauthenticated("m"), "ERROR_PARAM_INVALID_API_KEY", 200),
    (errors.Forbidden("m"), "ERROR_ACCESS_DENIED", 200),
    (errors.Invalid("m"), "ERROR_PARAM_INVALID_PARAMETERS", 200),
    (InvalidParameters(WrongValue("ContentId", "x")), "ERROR_PARAM_INVALID_PARAMETERS", 200),
    (errors.TooLarge("m"), "ERROR_PARAM_INVALID_PARAMETERS", 200),
    (UserMissing("m"), "ERROR_PARAM_MISSING_USER_ID", 200),
    (Unsupported("m"), "ERROR_UNSUPPORTED", 200),
    (Duplicate("m"), "ERROR_DUPLICATE_SUBMISSION", 200),
    (OnlyOnce("m"), "ERROR_PARAM_DUPLICATE_SUBMISSION", 200),
    (LimitReached("m"), "ERROR_REQUEST_LIMIT_REACHED", 429),
    (errors.Busy("m"), "ERROR_REQUEST_LIMIT_REACHED", 429),
    (errors.NotFound("m"), "ERROR_UNSUPPORTED", 404),
    (errors.NotAllowed("m"), "ERROR_UNSUPPORTED", 405),
    (errors.Conflict("m"), "ERROR_UNKNOWN", 200),
    (errors.Unfinished("m"), "ERROR_UNKNOWN", 200),
    (HearbackError("m"), "ERROR_UNKNOWN", 200),
    (ConditionFailed([0]), "ERROR_UNKNOWN", 200),
]  # fmt: skip
each_error = pytest.mark.parametrize(("error", "code", "status"), CODES, ids=lambda it: type(it).__name__)


def tree(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def found(root: etree._Element, path: str) -> list[str | None]:
    steps = "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))
    return [element.text for element in root.findall(steps)]


@each_error
def test_every_error_has_its_code_and_status(error: HearbackError, code: str, status: int) -> None:
    told, body = CONTENT.error(error)
    document = json.loads(body)
    assert told == status
    assert document["HasErrors"] is True
    assert [one["Code"] for one in document["Errors"]] == [code]
    assert "Feedback" not in document
    assert document["Locale"] is None


@each_error
def test_every_error_is_told_in_xml_too(error: HearbackError, code: str, status: int) -> None:
    told, body = CONTENT_XML.error(error)
    root = tree(body)
    assert told == status
    assert root.tag == f"{{{NAMESPACE}}}DataApiResponse"
    assert found(root, "HasErrors") == ["true"]
    assert found(root, "Errors/Error/Code") == [code]
    assert found(root, "Errors/Error/Message") != [None]


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_of_the_form_has_its_code_and_message(fault: Fault) -> None:
    error = FormFaults([FieldFault("ReasonText", fault)])
    status, body = CONTENT.error(error)
    document = json.loads(body)
    code = f"ERROR_FORM_{fault.name}"
    message = document["FormErrors"]["FieldErrors"]["reasontext"].pop("Message")
    assert message
    assert (status, document["HasErrors"], document["Errors"]) == (200, True, [])
    assert document["FormErrors"] == {
        "FieldErrors": {"reasontext": {"Field": "reasontext", "Code": code}},
        "FieldErrorsOrder": ["reasontext"],
        "GroupErrors": {},
        "GroupErrorsOrder": [],
    }
    root = tree(CONTENT_XML.error(error)[1])
    [shown] = root.iter(f"{{{NAMESPACE}}}FieldError")
    assert found(root, "FormErrors/FieldErrorsOrder/Field") == ["reasontext"]
    assert dict(shown.items()) == {"field": "reasontext", "message": message, "code": code}


def test_each_wrong_parameter_is_an_error_of_its_own() -> None:
    error = InvalidParameters(WrongValue("ContentId", "x"), WrongValue("Vote", ""))
    messages = [one["Message"] for one in envelopes.refused(error)["Errors"]]
    assert messages == ["Invalid value for contentid 'x'", "Invalid value for vote ''"]


def test_a_bad_key_is_told_in_the_words_that_clients_know() -> None:
    refused = envelopes.refused(errors.Unauthenticated("anything"))
    assert refused["Errors"][0]["Message"] == "The passKey provided is invalid."


def test_the_members_are_in_the_order_of_the_reference() -> None:
    members = (
        "Data", "HasErrors", "Form", "FormErrors", "TypicalHoursToPost", "SubmissionId",
        "AuthorSubmissionToken", "Feedback", "Locale", "Errors",
    )  # fmt: skip
    assert tuple(envelopes.accepted({})) == members
    assert tuple(envelopes.refused(HearbackError("m"))) == tuple(it for it in members if it != "Feedback")
    root = tree(to_xml(envelopes.accepted({})))
    assert tuple(etree.QName(element).localname for element in root) == members


def test_a_null_is_nil_and_what_is_empty_is_not() -> None:
    root = tree(to_xml(envelopes.accepted({"Inappropriate": {"ReasonText": None, "AuthorId": ""}})))
    nil = [etree.QName(element).localname for element in root.iter() if element.get(NIL) == "true"]
    assert nil == ["TypicalHoursToPost", "SubmissionId", "AuthorSubmissionToken", "ReasonText"]


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=50)
"""Any code points at all: also controls, halves of surrogate pairs and what is no character."""


@given(ANY_TEXT, ANY_TEXT)
def test_xml_is_well_formed_whatever_people_write(reason: str, user: str) -> None:
    said = {"Inappropriate": {"ReasonText": reason, "AuthorId": user}}
    root = tree(to_xml(envelopes.accepted(said)))
    [kept] = found(root, "Feedback/Inappropriate/ReasonText")
    assert (kept or "") == "".join(c for c in reason if _is_xml(c))


@given(ANY_TEXT, ANY_TEXT)
def test_errors_are_well_formed_whatever_they_repeat(name: str, value: str) -> None:
    tree(CONTENT_XML.error(InvalidParameters(WrongValue(name, value)))[1])
    tree(CONTENT_XML.error(errors.Invalid(name, value))[1])
    tree(CONTENT_XML.error(FormFaults([FieldFault(name, Fault.EMOJI)]))[1])


def _is_xml(character: str) -> bool:
    """Production 2 of XML 1.0."""
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def test_what_nobody_filled_in_is_as_the_reference_has_it() -> None:
    shown: dict[str, Any] = envelopes.accepted({"Helpfulness": {"Vote": "POSITIVE", "AuthorId": "a"}})
    assert {name: shown[name] for name in NO_FORM} == NO_FORM
