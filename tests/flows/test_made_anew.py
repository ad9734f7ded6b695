"""A stack is created anew: after a failure, and after it was deleted. With the template's own bucket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local import cfn
from local.paths import TEMPLATE
from local.stack import Stack

PARTS = ("ImportQueue", "ImportDeadLetters", "ImportQueuePolicy", "TransferBucket", "TransferBucketPolicy")
"""The part of the template that had a fixed name, with all that it needs."""
REFUSED = {
    "Type": "AWS::Lambda::Url",
    "DependsOn": "TransferBucket",
    "Properties": {"TargetFunctionArn": "there-is-no-such-function", "AuthType": "AWS_IAM"},
}
"""What lets a deployment fail after the bucket is there."""


class Deployments:
    """Creates and deletes stacks of the bucket's part of the template."""

    def __init__(self, stack: Stack) -> None:
        self.cloudformation = stack.client("cloudformation")
        self.s3 = stack.client("s3")
        declared = cfn.load(TEMPLATE)["Resources"]
        self.parts = {name: declared[name] for name in PARTS}
        self.before = self.buckets()

    def create(self, name: str, **more: Any) -> str:
        """The status in which the creation ends."""
        body = json.dumps({"Resources": self.parts | more})
        self.cloudformation.create_stack(StackName=name, TemplateBody=body)
        return self._ended(name)

    def delete(self, name: str) -> None:
        self.cloudformation.delete_stack(StackName=name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1}
        )

    def buckets(self) -> set[str]:
        return {one["Name"] for one in self.s3.list_buckets()["Buckets"]}

    def made(self) -> set[str]:
        return self.buckets() - self.before

    def _ended(self, name: str) -> str:
        for _ in range(600):
            (told,) = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
            status = str(told["StackStatus"])
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.1)
        raise AssertionError(f"{name} is still {status}")


@pytest.fixture
def deployments(stack: Stack) -> Iterator[Deployments]:
    found = Deployments(stack)
    yield found
    for bucket in found.made():
        found.s3.delete_bucket(Bucket=bucket)


def test_a_first_deployment_that_failed_leaves_no_bucket_and_the_second_one_works(
    deployments: Deployments,
) -> None:
    assert deployments.create("Fails-Once", Refused=REFUSED) == "ROLLBACK_COMPLETE"
    assert deployments.made() == set()
    deployments.delete("Fails-Once")
    assert deployments.create("Fails-Once") == "CREATE_COMPLETE"
    deployments.delete("Fails-Once")


def test_a_deleted_stack_is_made_anew_under_its_name_and_the_old_bucket_is_kept(
    deployments: Deployments,
) -> None:
    for created in (1, 2):
        assert deployments.create("anew") == "CREATE_COMPLETE"
        deployments.delete("anew")
        assert len(deployments.made()) == created
