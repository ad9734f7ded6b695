"""Every error code of the reference that this service can meet, in JSON and in XML, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import requests

from local.stack import Stack
from tests.flows.content import (
    FLAG,
    JSON,
    VOTE,
    XML,
    Site,
    codes,
    document,
    tree,
    xml_codes,
)
from tests.flows.organizations import Organization

Form = dict[str, str]
WRONG_KEY = f"hb_{'0' * 16}_{'0' * 40}"


class Way(NamedTuple):
    """How to get an error: what the client wishes, what was submitted before, and what is submitted."""

    code: str
    form: Form
    wishes: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    before: tuple[Form, ...] = ()
    headers: Form = {}  # noqa: RUF012
    status: int = 200


def without(form: Form, name: str) -> Form:
    return {known: value for known, value in form.items() if known != name}


WAYS = [
    Way("ERROR_PARAM_INVALID_API_KEY", {**VOTE, "PassKey": WRONG_KEY}),
    Way("ERROR_PARAM_INVALID_API_KEY", {**VOTE, "PassKey": ""}),
    Way("ERROR_PARAM_INVALID_PARAMETERS", without(VOTE, "ContentId")),
    Way("ERROR_PARAM_INVALID_PARAMETERS", without(VOTE, "ApiVersion")),
    Way("ERROR_PARAM_INVALID_PARAMETERS", without(VOTE, "Vote")),
    Way("ERROR_PARAM_INVALID_PARAMETERS", {**VOTE, "ContentType": "video"}),
    Way("ERROR_PARAM_INVALID_PARAMETERS", {**VOTE, "FeedbackType": "praise"}),
    Way("ERROR_PARAM_INVALID_PARAMETERS", {**VOTE, "ContentId": "x"}, {"UnknownContents": False}),
    Way("ERROR_PARAM_INVALID_PARAMETERS", {**VOTE, "vote": "Negative"}),
    Way("ERROR_PARAM_MISSING_USER_ID", without(VOTE, "UserId")),
    Way("ERROR_PARAM_MISSING_USER_ID", {**VOTE, "UserId": " "}),
    Way("ERROR_PARAM_MISSING_USER_ID", without(FLAG, "UserId")),
    Way("ERROR_PARAM_MISSING_USER_ID", {**without(VOTE, "UserId"), "Vote": "Undo"}, {"UserRequired": False}),
    Way("ERROR_DUPLICATE_SUBMISSION", VOTE, before=(VOTE,)),
    Way("ERROR_DUPLICATE_SUBMISSION", FLAG, before=(FLAG,)),
    Way("ERROR_PARAM_DUPLICATE_SUBMISSION", VOTE, {"Duplicates": "once"}, (VOTE,)),
    Way("ERROR_PARAM_DUPLICATE_SUBMISSION", {**VOTE, "Vote": "Negative"}, {"Duplicates": "once"}, (VOTE,)),
    Way("ERROR_UNSUPPORTED", {**VOTE, "ApiVersion": "6.0"}),
    Way("ERROR_UNSUPPORTED", {**VOTE, "ContentType": "story"}, {"ContentTypes": ["review"]}),
    Way("ERROR_FORM_REQUIRED", without(FLAG, "ReasonText"), {"ReasonRequired": True}),
    Way("ERROR_FORM_TOO_LONG", {**FLAG, "ReasonText": "x" * 1001}),
    Way("ERROR_FORM_TOO_LONG", {**VOTE, "UserId": "x" * 256}),
    Way("ERROR_FORM_PROFANITY", {**FLAG, "ReasonText": "What a load of bullshit."}),
    Way("ERROR_FORM_EMOJI", {**FLAG, "ReasonText": "rude 😠"}),
    Way("ERROR_FORM_INVALID_IPADDRESS", VOTE, headers={"X-Forwarded-For": "somewhere, 203.0.113.7"}),
]
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.code)


def provoke(organization: Organization, path: str, way: Way) -> requests.Response:
    """The last answer, after which nothing more is counted than before it."""
    site, office = Site(organization.user), Site(organization.admin)
    office.configure(**way.wishes)
    for form in way.before:
        assert codes(site.submit(form)) == []
    known = way.wishes.get("UnknownContents", True)
    counted = office.counts() if known else None
    answered = site.post(path, way.form, headers=way.headers)
    assert counted == (office.counts() if known else None)
    return answered


@each_way
def test_an_error_has_its_code_and_status_200(organization: Organization, way: Way) -> None:
    assert codes(document(provoke(organization, JSON, way))) == [way.code]


@each_way
def test_it_has_the_same_in_xml(organization: Organization, way: Way) -> None:
    assert xml_codes(tree(provoke(organization, XML, way))) == [way.code]


Read = Callable[[requests.Response, int], list[Any]]
BOTH: list[Any] = [
    pytest.param(JSON, lambda response, status: codes(document(response, status)), id="json"),
    pytest.param(XML, lambda response, status: xml_codes(tree(response, status)), id="xml"),
]
in_both = pytest.mark.parametrize(("path", "read"), BOTH)


@in_both
def test_no_key_at_all_is_a_wrong_key(organization: Organization, path: str, read: Read) -> None:
    answered = organization.user.post(path, auth=None, data=VOTE)
    assert read(answered, 200) == ["ERROR_PARAM_INVALID_API_KEY"]
    assert "The passKey provided is invalid." in answered.text


@in_both
def test_a_revoked_key_is_a_wrong_key(organization: Organization, path: str, read: Read) -> None:
    site = Site(organization.user)
    assert read(site.post(path, VOTE), 200) == []
    key_id = organization.user.get("/api/v1/access/me").json()["keyId"]
    organization.admin.delete(f"/api/v1/access/keys/{key_id}")
    assert read(site.post(path, VOTE), 200) == ["ERROR_PARAM_INVALID_API_KEY"]


@in_both
def test_a_key_that_asks_too_often_has_to_wait(organization: Organization, path: str, read: Read) -> None:
    Site(organization.admin).configure(RequestsPerMinute=1)
    site = Site(organization.user)
    answers = [site.post(path, {**VOTE, "UserId": f"user{number}"}) for number in range(3)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert [read(answer, 429) for answer in refused] == [["ERROR_REQUEST_LIMIT_REACHED"]] * len(refused)
    assert refused
    assert all(int(answer.headers["Retry-After"]) in range(1, 61) for answer in refused)


@in_both
def test_a_failure_of_ours_is_unknown_and_has_status_200_too(
    organization: Organization, stack: Stack, path: str, read: Read
) -> None:
    """As it would be if somebody wrote into the table by hand."""
    item = {
        "pk": {"S": f"{organization.organization_id}#configuration"},
        "sk": {"S": "configuration"},
        "duplicates": {"S": "nonsense"},
    }
    stack.client("dynamodb").put_item(TableName=stack.outputs["ContentTable"], Item=item)
    answered = Site(organization.user).post(path, VOTE)
    assert read(answered, 200) == ["ERROR_UNKNOWN"]
    assert "nonsense" not in answered.text


@in_both
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_method_than_post_is_unsupported(
    organization: Organization, path: str, read: Read, method: str
) -> None:
    assert read(Site(organization.user).ask(method, path), 405) == ["ERROR_UNSUPPORTED"]


@in_both
@pytest.mark.parametrize("body", [b"ContentId=%FF", b"\xff=1", b"&".join([b"a=1"] * 2000)])
def test_a_form_that_nobody_can_read_is_refused(
    organization: Organization, path: str, read: Read, body: bytes
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answered = Site(organization.user).ask("POST", path, data=body, headers=headers)
    assert read(answered, 200) == ["ERROR_PARAM_INVALID_PARAMETERS"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/data/moderation.json"),
        ("POST", "/data/moderation.json"),
        ("POST", "/data/contents.json"),
        ("GET", "/data/configuration.json"),
        ("PATCH", "/data/configuration.json"),
    ],
)
def test_what_admins_do_is_denied_to_users(organization: Organization, method: str, path: str) -> None:
    form = {"ContentType": "review", "ContentId": "a", "ContentIds": "a", "ModerationStatus": "rejected"}
    body = {"data": form} if method != "GET" else {}
    refused = document(Site(organization.user).ask(method, path, **body))
    assert codes(refused) == ["ERROR_ACCESS_DENIED"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/data/nowhere", "/data/submitfeedback.yaml", "/data/a/b", "/data/feedbackXjson"]
)
def test_an_unknown_route_is_not_found_in_the_envelope(
    bystanders: Organization, method: str, path: str
) -> None:
    assert codes(document(Site(bystanders.user).ask(method, path), 404)) == ["ERROR_UNSUPPORTED"]


def test_all_faults_of_a_form_are_told_at_once_in_their_order(organization: Organization) -> None:
    form = {**FLAG, "UserId": "u" * 300, "ReasonText": "shit"}
    answered = Site(organization.user).post(JSON, form, headers={"X-Forwarded-For": "nowhere"})
    faults = document(answered)["FormErrors"]
    assert faults["FieldErrorsOrder"] == list(faults["FieldErrors"]) == ["userid", "reasontext", "ipaddress"]
    assert (faults["GroupErrors"], faults["GroupErrorsOrder"]) == ({}, [])
    assert faults["FieldErrors"]["reasontext"] == {
        "Field": "reasontext",
        "Message": "The content contains inappropriate language.",
        "Code": "ERROR_FORM_PROFANITY",
    }
