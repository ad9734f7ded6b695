"""The work of an import: read the file, decide on each unit, write entries and progress together.

Every transaction writes some entries, their guards and counters, and how far the import has come,
on the condition that nobody else has brought it further. A worker that dies has therefore done
whole steps only, another goes on exactly where it stopped, and of two at once one loses each step
and leaves. So an import ends with the same entries and counts, whatever happened on its way.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hearback import timestamps
from hearback.deadline import Deadline
from hearback.errors import Busy
from hearback.storage import owed
from hearback.storage.transactions import ConditionFailed, transact
from hearback.tmx.errors import TmxError
from hearback.tmx.reader import Position, TmxReader
from hearback.tmx.units import Unit
from hearback.translation import catalogue as catalogues
from hearback.translation import deleting, entries, import_files, imports, keys
from hearback.translation.entries import Batch, Guards, Lost
from hearback.translation.feedback import MOST_SUGGESTIONS, ids
from hearback.translation.imports import Import, State
from hearback.translation.mapping import Candidate, Mapper, Rejection
from hearback.translation.model import (
    MOST_NAME_CHARACTERS,
    MOST_TEXT_BYTES,
    ApprovalState,
    Feedback,
    text_bytes,
)

WINDOW = 96
"""Entries decided on together: their guards are one read, their writes two transactions."""
_MOST_UNITS = 1000
"""Units of a window, so that progress shows even where nothing is new."""
_MOST_CHARACTERS = 4_000_000
"""Of a window's texts, so that long ones do not fill the memory."""
_TRIES = 50


class Superseded(Exception):
    """Another worker has brought the import further: leave it to that one."""


_Action = Candidate | Rejection | tuple[int, Position]
"""One thing to do for a unit; the last is its number and where the next one begins."""


def run(organization_id: str, import_id: str, deadline: Deadline, now: int) -> Import | None:
    """Go on with an import until it is over or the deadline; None when there is none of this id.

    Raises `Superseded` when another worker has brought it further meanwhile.
    """
    record = imports.find(organization_id, import_id)
    if record is None or record.state is not State.RUNNING:
        return record
    catalogue = catalogues.load(organization_id)
    if not deleting.finish_all(catalogue, deadline):
        return record  # what is gone for every reader must not count as a duplicate
    mapper = Mapper(catalogue.pairs.values(), record.options.apply_all)
    return _Work(record, mapper, deadline, now).go_on()


class _Work:
    """One worker's part of one import."""

    def __init__(self, record: Import, mapper: Mapper, deadline: Deadline, now: int) -> None:
        self._record = record
        self._mapper = mapper
        self._deadline = deadline
        self._now = now

    def go_on(self) -> Import:
        try:
            for window in self._windows():
                self._write(window)
                if self._deadline.passed:
                    return self._record
        except TmxError as error:
            return self._end(State.FAILED, error.message)
        return self._end(State.DONE)

    def _windows(self) -> Iterator[list[_Action]]:
        """What is to be done, in runs of about `WINDOW` entries; the last before raising `TmxError`."""
        window: list[_Action] = []
        units = candidates = characters = 0
        fault: TmxError | None = None
        try:
            for unit, position in self._units():
                found, refused = self._mapper.map(unit)
                window += [*refused, *found, (unit.number, position)]
                units, candidates = units + 1, candidates + len(found)
                characters += sum(len(c.source_text) + len(c.suggested_translation) for c in found)
                if candidates >= WINDOW or units >= _MOST_UNITS or characters >= _MOST_CHARACTERS:
                    yield window
                    window, units, candidates, characters = [], 0, 0, 0
        except TmxError as error:
            fault = error
        if window:
            yield window
        if fault:
            raise fault

    def _units(self) -> Iterator[tuple[Unit, Position]]:
        start = Position(**self._record.position) if self._record.position else None
        reader = TmxReader(start)
        for unit in reader.read(import_files.pieces(self._record, start.offset if start else 0)):
            yield unit, reader.position_after(unit)

    def _write(self, window: list[_Action]) -> None:
        """Do all of the window, in as many transactions as it takes."""
        todo: Sequence[_Action] = window[self._record.within :]
        for _ in range(_TRIES):
            guards = self._read_guards(todo)
            while todo:
                step = _Step(self._record, guards, self._now)
                taken = step.take(todo)
                found_duplicates = step.after.counts.duplicate > self._record.counts.duplicate
                if found_duplicates and self._finished_deletions():
                    break  # what they were duplicates of may be gone
                if not self._commit(step):
                    break  # somebody changed what was read: read again
                todo = todo[taken:]
                if self._deadline.passed:
                    return
            else:
                return
        raise Busy("Too many changes to the same entries at once; the import goes on later.")

    def _finished_deletions(self) -> bool:
        """Finish the batch-deletes that began since the import did; whether there were any."""
        catalogue = catalogues.load(self._record.organization_id)
        if not deleting.finish_all(catalogue, self._deadline):
            raise Busy("A batch-delete is under way; the import goes on later.")
        return bool(catalogue.deletions)

    def _read_guards(self, todo: Sequence[_Action]) -> Guards:
        sources = {(a.language_pair_id, a.source_text) for a in todo if isinstance(a, Candidate)}
        return entries.read_guards(self._record.organization_id, sources)

    def _commit(self, step: _Step) -> bool:
        after = replace(step.after, revision=self._record.revision + 1)
        try:
            step.batch.commit(after.revision % keys.COUNT_SHARDS, [imports.advance(self._record, after)])
        except Lost as lost:
            if "extra" in lost.what:
                raise Superseded from None
            if "pair" in lost.what:
                raise Busy("A language pair was removed during the import; it goes on later.") from None
            ids().leap()
            return False
        self._record = after
        return True

    def _end(self, state: State, error: str = "") -> Import:
        over = replace(
            self._record,
            state=state,
            error=error,
            finished=time.time_ns(),
            revision=self._record.revision + 1,
        )
        import_files.leave_result(over)
        try:
            transact([imports.advance(self._record, over), owed.settle(over.import_id)])
        except ConditionFailed:
            raise Superseded from None
        return over


