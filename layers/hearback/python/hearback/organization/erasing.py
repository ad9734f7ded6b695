"""Erasures: after one, nothing in any table or file of the organization names the person.

The account and its keys go first, so that nothing new comes of them. Then everything is searched: each table,
and each file of the transfer bucket. Requests and workers that were under way may have written something behind
the search; so it is searched again after a while, until a whole pass has found nothing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hearback import clients
from hearback.access import closing
from hearback.access import store as accounts
from hearback.access.model import Caller, read_email
from hearback.dataset import members
from hearback.deadline import Deadline
from hearback.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from hearback.organization import forgetting, jobs, walking
from hearback.organization.belonging import FOLDERS, TABLES, Organization
from hearback.organization.jobs import Job, Kind, State
from hearback.organization.person import Person
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.items import Item, key_of
from hearback.storage.transactions import ConditionFailed, transact

STAGES = (*TABLES, *FOLDERS)
MOST_USER_IDS = 20

PAUSE = 90
"""Seconds between two passes: every request that was under way is over."""

PAUSE_OF_ONE_MACHINE = 1
"""The same on a local stack, where nothing is under way for long."""

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
    owed.hold(message["job"], time.time_ns())
    job = jobs.find(message["organization"], Kind.ERASURE, message["job"])
    if job is None or job.state is not State.RUNNING:
        return
    try:
        after = _Work(job, deadline).go_on()
    except ConditionFailed:
        return  # another worker has brought it further: it is left to that one
    if after.state is State.RUNNING:
        begun = after.stage or after.place
        owed.pass_on(jobs.QUEUE, message, 0 if begun else _pause())


def _pause() -> int:
    return PAUSE_OF_ONE_MACHINE if settings().environment == "local" else PAUSE


class _Work:
    """One worker's part of one erasure."""

    def __init__(self, job: Job, deadline: Deadline) -> None:
        self._job = job
        self._deadline = deadline
        self._organization = Organization(job.organization_id)
        self._person = Person(job.email, job.user_ids, job.pseudonym or "")

    def go_on(self) -> Job:
        if not (self._job.stage or self._job.place) and not self._close():
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

    def _end_pass(self) -> Job:
        searched = self._job._replace(passes=self._job.passes + 1)
        if searched.passes > 1 and not searched.found:
            return jobs.end(searched, State.DONE, time.time_ns())
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
        """Make the item name nobody; whether it did."""
        if not self._concerns(table, item):
            return False
        found: Item | None = item
        for _ in range(_TRIES):
            writes = forgetting.writes(table, found, self._person) if found else []
            if not writes:
                return True
            with suppress(ConditionFailed):  # somebody else has changed it: what is it now?
                transact(writes)
            found = reads.get(getattr(settings(), table), key_of(item))
        raise Busy("Others keep changing what names the person.")

    def _concerns(self, table: str, item: Item) -> bool:
        if not forgetting.writes(table, item, self._person):
            return False
        if table == "access_table" and item["sk"]["S"] != "org":
            return False  # accounts and keys are closed; a new account of that address is a new one
        if table == "organization_table" and jobs.is_running_job(item):
            return False
        return self._organization.has(table, item)

    # ── Files ──

    def _of_folder(self, folder: str) -> tuple[int, dict[str, Any] | None]:
        piece = walking.objects(self._organization.prefixes(folder), self._job.place)
        return sum(self._remove(name) for name in piece.names), piece.place

    def _remove(self, name: str) -> bool:
        """Remove a file that names the person. Files are on their way: what they bring is in the tables."""
        if not (self._person.is_in(name) or self._is_in_file(name)):
            return False
        clients.s3().delete_object(Bucket=settings().transfer_bucket, Key=name)
        return True

    def _is_in_file(self, name: str) -> bool:
        wanted = self._person.in_bytes
        if not wanted:
            return False
        metadata = walking.metadata(name)
        if metadata is None:
            return False  # it expired a moment ago
        if any(self._person.is_in(value) for value in metadata.values()):
            return True
        overlap = max(map(len, wanted))
        return any(word in piece.lower() for piece in walking.content(name, overlap) for word in wanted)
