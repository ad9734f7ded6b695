"""What a client wants of its submissions, and which faults of the form are found."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.access.model import Caller, Role
from hearback.content.errors import Fault, FieldFault, FormFaults, Unsupported, UserMissing
from hearback.content.model import (
    Client,
    Configuration,
    Content,
    ContentType,
    FeedbackType,
    Submission,
    Vote,
)
from hearback.content.submissions import LONGEST_REASON, LONGEST_USER_ID, check

CALLER = Caller("acme", 1, "user@acme.example", Role.USER, "k1")
VOTE = Submission(
    Content("acme", ContentType.REVIEW, "product1"),
    FeedbackType.HELPFULNESS,
    "alphauser",
    Vote.POSITIVE,
    None,
    None,
)
FLAG = VOTE._replace(feedback_type=FeedbackType.INAPPROPRIATE, vote=None)


def client(**wishes: Any) -> Client:
    return Client(CALLER, Configuration()._replace(**wishes))


def faults(submission: Submission, **wishes: Any) -> list[FieldFault]:
    try:
        check(client(**wishes), submission)
    except FormFaults as refused:
        return list(refused.faults)
    return []


def test_a_vote_and_a_flag_as_anybody_may_give_them_are_right() -> None:
    assert faults(VOTE) == faults(FLAG) == faults(FLAG._replace(reason="It shows another product.")) == []


def test_a_user_is_needed_as_the_client_says_and_always_to_undo() -> None:
    nobody = VOTE._replace(user_id=None)
    with pytest.raises(UserMissing):
        check(client(), nobody)
    check(client(user_required=False), nobody)
    with pytest.raises(UserMissing):
        check(client(user_required=False), nobody._replace(vote=Vote.UNDO))


def test_a_type_of_content_may_be_closed() -> None:
    check(client(content_types=(ContentType.REVIEW,)), VOTE)
    with pytest.raises(Unsupported):
        check(client(content_types=(ContentType.STORY,)), VOTE)


@pytest.mark.parametrize("reason", [None, "", " \n"])
def test_a_reason_is_needed_as_the_client_says_of_flags_alone(reason: str | None) -> None:
    missing = [FieldFault("ReasonText", Fault.REQUIRED)]
    assert faults(FLAG._replace(reason=reason), reason_required=True) == missing
    assert faults(FLAG._replace(reason=reason)) == []
    assert faults(VOTE, reason_required=True) == []


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("x" * LONGEST_REASON, None),
        ("x" * (LONGEST_REASON + 1), Fault.TOO_LONG),
        ("rude 😀", Fault.EMOJI),
        ("this is shit", Fault.PROFANITY),
    ],
)
def test_a_reason_has_its_faults(reason: str, fault: Fault | None) -> None:
    assert faults(FLAG._replace(reason=reason)) == ([FieldFault("ReasonText", fault)] if fault else [])


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7"])
def test_an_authors_address_may_be_of_either_kind(address: str) -> None:
    assert faults(VOTE._replace(address=address)) == []


@pytest.mark.parametrize("address", ["", "203.0.113", "203.0.113.256", "unknown", "example.com", "1", "::g"])
def test_what_is_no_address_is_a_fault(address: str) -> None:
    assert faults(VOTE._replace(address=address)) == [FieldFault("IPAddress", Fault.INVALID_IPADDRESS)]


def test_all_faults_are_told_at_once() -> None:
    wrong = FLAG._replace(user_id="u" * (LONGEST_USER_ID + 1), reason="shit", address="nowhere")
    assert faults(wrong) == [
        FieldFault("UserId", Fault.TOO_LONG),
        FieldFault("ReasonText", Fault.PROFANITY),
        FieldFault("IPAddress", Fault.INVALID_IPADDRESS),
    ]