class _Step:
    """One transaction's worth of an import; `after` is the import as it will be then."""

    def __init__(self, record: Import, guards: Guards, now: int) -> None:
        self.after = record
        self.batch = Batch(record.organization_id, guards, extra=1)
        self._guards = guards
        self._now = now

    def take(self, todo: Sequence[_Action]) -> int:
        """Take in as much as the transaction has room for; how many of the actions that is."""
        for taken, action in enumerate(todo):
            if isinstance(action, Candidate):
                if not self._take_candidate(action):
                    return taken
            elif isinstance(action, Rejection):
                self._step(self.after.counts.refuse(str(action)))
            else:
                units, position = action
                self.after = replace(
                    self.after, units=units, within=0, position=position._asdict(), bytes_read=position.offset
                )
        return len(todo)

    def _take_candidate(self, candidate: Candidate) -> bool:
        counts = self.after.counts
        guard = self._guards[
            entries.guard_key(self.after.organization_id, candidate.language_pair_id, candidate.source_text)
        ]
        if guard.has(candidate.suggested_translation):
            self._step(replace(counts, duplicate=counts.duplicate + 1))
            return True
        entry = _entry(candidate, self.after, approved_before=guard.approved > 0, now=self._now)
        reason = _refusal(entry, len(guard.entries))
        if reason:
            self._step(counts.refuse(str(Rejection(candidate.unit, candidate.line, reason))))
            return True
        if not self.batch.add(None, entry):
            return False
        self._step(replace(counts, successful=counts.successful + 1))
        return True

    def _step(self, counts: imports.Counts) -> None:
        self.after = replace(self.after, counts=counts, within=self.after.within + 1)


def _refusal(entry: Feedback, suggestions: int) -> str:
    if text_bytes(entry) > MOST_TEXT_BYTES:
        return f"its texts take more than {MOST_TEXT_BYTES} bytes"
    if max(len(entry.username), len(entry.reviewer)) > MOST_NAME_CHARACTERS:
        return f"its username or reviewer has more than {MOST_NAME_CHARACTERS} characters"
    if suggestions >= MOST_SUGGESTIONS:
        return f"its source text has {MOST_SUGGESTIONS} suggestions already"
    return ""


def _entry(candidate: Candidate, record: Import, approved_before: bool, now: int) -> Feedback:
    """The entry for a candidate, with what the importing account may say of it."""
    options = record.options
    restored = options.manages
    said = (candidate.reviewed, candidate.created, candidate.modified) if restored else (None, None, None)
    reviewed, created, modified = map(timestamps.parse_or_none, said)
    created = now if created is None else created
    state = ApprovalState(candidate.approval_state) if restored else ApprovalState.AWAITING
    reviewer = (candidate.reviewer or "") if restored else ""
    if options.approve_all:
        state = ApprovalState.AWAITING if approved_before else ApprovalState.APPROVED
        reviewer, reviewed = reviewer or options.username, reviewed or now
    if state is ApprovalState.AWAITING:
        reviewer, reviewed = "", None
    return Feedback(
        organization_id=record.organization_id,
        feedback_id=ids().next(created),
        language_pair_id=candidate.language_pair_id,
        username=candidate.username if restored and candidate.username else options.username,
        source_text=candidate.source_text,
        machine_translation=candidate.machine_translation,
        suggested_translation=candidate.suggested_translation,
        comment=candidate.comment,
        approval_state=state,
        reviewer=reviewer,
        created=created,
        modified=created if modified is None else modified,
        reviewed=reviewed,
        added=now,
    )
