"""A task's life, against a model: which steps are taken and which refused, in any order, and what is told then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from unittest import mock

import hypothesis.strategies as st
from hearback.deadline import Deadline
from hearback.jsonapi.errors import Unprocessable
from hearback.storage import owed
from hearback.tasks import bulk, counts, delivered, lists, tasks
from hearback.tasks.drafts import Draft
from hearback.tasks.lists import Page, Wanted
from hearback.tasks.model import State, Task
from hearback.tasks.tasks import Answered
from hearback.timestamps import DAY, SECOND
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.tasks.tables import CALLER, NUMBER, PROJECT, tables

BEGINNING = 1_700_000_000 * SECOND
WHENEVER = Deadline.after(10**6)
EVERYTHING = Page(1, 1_000)
which = st.integers(0, 10**6)
"""Chooses a task by its place."""
where_tasks_are = precondition(lambda workflow: workflow.model)


class Workflow(RuleBasedStateMachine):
    """One project without receivers."""

    def __init__(self) -> None:
        super().__init__()
        self._replaced = ExitStack()
        self._replaced.enter_context(tables())
        self._replaced.enter_context(mock.patch.object(owed, "send_all"))  # there is no queue either
        self.now = BEGINNING
        self.model: dict[str, Task] = {}
        """What each task should be, but for its revision and when it was changed last."""
        self.log: list[tuple[str, int]] = []
        """Task and round of each delivery."""
        self.events: Counter[str] = Counter()
        self.consumers = 0
        """That have asked; each look is a new one's."""

    def teardown(self) -> None:
        self._replaced.close()

    # ── Steps ──

    @rule(seconds=st.sampled_from([0, 1, 40_000]))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND + 1

    @rule(submit=st.booleans(), seeded=st.booleans())
    def create(self, submit: bool, seeded: bool) -> None:
        data = {"url": "x"} | ({"output_weather": "sun"} if seeded else {})
        made = tasks.create(PROJECT, Draft(data, submit=submit), self.now)
        assert made.state is (State.COMPLETED if submit else State.NEW)
        assert (made.data, made.answers) == ({"url": "x"}, {"weather": "sun"} if seeded else {})
        self.model[made.id] = made
        self.events.update(["created"] + ["submitted"] * submit)

    @where_tasks_are
    @rule(which=which, weather=st.sampled_from(["rain", "sun"]))
    def submit(self, which: int, weather: str) -> None:
        before = self._one(which)
        after = before._replace(
            state=State.COMPLETED,
            answers={"weather": weather},
            submitted_at=self.now,
            submitted_by=CALLER.email,
        )
        said_already = before.state is State.COMPLETED and before.answers == after.answers
        is_open = before.state in (State.NEW, State.REJECTED)
        self._expect(
            lambda: tasks.submit(PROJECT, before.id, Answered({"weather": weather}), self.now),
            before if said_already else after if is_open else None,
            "submitted",
        )

    @where_tasks_are
    @rule(which=which)
    def approve(self, which: int) -> None:
        before = self._one(which)
        after = before._replace(state=State.DELIVERED, delivered_at=self.now)
        is_delivered = before.state in (State.DELIVERED, State.ACKNOWLEDGED)
        wanted = before if is_delivered else after if before.state is State.COMPLETED else None
        self._expect(lambda: tasks.approve(PROJECT, before.id, self.now), wanted, "approved", "delivered")
        if wanted is after:
            self.log.append((before.id, before.current_round))

    @where_tasks_are
    @rule(which=which, reason=st.sampled_from(["too dark", "blurred"]))
    def reject(self, which: int, reason: str) -> None:
        before = self._one(which)
        after = before._replace(
            state=State.REJECTED, current_round=before.current_round + 1, reasons=[reason], delivered_at=None
        )
        said_already = before.state is State.REJECTED and before.reasons == [reason]
        rejectable = before.state in (State.COMPLETED, State.DELIVERED, State.ACKNOWLEDGED)
        self._expect(
            lambda: tasks.reject(PROJECT, before.id, [reason], self.now),
            before if said_already else after if rejectable else None,
            "rejected",
        )

    @where_tasks_are
    @rule(which=which, round=st.integers(1, 3))
    def acknowledge(self, which: int, round: int) -> None:
        before = self._one(which)
        tasks.acknowledge(NUMBER, before.id, round, self.now)
        if before.state is State.DELIVERED and before.current_round == round:
            self.model[before.id] = before._replace(state=State.ACKNOWLEDGED)

    @where_tasks_are
    @rule(several=st.lists(which, min_size=1, max_size=4), priority=st.integers(-2, 2))
    def prioritize(self, several: list[int], priority: int) -> None:
        its_ids = [self._one(which).id for which in several]
        assert bulk.set_priorities(PROJECT, its_ids, priority, self.now).missing == []
        for its_id in its_ids:
            self.model[its_id] = self.model[its_id]._replace(priority=priority)

    @where_tasks_are
    @rule(several=st.lists(which, min_size=1, max_size=4))
    def delete(self, several: list[int]) -> None:
        its_ids = [self._one(which).id for which in several]
        kept = bulk.delete(PROJECT, its_ids, self.now)
        for its_id in dict.fromkeys(its_ids):
            assert (kept[its_id] is None) == (self.model[its_id].state is State.NEW)
            if kept[its_id] is None:
                del self.model[its_id]
                self.events["deleted"] += 1

    def _one(self, which: int) -> Task:
        return list(self.model.values())[which % len(self.model)]

    def _expect(self, step: Callable[[], Task], wanted: Task | None, *events: str) -> None:
        """The step gives this task, or is refused; what it was before means that nothing happens."""
        try:
            got = step()
        except Unprocessable:
            assert wanted is None
            return
        assert wanted is not None
        assert _said(got) == _said(wanted)
        if wanted != self.model[wanted.id]:
            self.events.update(events)
        self.model[wanted.id] = wanted

    # ── What is told ──

    @invariant()
    def tasks_are_what_they_should_be(self) -> None:
        found = lists.tasks(PROJECT, Wanted(), EVERYTHING, WHENEVER)
        assert [_said(task) for task in found] == [_said(self.model[its_id]) for its_id in sorted(self.model)]

    @invariant()
    def states_and_events_are_counted(self) -> None:
        states = Counter(task.state for task in self.model.values())
        assert counts.by_state(NUMBER) == {state: states[state] for state in State}
        first, last = tasks.day(BEGINNING), tasks.day(self.now)
        assert counts.by_event(NUMBER, first, last) == {event: self.events[event] for event in counts.EVENTS}
        assert not any(counts.by_event(NUMBER, "0000", tasks.day(BEGINNING - DAY)).values())

    @invariant()
    def lists_by_state_and_of_deliveries_agree(self) -> None:
        for state in (State.NEW, State.REJECTED, State.DELIVERED):
            found = lists.tasks(PROJECT, Wanted(state=state), EVERYTHING, WHENEVER)
            assert [task.id for task in found] == sorted(
                its_id for its_id, task in self.model.items() if task.state is state
            )
        wanted = [its_id for its_id, round in self.log if self._is_delivered(its_id, round)]
        listed = [task.id for task in lists.delivered(PROJECT, Wanted(), EVERYTHING, WHENEVER)]
        assert sorted(listed) == sorted(wanted)
        self.consumers += 1
        page = delivered.next_page(PROJECT, f"{self.consumers}", Wanted(), 1_000, WHENEVER, self.now)
        assert [task.id for task in page.tasks] == listed

    def _is_delivered(self, its_id: str, round: int) -> bool:
        task = self.model[its_id]
        return task.state in (State.DELIVERED, State.ACKNOWLEDGED) and task.current_round == round


def _said(task: Task) -> Task:
    return task._replace(revision=0, updated_at=0)


TestWorkflow = Workflow.TestCase
TestWorkflow.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
