"""Many at once on one shelf: every count exact, every block its own ids, every page a slice."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest
from hearback import clients, ids
from hearback.deadline import Deadline
from hearback.storage import blocks, ordered, shelves
from hearback.storage.items import get_text
from hearback.storage.ordered import Count, Listing, Run

from local import seed
from local.stack import Stack
from tests.unit.storage.fake import refuse
from tests.unit.storage.shelving import BY_LEAF, Gone, Kept, ids_of

WRITERS = 40
LEAVES = ("a", "b", "c")
PROJECT = "the project"


class Meeting:
    """The client, with what DynamoDB does and the local one does not: transactions that meet on an item
    at the same moment refuse all but one."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self.met = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        keys = [_key(write) for write in request["TransactItems"]]
        with self._lock:
            taken = [key in self._held for key in keys]
            self.met += any(taken)
            if not any(taken):
                self._held.update(keys)
        if any(taken):
            refuse(["TransactionConflict" if other else "None" for other in taken])
        try:
            return self._client.transact_write_items(**request)
        finally:
            with self._lock:
                self._held -= Counter(keys)


def _key(write: dict[str, Any]) -> str:
    ((_, of),) = write.items()
    item = of.get("Key") or of["Item"]
    return f"{item['pk']['S']} {item['sk']['S']}"


@pytest.fixture
def meeting(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    seed.use(stack)
    client = Meeting(clients.dynamodb())
    monkeypatch.setattr(clients, "dynamodb", lambda: client)
    monkeypatch.setattr(shelves, "BLOCK", 20)
    monkeypatch.setattr(blocks, "_FIRST_PAGE", 10)
    monkeypatch.setattr(ordered, "_FEW", 3)
    return client


@pytest.fixture
def kept(meeting: Meeting) -> Iterator[Kept]:
    """A shelf in a table of its own."""
    name = f"shelves-{uuid.uuid4().hex[:8]}"
    texts = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "leaf")]
    meeting.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=texts,
        KeySchema=_keys("pk"),
        GlobalSecondaryIndexes=[
            {"IndexName": BY_LEAF, "KeySchema": _keys("leaf"), "Projection": {"ProjectionType": "ALL"}}
        ],
    )
    made = Kept(ids.child(PROJECT, time.time_ns(), bytes(3)), name)
    made.open()
    yield made
    meeting.delete_table(TableName=name)


def _keys(partition: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


class Writer:
    """Adds, moves and removes, by a clock of its own."""

    def __init__(self, kept: Kept, number: int) -> None:
        self._kept = kept
        self._chance = random.Random(number)
        self._skew = self._chance.randrange(-200, 200) * 1_000_000
        self._made: list[str] = []

    def work(self, rounds: int) -> None:
        for _ in range(rounds):
            with suppress(Gone):
                self._step()

    def _step(self) -> None:
        leaf = self._chance.choice(LEAVES)
        match self._chance.choice(["add", "add", "add", "several", "change", "change", "remove"]):
            case "several":
                self._made += self._kept.add(leaf, time.time_ns() + self._skew, 3)
            case "change" if self._made:
                self._kept.change(self._chance.choice(self._made), leaf)
            case "remove" if self._made:
                self._kept.change(self._chance.choice(self._made), None)
            case _:
                self._made += self._kept.add(leaf, time.time_ns() + self._skew)


def let_all_work(kept: Kept, rounds: int) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda number: Writer(kept, number).work(rounds), range(WRITERS)))


def test_many_writers_leave_exact_counts_and_blocks_of_consecutive_ids(meeting: Meeting, kept: Kept) -> None:
    let_all_work(kept, 12)
    kept.extend()
    kept.check()
    assert meeting.met > 20
    assert len(blocks.read(kept.shelf).blocks) > 5
    assert kept.tail().slots > 1
    check_pages(kept)


def check_pages(kept: Kept) -> None:
    deadline = Deadline.after(120)
    everything = [(get_text(item, "sk"), get_text(item, "now")) for item in kept.records()]
    for leaves in (None, LEAVES[:1], LEAVES[1:]):
        wanted = [its_id for its_id, leaf in everything if leaves is None or leaf in leaves]
        runs = [Run(kept.leaf_range(leaf), kept.shelf, (leaf,)) for leaf in leaves or ()]
        for backwards in (False, True):
            in_order = wanted[::-1] if backwards else wanted
            found = Listing(
                runs or [Run(kept.range, kept.shelf)],
                lambda item: get_text(item, "sk"),
                deadline,
                backwards=backwards,
            )
            for offset in range(0, len(wanted) + 20, 37):
                assert found.page(7, offset).items == in_order[offset : offset + 7]
            assert found.count(0, 10_000) == Count(len(wanted), False)


def test_an_owner_that_goes_while_many_write_takes_no_record_afterwards(kept: Kept) -> None:
    def close() -> None:
        time.sleep(0.5)
        kept.close()

    with ThreadPoolExecutor(1) as other, mock.patch.object(shelves, "MOST_SLOTS", 4):
        closing = other.submit(close)
        let_all_work(kept, 12)
        closing.result()
    left = ids_of(kept.records())
    with pytest.raises(Gone):
        kept.add("a", time.time_ns())
    kept.extend(shelves.Tail(kept.owner_id))
    assert ids_of(kept.records()) == left
    for its_id in left:
        kept.change(its_id, None)
    assert shelves.erase(kept.shelf, Deadline.after(60))
    assert not clients.dynamodb().scan(TableName=kept.table)["Items"]
