"""Erasures: after one, nothing in any table or file of the organization names the person.

The account and its keys go first, so that nothing new comes of them. Then everything is searched: each table,
and each file of the transfer bucket. Requests and workers that were under way may have written something behind
the search; so it is searched again after a while, until a whole pass has found nothing.

Imports, exports and creations of tasks go on for longer than a while. They keep their files and records until they
are over, and a pass begins when all are over that began before the last one had ended. So what a pass finds
nothing of can come from nowhere: those who began later have read what was searched already.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from hearback import clients
from hearback.access import closing
from hearback.access import store as accounts
from hearback.access.model import Caller, read_email
from hearback.dataset import members
from hearback.deadline import Deadline
from hearback.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from hearback.organization import forgetting, jobs, underway, walking
from hearback.organization.belonging import FOLDERS, TABLES, Organization
from hearback.organization.jobs import Job, Kind, State
from hearback.organization.person import Person
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.items import Item, key_of
from hearback.storage.transactions import ConditionFailed, transact
from hearback.timestamps import DAY, SECOND

STAGES = (*TABLES, *FOLDERS)
MOST_USER_IDS = 20

PAUSE = 330
"""Seconds between two passes: every request and every worker that was under way is over (300 s in template.yaml)."""

PAUSE_OF_ONE_MACHINE = 1
"""The same on a local stack, where nothing is under way for long."""

LONGEST_WAIT = DAY
"""What is under way for longer than that after a pass is stuck, and wants a person: an import of 100 million entries
takes 14 hours, and the sweep gives what fails up after four."""

MOST_PASSES = 20
"""Who is named anew so often is named by something that goes on."""

_MOST_TOLD = 5
"""Of what a pass waits for."""

_TRIES = 20
_CHUNK = 64
"""Items looked at together; those that name the person are changed 16 at a time."""


def begin(caller: Caller, email: str | None, user_ids: tuple[str, ...], now: int) -> Job:
    """Erase a person, named by their e-mail address, by the user ids that clients of content feedback give
    them, or both. Raises `Conflict` for the caller's own address."""
    caller.require_admin()
    if not email and not user_ids:
        raise Invalid("Say who is to be erased.", "email, userId or both")
    if len(user_ids) > MOST_USER_IDS:
        raise Invalid("There are too many user ids.", f"at most {MOST_USER_IDS}")
    address = read_email(email) if email else None
    if address == caller.email:
        raise Conflict("Nobody erases themselves; another admin can.")
    return jobs.start(
        jobs.new(caller, Kind.ERASURE, now)._replace(
            email=address,
            user_ids=user_ids,
            account_id=_account_of(caller.organization_id, address),
            pseudonym=f"erased-{secrets.token_hex(6)}",
        )
    )


def _account_of(organization_id: str, email: str | None) -> int | None:
    with suppress(NotFound):
        return accounts.get_account_by_email(organization_id, email).account_id if email else None
    return None  # whoever has never had an account may be named all the same


def carry_on(message: Mapping[str, Any], deadline: Deadline) -> None:
    """Go on with an erasure, and pass what is left on to the next round of the worker."""
    jobs.carry_on(message, lambda job: _Work(job, deadline).go_on(), _pause_before)


def _pause_before(job: Job) -> int:
    """None within a pass. Passes have a bound of their own, and so has the wait between them."""
    return 0 if job.stage or job.place else _pause()


def _pause() -> int:
    return PAUSE_OF_ONE_MACHINE if settings().environment == "local" else PAUSE


_STUCK = (
    "All that was found is erased, but this is under way for more than a day, and may bring more; "
    "erase again when it is over:"
)
_NAMED_ANEW = (
    "All that was found is erased, but the person is named anew after each search; "
    "erase again when it is known by what."
)


class _Searched(NamedTuple):
    """What came of the search of a file: it named the person, or there was no time for the rest from an offset on."""

    found: bool = False
    rest: int | None = None


