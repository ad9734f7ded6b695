"""The work of a batch-delete: count, hide, remove.

Writing the deletion is the moment at which everything it covers is gone for every reader; what
follows is work that may be interrupted anywhere and done by anybody, more than once. Each step
removes some entries with their guards, moves the counters and the deletion's own account of what
is pending, in one transaction.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import Busy, Invalid
from hearback.ids import uuid7
from hearback.settings import settings
from hearback.storage import owed, reads, troubles
from hearback.storage.items import get_number, number
from hearback.storage.transactions import ConditionFailed, Write, delete, put, transact, update
from hearback.timestamps import SECOND
from hearback.translation import catalogue as catalogues
from hearback.translation import entries, keys, listing
from hearback.translation.catalogue import Catalogue
from hearback.translation.counts import Leaf
from hearback.translation.deletion import Deletion
from hearback.translation.entries import Batch, Lost
from hearback.translation.filters import Filter
from hearback.translation.listing import Selection, TooMuchToRead
from hearback.translation.model import Feedback, LanguagePair

STEP = 45
"""Entries removed in one transaction: with a guard each, that leaves room for the counters."""
_TRIES = 50
_IN_REQUEST = 8.0
"""Seconds that a request removes by itself: nobody waits for what cannot be seen any more."""
_PATIENCE = 60 * SECOND


def demand_filter(meant: Filter) -> Filter:
    """Raises `Invalid` for a filter that names nothing: it would delete everything."""
    if meant.is_empty:
        raise Invalid("A batch-delete needs at least one filter.", "Without any it would delete every entry.")
    return meant


def batch_delete(caller: Caller, meant: Filter, deadline: Deadline, now: int) -> int:
    """Remove what the filter means, as far as the caller may; how many entries that is.

    What does not fit the request's time is removed by a worker; for readers it is gone already.
    """
    catalogue = catalogues.load(caller.organization_id)
    selection = listing.select(catalogue, meant)
    pending = _pending(selection, deadline)
    if not pending:
        return 0
    deletion = Deletion(
        organization_id=caller.organization_id,
        deletion_id=uuid7(now, secrets.token_bytes(10)),
        meant=meant,
        requested_by=caller.email,
        until=now,
        pending=dict(pending),
    )
    message = {"organization": caller.organization_id, "deletion": deletion.deletion_id}
    hide = put(settings().translation_table, deletion.to_item(), "attribute_not_exists(pk)")
    transact([hide, owed.owe(deletion.deletion_id, "deletion", message, now + _PATIENCE)])
    soon = min(deadline, Deadline.after(_IN_REQUEST))
    removed = None
    with suppress(*troubles.UNDONE):  # it is owed: told that it failed, a client would ask for it again
        removed = run(caller.organization_id, deletion.deletion_id, soon, if_gone=pending.total())
    if removed is None:
        owed.tell("deletion", message)
        return pending.total()
    return removed


def _pending(selection: Selection, deadline: Deadline) -> Counter[Leaf]:
    """How many entries are meant, by leaf: from the counters where they know, else by reading."""
    if selection.counted() is not None:
        left = Counter({leaf: selection.counts.by_leaf[leaf] for leaf in selection.leaves})
        for deletion in selection.catalogue.deletions:
            left -= Counter({leaf: count for leaf, count in deletion.pending.items() if leaf in left})
        return +left
    found = selection.read(1_000_000, deadline)
    return Counter((entry.language_pair_id, entry.approval_state) for entry in found)


def run(organization_id: str, deletion_id: str, deadline: Deadline, if_gone: int = 0) -> int | None:
    """Go on with a batch-delete: how many entries it removed in all, or None when some are left.

    One that is not there any more was finished by another worker, who alone knows: then `if_gone`.
    """
    for _ in range(_TRIES):
        catalogue = catalogues.load(organization_id)
        deletion = next((d for d in catalogue.deletions if d.deletion_id == deletion_id), None)
        if deletion is None:
            return if_gone
        if deletion.looks and not deletion.looks_strongly:
            time.sleep(0.3)
        try:
            _look(catalogue, deletion, deadline)
        except TooMuchToRead as over:
            _remember(deletion, looks=deletion.looks, scanned=over.scanned)
            return None
        removed = _close(deletion)
        if removed is not None:
            return removed
    raise Busy("Entries keep coming in that this deletion covers; it goes on later.")


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on with a batch-delete, and pass what is left on to the next round of the worker."""
    owed.hold(message["deletion"], now)
    if run(message["organization"], message["deletion"], deadline) is None:
        owed.pass_on("deletion", message)


def finish_all(catalogue: Catalogue, deadline: Deadline) -> bool:
    """Finish every batch-delete under way in the organization; whether there was time for it."""
    runs = (
        run(catalogue.organization_id, deletion.deletion_id, deadline) for deletion in catalogue.deletions
    )
    return all(left is not None for left in runs)


