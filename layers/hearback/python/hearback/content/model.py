"""Contents, what people say about them, and the client to which they belong."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import NamedTuple

from hearback.access.model import Caller


class ContentType(StrEnum):
    REVIEW = "review"
    STORY = "story"
    QUESTION = "question"
    ANSWER = "answer"
    REVIEW_COMMENT = "review_comment"
    STORY_COMMENT = "story_comment"


class FeedbackType(StrEnum):
    HELPFULNESS = "helpfulness"
    INAPPROPRIATE = "inappropriate"


class Vote(StrEnum):
    """What a user says of a content's helpfulness; `UNDO` takes back what they said."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    UNDO = "UNDO"


class Status(StrEnum):
    """Of a content: approved until enough users flag it, then pending until an admin decides."""

    APPROVED = "APPROVED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"


class Duplicates(StrEnum):
    """What becomes of a user's second word on a content."""

    REFUSE = "refuse"
    """The same again is refused, the opposite vote replaces the first."""
    ACCEPT = "accept"
    """The same again changes nothing and is no error."""
    ONCE = "once"
    """Refused, whether it is the same or the opposite."""


class Configuration(NamedTuple):
    """How a client (an organization) wants its feedback."""

    user_required: bool = True
    reason_required: bool = False
    duplicates: Duplicates = Duplicates.REFUSE
    remoderation_threshold: int = 5
    """Flags since the last decision that make a content pending; 0 for never."""
    requests_per_minute: int = 0
    """Of each key; 0 for no limit."""
    content_types: tuple[ContentType, ...] = tuple(ContentType)
    unknown_contents: bool = True
    """Whether contents that no admin has registered are taken."""


class Client(NamedTuple):
    """Who is calling, and how their organization wants its feedback."""

    caller: Caller
    configuration: Configuration

    @property
    def organization_id(self) -> str:
        return self.caller.organization_id

    @property
    def account_id(self) -> int:
        return self.caller.account_id

    @property
    def key_id(self) -> str:
        return self.caller.key_id

    @property
    def is_admin(self) -> bool:
        return self.caller.is_admin

    def require_admin(self) -> None:
        self.caller.require_admin()


class Content(NamedTuple):
    """What feedback is about, as its client names it. Ids are the same in any case."""

    organization_id: str
    content_type: ContentType
    content_id: str

    @property
    def digest(self) -> str:
        """What keys say in place of type and id: of one length, and without characters that separate."""
        return _digest(f"{self.content_type}\x00{self.content_id.casefold()}")


class Author(NamedTuple):
    """Who gives feedback: a user of the client, or nobody in particular (`user_id` is None)."""

    user_id: str | None
    digest: str

    @classmethod
    def of(cls, user_id: str | None, chance: str) -> Author:
        """`chance` stands for a user who is not named, and for no other."""
        return cls(user_id, _digest(chance if user_id is None else f"user\x00{user_id.casefold()}"))

    def part(self, parts: int) -> int:
        """Which of so many parts of something is this user's."""
        return int(self.digest[:8], 16) % parts


class Submission(NamedTuple):
    """Feedback as it is submitted: `vote` of helpfulness alone, `reason` of what is inappropriate."""

    content: Content
    feedback_type: FeedbackType
    user_id: str | None
    vote: Vote | None
    reason: str | None
    address: str | None
    """The author's IP address, if the client says."""


class Statistics(NamedTuple):
    positive: int
    negative: int
    inappropriate: int
    status: Status

    @property
    def votes(self) -> int:
        return self.positive + self.negative

    @property
    def helpfulness(self) -> float | None:
        """The share of positive votes; None as long as there are none."""
        return self.positive / self.votes if self.votes else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
