"""One vote for each user and content: given, replaced and taken back, each in one transaction."""

from __future__ import annotations

from hearback.content import counts, keys
from hearback.content.errors import Duplicate, OnlyOnce
from hearback.content.model import Author, Content, Duplicates, Vote
from hearback.errors import Busy
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import get_text, number, text, without_nothing

_ATTEMPTS = 20


def cast(content: Content, author: Author, vote: Vote, duplicates: Duplicates, now: int) -> None:
    """Count the vote, in place of the one that the user has given before.

    Raises `Duplicate` when they have given the same one. Most users vote once: the first attempt
    expects no vote before, and spares reading it.
    """
    before = stored(content, author) if vote is Vote.UNDO else None
    for _ in range(_ATTEMPTS):
        after = decide(before, vote, duplicates)
        if after is before:
            return
        moved = counts.replacing(before, after)
        try:
            transactions.transact(
                [_keep(content, author, before, after, now), counts.move(content, author, moved)]
            )
        except transactions.ConditionFailed:
            before = stored(content, author)
        else:
            return
    raise Busy("Too many votes of the same user at once; try again.")


def decide(before: Vote | None, vote: Vote, duplicates: Duplicates) -> Vote | None:
    """The user's vote from now on. Raises `Duplicate` where it may not be given."""
    if vote is Vote.UNDO:
        return None
    if before is not None:
        refuse_again(duplicates, same=before is vote)
    return vote


def refuse_again(duplicates: Duplicates, *, same: bool) -> None:
    """Raise what the client says of a second word of a user on a content, if it refuses it."""
    if duplicates is Duplicates.ONCE:
        raise OnlyOnce("Duplicate submissions are not allowed for this client")
    if same and duplicates is Duplicates.REFUSE:
        raise Duplicate("Duplicate feedback submission")


def stored(content: Content, author: Author) -> Vote | None:
    item = reads.get(settings().content_table, keys.vote(content, author))
    return Vote(get_text(item, "vote")) if item else None


def _keep(
    content: Content, author: Author, before: Vote | None, after: Vote | None, now: int
) -> transactions.Write:
    """The write of the user's own record, on the condition that it is still what it was."""
    table, item = settings().content_table, keys.vote(content, author)
    unchanged, seen = ("vote = :seen", {"seen": text(before)}) if before else ("attribute_not_exists(pk)", {})
    if after is None:
        return transactions.delete(table, item, unchanged, **seen)
    user = text(author.user_id) if author.user_id is not None else None
    record = without_nothing(item | {"vote": text(after), "user": user, "at": number(now)})
    return transactions.put(table, record, unchanged, **seen)
