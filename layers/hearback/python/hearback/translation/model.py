"""A feedback entry: somebody's judgement of one translation, and the rules it obeys.

Terms and fields are those of the Language Weaver Edge API v2. Instants are nanoseconds since 1970.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hearback.errors import Forbidden, Invalid, TooLarge
from hearback.tmx.writer import clean

MOST_NAME_CHARACTERS = 256
"""Of a user's or reviewer's name that an import restores: it becomes part of a key."""

MOST_TEXT_BYTES = 350_000
"""UTF-8 bytes of an entry's texts together: DynamoDB takes items of 400 KB."""


class ApprovalState(StrEnum):
    AWAITING = "awaitingApproval"
    APPROVED = "approved"
    REJECTED = "rejected"


class LanguagePair(NamedTuple):
    """A pair installed in an organization. Nothing is read out of its id: it is looked up."""

    language_pair_id: str
    source_language_id: str
    target_language_id: str
    source_language: str = ""
    source_language_tag: str = ""
    target_language: str = ""
    target_language_tag: str = ""
    domain: str = ""
    model: str = ""
    platform: str = ""
    technology: str = ""
    version: str = ""


class Feedback(NamedTuple):
    """One entry. `added` is when it came into this organization: for a restored one, later than `created`."""

    organization_id: str
    feedback_id: int
    language_pair_id: str
    username: str
    source_text: str
    machine_translation: str
    suggested_translation: str
    comment: str
    approval_state: ApprovalState
    reviewer: str
    created: int
    modified: int
    reviewed: int | None
    added: int
    revision: int = 0
    """Grows with every change: a writer that saw an older one loses."""


class NewFeedback(NamedTuple):
    language_pair_id: str
    source_text: str
    machine_translation: str = ""
    suggested_translation: str = ""
    comment: str = ""
    approval_state: ApprovalState = ApprovalState.AWAITING


class Change(NamedTuple):
    """What an update asks for; None leaves a field as it is, an empty string clears it."""

    suggested_translation: str | None = None
    comment: str | None = None
    approval_state: ApprovalState | None = None


def check_texts(feedback: Feedback) -> None:
    """Raises `Invalid` for an entry that could not be kept, or not be written to TMX and read back."""
    if not clean(feedback.source_text).strip():
        raise Invalid("The source text is blank.", "sourceText")
    for name, value in (
        ("machineTranslation", feedback.machine_translation),
        ("suggestedTranslation", feedback.suggested_translation),
    ):
        if value and not clean(value).strip():
            raise Invalid("A translation is blank; leave it empty for none.", name)
    suggested = clean(feedback.suggested_translation)
    if suggested and suggested == clean(feedback.machine_translation):
        raise Invalid(
            "The suggested translation is the same as the machine translation.", "suggestedTranslation"
        )
    size = text_bytes(feedback)
    if size > MOST_TEXT_BYTES:
        raise TooLarge("The entry's texts are too long.", f"{size} bytes; at most {MOST_TEXT_BYTES}")


def text_bytes(feedback: Feedback) -> int:
    texts = (
        feedback.source_text,
        feedback.machine_translation,
        feedback.suggested_translation,
        feedback.comment,
    )
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def reviewed_as(feedback: Feedback, state: ApprovalState, by: str, at: int) -> Feedback:
    """The entry in another state. Approving and rejecting are reviews; back to waiting, none has been."""
    if state is ApprovalState.AWAITING:
        return feedback._replace(approval_state=state, reviewer="", reviewed=None)
    return feedback._replace(approval_state=state, reviewer=by, reviewed=at)


def changed(feedback: Feedback, change: Change, by: str, may_review: bool, at: int) -> Feedback:
    """The entry after the change, made by the account `by` at the instant `at`.

    Clients send whole entries, so its current state is accepted from everybody; another one is
    an admin's alone (`Forbidden`). The same object comes back when nothing would change.
    """
    after = feedback
    state = change.approval_state
    if state is not None and state is not feedback.approval_state:
        if not may_review:
            raise Forbidden("Only an admin approves or rejects feedback.", "approvalState")
        after = reviewed_as(after, state, by, at)
    if change.suggested_translation is not None:
        after = after._replace(suggested_translation=change.suggested_translation)
    if change.comment is not None:
        after = after._replace(comment=change.comment)
    if after == feedback:
        return feedback
    check_texts(after)
    return after._replace(modified=at, revision=feedback.revision + 1)
