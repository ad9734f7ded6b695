"""Erasures, exports and retention of an organization, disturbed at every AWS call, end the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.crash import organizations
from tests.crash.apart import Apart, remembered
from tests.crash.harness import EVERY, FAULTS, OVERTAKEN, STOPS, Disturbance, Workflow, exercise, stumble
from tests.crash.organizations import World

each_stop = pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])


@pytest.fixture(autouse=True)
def _small(resources: Apart) -> Iterator[None]:
    with organizations.small():
        yield
    organizations.purge()


def _flow(
    resources: Apart,
    prepare: Callable[[], World],
    outcome: Callable[[World], object],
    work: Callable[[World], object] = organizations.work,
) -> Workflow[World]:
    resources.clear()
    again = remembered(resources, prepare)

    def afresh() -> World:
        organizations.purge()
        return again()

    return Workflow(afresh, work, organizations.recover, outcome)


@pytest.fixture
def erasure(resources: Apart) -> Workflow[World]:
    return _flow(resources, organizations.erased_person, organizations.of_erasure)


@pytest.fixture
def export(resources: Apart) -> Workflow[World]:
    return _flow(resources, organizations.exported, organizations.of_export)


def test_an_erasure_erases_everything_wherever_its_worker_dies(erasure: Workflow[World]) -> None:
    assert exercise(erasure, STOPS) > 20


def test_an_erasure_outlives_throttling_conflicts_and_lost_answers(erasure: Workflow[World]) -> None:
    assert exercise(erasure, FAULTS) > 40


def test_two_workers_at_one_erasure_are_as_good_as_one(erasure: Workflow[World]) -> None:
    assert exercise(erasure, OVERTAKEN) > 15


@each_stop
def test_an_erasure_gets_on_however_often_it_dies(erasure: Workflow[World], stop: Disturbance) -> None:
    assert stumble(erasure, stop) > 5


def test_an_erasure_beside_an_export_keeps_guards_exact_and_leaves_no_file(resources: Apart) -> None:
    flow = _flow(
        resources,
        organizations.named_in_texts,
        organizations.of_erasure,
        organizations.work_beside_an_export,
    )
    assert exercise(flow, STOPS, every=3 * EVERY) > 40


def test_an_export_holds_every_record_once_wherever_its_worker_dies(export: Workflow[World]) -> None:
    assert exercise(export, (*STOPS, *OVERTAKEN)) > 20


def test_what_is_kept_no_longer_ends_with_its_counts_wherever_the_worker_dies(resources: Apart) -> None:
    flow = _flow(resources, organizations.old, organizations.of_retention)
    assert exercise(flow, (*STOPS, *OVERTAKEN)) > 20
