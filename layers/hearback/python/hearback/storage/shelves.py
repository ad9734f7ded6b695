"""Shelves: exact counts and cheap deep pages of an ordered collection, at once.

A *shelf* is a collection of records in the order of their ids, e.g. the entries of one dataset. Its
counts are kept per *block*, a run of consecutive ids of about `BLOCK` records, and in a block per
*leaf*, a short name of what a record currently is ("ap0"). They move in the transactions that write
the records. A total is a sum over blocks; a page begins in the block where the sum passes its offset.
`hearback.storage.blocks` reads them; here is what writes them.

The rows of one block (partition `blocks#<shelf>`; `start` is the id behind which the block begins):

    <start>#+<slot>  an open row, which takes new records: newest, made, spread (slot 0), closed,
                     and a count per leaf. Only the last block has them, one per slot of the `Tail`
                     that the owner's item keeps.
    <start>#<slot>   a row for what changes or goes away later: a count per leaf, made by its first
                     update. When the block is closed, row 0 gets what the open rows held, and newest.

Why the counts are exact: a record's coming, its going and every change of its leaf is one `ADD` in the
transaction that writes the record. The open rows are folded into row 0 by the one transaction that
deletes them, after they have stopped changing.

Why a block holds the ids behind its start up to, and including, the next block's start, and no other:

1.  A row's `newest` begins as the block's start; `add` demands that it is less than the id, and sets
    it to the id. So what a row has counted is behind the start, and `newest` is the greatest of it.
    (A row made by `move` has no `newest`, and so never takes a new record.)
2.  A row that is `closed` takes no more. When all open rows of a block are, each `newest` is final,
    and the greatest becomes the next block's start. That the rows seen are all there are is what the
    condition on the owner's tail says: `widen` changes it in the transaction that adds rows.
3.  The end of the open rows, the next block's rows and the owner's new tail are one transaction.
    Starts only grow, so a tail seen is never seen again with another meaning.

A clock that is behind, a tail read before somebody changed it, an owner that is gone: each fails the
condition of `add`, so that nothing is written. The writer then calls `extend`, which completes what
another began and says which id a new one must exceed, reads the owner and tries with a new id:

    floor = ""
    for _ in range(…):
        owner = …                                        # read strongly; gone: not found
        new_id = …                                       # of the instant max(now, behind(owner.tail.start, floor))
        count = add(shelf, owner.tail, new_id, leaf, owner.tail.slot())
        try:
            transact([put(record), count], patient=False)
        except Contended:                                # others were writing the same row
            widen(shelf, owner.tail, owner_key, attribute)
        except ConditionFailed:                          # the count's, that is
            floor = extend(shelf, owner.tail, owner_key, attribute)
        else:
            if due(new_id):
                extend(shelf, owner.tail, owner_key, attribute)
            return
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Self

from hearback.deadline import Deadline
from hearback.errors import Busy
from hearback.storage import reads, tally, transactions
from hearback.storage.items import Item, get_number, get_text, key, key_of, number, text
from hearback.storage.reads import Range
from hearback.storage.transactions import ConditionFailed, Write, transact

BLOCK = 1_000
"""Records that a block takes, about: what is made before somebody looks comes on top."""

MOST_SLOTS = 16

_LOOKS = 16
"""How many of a block's writers look whether it has taken enough."""


class Shelf(NamedTuple):
    """A collection that is counted: the table of its rows and of its owner, and a name that is unique there."""

    table: str
    name: str

    @property
    def partition(self) -> str:
        return f"blocks#{self.name}"

    def open_row(self, start: str, slot: int) -> Item:
        return key(self.partition, f"{start}#+{slot:x}")

    def row(self, start: str, slot: int) -> Item:
        return key(self.partition, f"{start}#{slot:x}")


