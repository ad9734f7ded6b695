"""Submitting feedback on contents over HTTP, row by row of the contract."""

from __future__ import annotations

import json

import pytest
import requests
from lxml import etree

from local import seed
from local.stack import Stack
from tests.flows.content import (
    ABOUT,
    FLAG,
    JSON,
    NAMESPACE,
    VOTE,
    XML,
    Site,
    codes,
    document,
    fine,
    texts,
    tree,
)
from tests.flows.organizations import Organization

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@pytest.fixture
def site(organization: Organization) -> Site:
    return Site(organization.user)


@pytest.fixture
def office(organization: Organization) -> Site:
    """The same client's, with an admin's key."""
    return Site(organization.admin)


# ── Answers ──


def test_a_vote_is_answered_as_the_reference_has_it(site: Site) -> None:
    assert site.post(JSON, VOTE).text == (
        '{"Data":{},"HasErrors":false,"Form":[],"FormErrors":{},"TypicalHoursToPost":null,"SubmissionId":null,'
        '"AuthorSubmissionToken":null,"Feedback":{"Helpfulness":{"Vote":"POSITIVE","AuthorId":"alphauser"}},'
        '"Locale":"en_US","Errors":[]}'
    )


def test_a_flag_is_answered_as_the_reference_has_it(site: Site) -> None:
    said = {"ReasonText": FLAG["ReasonText"], "AuthorId": "alphauser"}
    assert fine(site.post(JSON, FLAG))["Feedback"] == {"Inappropriate": said}


def test_an_error_is_answered_in_the_same_envelope(site: Site) -> None:
    refused = site.submit(VOTE, ContentType="video")
    assert refused == {
        "Data": {},
        "HasErrors": True,
        "Form": [],
        "FormErrors": {},
        "TypicalHoursToPost": None,
        "SubmissionId": None,
        "AuthorSubmissionToken": None,
        "Locale": None,
        "Errors": [
            {"Message": "Invalid value for contenttype 'video'", "Code": "ERROR_PARAM_INVALID_PARAMETERS"}
        ],
    }


def test_in_xml_the_elements_are_called_as_in_json(site: Site) -> None:
    root = site.submit_xml(FLAG)
    assert [etree.QName(element).localname for element in root] == [
        "Data", "HasErrors", "Form", "FormErrors", "TypicalHoursToPost", "SubmissionId",
        "AuthorSubmissionToken", "Feedback", "Locale", "Errors",
    ]  # fmt: skip
    assert texts(root, "Feedback/Inappropriate/ReasonText") == [FLAG["ReasonText"]]
    assert texts(root, "Feedback/Inappropriate/AuthorId") == ["alphauser"]
    assert [root.find(NAMESPACE + name).get(NIL) for name in ("SubmissionId", "Locale")] == ["true", None]  # type: ignore[union-attr]


def test_in_xml_errors_are_listed_and_those_of_fields_are_attributes(site: Site) -> None:
    refused = site.submit_xml(VOTE, ContentId="", Vote="maybe")
    assert texts(refused, "Errors/Error/Message") == [
        "Invalid value for contentid ''",
        "Invalid value for vote 'maybe'",
    ]
    [field] = site.submit_xml(FLAG, ReasonText="👎").iter(f"{NAMESPACE}FieldError")
    assert dict(field.items()) == {
        "field": "reasontext",
        "message": "Emoji are not supported.",
        "code": "ERROR_FORM_EMOJI",
    }


@pytest.mark.parametrize(
    "text", ["<&>\"'", "]]>", "\x00\x01\x1f", "\ufffe\uffff", "a\r\nb\tc", "é日本\U00010437"]
)
def test_xml_is_well_formed_whatever_a_user_writes(site: Site, text: str) -> None:
    root = site.submit_xml(FLAG, ReasonText=f"x{text}x", UserId=f"u{text}u")
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    assert texts(root, "Feedback/Inappropriate/ReasonText") == [f"x{kept}x"]
    tree(site.post(XML, {**VOTE, "ContentType": text}))


