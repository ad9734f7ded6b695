"""What requests to the content feedback API may say, and in which forms."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hearback.content.errors import InvalidParameters, Unsupported, WrongValue
from hearback.content.model import Content, ContentType, Duplicates, FeedbackType, Status, Vote
from hearback.errors import Invalid
from hearback.wire.content import requests
from hearback.wire.content.callbacks import called_back
from hearback.wire.messages import Answer, Request
from pydantic import BaseModel

VOTE = {
    "ApiVersion": "5.4",
    "ContentType": "review",
    "ContentId": "product1",
    "UserId": "alphauser",
    "FeedbackType": "helpfulness",
    "Vote": "Positive",
}


def request(body: str | bytes = "", query: dict[str, list[str]] | None = None, media: str = "") -> Request:
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    return Request(
        {"headers": {"Content-Type": media}, "body": text, "multiValueQueryStringParameters": query}, 0
    )


def read(kind: type[BaseModel], **parameters: Any) -> Any:
    return requests.read(kind, "parameters", request(urlencode(parameters)))


def wrong(kind: type[BaseModel], sent: Request) -> tuple[WrongValue, ...]:
    with pytest.raises(InvalidParameters) as refused:
        requests.read(kind, "parameters", sent)
    return refused.value.wrong


def test_a_submission_is_read_from_the_form_the_query_string_or_both() -> None:
    pairs = list(VOTE.items())
    query = {name: [value] for name, value in pairs[:3]}
    several = [
        request(urlencode(VOTE)),
        request(query={name: [value] for name, value in pairs}),
        request(urlencode(dict(pairs[3:])), query),
        request(json.dumps(VOTE), media="application/json"),
        request(urlencode(VOTE), query),
    ]
    read_ones = {requests.read(requests.SubmissionForm, "parameters", each) for each in several}
    assert len(read_ones) == 1
    meant = read_ones.pop().meant("acme", None)
    assert meant.content == Content("acme", ContentType.REVIEW, "product1")
    assert (meant.feedback_type, meant.vote, meant.user_id) == (
        FeedbackType.HELPFULNESS,
        Vote.POSITIVE,
        "alphauser",
    )


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_names_and_known_values_are_read_in_any_case(change: Any) -> None:
    shouted = {change(name): change(value) for name, value in VOTE.items() if name != "UserId"}
    meant = read(requests.SubmissionForm, **shouted, UserId="Alpha").meant("acme", None)
    assert (meant.content.content_type, meant.vote, meant.user_id) == (
        ContentType.REVIEW,
        Vote.POSITIVE,
        "Alpha",
    )


def test_what_nobody_knows_is_ignored_however_often_it_is_said() -> None:
    body = urlencode({**VOTE, "action": "preview", "_appId": "com.example"}) + "&_appId=other"
    assert requests.read(requests.SubmissionForm, "parameters", request(body)).vote is Vote.POSITIVE


def test_one_parameter_with_two_values_is_wrong_in_any_case_of_its_name() -> None:
    sent = request(urlencode(VOTE) + "&vote=Negative", {"USERID": ["betauser"]})
    assert wrong(requests.SubmissionForm, sent) == (
        WrongValue("UserId", "betauser"),
        WrongValue("Vote", "Negative"),
    )
    assert requests.read(requests.SubmissionForm, "parameters", request(urlencode(VOTE) + "&vote=Positive"))


@pytest.mark.parametrize("name", ["ApiVersion", "ContentType", "ContentId", "FeedbackType"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_each_missing_parameter_is_named(name: str, value: str | None) -> None:
    sent = {**VOTE, name: value} if value is not None else {n: v for n, v in VOTE.items() if n != name}
    assert wrong(requests.SubmissionForm, request(urlencode(sent))) == (WrongValue(name, value or ""),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ApiVersion", "latest"),
        ("ContentType", "video"),
        ("ContentId", "x" * 256),
        ("FeedbackType", "praise"),
        ("Vote", "Maybe"),
        ("Callback", "alert(1)"),
    ],
)
def test_each_wrong_value_is_shown(name: str, value: str) -> None:
    sent = request(urlencode({**VOTE, name: value}))
    assert wrong(requests.SubmissionForm, sent) == (WrongValue(name, value[:80]),)


def test_a_vote_of_helpfulness_must_say_which() -> None:
    voteless = {name: value for name, value in VOTE.items() if name != "Vote"}
    with pytest.raises(InvalidParameters) as refused:
        read(requests.SubmissionForm, **voteless).meant("acme", None)
    assert refused.value.wrong == (WrongValue("Vote", ""),)
    flag = read(requests.SubmissionForm, **{**voteless, "FeedbackType": "inappropriate"}).meant("acme", None)
    assert (flag.vote, flag.reason) == (None, None)


def test_a_reason_belongs_to_a_flag_and_a_vote_does_not() -> None:
    said = {**VOTE, "ReasonText": "rude"}
    assert read(requests.SubmissionForm, **said).meant("acme", None).reason is None
    flag = read(requests.SubmissionForm, **{**said, "FeedbackType": "Inappropriate"}).meant("acme", None)
    assert (flag.vote, flag.reason) == (None, "rude")


def test_a_token_stands_for_the_user_who_is_not_named() -> None:
    nameless = {**VOTE, "UserId": "", "User": "6172"}
    assert read(requests.SubmissionForm, **nameless).meant("acme", None).user_id == "6172"
    assert (
        read(requests.SubmissionForm, **{**VOTE, "user": "6172"}).meant("acme", None).user_id == "alphauser"
    )


def test_texts_are_kept_as_they_were_sent() -> None:
    said = {
        **VOTE,
        "Vote": "",
        "Callback": " ",
        "FeedbackType": "inappropriate",
        "UserId": " ann ",
        "ReasonText": "\n two lines\n",
    }
    flag = read(requests.SubmissionForm, **said).meant("acme", None)
    assert (flag.user_id, flag.reason) == (" ann ", "\n two lines\n")


@pytest.mark.parametrize("version", ["5.0", "5.3", "5.4"])
def test_earlier_versions_of_the_fifth_say_the_same(version: str) -> None:
    assert read(requests.SubmissionForm, **{**VOTE, "ApiVersion": version}).meant("acme", None)


@pytest.mark.parametrize("version", ["4.9", "5.5", "6.0", "50.4", "5.40"])
def test_other_versions_are_not_spoken(version: str) -> None:
    with pytest.raises(Unsupported):
        read(requests.SubmissionForm, **{**VOTE, "ApiVersion": version}).meant("acme", None)


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (None, None),
        ("", None),
        ("198.51.100.23", "198.51.100.23"),
        (" 198.51.100.23 , 203.0.113.7", "198.51.100.23"),
        (",203.0.113.7", ""),
    ],
)
def test_the_authors_address_is_the_leftmost(header: str | None, address: str | None) -> None:
    assert read(requests.SubmissionForm, **VOTE).meant("acme", header).address == address


def test_half_a_character_is_wrong() -> None:
    body = json.dumps({**VOTE, "ContentId": "\ud800"})
    assert wrong(requests.SubmissionForm, request(body, media="application/json")) == (
        WrongValue("ContentId", "\ud800"),
    )


def test_a_form_that_is_no_utf_8_is_refused() -> None:
    unreadable = request("ContentId=%FF")
    with pytest.raises(Invalid, match="UTF-8"):
        requests.read(requests.SubmissionForm, "parameters", unreadable)


@pytest.mark.parametrize(
    "sent",
    [
        request("ContentType=review&ContentIds=a,b"),
        request("ContentType=review&ContentIds=a&contentids=b"),
        request('{"ContentType": "Review", "ContentIds": ["a", "b"]}', media="application/json"),
        request('{"ContentIds": ["a", "b"]}', {"ContentType": ["review"]}, media="application/json"),
    ],
)
def test_contents_are_listed_in_each_of_the_forms(sent: Request) -> None:
    form = requests.read(requests.ContentsForm, "form", sent)
    assert [content.content_id for content in form.meant("acme")] == ["a", "b"]


def test_too_many_contents_and_nameless_ones_are_refused() -> None:
    for ids in ("", "a,,b", ",".join("x" * (requests.MOST_IDS + 1))):
        [named] = wrong(requests.ContentsForm, request(f"ContentType=review&ContentIds={ids}"))
        assert named.parameter == "ContentIds"


def test_a_configuration_names_what_it_changes() -> None:
    form = read(
        requests.ConfigurationForm, UserRequired="false", duplicates="Once", ContentTypes="review,STORY"
    )
    assert form.changes() == {
        "user_required": False,
        "duplicates": Duplicates.ONCE,
        "content_types": [ContentType.REVIEW, ContentType.STORY],
    }
    assert read(requests.ConfigurationForm).changes() == {}


def test_a_decision_is_one_of_two() -> None:
    about = {"ContentType": "review", "ContentId": "product1"}
    assert (
        read(requests.DecisionForm, **about, ModerationStatus="Rejected").moderation_status is Status.REJECTED
    )
    pending = request(urlencode({**about, "ModerationStatus": "pending"}))
    assert wrong(requests.DecisionForm, pending) == (WrongValue("ModerationStatus", "pending"),)


@pytest.mark.parametrize("place", ["\U0010ffff", "~", "x" * 61, "é"])
def test_a_place_is_one_that_an_answer_has_named(place: str) -> None:
    assert wrong(requests.ModerationQuery, request(urlencode({"After": place})))


# ── JSON with padding ──


@pytest.mark.parametrize("name", ["show", "_", "$", "jQuery.fn.show", "a1.b2"])
def test_json_comes_as_a_call_of_the_function_that_is_named(name: str) -> None:
    answer = called_back(request(query={"callback": [name]}), Answer('{"a":"\u2028"}'))
    assert answer.body == f'{name}({{"a":"\\u2028"}});'
    assert answer.media_type == "application/javascript"


@pytest.mark.parametrize(
    "name",
    ["", "1a", "a b", "a(", "a;b", "a.", ".a", "a..b", "é", "</script>", "a\n", "alert(1)//", "a[0]"],
)
def test_what_names_no_function_is_never_in_the_answer(name: str) -> None:
    plain = Answer("{}")
    assert called_back(request(query={"Callback": [name]}), plain) is plain


def test_xml_and_answers_to_unreadable_requests_are_not_called_back() -> None:
    xml = Answer("<a/>", media_type="application/xml")
    assert called_back(request(query={"Callback": ["show"]}), xml) is xml
    unreadable = request("%FF=1", {"Callback": ["show"]})
    assert called_back(unreadable, Answer("{}")) == Answer("{}")
