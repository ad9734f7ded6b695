"""Deploy the real template by CloudFormation. As `sam deploy` does, code goes to S3 and is named there."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local import artefacts, cfn, gaps
from local.gateway.api import Api, deployed
from local.paths import ROOT, TEMPLATE
from local.stack import aws_client

STACK_NAME = "hearback-local"
ARTEFACTS_BUCKET = "hearback-local-artefacts"
PARAMETERS = {
    "Environment": "local",
    "CallbackNetworks": "127.0.0.1/32",
    "CallbackHttp": "true",
    "CallbackBackOff": "0.25",  # five attempts within half a minute
    "Workers": "standard",
}
"""What a local deployment sets, where the template declares it."""

CODE = {
    "AWS::Serverless::Function": ("CodeUri", artefacts.function),
    "AWS::Serverless::LayerVersion": ("ContentUri", artefacts.layer),
}
NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
FAILED = ("FAILED", "ROLLBACK")


class DeploymentFailed(Exception):
    """CloudFormation refused the template; the message lists each resource's reason."""


def deploy(endpoint_url: str) -> bool:
    """Bring the stack to what the working tree says; whether anything had to change."""
    template = cfn.load(TEMPLATE)
    gaps.spell_out(template)
    # From S3, as a real deployment has it: a request takes no template of over 51,200 bytes.
    url = _uploaded_template(TEMPLATE, rewritten(template, TEMPLATE.parent, endpoint_url), endpoint_url)
    changed = _create_or_update(aws_client("cloudformation", endpoint_url), url, _parameters(template))
    if changed:
        gaps.fill(template, endpoint_url, describe(endpoint_url).resources)
    return changed


def rewritten(template: dict[str, Any], folder: Path, endpoint_url: str) -> dict[str, Any]:
    """The template with every code folder uploaded and named by its S3 place."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] in CODE:
            name, build = CODE[resource["Type"]]
            properties[name] = _uploaded(build((folder / properties[name]).resolve()), endpoint_url)
        elif resource["Type"] in NESTED:
            name = NESTED[resource["Type"]]
            path = folder / properties[name]
            inner = cfn.load(path)
            gaps.spell_out(inner)
            nested = rewritten(inner, path.parent, endpoint_url)
            properties[name] = _uploaded_template(path, nested, endpoint_url)
    return template


@dataclass(frozen=True)
class Deployed:
    """What CloudFormation made of the template."""

    outputs: dict[str, str]
    resources: dict[str, str]
    """Logical id → physical id."""


def describe(endpoint_url: str) -> Deployed:
    """The deployed stack, as CloudFormation tells it."""
    client = aws_client("cloudformation", endpoint_url)
    found = client.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    pages = client.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    resources = [one for page in pages for one in page["StackResourceSummaries"]]
    return Deployed(
        outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
        resources={one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources},
    )


def api(made: Deployed) -> Api:
    """The API of the deployed stack, for the gateway that serves it."""
    template = cfn.load(TEMPLATE)
    return deployed(template, made.resources, PARAMETERS)


def _parameters(template: dict[str, Any]) -> list[dict[str, str]]:
    declared = template.get("Parameters", {})
    ours = {name: value for name, value in PARAMETERS.items() if name in declared}
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in ours.items()]


def _uploaded(zip_file: Path, endpoint_url: str) -> dict[str, str]:
    _upload(zip_file.name, zip_file.read_bytes(), endpoint_url)
    return {"Bucket": ARTEFACTS_BUCKET, "Key": zip_file.name}


def _uploaded_template(path: Path, template: dict[str, Any], endpoint_url: str) -> str:
    body = json.dumps(template).encode()
    key = f"{path.relative_to(ROOT)}-{hashlib.sha256(body).hexdigest()[:16]}.json".replace("/", "-")
    _upload(key, body, endpoint_url)
    return f"{endpoint_url}/{ARTEFACTS_BUCKET}/{key}"


def _upload(key: str, body: bytes, endpoint_url: str) -> None:
    """Put an object unless one of this name and size is there (names carry hashes)."""
    client = aws_client("s3", endpoint_url)
    try:
        if client.head_object(Bucket=ARTEFACTS_BUCKET, Key=key)["ContentLength"] == len(body):
            return
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NoSuchKey"):
            raise
        client.create_bucket(Bucket=ARTEFACTS_BUCKET)
    client.put_object(Bucket=ARTEFACTS_BUCKET, Key=key, Body=body)


def _create_or_update(client: Any, url: str, parameters: list[dict[str, str]]) -> bool:
    """Create the stack or update it; False when nothing had to change."""
    wanted = {
        "StackName": STACK_NAME,
        "TemplateURL": url,
        "Parameters": parameters,
        "Capabilities": CAPABILITIES,
    }
    status = _status(client)
    if status and (status == "ROLLBACK_COMPLETE" or status.startswith("CREATE_FAILED")):
        client.delete_stack(StackName=STACK_NAME)
        _wait(client)
        status = ""
    try:
        (client.update_stack if status else client.create_stack)(**wanted)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise DeploymentFailed(f"CloudFormation refuses the template: {error}") from error
    status = _wait(client)
    if any(sign in status for sign in FAILED):
        raise DeploymentFailed(f"The deployment ended in {status}:\n{_reasons(client)}")
    return True


def _status(client: Any) -> str:
    """The stack's status; empty when there is none."""
    try:
        return str(client.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["StackStatus"])
    except ClientError:
        return ""


def _wait(client: Any, patience: float = 300.0) -> str:
    deadline = time.monotonic() + patience
    while (status := _status(client)).endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeploymentFailed(f"The deployment is still {status} after {patience:.0f} s")
        time.sleep(0.1)
    return status


def _reasons(client: Any) -> str:
    events = client.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    failed = [event for event in reversed(events) if "FAILED" in event["ResourceStatus"]]
    return "\n".join(f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed)
