"""The alarms of a deployed stack are there and tell somebody. Collected when HEARBACK_STACK names the stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local import cfn
from local.paths import ROOT, TEMPLATE
from tests.deployed.account import NESTED, Account


def test_every_nested_stack_has_the_alarms_that_it_is_there_for(account: Account) -> None:
    made = account.nested()
    wanted = {name: alarms for name, alarms in _wanted() if alarms}
    assert {name: len(account.alarms(made[name])) for name in wanted} == wanted


def test_every_alarm_is_on_and_tells_somebody(account: Account) -> None:
    names = {alarm for nested in account.nested().values() for alarm in account.alarms(nested)}
    found = [alarm for alarm in _alarms(account) if alarm["AlarmName"] in names]
    assert {alarm["AlarmName"] for alarm in found} == names
    assert [it["AlarmName"] for it in found if not (it["ActionsEnabled"] and it["AlarmActions"])] == []


def test_the_dashboard_is_there(account: Account) -> None:
    names = account.dashboards()
    bodies = [account.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"] for name in names]
    assert [body for body in bodies if f"Hearback/{account.stack}" in body]


def _wanted() -> Iterator[tuple[str, int]]:
    """The nested stacks of the template, and how many alarms each has."""
    for name, stack in cfn.of_type(cfn.load(TEMPLATE), NESTED).items():
        inner = cfn.load(ROOT / stack["Properties"]["TemplateURL"])
        yield name, len(cfn.of_type(inner, "AWS::CloudWatch::Alarm"))


def _alarms(account: Account) -> Iterator[dict[str, Any]]:
    for page in account.client("cloudwatch").get_paginator("describe_alarms").paginate():
        yield from page["MetricAlarms"]
