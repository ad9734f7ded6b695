"""A first deployment may fail, and a stack may be made anew: what the one before left is in no way."""

from __future__ import annotations

from typing import Any

import pytest

from local import cfn
from local.paths import ROOT

TEMPLATE = cfn.load(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
KEPT = {name: it for name, it in RESOURCES.items() if it.get("DeletionPolicy", "Delete") != "Delete"}
NAMES = (
    "BucketName",
    "TableName",
    "QueueName",
    "RoleName",
    "FunctionName",
    "LogGroupName",
    "TopicName",
    "Name",
)
"""Properties by which a resource has a name of ours, of which there can be only one."""
UUID = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
"""Of `arn:aws:cloudformation:<region>:<account>:stack/<name>/<UUID>`: new with each creation."""


def _names(resource: dict[str, Any]) -> list[Any]:
    return [value for key, value in resource["Properties"].items() if key in NAMES]


@pytest.mark.parametrize("name", KEPT)
def test_what_a_deleted_stack_leaves_has_no_name_that_the_next_one_wants(name: str) -> None:
    for given in _names(KEPT[name]):
        assert UUID in given["Fn::Sub"][1].values()


@pytest.mark.parametrize("name", KEPT)
def test_a_first_deployment_that_fails_keeps_no_bucket(name: str) -> None:
    """Protection against deletion would stop the rollback at a table that has to go; and once the account's setting
    names the gateway's role, other stacks' logs are written by it."""
    protected = KEPT[name]["Properties"].get("DeletionProtectionEnabled", False)
    kept = protected or name in ("GatewayAccount", "GatewayLogRole")
    assert KEPT[name]["DeletionPolicy"] == ("Retain" if kept else "RetainExceptOnCreate")
    assert protected is (KEPT[name]["Type"] == "AWS::DynamoDB::Table")


def test_an_account_without_any_api_takes_its_setting() -> None:
    """AWS: "If an API Gateway resource has never been created in your AWS account, you must add a dependency on
    another API Gateway resource, such as an AWS::ApiGateway::RestApi or AWS::ApiGateway::ApiKey resource."
    """
    before = RESOURCES[RESOURCES["GatewayAccount"]["DependsOn"]]
    assert before["Type"] == "AWS::ApiGateway::ApiKey"
    assert before["Properties"]["Enabled"] is False
    assert before["DependsOn"] == "GatewayLogRole"


def test_a_buckets_name_is_one_whatever_the_stack_is_called() -> None:
    """A stack's name may have capitals and 128 characters; a bucket's has small letters and 63."""
    text, filled = RESOURCES["TransferBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert filled == {"Uuid": UUID}
    name = text.replace("${Uuid}", "01234567-89ab-cdef-0123-456789abcdef")
    assert "$" not in name
    assert name == name.lower()
    assert len(name) <= 63


def test_the_import_queue_takes_messages_of_the_stacks_own_bucket_alone() -> None:
    (statement,) = RESOURCES["ImportQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    text, filled = statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
    named, filled_too = RESOURCES["TransferBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert text == "arn:${AWS::Partition}:s3:::" + named
    assert filled == filled_too


def test_the_manual_says_what_to_do_when_the_first_deployment_fails() -> None:
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    chapter = manual.partition("\n## When the first deployment fails\n")[2].partition("\n## ")[0]
    for part in ("ROLLBACK_COMPLETE", "delete-stack", "--no-deletion-protection-enabled", "delete-table"):
        assert part in chapter
