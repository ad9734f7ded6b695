"""What LocalStack can create of the expanded template, by CloudFormation, as one stack.

Left out is what LocalStack fetches from the network first: tables (DynamoDB Local) and functions (the runtime
emulator), with what hangs on a function. What remains keeps its references: those to what is left out
become names and ARNs of the right form. The nested stacks (alarms, dashboard, topic) are created with it.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from fidelity.finding import Report
from local.paths import ROOT

LEFT_OUT = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:000000000000:table/{}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:000000000000:function:{}",
    "AWS::Lambda::EventSourceMapping": "{}",
    "AWS::Lambda::Permission": "{}",
}
"""Types that need a download: how their ARNs look."""

NESTED = "AWS::CloudFormation::Stack"
STACK, BUCKET, PATIENCE = "hearback-fidelity", "packaged", 180.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def create(expanded: Mapping[str, Any], client: Callable[[str], Any], stack: str = STACK) -> Report:
    """Create what is creatable; each resource that fails is reported with LocalStack's reason."""
    cloudformation = client("cloudformation")
    address = f"{cloudformation.meta.endpoint_url}/{stack}"
    wanted = creatable(expanded, address)
    report = Report("LocalStack: CloudFormation", asked=len(wanted["Resources"]))
    left = len(expanded["Resources"]) - report.asked
    report.note = f"{left} left out: tables, functions and what hangs on them"
    _upload(expanded, wanted, client("s3"), stack)
    cloudformation.create_stack(
        StackName=stack, TemplateURL=f"{address}/template.json", Capabilities=CAPABILITIES
    )
    status = _ended(cloudformation, stack)
    if status != "CREATE_COMPLETE":
        report.refuse(stack, status)
    inner = _inner(cloudformation, stack)
    for each in (stack, *inner):
        _report_failures(cloudformation, each, report)
    report.asked += sum(len(_resources(cloudformation, each)) for each in inner)
    return report


def _inner(cloudformation: Any, stack: str) -> list[str]:
    """The ids of the stacks in the stack."""
    nested = [it for it in _resources(cloudformation, stack) if it["ResourceType"] == NESTED]
    return [it["PhysicalResourceId"] for it in nested if "PhysicalResourceId" in it]


def _resources(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    return list(cloudformation.describe_stack_resources(StackName=stack)["StackResources"])


def _report_failures(cloudformation: Any, stack: str, report: Report) -> None:
    for event in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]:
        if event["ResourceStatus"].endswith("FAILED") and event["LogicalResourceId"] != stack:
            report.refuse(event["LogicalResourceId"], event.get("ResourceStatusReason", "no reason given"))


def creatable(expanded: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The expanded template without what is left out, references to which are filled in.

    Nested stacks find their templates below `address`.
    """
    resources: dict[str, Any] = expanded["Resources"]
    gone = {name: it["Type"] for name, it in resources.items() if it["Type"] in LEFT_OUT}
    kept = {name: _placed(_filled(it, gone), address) for name, it in resources.items() if name not in gone}
    return {
        **{name: part for name, part in expanded.items() if name not in ("Outputs", "Resources")},
        "Resources": kept,
    }


def _placed(resource: dict[str, Any], address: str) -> dict[str, Any]:
    if resource["Type"] != NESTED:
        return resource
    properties = resource["Properties"]
    return {**resource, "Properties": {**properties, "TemplateURL": f"{address}/{properties['TemplateURL']}"}}


def _filled(value: Any, gone: Mapping[str, str]) -> Any:
    match value:
        case list():
            return [_filled(each, gone) for each in value if not (isinstance(each, str) and each in gone)]
        case {"Ref": str(name)} if name in gone:
            return name
        case {"Fn::GetAtt": [str(name), *_]} if name in gone:
            return LEFT_OUT[gone[name]].format(name)
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _substituted(text, gone)}
        case dict():
            kept = {
                name: each for name, each in value.items() if not (name == "DependsOn" and each in [*gone])
            }
            return {name: _filled(each, gone) for name, each in kept.items()}
    return value


def _substituted(text: str, gone: Mapping[str, str]) -> str:
    for name, kind in gone.items():
        arn = LEFT_OUT[kind].format(name)
        text = text.replace(f"${{{name}.Arn}}", arn).replace(f"${{{name}}}", name)
    return text


def _upload(expanded: Mapping[str, Any], wanted: Mapping[str, Any], s3: Any, bucket: str) -> None:
    """The templates, and an empty archive under each name that `sam package` would have used."""
    s3.create_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(wanted).encode())
    for path in (ROOT / "infra").glob("*.yaml"):
        s3.put_object(Bucket=bucket, Key=f"infra/{path.name}", Body=path.read_bytes())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", "")
    for resource in expanded["Resources"].values():
        if place := resource.get("Properties", {}).get("Content"):
            s3.put_object(Bucket=BUCKET, Key=place["S3Key"], Body=archive.getvalue())


def _ended(cloudformation: Any, stack: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        status = str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
        if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
            return status
        time.sleep(0.2)
