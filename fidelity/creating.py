"""What LocalStack can create of the expanded template, by CloudFormation, as one stack.

Left out is what LocalStack fetches from the network first: tables (DynamoDB Local) and functions (the runtime
emulator), with what hangs on a function. What remains keeps its references: those to what is left out
become names and ARNs of the right form.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from fidelity.finding import Report

LEFT_OUT = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:000000000000:table/{}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:000000000000:function:{}",
    "AWS::Lambda::EventSourceMapping": "{}",
    "AWS::Lambda::Permission": "{}",
    "AWS::CloudFormation::Stack": "arn:aws:cloudformation:us-east-1:000000000000:stack/{}/1",
}
"""Types that need a download, or another template: how their ARNs look."""

STACK, BUCKET, PATIENCE = "hearback-fidelity", "packaged", 180.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def create(expanded: Mapping[str, Any], client: Callable[[str], Any]) -> Report:
    """Create what is creatable; each resource that fails is reported with LocalStack's reason."""
    wanted = creatable(expanded)
    report = Report("LocalStack: CloudFormation", asked=len(wanted["Resources"]))
    left = len(expanded["Resources"]) - report.asked
    report.note = f"{left} left out: tables, functions and what hangs on them, nested stacks"
    _upload(expanded, wanted, client("s3"))
    cloudformation = client("cloudformation")
    url = f"{cloudformation.meta.endpoint_url}/{BUCKET}/template.json"
    cloudformation.create_stack(StackName=STACK, TemplateURL=url, Capabilities=CAPABILITIES)
    status = _ended(cloudformation)
    if status != "CREATE_COMPLETE":
        report.refuse(STACK, status)
    for event in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]:
        if event["ResourceStatus"].endswith("FAILED") and event["LogicalResourceId"] != STACK:
            report.refuse(event["LogicalResourceId"], event.get("ResourceStatusReason", "no reason given"))
    return report


def creatable(expanded: Mapping[str, Any]) -> dict[str, Any]:
    """The expanded template without what is left out; references to that are filled in."""
    resources: dict[str, Any] = expanded["Resources"]
    gone = {name: it["Type"] for name, it in resources.items() if it["Type"] in LEFT_OUT}
    kept = {name: _filled(it, gone) for name, it in resources.items() if name not in gone}
    return {
        **{name: part for name, part in expanded.items() if name not in ("Outputs", "Resources")},
        "Resources": kept,
    }


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


def _upload(expanded: Mapping[str, Any], wanted: Mapping[str, Any], s3: Any) -> None:
    """The template, and an empty archive under each name that `sam package` would have used."""
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(wanted).encode())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", "")
    for resource in expanded["Resources"].values():
        if place := resource.get("Properties", {}).get("Content"):
            s3.put_object(Bucket=BUCKET, Key=place["S3Key"], Body=archive.getvalue())


def _ended(cloudformation: Any) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        status = str(cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])
        if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
            return status
        time.sleep(0.2)
