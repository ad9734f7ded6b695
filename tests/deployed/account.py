"""The AWS account of a deployed stack: what CloudFormation made in it, the nested stacks included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import boto3

NESTED = "AWS::CloudFormation::Stack"


class Account:
    """The stack of this name, by the AWS credentials of the environment."""

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self._session = boto3.session.Session()
        self.emulated = "AWS_ENDPOINT_URL" in os.environ

    def client(self, service: str) -> Any:
        return self._session.client(service)  # type: ignore[call-overload]

    def output(self, name: str) -> str:
        """The stack's output by this name."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return str({it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}[name])

    def nested(self) -> dict[str, str]:
        """The stacks in the stack: logical id → stack id."""
        found = self._resources(self.stack)
        return {
            it["LogicalResourceId"]: it["PhysicalResourceId"] for it in found if it["ResourceType"] == NESTED
        }

    def names(self, stack: str, kind: str) -> set[str]:
        """The names of what CloudFormation made of this type in this stack."""
        return {str(it["PhysicalResourceId"]) for it in self._resources(stack) if it["ResourceType"] == kind}

    def _resources(self, stack: str) -> Iterator[dict[str, Any]]:
        paginator = self.client("cloudformation").get_paginator("list_stack_resources")
        for page in paginator.paginate(StackName=stack):
            yield from page["StackResourceSummaries"]
