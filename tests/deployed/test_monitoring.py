"""The alarms of a deployed stack are there and tell somebody, and its metrics arrive.

Collected when HEARBACK_STACK names the stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local import cfn
from local.paths import ROOT, TEMPLATE
from tests.deployed.account import NESTED, Account

ALARM, DASHBOARD = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard"


def test_every_nested_stack_has_the_alarms_of_its_template(account: Account) -> None:
    made = account.nested()
    wanted = dict(_wanted(account))
    assert {name: len(account.names(made[name], ALARM)) for name in wanted} == wanted


def test_the_stack_has_alarms_and_none_of_them_is_without_an_action(account: Account) -> None:
    names = {alarm for nested in account.nested().values() for alarm in account.names(nested, ALARM)}
    found = [alarm for alarm in _alarms(account) if alarm["AlarmName"] in names]
    assert {alarm["AlarmName"] for alarm in found} == names != set()
    assert [it["AlarmName"] for it in found if not (it["ActionsEnabled"] and it["AlarmActions"])] == []


def test_the_dashboard_shows_the_stacks_own_metrics(account: Account) -> None:
    (name,) = account.names(account.nested()["Dashboard"], DASHBOARD)
    body = account.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
    assert f"Hearback/{account.stack}" in body


def test_the_products_own_metrics_arrive(account: Account) -> None:
    namespace = f"Hearback/{account.stack}"
    found = account.client("cloudwatch").list_metrics(Namespace=namespace)
    assert found["Metrics"], f"no metric in {namespace} within the last two weeks"


def _wanted(account: Account) -> Iterator[tuple[str, int]]:
    """The nested stacks of the template, and how many alarms each has: on an emulator those on one metric alone."""
    for name, stack in cfn.of_type(cfn.load(TEMPLATE), NESTED).items():
        alarms = cfn.of_type(cfn.load(ROOT / stack["Properties"]["TemplateURL"]), ALARM).values()
        yield name, sum(not (account.emulated and "Metrics" in alarm["Properties"]) for alarm in alarms)


def _alarms(account: Account) -> Iterator[dict[str, Any]]:
    for page in account.client("cloudwatch").get_paginator("describe_alarms").paginate():
        yield from page["MetricAlarms"]