class Tail(NamedTuple):
    """The open end of a shelf, kept on its owner's item: the id behind which the open block begins
    (a new record remembers it as its block), and over how many rows its new records are spread."""

    start: str
    slots: int = 1

    def to_attribute(self) -> dict[str, Any]:
        """The tail as a DynamoDB map, for an attribute of the owner's item."""
        return {"M": {"start": text(self.start), "slots": number(self.slots)}}

    @classmethod
    def from_attribute(cls, value: Mapping[str, Any]) -> Self:
        return cls(value["M"]["start"]["S"], int(value["M"]["slots"]["N"]))

    def slot(self) -> int:
        """Any of the slots."""
        return random.randrange(self.slots)


# ── In the transactions of owner and records ──


def opened(shelf: Shelf, start: str = "") -> tuple[Tail, list[Write]]:
    """A new shelf's tail, for its owner's item, and what to write in the owner's transaction: 1 write.

    Every id counted will be greater than `start`. The owner's id is a good one.
    """
    tail = Tail(start)
    return tail, _new_rows(shelf, tail, range(1))


def add(
    shelf: Shelf, tail: Tail, new_id: str, leaf: str, slot: int, by: int = 1, first: str | None = None
) -> Write:
    """The write that counts a new record, or `by` of one leaf: `first` is the least id, `new_id` the greatest.

    `slot` is one of the tail's. The condition fails when the owner is gone, when the block is closed,
    and when the ids are not all behind what the row has counted.
    """
    assert by == 1 or (first is not None and first < new_id)
    return tally.added(
        shelf.table,
        shelf.open_row(tail.start, slot),
        {leaf: by},
        "attribute_not_exists(closed) AND newest < :first",
        "SET newest = :newest, made = made + :made",
        made=number(by),
        newest=text(new_id),
        first=text(first or new_id),
    )


def move(shelf: Shelf, block: str, leaf_from: str | None, leaf_to: str | None, slot: int = 0) -> Write:
    """The write for a record of `block` that changed its leaf, or (`leaf_to` None) went away.

    It has no condition: the record's own write needs one that lets it happen once. `slot`: see `spare`.
    """
    by: Counter[str | None] = Counter({leaf_to: 1})
    by[leaf_from] -= 1
    return shift(shelf, block, {leaf: count for leaf, count in by.items() if leaf is not None}, slot)


def shift(shelf: Shelf, block: str, by: Mapping[str, int], slot: int = 0) -> Write:
    """The write for several records of `block` that change in one transaction, which may write each
    row once only: how much is added to each leaf."""
    return tally.added(shelf.table, shelf.row(block, slot), by)


def retired(shelf: Shelf, tail: Tail) -> list[Write]:
    """What to write in the transaction that deletes the owner: no new record is counted afterwards.

    A write for each slot. The owner's own write must be on condition that its tail is still `tail`.
    """
    return [transactions.delete(shelf.table, shelf.open_row(tail.start, slot)) for slot in range(tail.slots)]


def spare(attempt: int) -> int:
    """The slot for a `move` in its attempt 0, 1, …: first 0, then, having met others, one of ever more.

    A row more costs every reading of the shelf a little, so those behind 0 are made in need only.
    """
    return random.randrange(min(MOST_SLOTS, 2**attempt))