class _Work:
    """One worker's part of one erasure."""

    def __init__(self, job: Job, deadline: Deadline) -> None:
        self._job = job
        self._deadline = deadline
        self._organization = Organization(job.organization_id)
        self._person = Person(job.email, job.user_ids, job.pseudonym or "")

    def go_on(self) -> Job:
        if not (self._job.stage or self._job.place) and not (self._close() and self._may_begin()):
            return self._job
        while self._job.stage < len(STAGES):
            self._piece()
            if self._deadline.passed:
                return self._job
        return self._end_pass()

    def _close(self) -> bool:
        """The account, its keys and its memberships; False when who asked may not any more."""
        job, now = self._job, time.time_ns()
        if job.account_id is None:
            return True
        try:
            closing.close(job.organization_id, job.account_id, job.requested_by)
        except Forbidden as refused:
            self._job = jobs.end(job, State.FAILED, now, refused.message)
            return False
        members.end_all(job.organization_id, job.account_id, now // 1000 * 1000)
        return True

    def _may_begin(self) -> bool:
        """Whether all is over that a pass has to wait for. The first one takes away what it can."""
        job, now = self._job, time.time_ns()
        if not job.passes:
            return True
        until = job.searched + _pause() * SECOND
        older = [work.what for work in underway.of(job.organization_id) if work.since <= until]
        waiting_for = ", ".join(older[:_MOST_TOLD])
        if older and now > job.searched + LONGEST_WAIT:
            self._job = jobs.end(job, State.FAILED, now, f"{_STUCK} {waiting_for}")
        elif waiting_for != job.waiting_for:
            self._job = jobs.advance(job, job._replace(waiting_for=waiting_for))
        return not older

    def _end_pass(self) -> Job:
        now, passes = time.time_ns(), self._job.passes + 1
        searched = self._job._replace(passes=passes, searched=now)
        if passes > 1 and not searched.found:
            return jobs.end(searched, State.DONE, now)
        if passes >= MOST_PASSES:
            return jobs.end(searched, State.FAILED, now, _NAMED_ANEW)
        return jobs.advance(self._job, searched._replace(stage=0, place=None, found=0))

    def _piece(self) -> None:
        """The next piece of a table or folder, and the place behind it."""
        stage = STAGES[self._job.stage]
        found, place = self._of_table(stage) if stage in TABLES else self._of_folder(stage)
        counts = dict(self._job.counts)
        if found:
            name = stage.removesuffix("_table")
            counts[name] = counts.get(name, 0) + found
        next_stage = self._job.stage + (place is None)
        after = self._job._replace(
            stage=next_stage, place=place, counts=counts, found=self._job.found + found
        )
        self._job = jobs.advance(self._job, after)

    # ── Tables ──

    def _of_table(self, table: str) -> tuple[int, dict[str, Any] | None]:
        """How many items were found to name the person, and where the table goes on; at least one chunk further."""
        piece = walking.items(table, self._job.place)
        found = 0
        for start in range(0, len(piece.items), _CHUNK):
            chunk = piece.items[start : start + _CHUNK]
            found += sum(reads.at_once(lambda item: self._forget(table, item), chunk))
            if self._deadline.passed and start + _CHUNK < len(piece.items):
                return found, key_of(chunk[-1])
        return found, piece.place

    def _forget(self, table: str, item: Item) -> bool:
        """Make the item name nobody; whether it named them."""
        if not self._concerns(table, item):
            return False
        if underway.is_record(item):
            return True  # a pass that is yet to come finds it over
        found: Item | None = item
        for _ in range(_TRIES):
            with suppress(ConditionFailed):  # somebody else has changed it: what is it now?
                writes = forgetting.writes(table, found, self._person) if found else []
                if not writes:
                    return True
                transact(writes)
            found = reads.get(getattr(settings(), table), key_of(item))
        raise Busy("Others keep changing what names the person.")

    def _concerns(self, table: str, item: Item) -> bool:
        if not forgetting.names(table, item, self._person):
            return False
        if table == "organization_table" and jobs.is_running_job(item):
            return False
        return self._organization.has(table, item)

    # ── Files ──

    def _of_folder(self, folder: str) -> tuple[int, dict[str, Any] | None]:
        """How many files were found to name the person, and where the folder goes on; at least one window further."""
        piece = walking.objects(self._organization.prefixes(folder), self._job.place)
        found = 0
        for name in piece.names:
            searched = self._search(name, piece.offset(name))
            if searched.rest is not None:
                return found, piece.within(name, searched.rest)
            found += searched.found
            if self._deadline.passed:
                return found, piece.behind(name)
        return found, piece.place

    def _search(self, name: str, offset: int) -> _Searched:
        """Search a file from an offset on, and remove it if it names the person. Files are on their way: what they
        bring is in the tables."""
        if self._person.is_in(name):
            return self._remove(name)
        file = walking.opened(name, offset, Person.MARGIN) if self._person.email else None
        if file is None:
            return _Searched()  # it expired a moment ago
        if any(self._person.is_in(value) for value in file.metadata.values()):
            return self._remove(name)
        for window in file.windows:
            if self._person.is_in_bytes(window.content, window.start, window.end):
                return self._remove(name)
            if self._deadline.passed and not window.is_last:
                return _Searched(rest=window.behind)
        return _Searched()

    def _remove(self, name: str) -> _Searched:
        """Remove a file, unless a worker that is under way reads or writes it: a pass that is yet to come does."""
        if not any(name.startswith(work.files) for work in underway.of(self._job.organization_id)):
            clients.s3().delete_object(Bucket=settings().transfer_bucket, Key=name)
        return _Searched(found=True)
