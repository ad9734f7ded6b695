"""Entries, kept with their guards and counters: every change of any of them goes through here.

A change is a pair (before, after): (None, entry) adds, (entry, None) removes, (old, new) alters.
Changes are written together, each on the condition that what was read of it still holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import (
    Item,
    get_number,
    get_optional_number,
    get_text,
    key_of,
    number,
    text,
    without_nothing,
)
from hearback.storage.transactions import ConditionFailed, Write
from hearback.translation import keys
from hearback.translation.counts import Tally
from hearback.translation.model import ApprovalState, Feedback, text_bytes

Change = tuple[Feedback | None, Feedback | None]


def to_item(entry: Feedback) -> Item:
    organization, pair, state = entry.organization_id, entry.language_pair_id, entry.approval_state
    part = entry.feedback_id % keys.LEAF_PARTITIONS
    return keys.entry(organization, entry.feedback_id) | without_nothing(
        {
            "leaf": text(keys.leaf(organization, pair, state, part)),
            "mine": text(keys.mine(organization, entry.username, pair, state, part)),
            "pair": text(pair),
            "username": text(entry.username),
            "source": text(entry.source_text),
            "machine": text(entry.machine_translation) if entry.machine_translation else None,
            "suggested": text(entry.suggested_translation) if entry.suggested_translation else None,
            "comment": text(entry.comment) if entry.comment else None,
            "state": text(state),
            "reviewer": text(entry.reviewer) if entry.reviewer else None,
            "created": number(entry.created),
            "modified": number(entry.modified),
            "reviewed": None if entry.reviewed is None else number(entry.reviewed),
            "added": number(entry.added),
            "revision": number(entry.revision),
        }
    )


def from_item(item: Item) -> Feedback:
    return Feedback(
        organization_id=item["pk"]["S"].partition("#")[0],
        feedback_id=int(item["sk"]["S"]),
        language_pair_id=item["pair"]["S"],
        username=item["username"]["S"],
        source_text=item["source"]["S"],
        machine_translation=get_text(item, "machine"),
        suggested_translation=get_text(item, "suggested"),
        comment=get_text(item, "comment"),
        approval_state=ApprovalState(item["state"]["S"]),
        reviewer=get_text(item, "reviewer"),
        created=int(item["created"]["N"]),
        modified=int(item["modified"]["N"]),
        reviewed=get_optional_number(item, "reviewed"),
        added=int(item["added"]["N"]),
        revision=int(item["revision"]["N"]),
    )


def get(organization_id: str, feedback_id: int) -> Feedback | None:
    item = reads.get(settings().translation_table, keys.entry(organization_id, feedback_id))
    return from_item(item) if item else None


def get_many(organization_id: str, feedback_ids: Iterable[int]) -> list[Feedback]:
    """Those that exist, in the order of their ids."""
    wanted = [keys.entry(organization_id, feedback_id) for feedback_id in sorted(set(feedback_ids))]
    found = [from_item(item) for item in reads.get_many(settings().translation_table, wanted)]
    return sorted(found, key=lambda entry: entry.feedback_id)


@dataclass
class Guard:
    """What an organization has of one language pair and source text.

    `entries` counts the entries of each suggestion (by its hash), `approved` those that are
    approved. The guard is an item while there is any entry; `revision` changes with each change, and
    begins anywhere, so that nobody mistakes a guard for one that was there, and went, before it.
    """

    key: Item
    revision: int = 0
    approved: int = 0
    entries: dict[str, int] = field(default_factory=dict)
    _next: int = 0

    def has(self, suggested_translation: str) -> bool:
        return keys.suggestion(suggested_translation) in self.entries

    def move(self, entry: Feedback, by: int) -> None:
        name = keys.suggestion(entry.suggested_translation)
        left = self.entries.get(name, 0) + by
        if left > 0:
            self.entries[name] = left
        else:
            self.entries.pop(name, None)
        if entry.approval_state is ApprovalState.APPROVED:
            self.approved = max(0, self.approved + by)

    def write(self) -> Write:
        """The write of its new content, if nobody changed it since it was read."""
        table = settings().translation_table
        seen = {"seen": number(self.revision)} if self.revision else {}
        condition = "revision = :seen" if self.revision else "attribute_not_exists(pk)"
        if not self.entries:
            return transactions.delete(table, self.key, condition, **seen)
        self._next = self.revision + 1 if self.revision else secrets.randbits(60) + 1
        item = self.key | {"revision": number(self._next)}
        if self.approved:
            item["approved"] = number(self.approved)
        item |= {name: number(count) for name, count in self.entries.items()}
        return transactions.put(table, item, condition, **seen)

    def written(self) -> None:
        """Its write has succeeded: what is here is what is kept."""
        self.revision = self._next if self.entries else 0


Guards = dict[str, Guard]
"""Guards by the partition that each has to itself."""


def _guard_from_item(item: Item) -> Guard:
    counted = {name: int(value["N"]) for name, value in item.items() if name.startswith("s") and name != "sk"}
    return Guard(key_of(item), get_number(item, "revision"), get_number(item, "approved"), counted)


def guard_key(organization_id: str, pair: str, source_text: str) -> str:
    partition: str = keys.guard(organization_id, pair, source_text)["pk"]["S"]
    return partition


def read_guards(organization_id: str, sources: Iterable[tuple[str, str]]) -> Guards:
    """The guards of these (language pair, source text)s: one call for each 100."""
    wanted = {item["pk"]["S"]: item for item in (keys.guard(organization_id, *source) for source in sources)}
    guards = {name: Guard(item) for name, item in wanted.items()}
    for item in reads.get_many(settings().translation_table, list(wanted.values())):
        guards[item["pk"]["S"]] = _guard_from_item(item)
    return guards


@dataclass
class Batch:
    """Changes that go into one transaction, with their guards and counters, while there is room."""

    organization_id: str
    guards: Guards
    extra: int = 0
    """Writes that the caller will add."""
    changes: list[Change] = field(default_factory=list)
    _touched: dict[str, Guard] = field(default_factory=dict)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._tally = Tally(self.organization_id)

    def add(self, before: Feedback | None, after: Feedback | None) -> bool:
        """Take the change in, or say False when the transaction has no room for it any more."""
        guards = {self._guard_name(entry) for entry in (before, after) if entry}
        known = sum(len(self.guards[name].entries) for name in guards)
        size = 1000 + sum(text_bytes(e) for e in (before, after) if e) + 40 * known
        # An entry, its guards, and at most one new counter each for its pair and its user.
        room = transactions.MOST_WRITES - self._writes()
        if 3 + len(guards) > room or self._bytes + size > transactions.MOST_BYTES:
            return False
        self.changes.append((before, after))
        self._bytes += size
        if before:
            self._tally.remove(before)
            self._touch(before).move(before, -1)
        if after:
            self._tally.add(after)
            self._touch(after).move(after, 1)
        return True

    def _guard_name(self, entry: Feedback) -> str:
        return guard_key(self.organization_id, entry.language_pair_id, entry.source_text)

    def _touch(self, entry: Feedback) -> Guard:
        """The entry's guard, which will be written."""
        name = self._guard_name(entry)
        return self._touched.setdefault(name, self.guards[name])

    def _writes(self) -> int:
        return len(self.changes) + len(self._touched) + self._tally.rows() + self.extra

    def writes(self, shard: int) -> list[Write]:
        """Those of the entries, of their guards and of the counters, in this order."""
        changed = [_entry_write(before, after) for before, after in self.changes]
        return [*changed, *(guard.write() for guard in self._touched.values()), *self._tally.writes(shard)]

    def commit(self, shard: int, extra: Sequence[Write] = ()) -> None:
        """Write everything or nothing, with the caller's `extra` writes (their conditions first).

        Raises `Lost` when something had changed since it was read.
        """
        writes = [*extra, *self.writes(shard)]
        kinds = ["extra"] * len(extra) + ["entry"] * len(self.changes) + ["guard"] * len(self._touched)
        try:
            transactions.transact(writes)
        except ConditionFailed as failure:
            raise Lost({kinds[i] if i < len(kinds) else "pair" for i in failure.failed}) from None
        for guard in self._touched.values():
            guard.written()


class Lost(Exception):
    """The batch was not written: `what` ("extra", "entry", "guard", "pair") had changed meanwhile."""

    def __init__(self, what: set[str]) -> None:
        super().__init__(f"changed meanwhile: {', '.join(sorted(what))}")
        self.what = what


def _entry_write(before: Feedback | None, after: Feedback | None) -> Write:
    table = settings().translation_table
    if before is None:
        assert after is not None
        return transactions.put(table, to_item(after), "attribute_not_exists(pk)")
    seen = number(before.revision)
    if after is None:
        old = keys.entry(before.organization_id, before.feedback_id)
        return transactions.delete(table, old, "revision = :seen", seen=seen)
    return transactions.put(table, to_item(after), "revision = :seen", seen=seen)


def sources_of(changes: Iterable[Change]) -> set[tuple[str, str]]:
    """The (language pair, source text)s whose guards the changes need."""
    return {(e.language_pair_id, e.source_text) for change in changes for e in change if e}


def guard_of(guards: Mapping[str, Guard], entry: Feedback) -> Guard:
    return guards[guard_key(entry.organization_id, entry.language_pair_id, entry.source_text)]
