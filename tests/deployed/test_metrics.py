"""The product's own metrics arrive. Collected when HEARBACK_STACK names a stack, unless that is on an emulator:
CloudWatch makes the metrics of lines that the functions print, and no emulator does.
"""

from __future__ import annotations

from tests.deployed.account import Account


def test_the_products_own_metrics_arrive(account: Account) -> None:
    namespace = f"Hearback/{account.stack}"
    assert account.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"], (
        f"no metric in {namespace} within the last two weeks"
    )