def test_json_keeps_every_character(site: Site, office: Site) -> None:
    text = "x<&>\"'\\\x00\x1f\ufffe\u2028é日本\U00010437x"
    assert site.submit(FLAG, ReasonText=text)["Feedback"]["Inappropriate"]["ReasonText"] == text
    [flag] = office.statistics()["InappropriateFeedbackList"]
    assert flag["ReasonText"] == text


# ── Parameters ──


def test_parameters_are_taken_from_the_query_string_too_in_any_case(site: Site) -> None:
    shouted = {name.upper(): value.upper() for name, value in VOTE.items() if name != "UserId"}
    answered = document(site.ask("POST", JSON, params={**shouted, "userid": "alphauser"}))
    assert answered["Feedback"] == {"Helpfulness": {"Vote": "POSITIVE", "AuthorId": "alphauser"}}
    assert codes(site.submit(VOTE)) == ["ERROR_DUPLICATE_SUBMISSION"]


def test_the_key_is_a_parameter_in_any_case_or_in_the_header(site: Site) -> None:
    key, person = site.person.key, site.person
    for number, passkey in enumerate(("passkey", "PASSKEY", "PassKey")):
        form = {**VOTE, "UserId": f"user{number}", passkey: key.upper()}
        assert codes(document(person.post(JSON, auth=None, data=form))) == []
    for number, auth in enumerate((None, (key, ""))):
        headers = {} if auth else {"Authorization": f"Bearer {key}"}
        form = {**VOTE, "UserId": f"other{number}"}
        assert codes(document(person.post(JSON, auth=auth, headers=headers, data=form))) == []
    assert site.counts() == (5, 5, 0, 0)


def test_what_official_clients_send_besides_is_ignored(site: Site) -> None:
    extra = {"action": "preview", "_appId": "com.example", "_appVersion": "1.0", "_bvAndroidSdkVersion": "8"}
    assert codes(site.submit({**VOTE, **extra})) == []


def test_a_form_may_be_json(site: Site) -> None:
    answered = site.ask("POST", JSON, json={**VOTE, "ContentId": 4711})
    assert codes(document(answered)) == []
    assert site.counts(ContentId="4711") == (1, 1, 0, 0)


def test_a_token_may_stand_for_the_user(site: Site) -> None:
    form = {name: value for name, value in VOTE.items() if name != "UserId"}
    answered = site.submit(form, User="0af3")
    assert answered["Feedback"]["Helpfulness"]["AuthorId"] == "0af3"
    assert codes(site.submit(form, User="0af3")) == ["ERROR_DUPLICATE_SUBMISSION"]


@pytest.mark.parametrize("kind", ["review", "story", "question", "answer", "review_comment", "story_comment"])
def test_every_type_of_content_takes_votes_and_flags(site: Site, kind: str) -> None:
    assert codes(site.submit(VOTE, ContentType=kind)) == codes(site.submit(FLAG, ContentType=kind)) == []
    assert site.counts(ContentType=kind) == (1, 1, 0, 1)


@pytest.mark.parametrize("address", ["198.51.100.23", "2001:db8::1", "198.51.100.23 , 10.0.0.1"])
def test_the_authors_address_may_be_told(site: Site, address: str) -> None:
    answered = site.post(JSON, VOTE, headers={"X-Forwarded-For": address})
    assert codes(document(answered)) == []


@pytest.mark.parametrize("path", [JSON, XML])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_a_submission_is_a_post(site: Site, method: str, path: str) -> None:
    answered = site.ask(method, path, params=VOTE)
    assert (answered.status_code, answered.headers["Allow"]) == (405, "POST")
    if method == "HEAD":
        assert answered.text == ""
    elif path == XML:
        assert texts(tree(answered, 405), "Errors/Error/Code") == ["ERROR_UNSUPPORTED"]
    else:
        assert codes(document(answered, 405)) == ["ERROR_UNSUPPORTED"]
    assert site.counts() == (0, 0, 0, 0)


# ── One vote for each user ──


def test_the_opposite_vote_replaces_the_first_and_an_undo_removes_it(site: Site) -> None:
    history = [
        ("Positive", [], (1, 1, 0)),
        ("Positive", ["ERROR_DUPLICATE_SUBMISSION"], (1, 1, 0)),
        ("Negative", [], (1, 0, 1)),
        ("negative", ["ERROR_DUPLICATE_SUBMISSION"], (1, 0, 1)),
        ("UNDO", [], (0, 0, 0)),
        ("Undo", [], (0, 0, 0)),
        ("Negative", [], (1, 0, 1)),
        ("Positive", [], (1, 1, 0)),
    ]
    for vote, refused, counted in history:
        assert codes(site.submit(VOTE, Vote=vote)) == refused
        assert site.counts() == (*counted, 0)


