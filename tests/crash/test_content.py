"""A vote, a flag, a decision: whole or not at all wherever the process dies, and a client may repeat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hearback.content import cases, configurations, contents
from hearback.content.errors import Duplicate
from hearback.content.model import Content, ContentType, Status, Vote
from hearback.settings import settings
from hearback.storage import hot

from tests.crash.apart import Apart, items, remembered
from tests.crash.content import CONTENT, World, cast, check_counts, flag, new_client
from tests.crash.harness import Workflow, exercise

Work = Callable[[], object]
Exercised = Callable[..., int]


@pytest.fixture
def exercised(resources: Apart) -> Exercised:
    """Disturb the work, after what was done before it; a client repeats it until it is told that it counts."""

    def run(work: Work, *before: Work, outcome: Callable[[], object] = check_counts) -> int:
        def prepare() -> World:
            resources.clear()
            world = new_client()
            for each in before:
                each()
            return world

        def repeat(_world: World) -> None:
            with suppress(Duplicate):
                work()

        flow = Workflow(
            remembered(resources, prepare),
            lambda _: work(),
            repeat,
            lambda _: outcome(),
            lambda _: check_counts(),
        )
        return exercise(flow)

    return run


def test_a_vote_counts_once_or_not_at_all(exercised: Exercised) -> None:
    assert exercised(lambda: cast("ann", Vote.POSITIVE)) > 5


def test_a_vote_is_replaced_whole_or_not_at_all(exercised: Exercised) -> None:
    first, second = lambda: cast("ann", Vote.POSITIVE), lambda: cast("ann", Vote.NEGATIVE)
    assert exercised(second, first) > 10


def test_a_vote_is_taken_back_whole_or_not_at_all(exercised: Exercised) -> None:
    first, undo = lambda: cast("ann", Vote.POSITIVE), lambda: cast("ann", Vote.UNDO)
    assert exercised(undo, first) > 5


def test_a_flag_counts_once_or_not_at_all(exercised: Exercised) -> None:
    assert exercised(lambda: flag("ann")) > 10


def test_the_flag_that_reaches_the_threshold_makes_the_content_pending_whenever_it_counts(
    exercised: Exercised,
) -> None:
    before = [lambda: flag("ann"), lambda: flag("bob")]
    assert exercised(lambda: flag("cid"), *before) > 5


PENDING = tuple(lambda name=name: flag(name) for name in ("ann", "bob", "cid"))


@pytest.mark.parametrize("status", [Status.APPROVED, Status.REJECTED])
def test_a_decision_takes_the_content_out_of_the_queue_or_is_none(
    exercised: Exercised, status: Status
) -> None:
    def outcome() -> object:
        return check_counts(), cases.waiting(CONTENT.organization_id, 10, "")

    assert exercised(lambda: cases.decide(CONTENT, status), *PENDING, outcome=outcome) > 5


def test_contents_are_registered_whatever_interrupts_it_if_it_is_repeated(exercised: Exercised) -> None:
    """More than one transaction takes."""
    many = [Content("acme", ContentType.REVIEW, f"product{number}") for number in range(120)]

    def known() -> list[str]:
        registered = [item for item in items(settings().content_table) if item["sk"]["S"] == "content"]
        return sorted(item["content_id"]["S"] for item in registered)

    assert exercised(lambda: contents.register(many), outcome=known) > 10


def test_a_configuration_changes_whole_or_not_at_all(exercised: Exercised) -> None:
    def outcome() -> object:
        hot.forget()
        return configurations.of(CONTENT.organization_id, 0)

    change = {"requests_per_minute": 7, "reason_required": True}
    assert exercised(lambda: configurations.change("acme", change), outcome=outcome) > 5
