"""Lambda's concurrency belongs to the whole account: how much of it the workers of the queues may take."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local import cfn
from local.paths import ROOT

TEMPLATE = cfn.load(ROOT / "template.yaml")
SIZES: dict[str, dict[str, int]] = TEMPLATE["Mappings"]["WorkerSizes"]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SCALING = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
LEAST = 2
"""Lambda refuses fewer."""
MOST_SHARE = 0.4
"""Of the account's concurrency; the rest is for requests and schedules."""

SOURCES = {
    event["Properties"]["Queue"]["Fn::GetAtt"][0]: event["Properties"]
    for function in cfn.of_type(TEMPLATE, "AWS::Serverless::Function").values()
    for event in function["Properties"].get("Events", {}).values()
    if event["Type"] == "SQS"
}
"""Each queue that workers read: the properties of the event that reads it."""

each_size = pytest.mark.parametrize("size", SIZES)


def _documented() -> dict[str, tuple[int, int]]:
    """Of each size in the manual's table: all workers, and the least quota of the account."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \|", OPERATIONS, re.MULTILINE)
    return {name: (_number(workers), _number(quota)) for name, workers, quota in rows if name in SIZES}


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def test_the_sizes_are_those_that_the_parameter_takes_and_the_smallest_is_the_default() -> None:
    parameter: dict[str, Any] = TEMPLATE["Parameters"]["Workers"]
    assert parameter["AllowedValues"] == [*SIZES]
    totals = {size: sum(workers.values()) for size, workers in SIZES.items()}
    assert parameter["Default"] == min(totals, key=lambda size: totals[size])


@each_size
def test_each_size_says_how_many_workers_every_queue_has(size: str) -> None:
    assert {f"{queue}Queue" for queue in SIZES[size]} == set(SOURCES)
    assert min(SIZES[size].values()) >= LEAST


@pytest.mark.parametrize("queue", SOURCES)
def test_a_queues_workers_are_bounded_by_the_size_of_the_stack(queue: str) -> None:
    bound = {"Fn::FindInMap": ["WorkerSizes", {"Ref": "Workers"}, queue.removesuffix("Queue")]}
    assert SOURCES[queue]["ScalingConfig"] == {"MaximumConcurrency": bound}


@each_size
def test_all_workers_together_leave_most_of_the_accounts_concurrency_to_requests(size: str) -> None:
    workers, quota = _documented()[size]
    assert workers == sum(SIZES[size].values())
    assert workers <= MOST_SHARE * quota


@each_size
def test_what_slow_receivers_hold_up_has_the_fewer_workers(size: str) -> None:
    assert SIZES[size]["SlowCallback"] < SIZES[size]["Callback"]


def test_the_manuals_say_how_to_see_and_raise_the_quota_that_new_accounts_do_not_have() -> None:
    assert "aws lambda get-account-settings" in OPERATIONS
    assert "--quota-code L-B99A9384" in OPERATIONS
    for manual in (OPERATIONS, SCALING):
        assert "1,000 at first" not in manual
        assert "1,000 in an account at first" not in manual