def remove_pair(organization_id: str, pair_id: str, deadline: Deadline) -> LanguagePair:
    """Uninstall a pair that has no entries; those which a batch-delete has hidden are removed first."""
    if not finish_all(catalogues.load(organization_id), deadline):
        raise Busy("A batch-delete is still under way; try again in a minute.")
    return catalogues.remove(organization_id, pair_id)


def _look(catalogue: Catalogue, deletion: Deletion, deadline: Deadline) -> None:
    """Remove what the deletion covers, from where the last worker stopped; `TooMuchToRead` at the deadline."""
    unhidden = Catalogue(catalogue.organization_id, catalogue.pairs, catalogue.counts)
    selection = listing.select(unhidden, deletion.meant)
    found = selection.read(1_000_000, deadline, deletion.scanned, deletion.looks_strongly)

    def covers(entry: Feedback) -> bool:
        return deletion.covers(entry, selection.pairs)

    for step in _steps(filter(covers, found)):
        _remove_step(deletion, step, covers)
        if deadline.passed:
            raise TooMuchToRead(step[-1].feedback_id)


def _steps(found: Iterable[Feedback]) -> Iterator[list[Feedback]]:
    """The entries in runs of `STEP`; the last before passing on that the time is over."""
    step: list[Feedback] = []
    try:
        for entry in found:
            step.append(entry)
            if len(step) == STEP:
                yield step
                step = []
    except TooMuchToRead:
        if step:
            yield step
        raise
    if step:
        yield step


def _remove_step(deletion: Deletion, todo: Sequence[Feedback], covers: Callable[[Feedback], bool]) -> None:
    """Remove these entries, but for those that somebody else removed or changed meanwhile."""
    organization = deletion.organization_id
    for _ in range(_TRIES):
        guards = entries.read_guards(organization, entries.sources_of((entry, None) for entry in todo))
        while todo:
            batch = Batch(organization, guards, extra=1)
            taken = list(takewhile(lambda entry: batch.add(entry, None), todo))  # noqa: B023
            try:
                batch.commit(taken[0].feedback_id % keys.COUNT_SHARDS, [_account(deletion, taken)])
            except Lost as lost:
                if "extra" in lost.what:
                    return  # another worker has closed the deletion: nothing was left
                break
            todo = todo[len(taken) :]
        else:
            return
        # An index may lag behind, and others may have been faster: look at the entries themselves.
        todo = list(filter(covers, entries.get_many(organization, [entry.feedback_id for entry in todo])))
    raise Busy("Too many changes to the same entries at once; the deletion goes on later.")


def _account(deletion: Deletion, taken: Iterable[Feedback]) -> Write:
    """The deletion's own account of what is pending moves with the entries."""
    moved = Counter((entry.language_pair_id, entry.approval_state) for entry in taken)
    known = [(f"{leaf[0]}#{leaf[1]}", count) for leaf, count in moved.items() if leaf in deletion.pending]
    less = [f"pending.#leaf{index} = pending.#leaf{index} - :leaf{index}" for index in range(len(known))]
    names = {"names": {f"#leaf{index}": leaf for index, (leaf, _) in enumerate(known)}} if known else {}
    return update(
        settings().translation_table,
        keys.deletion(deletion.organization_id, deletion.deletion_id),
        "SET " + ", ".join(["removed = removed + :removed", *less]),
        "attribute_exists(pk)",
        removed=number(moved.total()),
        **{f"leaf{index}": number(count) for index, (_, count) in enumerate(known)},
        **names,
    )


def _remember(deletion: Deletion, looks: int, scanned: int) -> None:
    """Keep how far the looks have come, unless another worker has come further."""
    change = "SET looks = :looks, scanned = :scanned"
    condition = "looks = :seen AND scanned = :from"
    of = keys.deletion(deletion.organization_id, deletion.deletion_id)
    values = {"looks": looks, "scanned": scanned, "seen": deletion.looks, "from": deletion.scanned}
    numbers = {name: number(value) for name, value in values.items()}
    with suppress(ConditionFailed):
        transact([update(settings().translation_table, of, change, condition, **numbers)])


def _close(deletion: Deletion) -> int | None:
    """End the deletion and say how many entries it removed.

    None when it goes on: another worker ended it or has removed more meanwhile, or its account says
    that something is left, and only an index was asked, which may lag behind.
    """
    table, of = settings().translation_table, keys.deletion(deletion.organization_id, deletion.deletion_id)
    item = reads.get(table, of)
    if item is None:
        return None
    if not deletion.looks_strongly and any(int(count["N"]) > 0 for count in item["pending"]["M"].values()):
        _remember(deletion, looks=deletion.looks + 1, scanned=-1)
        return None
    try:
        transact(
            [delete(table, of, "removed = :seen", seen=item["removed"]), owed.settle(deletion.deletion_id)]
        )
    except ConditionFailed:
        return None
    return get_number(item, "removed")
