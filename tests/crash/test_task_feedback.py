"""Feedback is posted, finalized and deleted whole or not at all, and the report counts what there is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hearback.errors import HearbackError
from hearback.settings import settings

from tests.crash.apart import Apart, remembered
from tests.crash.harness import ALL, Interruption, Stopped, Workflow, exercise, intercepted, without_pauses
from tests.crash.recount_feedback import check
from tests.crash.task_feedback import NUMBER, World, check_counts, field, place

Work = Callable[[World], object]
Exercised = Callable[..., int]


@pytest.fixture
def exercised(resources: Apart) -> Exercised:
    """Disturb the work, after what was done before it; its client repeats it."""

    def run(work: Work, *before: Work) -> int:
        def prepare() -> World:
            resources.clear()
            world = World(place())
            for each in before:
                each(world)
            return world

        prepared = remembered(resources, prepare, [settings().feedback_table])
        flow = Workflow(prepared, work, work, World.said, lambda _: check_counts())
        return exercise(flow)

    return run


def drafts(world: World) -> object:
    return world.post(field("a"), field("b", context="audit"), field("c", severity="major"))


def test_a_list_is_added_whole_or_not_at_all(exercised: Exercised) -> None:
    assert exercised(drafts) > 10


def test_more_is_added_and_edited_at_once(exercised: Exercised) -> None:
    edit = [field("a", "edited"), field("d"), field("b", "edited", context="audit")]
    assert exercised(lambda world: world.post(*edit, day=1), drafts) > 5


def test_a_list_is_finalized_with_its_edits(exercised: Exercised) -> None:
    edit = [field("a", "edited"), field("d")]
    assert exercised(lambda world: world.post(*edit, finalize=True, day=1), drafts) > 5


def test_a_context_is_finalized_whole_or_not_at_all(exercised: Exercised) -> None:
    assert exercised(lambda world: world.finalize("audit"), drafts) > 5


def test_nothing_is_found_once(exercised: Exercised) -> None:
    assert exercised(World.finalize) > 10


def test_drafts_are_deleted_whole_or_not_at_all(exercised: Exercised) -> None:
    def delete(world: World) -> object:
        return world.delete([entry.id for entry in world.entries()])

    assert exercised(delete, drafts) > 10


def test_another_round_of_the_same_task_begins(exercised: Exercised) -> None:
    def later(world: World) -> object:
        return World(place(round=2)).post(field("a"), day=3)

    assert exercised(later, drafts) > 10


# ── Random histories ──

ACTIONS: tuple[Callable[[World, Random], object], ...] = (
    lambda world, chance: world.post(*some(chance), finalize=chance.random() < 0.2, day=chance.randrange(5)),
    lambda world, chance: world.post(*some(chance), context="audit", day=chance.randrange(5)),
    lambda world, chance: world.finalize(chance.choice([None, "audit"]), day=chance.randrange(5)),
    lambda world, chance: world.delete(a_few(world, chance), day=chance.randrange(5)),
    lambda world, _chance: world.delete([entry.id for entry in world.entries()]),
)


def some(chance: Random) -> list[dict[str, object]]:
    """Entries of all kinds, some of them the same as before."""
    severities, types = [None, "minor", "critical"], ["Incorrect Metadata", "Extra Metadata"]
    return [
        field(
            chance.choice([None, f"{number}"]),
            chance.choice(["", "so", "or so"]),
            field=chance.choice(["weather", "mood"]),
            severity=chance.choice(severities),
            error_type=chance.choice(types),
        )
        for number in range(chance.randrange(4))
    ]


def a_few(world: World, chance: Random) -> list[str]:
    ids = [entry.id for entry in world.entries()]
    return ["unknown", *chance.sample(ids, min(2, len(ids)))]


@pytest.mark.parametrize("seed", range(2))
def test_after_any_history_with_crashes_the_report_is_a_recount(resources: Apart, seed: int) -> None:
    """Each step on one of three tasks in one of three rounds is disturbed somewhere, or not at all."""
    resources.clear()
    chance, disturbed = Random(seed), 0
    with without_pauses():
        for step in range(40):
            world = World(place(chance.randrange(3), chance.randrange(1, 4)))
            work, other = (partial(chance.choice(ACTIONS), world, chance) for _ in range(2))
            interruption = Interruption(chance.choice(ALL), chance.randrange(1, 4), other)
            with intercepted(interruption), suppress(Stopped, HearbackError, ClientError, BotoCoreError):
                work()
            disturbed += interruption.at is not None
            if step % 10 == 9:
                check(NUMBER)
    assert disturbed > 5
    assert len(check(NUMBER)) > 3
