"""New records take their place on a shelf: they get their ids and are counted in one transaction."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeVar

from hearback import ids
from hearback.dataset import keys
from hearback.dataset.model import Annotation, Dataset, Entry, NoteComment, NoteFeed, Project
from hearback.errors import Busy
from hearback.storage import contention, reads, shelves, troubles
from hearback.storage.items import Item
from hearback.storage.shelves import Shelf, Tail
from hearback.storage.transactions import ConditionFailed, Contended, Write, transact


class Spot(NamedTuple):
    """Where new records go: the shelf that counts them, and the item and attribute that keep its tail."""

    shelf: Shelf
    owner: Item
    attribute: str
    tail: Tail
    what: str
    """The owner, as an error calls it."""

    def read(self) -> Spot:
        """The same with the tail as it is now; `NotFound` when the owner is gone."""
        item = reads.get(keys.table(), self.owner)
        if item is None or self.attribute not in item or "shut" in item:
            from hearback.dataset.rights import not_found

            raise not_found(self.what, self.owner["sk"]["S"])
        return self._replace(tail=Tail.from_attribute(item[self.attribute]))


def in_dataset(dataset: Dataset, kind: str) -> Spot:
    """The spot of a dataset's entries, annotations, note feeds or note comments."""
    tail = getattr(dataset, f"{kind}_tail")
    owner = keys.record("datasets", dataset.id)
    return Spot(keys.shelf(kind, dataset.id), owner, f"{kind}_tail", tail, "dataset")


def in_project(project: Project) -> Spot:
    """The spot of a project's datasets."""
    owner = keys.record("projects", project.id)
    return Spot(keys.shelf("datasets", project.id), owner, "tail", project.tail, "project")


Made = TypeVar("Made", Project, Dataset, Entry, Annotation, NoteFeed, NoteComment)


def placed(draft: Made, its_id: str, block: str) -> Made:
    """The record as it comes to be: its times are its id's, so that their order is that of ids."""
    made = ids.instant(its_id)
    return draft._replace(id=its_id, block=block, created_at=made, updated_at=made)


class Refused(Exception):
    """One of the writes beside the count was refused: `failed` holds the indexes of which."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(failed)
        self.failed = failed


def place(
    spot: Spot, parent_id: str, leaf: str, number: int, writes: Callable[[list[str], str], Sequence[Write]]
) -> list[str]:
    """Create `number` records below a parent: `writes` gives theirs, for their ids and their block.

    All or none. Raises `Refused` when a condition of those writes does not hold.
    """
    floor = 0
    for attempt in contention.attempts():
        if attempt:
            spot = spot.read()
        now = max(time.time_ns(), floor)
        # Right behind their parent's own instant, several of one request are made at the same one.
        new = sorted(
            ids.child(parent_id, now + 1000 * each, secrets.token_bytes(3)) for each in range(number)
        )
        slot = secrets.randbelow(spot.tail.slots)
        count = shelves.add(spot.shelf, spot.tail, new[-1], leaf, slot, number, new[0])
        try:
            transact([count, *writes(new, spot.tail.start)], patient=False)
        except Contended as contended:
            if 0 in contended.places:
                shelves.widen(spot.shelf, spot.tail, spot.owner, spot.attribute)
        except ConditionFailed as failed:
            if 0 not in failed.failed:
                raise Refused([index - 1 for index in failed.failed]) from None
            spot = spot.read()
            floor = shelves.behind(shelves.extend(spot.shelf, spot.tail, spot.owner, spot.attribute))
        else:
            if any(map(shelves.due, new)):
                with suppress(*troubles.UNDONE):  # the records are there; the next writer sees to it
                    shelves.extend(spot.shelf, spot.tail, spot.owner, spot.attribute)
            return new
    raise Busy("Too many records are created here at once; try again.")


def moved(write: Callable[[int], Sequence[Write]]) -> None:
    """Carry out a transaction that moves a count: `write` gives it for the slot that the count goes to.

    Where others are at the same block, the count goes to another row of it.
    """
    for attempt in contention.attempts():
        with suppress(Contended):
            transact(write(shelves.spare(attempt)), patient=False)
            return
    raise Busy("The service is busy with other changes to the same data; try again.")