def test_a_user_is_the_same_in_any_case_and_a_content_too(site: Site) -> None:
    assert codes(site.submit(VOTE)) == []
    again = site.submit(VOTE, UserId="AlphaUser", ContentId="PRODUCT1")
    assert codes(again) == ["ERROR_DUPLICATE_SUBMISSION"]
    assert (
        site.submit(VOTE, UserId="AlphaUser", Vote="Negative")["Feedback"]["Helpfulness"]["AuthorId"]
        == "AlphaUser"
    )


def test_a_vote_and_a_flag_of_one_user_do_not_disturb_each_other(site: Site) -> None:
    assert codes(site.submit(VOTE)) == codes(site.submit(FLAG)) == []
    assert codes(site.submit(FLAG, ReasonText="another")) == ["ERROR_DUPLICATE_SUBMISSION"]
    assert site.counts() == (1, 1, 0, 1)


def test_statistics_say_all_that_is_counted(site: Site) -> None:
    for user, vote in (("a", "Positive"), ("b", "Positive"), ("c", "Negative"), ("d", "Positive")):
        site.submit(VOTE, UserId=user, Vote=vote)
    site.submit(FLAG)
    assert site.statistics() == {
        **ABOUT,
        "TotalFeedbackCount": 4,
        "TotalPositiveFeedbackCount": 3,
        "TotalNegativeFeedbackCount": 1,
        "TotalInappropriateFeedbackCount": 1,
        "Helpfulness": 0.75,
        "ModerationStatus": "APPROVED",
        "HasErrors": False,
        "Errors": [],
    }
    assert site.statistics(ContentId="another")["Helpfulness"] is None


def test_one_clients_feedback_is_no_others(site: Site, another: Organization) -> None:
    site.submit(VOTE)
    site.submit(FLAG)
    assert Site(another.admin).counts() == (0, 0, 0, 0)
    assert Site(another.admin).statistics()["InappropriateFeedbackList"] == []


# ── JSON with padding ──


def test_json_comes_as_a_call_of_the_function_that_is_named(site: Site) -> None:
    answered = site.post(JSON, {**VOTE, "Callback": "site.show"})
    assert answered.headers["Content-Type"].partition(";")[0] == "application/javascript"
    assert answered.text.startswith("site.show({")
    assert answered.text.endswith("});")
    assert codes(json.loads(answered.text.removeprefix("site.show(").removesuffix(");"))) == []
    again = site.post(JSON, {**VOTE, "callback": "$"})
    assert codes(json.loads(again.text[2:-2])) == ["ERROR_DUPLICATE_SUBMISSION"]


def test_what_names_no_function_is_refused_and_nothing_counted(site: Site) -> None:
    refused = site.submit(VOTE, Callback="alert(1)//")
    assert refused["Errors"][0]["Message"] == "Invalid value for callback 'alert(1)//'"
    assert site.counts() == (0, 0, 0, 0)


# ── The demo's client ──


def test_every_demo_key_is_a_pass_key_of_a_client_that_knows_product1_and_nothing_else(
    stack: Stack, http: requests.Session
) -> None:
    for key in stack.keys.values():
        for kind in ("review", "story", "question", "answer", "review_comment", "story_comment"):
            form = {**VOTE, "PassKey": key["key"], "ContentType": kind, "UserId": key["email"]}
            answered = http.post(stack.base_url + JSON, data=form)
            assert codes(document(answered)) == []
            assert answered.headers["X-Bazaarvoice-QPM-Allotted"] == "10000"
            unknown = http.post(stack.base_url + JSON, data={**form, "ContentId": "x"})
            assert document(unknown)["Errors"] == [
                {"Message": "Invalid value for contentid 'x'", "Code": "ERROR_PARAM_INVALID_PARAMETERS"}
            ]
    assert stack.demo["content_id"] == seed.CONTENT_ID
