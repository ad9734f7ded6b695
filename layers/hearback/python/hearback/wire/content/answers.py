"""How the content feedback API's answers look: the envelope of submissions, and documents of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict

from hearback.content.cases import Waiting
from hearback.content.flags import Flag
from hearback.content.model import Configuration, Content, Statistics, Submission
from hearback.timestamps import SECOND
from hearback.wire.content import envelopes


class ErrorDocument(TypedDict):
    Message: str
    Code: str


class HelpfulnessDocument(TypedDict):
    Vote: str
    AuthorId: str | None


class InappropriateDocument(TypedDict):
    ReasonText: str | None
    AuthorId: str | None


class SubmittedDocument(TypedDict):
    """The one of the two that was submitted."""

    Helpfulness: NotRequired[HelpfulnessDocument]
    Inappropriate: NotRequired[InappropriateDocument]


class SubmissionDocument(TypedDict):
    Data: dict[str, Any]
    HasErrors: bool
    Form: list[Any]
    FormErrors: dict[str, Any]
    TypicalHoursToPost: int | None
    SubmissionId: str | None
    AuthorSubmissionToken: str | None
    Feedback: SubmittedDocument
    Locale: str
    Errors: list[ErrorDocument]


class OursDocument(TypedDict):
    """What every answer has."""

    HasErrors: bool
    Errors: list[ErrorDocument]


class FlagDocument(TypedDict):
    AuthorId: str | None
    ReasonText: str | None
    SubmissionTime: str


class StatisticsDocument(OursDocument):
    """The list and `Next` are for admins alone; `Next` is where the list goes on, as `After`."""

    ContentType: str
    ContentId: str
    TotalFeedbackCount: int
    TotalPositiveFeedbackCount: int
    TotalNegativeFeedbackCount: int
    TotalInappropriateFeedbackCount: int
    Helpfulness: float | None
    ModerationStatus: str
    InappropriateFeedbackList: NotRequired[list[FlagDocument]]
    Next: NotRequired[str | None]


class WaitingDocument(TypedDict):
    ContentType: str
    ContentId: str
    Since: str


class QueueDocument(OursDocument):
    """`Next` is where the queue goes on, as `After`."""

    Contents: list[WaitingDocument]
    Next: str | None


class DecisionDocument(OursDocument):
    ContentType: str
    ContentId: str
    ModerationStatus: str


class RegistrationDocument(OursDocument):
    Registered: int


class ConfigurationDocument(OursDocument):
    UserRequired: bool
    ReasonRequired: bool
    Duplicates: str
    RemoderationThreshold: int
    RequestsPerMinute: int
    ContentTypes: list[str]
    UnknownContents: bool


def accepted(submission: Submission) -> SubmissionDocument:
    document: SubmissionDocument = envelopes.accepted(_feedback(submission))
    return document


def _feedback(submission: Submission) -> SubmittedDocument:
    if submission.vote is not None:
        return {"Helpfulness": {"Vote": submission.vote, "AuthorId": submission.user_id}}
    return {"Inappropriate": {"ReasonText": submission.reason, "AuthorId": submission.user_id}}


def statistics(content: Content, found: Statistics) -> StatisticsDocument:
    return {
        "ContentType": content.content_type,
        "ContentId": content.content_id,
        "TotalFeedbackCount": found.votes,
        "TotalPositiveFeedbackCount": found.positive,
        "TotalNegativeFeedbackCount": found.negative,
        "TotalInappropriateFeedbackCount": found.inappropriate,
        "Helpfulness": found.helpfulness,
        "ModerationStatus": found.status,
        "HasErrors": False,
        "Errors": [],
    }


def with_flags(document: StatisticsDocument, flags: list[Flag], limit: int) -> StatisticsDocument:
    """What admins see besides; the flags of one answer are in the order of time."""
    following = flags[-1].place if len(flags) == limit else None
    shown = [_flag(flag) for flag in sorted(flags, key=lambda flag: flag.at)]
    return {**document, "InappropriateFeedbackList": shown, "Next": following}


def _flag(flag: Flag) -> FlagDocument:
    return {"AuthorId": flag.user_id, "ReasonText": flag.reason, "SubmissionTime": _time(flag.at)}


def queue(waiting: list[Waiting], limit: int) -> QueueDocument:
    following = waiting[-1].place if len(waiting) == limit else None
    return {
        "Contents": [_waiting(one) for one in waiting],
        "Next": following,
        "HasErrors": False,
        "Errors": [],
    }


def _waiting(one: Waiting) -> WaitingDocument:
    return {
        "ContentType": one.content.content_type,
        "ContentId": one.content.content_id,
        "Since": _time(one.since),
    }


def decision(content: Content, status: str) -> DecisionDocument:
    return {
        "ContentType": content.content_type,
        "ContentId": content.content_id,
        "ModerationStatus": status,
        "HasErrors": False,
        "Errors": [],
    }


def registration(registered: int) -> RegistrationDocument:
    return {"Registered": registered, "HasErrors": False, "Errors": []}


def configuration(wanted: Configuration) -> ConfigurationDocument:
    return {
        "UserRequired": wanted.user_required,
        "ReasonRequired": wanted.reason_required,
        "Duplicates": wanted.duplicates,
        "RemoderationThreshold": wanted.remoderation_threshold,
        "RequestsPerMinute": wanted.requests_per_minute,
        "ContentTypes": list(wanted.content_types),
        "UnknownContents": wanted.unknown_contents,
        "HasErrors": False,
        "Errors": [],
    }


def _time(instant: int) -> str:
    """ISO 8601 with milliseconds, as everywhere in this API."""
    return datetime.fromtimestamp(instant / SECOND, UTC).isoformat(timespec="milliseconds")
