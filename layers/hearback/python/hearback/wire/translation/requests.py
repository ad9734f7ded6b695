"""What requests to the translation API may say: names and rules of the Language Weaver Edge API v2."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.alias_generators import to_camel

from hearback import timestamps, translation
from hearback.errors import HearbackError, NotFound
from hearback.translation import feedback_ids
from hearback.translation.filters import MOST_IDS, Filter
from hearback.translation.imports import LARGEST_UPLOAD
from hearback.translation.model import ApprovalState, Change, LanguagePair, NewFeedback
from hearback.wire.messages import PathVariable
from hearback.wire.text import Text

MOST_PER_PAGE = 1000


def _present(value: str) -> str:
    if not value:
        raise ValueError("may not be empty")
    return value


def _instant(end: bool) -> BeforeValidator:
    def parse(value: Any) -> int:
        if not isinstance(value, str):
            raise ValueError("must be a timestamp, YYYY-MM-DD hh:mm:ss.nnnnnnnnnZ")
        try:
            return timestamps.parse(value, end=end)
        except HearbackError as error:
            raise ValueError(error.message) from None

    return BeforeValidator(parse, json_schema_input_type=str)


def _ids(value: Any) -> tuple[int, ...]:
    """A comma list; in a body of JSON a list as well, since no address is as long as a thousand ids."""
    parts = [str(part) for part in value] if isinstance(value, list) else str(value).split(",")
    if not 1 <= len(parts) <= MOST_IDS:
        raise ValueError(f"names {'more than ' if parts else 'none of up to '}{MOST_IDS} entries")
    return tuple(_id(part.strip()) for part in parts)


def _id(part: str) -> int:
    if not (part.isascii() and part.isdigit() and len(part) <= feedback_ids.DIGITS):
        raise ValueError(f"{part[:40]!r} is not an identifier")
    return int(part)


def _states(value: Any) -> frozenset[ApprovalState]:
    try:
        return frozenset(ApprovalState(part.strip()) for part in str(value).split(","))
    except ValueError:
        known = ", ".join(ApprovalState)
        raise ValueError(f"{str(value)[:80]!r} is not a list of approval states ({known})") from None


def _nothing_if_empty(value: Any) -> Any:
    return None if value == "" else value


Label = Annotated[Text, Field(max_length=200)]
Name = Annotated[Text, AfterValidator(_present), Field(max_length=1024)]
Part = Annotated[Annotated[Text, Field(max_length=10_000)] | None, BeforeValidator(_nothing_if_empty)]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids, json_schema_input_type=str)]
States = Annotated[frozenset[ApprovalState], BeforeValidator(_states, json_schema_input_type=str)]
State = Annotated[ApprovalState | None, BeforeValidator(_nothing_if_empty)]
Start = Annotated[int, _instant(end=False)]
End = Annotated[int, _instant(end=True)]
PairId = Annotated[
    # What a path can hold, so that every installed pair can be removed.
    Text, Field(min_length=1, max_length=128, pattern=r"^[\w .()+-]+$")
]


class _Document(BaseModel):
    """Unknown parameters are ignored: real clients send more than the reference names."""

    # Built when first used: a cold start pays for the models of one request only.
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", defer_build=True)


class FeedbackFilter(_Document):
    """Which entries are meant. Texts are contained in any case, instants inclusive."""

    language_pair_id: Name | None = None
    source_language_id: Name | None = None
    target_language_id: Name | None = None
    username: Name | None = None
    source_text: Part = None
    machine_translation: Part = None
    suggested_translation: Part = None
    comment: Part = None
    approval_states: States | None = None
    reviewer: Text | None = None
    start_time_created: Start | None = None
    end_time_created: End | None = None

    @model_validator(mode="after")
    def _pair_or_languages(self) -> FeedbackFilter:
        if self.language_pair_id is not None and (self.source_language_id or self.target_language_id):
            raise ValueError("languagePairId cannot be combined with sourceLanguageId or targetLanguageId")
        return self

    def meant(self) -> Filter:
        names = FeedbackFilter.model_fields
        return Filter(**{name: getattr(self, name) for name in names})


class FeedbackSelection(FeedbackFilter):
    """A filter that may also name the entries themselves."""

    feedback_ids: Ids | None = None

    def meant(self) -> Filter:
        names = FeedbackSelection.model_fields
        return Filter(**{name: getattr(self, name) for name in names})


SELECTION: dict[str, Any] = {
    "ids": ("feedbackIds",),
    "told": (
        "languagePairId",
        "sourceLanguageId",
        "targetLanguageId",
        "username",
        "reviewer",
        "approvalStates",
        "startTimeCreated",
        "endTimeCreated",
    ),
    "given": ("sourceText", "machineTranslation", "suggestedTranslation", "comment"),
}
"""What the audit trail says of a selection: whose words are looked for, nobody is to read there."""


class FeedbackListQuery(FeedbackFilter):
    page: Annotated[int, Field(ge=1, le=2**31)] = 1
    per_page: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 25
    after: Annotated[int | None, Field(ge=0, lt=2**63), BeforeValidator(_nothing_if_empty)] = None


class FeedbackCreateForm(_Document):
    language_pair_id: Name
    source_text: Text
    machine_translation: Text = ""
    suggested_translation: Text = ""
    approval_state: State = None
    comment: Text = ""

    def new(self) -> NewFeedback:
        return NewFeedback(
            self.language_pair_id,
            self.source_text,
            self.machine_translation,
            self.suggested_translation,
            self.comment,
            self.approval_state or ApprovalState.AWAITING,
        )


class FeedbackUpdateForm(_Document):
    """An absent field stays as it is, an empty string clears it."""

    suggested_translation: Text | None = None
    approval_state: State = None
    comment: Text | None = None

    def change(self) -> Change:
        return Change(self.suggested_translation, self.comment, self.approval_state)


class ImportOptions(_Document):
    apply_all: bool = False
    approve_all: bool = False


IMPORT_OPTIONS = ("applyAll", "approveAll")


class UploadOptions(ImportOptions):
    """With a size, the file comes in parts."""

    size_in_bytes: Annotated[int, Field(ge=1, le=LARGEST_UPLOAD)] | None = None


class LanguagePairQuery(_Document):
    language_pair_id: Text | None = None
    source_language_id: Text | None = None
    target_language_id: Text | None = None
    domain: Text | None = None
    model: Text | None = None
    platform: Text | None = None
    technology: Text | None = None
    version: Text | None = None

    def matches(self, pair: LanguagePair) -> bool:
        """Whether the pair is what was asked for, apart from its languages, which `languages` selects."""
        given = (
            (name, getattr(self, name))
            for name in LanguagePairQuery.model_fields
            if "language_id" not in name
        )
        return all(value is None or getattr(pair, name) == value for name, value in given)

    def languages(self) -> Filter:
        return Filter(source_language_id=self.source_language_id, target_language_id=self.target_language_id)


class LanguagePairForm(_Document):
    """Names and tags of the languages are looked up where they are not given."""

    language_pair_id: PairId
    source_language_id: Name
    target_language_id: Name
    source_language: Label = ""
    source_language_tag: Label = ""
    target_language: Label = ""
    target_language_tag: Label = ""
    domain: Label = ""
    model: Label = ""
    platform: Label = ""
    technology: Label = ""
    version: Label = ""

    def pair(self) -> LanguagePair:
        given = self.model_dump()
        ids = [given.pop(name) for name in ("language_pair_id", "source_language_id", "target_language_id")]
        return translation.catalogue.describe(*ids, **given)


class AuthForm(_Document):
    username: Text
    password: Text


def _feedback_id(value: str) -> int:
    try:
        return _id(value)
    except ValueError:
        raise NotFound("There is no such feedback entry.", f"feedbackId: {value[:40]}") from None


FeedbackId = Annotated[int, PathVariable(_feedback_id)]
