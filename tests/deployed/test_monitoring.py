"""The alarms of a deployed stack are there, and its metrics arrive. Collected when HEARBACK_STACK names the stack."""

from __future__ import annotations

import os

import boto3
import pytest

pytestmark = pytest.mark.usefixtures("account")
STACK = os.environ.get("HEARBACK_STACK", "")


def test_the_stack_has_alarms_and_none_of_them_is_without_an_action() -> None:
    pages = boto3.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=STACK)
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    assert alarms, f"no alarm's name begins with {STACK}"
    assert [alarm["AlarmName"] for alarm in alarms if not alarm["ActionsEnabled"]] == []


def test_the_products_own_metrics_arrive() -> None:
    found = boto3.client("cloudwatch").list_metrics(Namespace=f"Hearback/{STACK}")
    assert found["Metrics"], f"no metric in Hearback/{STACK} within the last two weeks"
