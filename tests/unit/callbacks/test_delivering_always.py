"""Whatever order things happen in: workers that die or come late, messages that are doubled, sweeps, people."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from hearback.callbacks import admission, keys, log
from hearback.callbacks.model import Admission
from hearback.callbacks.schedule import ATTEMPTS, State
from hearback.callbacks.sending import Attempt
from hearback.callbacks.signing import Request
from hearback.storage import owed
from hearback.timestamps import SECOND
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.callbacks.conftest import mailed
from tests.unit.callbacks.post import BUSY, GOOD, HANGING, Died, Message, Post

QUEUES = st.sampled_from(["callback", "slow_callback"])
ANSWERS = st.sampled_from([GOOD, BUSY, BUSY, HANGING])
MOST = int(os.environ.get("HEARBACK_EXAMPLES", "150"))
MUCH = admission.MOST
CALLS = st.none() | st.integers(1, 8)
"""At which of its calls a worker dies."""


class Callbacks(RuleBasedStateMachine):
    """One callback, from when it is owed to when all is over."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = ExitStack()
        monkeypatch = self._undo.enter_context(pytest.MonkeyPatch.context())
        self.post: Post = self._undo.enter_context(mailed(monkeypatch))
        self.post.owe(send=False)
        self.others = 0
        """How much of the endpoint's room other callbacks have."""
        self.sent: list[tuple[int, bool]] = []
        """Of each request the course, and whether it was taken."""

    def _answers(self, attempt: Attempt, meanwhile: Callable[[], None] = lambda: None) -> None:
        def answer(_: Request) -> Attempt:
            self.sent.append((self.post.callback.delivery.course, attempt.succeeded))
            self._answers(BUSY)
            meanwhile()
            return attempt

        self.post.answers = answer

    def _work(self, queue: str, dies_at: int | None) -> None:
        left = [dies_at]

        def count() -> None:
            if left[0] is not None:
                left[0] -= 1
                if left[0] == 0:
                    raise Died

        self.post.between = count
        with suppress(Died):
            self.post.work(queue)
        self.post.between = lambda: None

    @rule(queue=QUEUES, answer=ANSWERS, dies_at=CALLS)
    def a_worker_works(self, queue: str, answer: Attempt, dies_at: int | None) -> None:
        if self.post.has_work(queue):
            self._answers(answer)
            self._work(queue, dies_at)

    @rule(queue=QUEUES, other=QUEUES, answer=ANSWERS, seconds=st.sampled_from([0, 9, 100, 400]))
    def a_worker_works_while_another_one_is_sending(
        self, queue: str, other: str, answer: Attempt, seconds: int
    ) -> None:
        def meanwhile() -> None:
            self.post.wait(seconds)
            if self.post.has_work(other):
                self.post.work(other)

        if self.post.has_work(queue):
            self._answers(answer, meanwhile)
            self._work(queue, None)

    @rule(queue=QUEUES)
    def a_message_is_doubled(self, queue: str) -> None:
        if messages := self.post.queues[queue]:
            first = messages[0]
            messages.append(Message(first.body, first.sent_at, self.post.now, None))

    @rule(seconds=st.sampled_from([1, 30, 360, 4_000]))
    def time_goes_by(self, seconds: int) -> None:
        self.post.wait(seconds)

    @rule()
    def the_sweep_runs(self) -> None:
        owed.sweep(self.post.now, 600 * SECOND)

    @rule(others=st.sampled_from([0, MUCH]))
    def others_take_all_the_room_or_leave_it(self, others: int) -> None:
        self._make_room(others)

    def _room(self) -> dict[str, Any]:
        return keys.room(admission.lane(self.post.callback))

    def _make_room(self, others: int) -> None:
        key = self._room()
        admitted = self.post.callback.admission is Admission.ADMITTED
        self.post.table.put(key | {"held": {"N": str(others + admitted)}})
        self.others = others

    @rule()
    @precondition(lambda self: self.post.callback.delivery.state.finished)
    def somebody_asks_for_it_again(self) -> None:
        log.redeliver(117, self.post.id, self.post.now)

    @rule()
    @precondition(lambda self: self.post.dead)
    def a_dead_letter_is_put_back(self) -> None:
        owed.send("callback", self.post.dead.pop())

    @invariant()
    def no_course_sends_more_than_five_times(self) -> None:
        courses = [course for course, _ in self.sent]
        assert all(courses.count(course) <= ATTEMPTS for course in courses)

    @invariant()
    def a_debt_is_there_as_long_as_something_is_owed(self) -> None:
        assert len(self.post.debts) == (not self.post.callback.delivery.state.finished)

    @invariant()
    def the_room_that_is_taken_is_what_waits_in_the_queue(self) -> None:
        item = self.post.table.items.get(tuple(it["S"] for it in self._room().values()), {})
        admitted = self.post.callback.admission is Admission.ADMITTED
        assert int(item.get("held", {"N": "0"})["N"]) == self.others + admitted

    @invariant()
    def what_is_parked_has_a_lane_that_is_owed(self) -> None:
        if self.post.callback.admission is Admission.PARKED:
            assert [sk for _, sk in self.post.table.items if sk.startswith("lane#")]

    @invariant()
    def every_attempt_up_to_the_last_is_in_the_log(self) -> None:
        delivery = self.post.callback.delivery
        numbers = [each.number for each in self.post.log if each.course == delivery.course]
        assert numbers == list(range(1, delivery.attempts + 1))

    @invariant()
    def what_is_delivered_was_taken(self) -> None:
        delivery = self.post.callback.delivery
        if delivery.state is State.DELIVERED:
            assert (delivery.course, True) in self.sent

    def teardown(self) -> None:
        with self._undo:
            self._answers(BUSY)
            self._make_room(0)
            self.post.settle()
            self._check_the_end()

    def _check_the_end(self) -> None:
        """It is over, with every attempt accounted for, and a letter for who could not be reached."""
        delivery = self.post.callback.delivery
        assert delivery.state.finished
        if delivery.state is State.UNREACHABLE:
            assert delivery.attempts == ATTEMPTS
            assert "begun" not in [each.error for each in self.post.log]
            assert delivery.course in [letter["course"] for letter in self.post.dead]


TestCallbacks = Callbacks.TestCase
TestCallbacks.settings = settings(max_examples=MOST, stateful_step_count=25, deadline=None)