def due(new_id: str) -> bool:
    """Whether the writer of this id should look after the tail (`extend`): some 16 of a block's do."""
    return zlib.crc32(new_id.encode()) % max(1, BLOCK // _LOOKS) == 0


def behind(*ids: str) -> int:
    """The earliest instant (ns) of which every version 7 id of `hearback.ids` is greater than `ids`.

    Other texts, and the empty one, are behind nothing.
    """
    return max(map(_instant_behind, ids), default=0)


# ── After them ──


def extend(shelf: Shelf, tail: Tail, owner_key: Item, attribute: str) -> str:
    """Open the next block if the open one has taken enough; the greatest id that this one has counted.

    `attribute` of the owner's item holds the tail. This completes what another began, and losing to
    another, or coming with an old tail, is fine. Costs half a read unit (a query) if there is nothing
    to do, else some 4 + 6 × slots write units.
    """
    rows = _open_rows(shelf, tail)
    with suppress(ConditionFailed, Busy):
        if any("closed" in row for row in rows) or sum(get_number(row, "made") for row in rows) >= BLOCK:
            reads.at_once(lambda row: _close(shelf, row), [row for row in rows if "closed" not in row])
            rows = _open_rows(shelf, tail)
            _succeed(shelf, tail, rows, owner_key, attribute)
    return max((get_text(row, "newest") for row in rows), default=tail.start)


def widen(shelf: Shelf, tail: Tail, owner_key: Item, attribute: str) -> None:
    """Spread the open block's new records over twice as many rows, at most 16; losing is fine."""
    if tail.slots >= MOST_SLOTS:
        return
    wider = tail._replace(slots=min(MOST_SLOTS, 2 * tail.slots))
    row, spread = shelf.open_row(tail.start, 0), number(wider.slots)
    writes = [
        _set_tail(shelf, tail, wider, owner_key, attribute),
        transactions.update(
            shelf.table, row, "SET spread = :spread", "attribute_exists(newest)", spread=spread
        ),
        *_new_rows(shelf, wider, range(tail.slots, wider.slots)),
    ]
    with suppress(ConditionFailed, Busy):
        transact(writes, patient=False)


def erase(shelf: Shelf, deadline: Deadline) -> bool:
    """Remove all rows of a shelf that is retired; False when the deadline came first: call it again.

    Not before the last of its records is gone: a later `move` would make a row anew.
    """
    more = True
    while more and not deadline.passed:
        rows, more = reads.query(Range(shelf.table, shelf.partition), transactions.MOST_WRITES)
        if rows:
            transact([transactions.delete(shelf.table, key_of(row)) for row in rows])
    return not more


# ── Rows ──


def _new_rows(shelf: Shelf, tail: Tail, slots: range) -> list[Write]:
    """The writes that make these open rows of the tail's block, with nothing counted yet."""
    writes = []
    for slot in slots:
        row = shelf.open_row(tail.start, slot) | {"newest": text(tail.start), "made": number(0)}
        spread = {"spread": number(tail.slots)} if slot == 0 else {}
        writes.append(transactions.put(shelf.table, row | spread, "attribute_not_exists(pk)"))
    return writes


def _open_rows(shelf: Shelf, tail: Tail) -> list[Item]:
    start = f"{tail.start}#+"
    return list(reads.every(Range(shelf.table, shelf.partition, start, start + reads.HIGHEST)))


def _close(shelf: Shelf, row: Item) -> None:
    """Let the open row take no more; `ConditionFailed` when it is gone."""
    change, condition = "SET closed = :one", "attribute_exists(newest)"
    transact([transactions.update(shelf.table, key_of(row), change, condition, one=number(1))])


def _succeed(shelf: Shelf, tail: Tail, rows: Sequence[Item], owner_key: Item, attribute: str) -> None:
    """Fold the open rows, all of them closed, into the block's row 0, and open the next block."""
    if len(rows) != tail.slots or not all("closed" in row for row in rows):
        return
    following = tail._replace(start=max(get_text(row, "newest") for row in rows))
    row, newest = shelf.row(tail.start, 0), text(following.start)
    writes = [
        _set_tail(shelf, tail, following, owner_key, attribute),
        *retired(shelf, tail),
        tally.added(shelf.table, row, tally.counts(rows), more="SET newest = :newest", newest=newest),
        *_new_rows(shelf, following, range(following.slots)),
    ]
    transact(writes)


def _set_tail(shelf: Shelf, seen: Tail, new: Tail, owner_key: Item, attribute: str) -> Write:
    return transactions.update(
        shelf.table,
        owner_key,
        "SET #tail = :new",
        "#tail = :seen",
        names={"#tail": attribute},
        new=new.to_attribute(),
        seen=seen.to_attribute(),
    )


def _instant_behind(id: str) -> int:
    digits = id.replace("-", "")
    if len(digits) != 32 or digits[12] != "7":
        return 0
    # The instant of the next of the 4096 fractions of a millisecond, as `ids.child` rounds it.
    milliseconds, fraction = divmod(int(digits[:12], 16) * 4096 + int(digits[13:16], 16) + 1, 4096)
    return milliseconds * 1_000_000 + -(-fraction * 1_000_000 // 4096)
