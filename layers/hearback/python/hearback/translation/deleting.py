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
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, takewhile
from typing import Any

from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import Busy, Invalid
from hearback.ids import uuid7
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.items import get_number, number
from hearback.storage.transactions import ConditionFailed, Write, delete, put, transact, update
from hearback.translation import catalogue as catalogues
from hearback.translation import entries, keys, listing
from hearback.translation.catalogue import Catalogue
from hearback.translation.counts import Leaf
from hearback.translation.deletion import Deletion
from hearback.translation.entries import Batch, Lost
from hearback.translation.filters import Filter
from hearback.translation.listing import Selection
from hearback.translation.model import Feedback

_LOOKS = 3
"""Looks at an index that may lag behind, while the counters say that something is left."""
STEP = 45
"""Entries removed in one transaction: with a guard each, that leaves room for the counters."""
_TRIES = 50
_PATIENCE = 60 * owed.SECOND


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
    removed = run(caller.organization_id, deletion.deletion_id, deadline, if_gone=pending.total())
    if removed is None:
        owed.send("deletion", message)
        return pending.total()
    return removed


def _pending(selection: Selection, deadline: Deadline) -> Counter[Leaf]:
    """How many entries are meant, by leaf: from the counters where they know, else by reading."""
    if selection.counted() is not None and not selection.catalogue.deletions:
        return Counter({leaf: selection.counts.by_leaf[leaf] for leaf in selection.leaves})
    found = listing.until(deadline, selection.read(1_000_000))
    return Counter((entry.language_pair_id, entry.approval_state) for entry in found)


def run(organization_id: str, deletion_id: str, deadline: Deadline, if_gone: int = 0) -> int | None:
    """Go on with a batch-delete: how many entries it removed in all, or None when some are left.

    One that is not there any more was finished by another worker, who alone knows: then `if_gone`.
    """
    for look in range(_TRIES):
        catalogue = catalogues.load(organization_id)
        deletion = next((d for d in catalogue.deletions if d.deletion_id == deletion_id), None)
        if deletion is None:
            return if_gone
        if look and any(count > 0 for count in deletion.pending.values()) and look < _LOOKS:
            time.sleep(0.3)
        _remove(catalogue, deletion, deadline)
        if deadline.passed:
            return None
        removed = _close(deletion, patient=look < _LOOKS)
        if removed is not None:
            return removed
    raise Busy("Entries keep coming in that this deletion covers; it goes on later.")


def carry_on(message: Mapping[str, Any], deadline: Deadline) -> None:
    """Go on with a batch-delete, and pass what is left on to the next round of the worker."""
    if run(message["organization"], message["deletion"], deadline) is None:
        owed.pass_on("deletion", message)


def finish_all(catalogue: Catalogue, deadline: Deadline) -> bool:
    """Finish every batch-delete under way in the organization; whether there was time for it."""
    runs = (
        run(catalogue.organization_id, deletion.deletion_id, deadline) for deletion in catalogue.deletions
    )
    return all(left is not None for left in runs)


def _remove(catalogue: Catalogue, deletion: Deletion, deadline: Deadline) -> None:
    """Remove what the deletion covers, until there is nothing left or no time."""
    unhidden = Catalogue(catalogue.organization_id, catalogue.pairs, catalogue.counts)
    selection = listing.select(unhidden, deletion.meant)
    covered = (entry for entry in selection.read(1_000_000) if deletion.covers(entry, selection.pairs))
    while not deadline.passed:
        step = list(islice(covered, STEP))
        if not step:
            return
        _remove_step(deletion, step)


def _remove_step(deletion: Deletion, todo: Sequence[Feedback]) -> None:
    """Remove these entries, but for those that somebody else removed meanwhile."""
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
        todo = entries.get_many(organization, [entry.feedback_id for entry in todo])
    raise Busy("Too many changes to the same entries at once; the deletion goes on later.")


def _account(deletion: Deletion, taken: Iterable[Feedback]) -> Write:
    """The deletion's own account of what is pending moves with the entries."""
    moved = Counter((entry.language_pair_id, entry.approval_state) for entry in taken)
    known = [(f"{leaf[0]}#{leaf[1]}", count) for leaf, count in moved.items() if leaf in deletion.pending]
    adds = ["removed :removed", *(f"pending.#leaf{index} :leaf{index}" for index in range(len(known)))]
    names = {"names": {f"#leaf{index}": leaf for index, (leaf, _) in enumerate(known)}} if known else {}
    return update(
        settings().translation_table,
        keys.deletion(deletion.organization_id, deletion.deletion_id),
        "ADD " + ", ".join(adds),
        "attribute_exists(pk)",
        removed=number(moved.total()),
        **{f"leaf{index}": number(-count) for index, (_, count) in enumerate(known)},
        **names,
    )


def _close(deletion: Deletion, patient: bool) -> int | None:
    """End the deletion and say how many entries it removed.

    None when another worker ended it, or something it covers turned up after the last look; with
    `patient`, also when its account says that something is left which the index has not shown yet.
    """
    table, of = settings().translation_table, keys.deletion(deletion.organization_id, deletion.deletion_id)
    item = reads.get(table, of)
    if item is None:
        return None
    if patient and any(int(count["N"]) > 0 for count in item["pending"]["M"].values()):
        return None
    try:
        transact(
            [delete(table, of, "removed = :seen", seen=item["removed"]), owed.settle(deletion.deletion_id)]
        )
    except ConditionFailed:
        return None
    return get_number(item, "removed")
