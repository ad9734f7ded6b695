"""On a bad day of AWS, clients that come again when they are asked to lose nothing and get nothing twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from local.hostile.plan import Kind
from local.stack import Stack
from tests.flows.callbacks import every_dead_letter
from tests.flows.organizations import Organization, found
from tests.hostile import work
from tests.hostile.conftest import SEED
from tests.unit.callbacks.receiver import Receiver, answering

Work = Callable[[Organization], None]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answering("204 No Content")) as listening:
        yield listening


def test_on_a_bad_day_all_families_do_all_their_work_once(
    stack: Stack, http: requests.Session, receiver: Receiver, home: Path, seed: int
) -> None:
    def deliver(organization: Organization) -> None:
        work.deliver(organization, receiver)

    works: list[Work] = [work.translate, work.vote, work.annotate, deliver]
    organizations = [found(stack, http) for _ in works]
    with ThreadPoolExecutor(len(works)) as threads:
        failures = [*threads.map(_failure, works, organizations)]
    if any(failures):
        print(*_errors(stack), sep="\n")  # noqa: T201
        raise ExceptionGroup("not all came to its end", [failure for failure in failures if failure])
    assert list(every_dead_letter(stack)) == []
    record = (home / "hostile.log").read_text()
    kinds = (Kind.THROTTLED, Kind.FAILED, Kind.LOST, Kind.CONFLICT, Kind.HALF_DONE)
    # Of the usual seed it is known; another day may spare a kind.
    assert seed != SEED or all(kind in record for kind in kinds)


def _errors(stack: Stack) -> Iterator[str]:
    """The errors in the functions' logs: the first thing that somebody wants to know."""
    logs = stack.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        lines = [json.loads(event["message"]) for event in events if '"level":"ERROR"' in event["message"]]
        yield from (f"{line['message']}: … {line.get('exception', '')[-1500:]}" for line in lines)


def _failure(each: Work, organization: Organization) -> Exception | None:
    """How the work failed, if it did: the others go on."""
    began = time.monotonic()
    try:
        each(organization)
    except Exception as failure:  # noqa: BLE001 - it is raised with the others'
        return failure
    finally:
        print(f"{each.__name__} took {time.monotonic() - began:.0f} s")  # noqa: T201
    return None
