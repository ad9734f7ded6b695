"""What becomes of a round's entries when drafts come in: pure, so that it may be tried again."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hearback.jsonapi import strict
from hearback.jsonapi.errors import Conflicts, Fault, Unprocessable
from hearback.quality.checks import MOST_AT_ONCE, Draft
from hearback.quality.model import Entries, Entry


class By(NamedTuple):
    """Whose word it is, when, and about whose answers."""

    author: str
    submitter: str | None
    now: int


def merge(entries: Entries, drafts: Sequence[Draft], by: By) -> tuple[Entries, list[Entry]]:
    """The entries with the drafts among them, and those that the drafts became, in the order of the drafts.

    Raises `Unprocessable` for drafts that mean no entry, or the same as others do, and `Conflicts` for edits
    of entries that are final.
    """
    found = {entry.id: entry for entry in entries}
    named: dict[tuple[str | None, str | None], Entry] = {entry.name: entry for entry in entries if entry.name}
    pairs = [_pair(found.get(draft.id) if draft.id else named.get(draft.name), draft, by) for draft in drafts]
    for _, after in pairs:
        if after:
            found[after.id] = after
    merged = tuple(found.values())
    _refuse(pairs, merged)
    return merged, [after for _, after in pairs if after]


Pair = tuple[Entry | None, Entry | None]
"""An entry before and after its edit: without the one before it is new; without both, nothing is meant."""


def _pair(before: Entry | None, draft: Draft, by: By) -> Pair:
    if before is None:
        return None, None if draft.id else _new(draft, by)
    return before, _edited(before, draft, by.now)


def _new(draft: Draft, by: By) -> Entry:
    said = draft._asdict() | {"id": secrets.token_hex(12)}
    return Entry(**said, created_at=by.now, updated_at=by.now, author=by.author, submitter=by.submitter)


def _edited(before: Entry, draft: Draft, now: int) -> Entry:
    """What is said is replaced whole; the name and the context stay where none is given."""
    said = draft._asdict() | {"id": before.id}
    for name in ("context", "external_id"):
        if said[name] is None:
            said[name] = getattr(before, name)
    after = before._replace(**said)
    return before if _same(before, after) else after._replace(updated_at=now)


def _same(one: Entry, other: Entry) -> bool:
    """As JSON has it: to Python 1 is true."""
    return one == other and strict.canonical(one) == strict.canonical(other)


def _refuse(pairs: Sequence[Pair], merged: Entries) -> None:
    times = Counter(after.id for _, after in pairs if after)
    names = Counter(entry.name for entry in merged)
    bad, final = [], []
    for row, (before, after) in enumerate(pairs):
        if after is None:
            bad.append(Fault("There is no feedback with this id.", row=row, type="UnknownFeedback"))
        elif times[after.id] > 1:
            bad.append(Fault("The list has this feedback twice.", row=row, type="DuplicateFeedback"))
        elif after.name and names[after.name] > 1:
            message = "Another entry has this external_id in this context."
            bad.append(Fault(message, row=row, type="DuplicateExternalId"))
        elif before and before.is_final and after is not before:
            message = f"The feedback {before.id} is finalized and stays as it is."
            final.append(Fault(message, row=row, type="FinalizedFeedback"))
    if bad:
        raise Unprocessable(*bad, most=MOST_AT_ONCE)
    if final:
        raise Conflicts(*final, most=MOST_AT_ONCE)
