"""Whatever reviewers do with a task's feedback, in whatever order: answers, rounds and the report are the model's.

For a longer run: `MODEL_EXAMPLES=500 MODEL_STEPS=60 pytest --timeout 0 tests/models/test_task_feedback.py`
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hearback import clients
from hearback.errors import HearbackError
from hearback.settings import settings as names
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.crash.recount_feedback import check
from tests.crash.task_feedback import NUMBER, World, place
from tests.models.reviews import Answer, Refused, Reviews

pytestmark = pytest.mark.xdist_group("feedback")

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "20"))
STEPS = int(os.environ.get("MODEL_STEPS", "20"))

SHRINK = () if os.environ.get("MODEL_SHRINK") == "no" else (Phase.shrink,)
PHASES = (Phase.reuse, Phase.generate, *SHRINK)

CONTEXT = st.sampled_from([None, None, "audit"])
INDEX = st.integers(0, 5)
FINALIZE = st.sampled_from([False, False, False, True])
TASK = st.sampled_from([0, 0, 0, 1])
ROUND = st.sampled_from([1, 1, 1, 2])
DAY = st.integers(0, 3)
SAID = st.fixed_dictionaries(
    {
        "type": st.just("field"),
        "error_type": st.sampled_from(["Incorrect Metadata", "Extra Metadata"]),
        "field": st.sampled_from(["weather", "mood"]),
    },
    optional={
        "external_id": st.sampled_from(["a", "b", "c"]),
        "context": CONTEXT,
        "severity": st.sampled_from([None, "minor", "critical"]),
        "comment": st.sampled_from(["so", "or so"]),
        "original_value": st.sampled_from([1, True, None, {"x": [1.0]}]),
    },
)
FAULT = st.sampled_from([*[{}] * 20, {"type": "point"}, {"error_type": "Missing Shape"}, {"field": "age"}])
GIVEN = st.builds(lambda said, fault: said | fault, SAID, FAULT)
MEANT = st.sampled_from([*[None] * 8, *range(6), "unknown"])
"""A new entry or one by its external id, the entry of this number, or none that there is."""
LIST = st.lists(st.tuples(MEANT, GIVEN), min_size=1, max_size=3)


class Work(RuleBasedStateMachine):
    """Two tasks, three rounds each: whatever is asked of the product is asked of the model."""

    clear: Callable[[], None]

    @initialize()
    def begin(self) -> None:
        self.clear()
        self.rounds = {(task, round): Reviews() for task in range(2) for round in range(1, 3)}

    def ask(
        self, task: int, round: int, product: Callable[[World], Any], model: Callable[[Reviews], Answer]
    ) -> None:
        """Both answer the same, or refuse the same entries for the same reasons."""
        known = self.rounds[task, round]
        world = World(place(task, round))
        try:
            answered = product(world)
        except HearbackError as refusal:
            faults = [(fault.type, fault.row) for fault in getattr(refusal, "faults", ())]
            with pytest.raises(Refused) as expected:
                model(known)
            assert faults == expected.value.faults
        else:
            known.same(answered, model(known))
        known.same(list(world.entries()), known.all())

    @rule(
        task=TASK,
        round=ROUND,
        day=DAY,
        several=LIST,
        finalize=st.sampled_from([False, False, False, True]),
        context=CONTEXT,
    )
    def post(
        self, task: int, round: int, day: int, several: list[Any], finalize: bool, context: str | None
    ) -> None:
        known = self.rounds[task, round]
        given = [said | known.id_of(meant) for meant, said in several]
        self.ask(
            task,
            round,
            lambda world: world.post(*given, finalize=finalize, context=context, day=day),
            lambda model: model.post(given, finalize, context, day),
        )

    @rule(task=TASK, round=ROUND, day=DAY, context=CONTEXT)
    def finalize(self, task: int, round: int, day: int, context: str | None) -> None:
        self.ask(
            task,
            round,
            lambda world: world.finalize(context, day=day),
            lambda model: model.post(None, True, context, day),
        )

    @rule(task=TASK, round=ROUND, day=DAY, chosen=st.lists(st.one_of(INDEX, st.just("unknown")), max_size=4))
    def delete(self, task: int, round: int, day: int, chosen: list[Any]) -> None:
        ids = [self.rounds[task, round].id_of(each).get("id", "unknown") for each in chosen]
        told = World(place(task, round)).delete(ids, day=day)
        assert told._asdict() == self.rounds[task, round].delete(ids)

    @rule(task=TASK, round=ROUND)
    def delete_all_drafts(self, task: int, round: int) -> None:
        known = self.rounds[task, round]
        drafts = [entry["id"] for entry in known.all() if not entry["final"]]
        told = World(place(task, round)).delete(drafts)
        assert told._asdict() == known.delete(drafts)

    @invariant()
    def the_report_is_what_a_recount_says(self) -> None:
        table = clients.dynamodb().scan(TableName=names().feedback_table)["Items"]
        found = {(each.task, each.round): each for each in check(NUMBER, table)}
        counts = Counter(key for key, model in self.rounds.items() if model.counts)
        assert len(found) == counts.total()
        for (task, round), model in self.rounds.items():
            if model.counts:
                assert found[f"{task:024x}", round].day == model.day


def test_every_order_of_events_ends_as_in_the_model(clear: Callable[[], None]) -> None:
    machine = type("Work", (Work,), {"clear": staticmethod(clear)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
