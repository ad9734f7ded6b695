"""Which entries are meant: the filter that lists, exports and batch-deletes share."""

from __future__ import annotations

from typing import NamedTuple

from hearback.translation import feedback_ids
from hearback.translation.model import ApprovalState, Feedback

MOST_IDS = 1000
"""Ids that one filter may name."""


class Filter(NamedTuple):
    """All parts given must hold. Texts are contained in the entry's, in any case; instants are inclusive."""

    feedback_ids: tuple[int, ...] | None = None
    language_pair_id: str | None = None
    source_language_id: str | None = None
    target_language_id: str | None = None
    username: str | None = None
    reviewer: str | None = None
    source_text: str | None = None
    machine_translation: str | None = None
    suggested_translation: str | None = None
    comment: str | None = None
    approval_states: frozenset[ApprovalState] | None = None
    start_time_created: int | None = None
    end_time_created: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    @property
    def is_counted(self) -> bool:
        """Whether the counters know how many entries match, without reading any of them."""
        counted = Filter(
            language_pair_id=self.language_pair_id,
            source_language_id=self.source_language_id,
            target_language_id=self.target_language_id,
            username=self.username,
            approval_states=self.approval_states,
        )
        return self == counted

    def of_user(self, username: str) -> Filter:
        return self._replace(username=username)

    def first_id(self) -> int:
        """The smallest id that an entry of this filter can have."""
        return 0 if self.start_time_created is None else feedback_ids.smallest_at(self.start_time_created)

    def last_id(self) -> int:
        """The largest id that an entry of this filter can have."""
        if self.end_time_created is None:
            return feedback_ids.LARGEST
        return feedback_ids.largest_at(self.end_time_created)

    def matches(self, entry: Feedback, language_pair_ids: frozenset[str]) -> bool:
        """Whether the entry is meant; `language_pair_ids` are those that its pair or languages select."""
        return (
            entry.language_pair_id in language_pair_ids
            and (self.approval_states is None or entry.approval_state in self.approval_states)
            and (self.username is None or entry.username == self.username)
            and (self.reviewer is None or entry.reviewer == self.reviewer)
            and (self.start_time_created is None or entry.created >= self.start_time_created)
            and (self.end_time_created is None or entry.created <= self.end_time_created)
            and (self.feedback_ids is None or entry.feedback_id in self.feedback_ids)
            and _contains(entry.source_text, self.source_text)
            and _contains(entry.machine_translation, self.machine_translation)
            and _contains(entry.suggested_translation, self.suggested_translation)
            and _contains(entry.comment, self.comment)
        )


def _contains(text: str, part: str | None) -> bool:
    return part is None or part.casefold() in text.casefold()


def to_json(meant: Filter) -> dict[str, object]:
    """The filter for an item or a message; `from_json` reads it back."""
    values = meant._asdict()
    states = meant.approval_states
    values["approval_states"] = None if states is None else sorted(states)
    return {name: value for name, value in values.items() if value is not None}


def from_json(values: dict[str, object]) -> Filter:
    known = dict(values)
    if "approval_states" in known:
        known["approval_states"] = frozenset(ApprovalState(s) for s in known["approval_states"])  # type: ignore[attr-defined]
    if "feedback_ids" in known:
        known["feedback_ids"] = tuple(known["feedback_ids"])  # type: ignore[arg-type]
    return Filter(**known)  # type: ignore[arg-type]
