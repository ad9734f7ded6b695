"""Feedback as it comes in: checked against what its client wants, then counted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from hearback.content import contents, flags, votes
from hearback.content.errors import Fault, FieldFault, FormFaults, Unsupported, UserMissing
from hearback.content.model import Author, Client, FeedbackType, Submission, Vote
from hearback.content.words import has_emoji, has_profanity

LONGEST_REASON = 1000
"""Characters. A flag is then an item of some 4 kB at most, and short enough for an admin to read."""
LONGEST_USER_ID = 255


def submit(client: Client, submission: Submission, now: int, chance: str) -> None:
    """Count a vote or keep a flag; `chance` stands for a user who is not named.

    Raises `Unsupported`, `UserMissing`, `FormFaults`, `InvalidParameters` (of an unknown content) and
    `Duplicate`.
    """
    check(client, submission)
    contents.demand_known(client, submission.content, now)
    author = Author.of(submission.user_id, chance)
    if submission.vote is not None:
        votes.cast(submission.content, author, submission.vote, client.configuration.duplicates, now)
    else:
        flags.add(submission.content, author, submission.reason, client.configuration, now)


def check(client: Client, submission: Submission) -> None:
    wanted = client.configuration
    if submission.content.content_type not in wanted.content_types:
        raise Unsupported(f"This client takes no feedback on a {submission.content.content_type}.")
    if submission.user_id is None and (wanted.user_required or submission.vote is Vote.UNDO):
        raise UserMissing(
            "This client does not allow unauthenticated submissions. A valid UserId is required."
        )
    faults = list(_faults(submission, reason_required=wanted.reason_required))
    if faults:
        raise FormFaults(faults)


def _faults(submission: Submission, *, reason_required: bool) -> Iterator[FieldFault]:
    if len(submission.user_id or "") > LONGEST_USER_ID:
        yield FieldFault("UserId", Fault.TOO_LONG)
    if submission.feedback_type is FeedbackType.INAPPROPRIATE:
        fault = _fault_of_reason(submission.reason or "", required=reason_required)
        if fault:
            yield FieldFault("ReasonText", fault)
    if submission.address is not None and not _is_address(submission.address):
        yield FieldFault("IPAddress", Fault.INVALID_IPADDRESS)


def _fault_of_reason(reason: str, *, required: bool) -> Fault | None:
    if required and not reason.strip():
        return Fault.REQUIRED
    if len(reason) > LONGEST_REASON:
        return Fault.TOO_LONG
    if has_emoji(reason):
        return Fault.EMOJI
    return Fault.PROFANITY if has_profanity(reason) else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
