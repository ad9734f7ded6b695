"""What requests to the content feedback API may say.

Parameters are in the form, the query string, or both; their names are read in any case, and so are the
values of which there are a few. Unknown ones are ignored: the official clients send more than is documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from hearback.content.errors import InvalidParameters, Unsupported, WrongValue
from hearback.content.model import Content, ContentType, Duplicates, FeedbackType, Status, Submission, Vote
from hearback.wire.messages import Request
from hearback.wire.text import Text

Model = TypeVar("Model", bound=BaseModel)

MOST_IDS = 10_000
"""Contents that one request registers: 100 transactions, a few seconds."""

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+", re.ASCII)
_SPOKEN = re.compile(r"5\.[0-4]")
"""The versions of which 5.4 is the last: a submission of feedback is the same in all."""
_SHOWN = 80
"""Characters of a wrong value that a message repeats."""


def _any_case(kind: type[StrEnum]) -> BeforeValidator:
    known = {member.lower(): member for member in kind}
    return BeforeValidator(lambda value: known.get(str(value).strip().lower(), value))


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError("is no version, such as 5.4")
    return value


def _none_if_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _several(values: list[Any]) -> list[Any]:
    """A list is one in JSON; in a form it has commas, or its name several times."""
    lists = [value.split(",") if isinstance(value, str) else value for value in values]
    members = [member for each in lists for member in (each if isinstance(each, list) else [each])]
    return [member.strip() if isinstance(member, str) else member for member in members]


def _callable(value: str) -> str:
    if not _CALLBACK.fullmatch(value):
        raise ValueError("is no name of a function")
    return value


AnyContentType = Annotated[ContentType, _any_case(ContentType)]
NONE_IF_BLANK = BeforeValidator(_none_if_blank)
LISTED = BeforeValidator(_several)
"""Marks a parameter that may be given several times."""

ContentId = Annotated[Text, NONE_IF_BLANK, Field(max_length=255)]
Given = Annotated[Text | None, NONE_IF_BLANK]
Callback = Annotated[Annotated[str, AfterValidator(_callable), Field(max_length=128)] | None, NONE_IF_BLANK]
Limit = Annotated[int, Field(ge=1, le=1000)]
Place = Annotated[str, Field(max_length=60, pattern=r"^[0-9a-f-]*$")]


class Parameters(BaseModel):
    """What every request may say; `Callback` has its effect in `wire.content.callbacks`."""

    # Built when first used: a cold start pays for the models of one request only.
    model_config = ConfigDict(
        alias_generator=to_pascal,
        frozen=True,
        extra="ignore",
        defer_build=True,
        coerce_numbers_to_str=True,
    )

    callback: Callback = None


class SubmissionForm(Parameters):
    api_version: Annotated[Text, AfterValidator(_version)]
    content_type: AnyContentType
    content_id: ContentId
    feedback_type: Annotated[FeedbackType, _any_case(FeedbackType)]
    user_id: Given = None
    user: Given = None
    vote: Annotated[Vote | None, _any_case(Vote), NONE_IF_BLANK] = None
    reason_text: Given = None

    def meant(self, organization_id: str, forwarded_for: str | None) -> Submission:
        """What is submitted, by an author behind these addresses (the header X-Forwarded-For)."""
        if not _SPOKEN.fullmatch(self.api_version):
            raise Unsupported(f"This service speaks version 5.4, not {self.api_version[:_SHOWN]}.")
        helpfulness = self.feedback_type is FeedbackType.HELPFULNESS
        if helpfulness and self.vote is None:
            raise InvalidParameters(WrongValue("Vote", ""))
        return Submission(
            Content(organization_id, self.content_type, self.content_id),
            self.feedback_type,
            self.user_id or self.user,
            self.vote if helpfulness else None,
            None if helpfulness else self.reason_text,
            forwarded_for.partition(",")[0].strip() if forwarded_for else None,
        )


class ContentQuery(Parameters):
    content_type: AnyContentType
    content_id: ContentId

    def meant(self, organization_id: str) -> Content:
        return Content(organization_id, self.content_type, self.content_id)


class StatisticsQuery(ContentQuery):
    limit: Limit = 100
    after: Place = ""


class ModerationQuery(Parameters):
    limit: Limit = 100
    after: Place = ""


class DecisionForm(ContentQuery):
    moderation_status: Annotated[Literal[Status.APPROVED, Status.REJECTED], _any_case(Status)]


class ContentsForm(Parameters):
    content_type: AnyContentType
    content_ids: Annotated[list[ContentId], LISTED, Field(min_length=1, max_length=MOST_IDS)]

    def meant(self, organization_id: str) -> list[Content]:
        return [Content(organization_id, self.content_type, content_id) for content_id in self.content_ids]


class ConfigurationForm(Parameters):
    """What is not named stays as it is."""

    user_required: bool | None = None
    reason_required: bool | None = None
    duplicates: Annotated[Duplicates | None, _any_case(Duplicates)] = None
    remoderation_threshold: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    requests_per_minute: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    content_types: Annotated[list[AnyContentType] | None, LISTED] = None
    unknown_contents: bool | None = None

    def changes(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, exclude=set(Parameters.model_fields))


def read(kind: type[Model], _name: str, request: Request) -> Model:
    """The request's parameters as the model's instance; `InvalidParameters` names each that is wrong."""
    given: dict[str, Any] = {}
    wrong: list[WrongValue] = []
    for field in kind.model_fields.values():
        name = str(field.alias)
        values = request.said.get(name.lower(), [])
        if LISTED in field.metadata and values:
            given[name] = values
        elif values:
            given[name] = values[0]
            wrong += [WrongValue(name, _shown(other)) for other in values[1:]]
    try:
        model = kind.model_validate(given)
    except ValidationError as error:
        wrong += _wrong(error, given)
    if wrong:
        raise InvalidParameters(*dict.fromkeys(wrong))
    return model


def _wrong(error: ValidationError, given: dict[str, Any]) -> Iterator[WrongValue]:
    for fault in error.errors(include_url=False, include_context=False):
        name = str(fault["loc"][0])
        yield WrongValue(name, _shown(given.get(name, "")))


def _shown(value: Any) -> str:
    return str(value)[:_SHOWN]


def callback(request: Request) -> str | None:
    """The function in which the client wants its JSON; None when it names none, or nothing that is one."""
    names = request.said.get("callback", [])
    name = str(names[0]) if len(names) == 1 else ""
    return name if _CALLBACK.fullmatch(name) else None
