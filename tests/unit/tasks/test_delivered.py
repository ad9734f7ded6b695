"""A consumer gets every delivery once: whatever is committed late, sent back, replayed or called at once."""

from __future__ import annotations

from contextlib import ExitStack
from unittest import mock

import hypothesis.strategies as st
from hearback.deadline import Deadline
from hearback.storage import transactions
from hearback.tasks import delivered, items
from hearback.tasks.delivered import BACK, LEASE, Handout
from hearback.tasks.lists import Wanted
from hearback.tasks.model import State, Task
from hearback.timestamps import SECOND
from hypothesis import assume, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.tasks.tables import NUMBER, PROJECT, tables

BEGINNING = 1_700_000_000 * SECOND
WHENEVER = Deadline.after(10**6)
EVERYTHING = Wanted()

Round = tuple[str, int]


def told(handout: Handout) -> list[Round]:
    return [(task.id, task.current_round) for task in handout.tasks]


class Deliveries(RuleBasedStateMachine):
    """One project, and one consumer that reads everything."""

    def __init__(self) -> None:
        super().__init__()
        self._replaced = ExitStack()
        self.tables = self._replaced.enter_context(tables())
        self.now = BEGINNING
        self.number = 0
        self.pending: list[Task] = []
        """Approved, but not committed yet."""
        self.delivered: dict[str, Task] = {}
        """As they are now."""
        self.got: list[Round] = []
        self.last: list[Round] = []
        """The page that was handed out last."""
        self.leased_until = 0

    def teardown(self) -> None:
        with self._replaced:
            for task in self.pending:
                self._write(task)
            self._drain()

    @initialize(most_recent=st.sampled_from([1_000, 6]), most_bytes=st.sampled_from([10**6, 700]))
    def limit(self, most_recent: int, most_bytes: int) -> None:
        """Little room, where nothing comes late, is enough."""
        self.punctual = most_recent < 1_000
        self._replaced.enter_context(mock.patch.object(delivered, "MOST_RECENT", most_recent))
        self._replaced.enter_context(mock.patch.object(delivered, "MOST_BYTES", most_bytes))

    @rule(seconds=st.integers(0, 45))
    def wait(self, seconds: int) -> None:
        late = [task for task in self.pending if self.now + seconds * SECOND - _at(task) >= BACK]
        assume(not late)  # a request takes half a minute at most
        self.now += seconds * SECOND + 1

    @rule(late=st.booleans(), batch=st.sampled_from([None, 7]))
    def approve(self, late: bool, batch: int | None) -> None:
        self.now += 1
        its_id = f"{BEGINNING // SECOND:08x}{self.number:016x}"
        self.number += 1
        task = Task(its_id, NUMBER, "acme", State.DELIVERED, 0, {}, {}, 0, 0, batch, delivered_at=self.now)
        self._commit(task, late)

    @rule(late=st.booleans(), data=st.data())
    def send_back_and_approve_again(self, late: bool, data: st.DataObject) -> None:
        assume(self.delivered)
        task = self.delivered[data.draw(st.sampled_from(sorted(self.delivered)))]
        assume(task not in self.pending)
        self.now += 1
        again = task._replace(current_round=task.current_round + 1, delivered_at=self.now)
        self._put(again._replace(state=State.REJECTED))
        del self.delivered[task.id]
        self._commit(again, late)

    def _commit(self, task: Task, late: bool) -> None:
        if late and not self.punctual:
            self.pending.append(task)
        else:
            self._write(task)

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        assume(self.pending)
        self._write(self.pending.pop(data.draw(st.integers(0, len(self.pending) - 1))))

    def _write(self, task: Task) -> None:
        self.tables.put(items.delivery_item(task))
        self._put(task)
        self.delivered[task.id] = task

    def _put(self, task: Task) -> None:
        self.tables.put(items.task_item(task))

    @rule(limit=st.integers(1, 5))
    def take(self, limit: int) -> None:
        self._take(limit)

    def _take(self, limit: int) -> Handout:
        handout = delivered.next_page(PROJECT, "c", EVERYTHING, limit, WHENEVER, self.now)
        assert len(handout.tasks) <= limit
        if handout.tasks:
            self.last, self.leased_until = told(handout), self.now + LEASE
        self.got += told(handout)
        return handout

    @rule()
    def take_while_another_call_of_the_same_consumer_takes(self) -> None:
        other: list[Handout] = []

        def overtaken(writes: list[transactions.Write]) -> None:
            if not other:
                other.append(Handout([]))  # it does not overtake itself
                other[0] = self._take(2)
            transactions.transact(writes)

        with mock.patch.object(delivered, "transact", overtaken):
            self._take(2)

    @rule()
    def replay(self) -> None:
        handout = delivered.replay(PROJECT, "c", self.now)
        still = [
            each
            for each in self.last
            if (now := self.delivered.get(each[0])) and now.current_round == each[1]
        ]
        assert told(handout) == (still if self.now < self.leased_until else [])

    @rule()
    def acknowledge(self) -> None:
        assert delivered.acknowledge(PROJECT, "c") == len(self.last)
        self.last, self.leased_until = [], 0

    @invariant()
    def nothing_comes_twice(self) -> None:
        assert len(self.got) == len(set(self.got))

    def _drain(self) -> None:
        """What is delivered and holds has all been handed out in the end."""
        for _ in range(200):
            if not self._take(5).more:
                break
        assert {(task.id, task.current_round) for task in self.delivered.values()} <= set(self.got)
        self.nothing_comes_twice()


def _at(task: Task) -> int:
    assert task.delivered_at
    return task.delivered_at


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
