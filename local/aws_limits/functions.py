"""Rules on functions, what they may do, and what calls them: "Lambda quotas", "IAM and AWS STS quotas"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local import cfn
from local.aws_limits.rendering import ACCOUNT, REGION, Rendering

Expanded = Mapping[str, Any]

MOST_LAYERS = 5
MOST_DESCRIPTION = 256
MOST_ENVIRONMENT = 4096
"""Bytes of all names and values of a function's environment together."""

MOST_INLINE = 10_240
"""Characters of all inline policies of one role together, spaces not counted."""

MOST_TRUST = 2048
MOST_MANAGED = 10
MOST_RESOURCE_POLICY = 20_480
"""Bytes of a function's own policy: a statement for each permission to call it."""

MOST_SQS_BATCH = 10
"""Messages of one batch where it does not wait for more."""


def fitting_functions(expanded: Expanded) -> list[str]:
    """AWS: 128–10,240 MB, 1–900 s, 5 layers, 256 characters of description."""
    return [
        f"{name}: {told}"
        for name, function in cfn.of_type(expanded, "AWS::Lambda::Function").items()
        for told in _misfits(function["Properties"])
    ]


def _misfits(function: Mapping[str, Any]) -> Iterator[str]:
    if not 128 <= function.get("MemorySize", 128) <= 10_240:
        yield f"memory of {function['MemorySize']} MB"
    if not 1 <= function.get("Timeout", 3) <= 900:
        yield f"time-out of {function['Timeout']} s"
    if len(function.get("Layers", ())) > MOST_LAYERS:
        yield f"{len(function['Layers'])} layers"
    if len(function.get("Description", "")) > MOST_DESCRIPTION:
        yield f"a description of {len(function['Description'])} characters"


def small_environments(expanded: Expanded) -> list[str]:
    """AWS: 4 KB for a function's environment, names and values together."""
    rendering = Rendering(expanded)
    sizes = {
        name: sum(len(f"{key}{rendering.text(value)}".encode()) for key, value in _environment(function))
        for name, function in cfn.of_type(expanded, "AWS::Lambda::Function").items()
    }
    return [
        f"{name}: an environment of {size} bytes" for name, size in sizes.items() if size > MOST_ENVIRONMENT
    ]


def no_reserved_variable(expanded: Expanded) -> list[str]:
    """Lambda sets `AWS_…` and `LAMBDA_…` itself and refuses most of them in a template."""
    return [
        f"{name}: {key}"
        for name, function in cfn.of_type(expanded, "AWS::Lambda::Function").items()
        for key, _ in _environment(function)
        if key.startswith(("AWS_", "LAMBDA_", "_"))
    ]


def small_roles(expanded: Expanded) -> list[str]:
    """AWS: 10,240 characters of inline policies a role, 2,048 of trust, 10 managed policies."""
    rendering = Rendering(expanded)
    return [
        f"{name}: {told}"
        for name, role in cfn.of_type(expanded, "AWS::IAM::Role").items()
        for told in _large_parts(role["Properties"], rendering)
    ]


def _large_parts(role: Mapping[str, Any], rendering: Rendering) -> Iterator[str]:
    inline = sum(len(rendering.text(it["PolicyDocument"])) for it in role.get("Policies", ()))
    if inline > MOST_INLINE:
        yield f"inline policies of {inline} characters"
    if (trust := len(rendering.text(role.get("AssumeRolePolicyDocument", {})))) > MOST_TRUST:
        yield f"a trust policy of {trust} characters"
    if (managed := len(role.get("ManagedPolicyArns", ()))) > MOST_MANAGED:
        yield f"{managed} managed policies"


def small_function_policies(expanded: Expanded) -> list[str]:
    """AWS: 20 KB for the permissions to call one function; each route of SAM's adds one."""
    rendering, sizes = Rendering(expanded), dict[str, int]()
    for name, permission in cfn.of_type(expanded, "AWS::Lambda::Permission").items():
        properties = permission["Properties"]
        function = rendering.text(properties["FunctionName"])
        sizes[function] = sizes.get(function, 0) + len(_statement(name, function, properties, rendering))
    return [
        f"{name}: a policy of {size} bytes" for name, size in sizes.items() if size > MOST_RESOURCE_POLICY
    ]


def _statement(name: str, function: str, permission: Mapping[str, Any], rendering: Rendering) -> bytes:
    """The statement that Lambda makes of a permission."""
    return json.dumps(
        {
            "Sid": rendering.text({"Ref": name}),
            "Effect": "Allow",
            "Principal": {"Service": permission["Principal"]},
            "Action": permission["Action"],
            "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}",
            "Condition": {"ArnLike": {"AWS:SourceArn": rendering.text(permission.get("SourceArn", ""))}},
        }
    ).encode()


def fitting_event_sources(expanded: Expanded) -> list[str]:
    """AWS: at most 2–1,000 concurrent executions for a queue, 10 messages at once without a window."""
    return [
        f"{name}: {told}"
        for name, mapping in cfn.of_type(expanded, "AWS::Lambda::EventSourceMapping").items()
        for told in _wrong_reading(mapping["Properties"])
    ]


def _wrong_reading(mapping: Mapping[str, Any]) -> Iterator[str]:
    concurrency = mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 2)
    if isinstance(concurrency, int) and not 2 <= concurrency <= 1000:
        yield f"MaximumConcurrency {concurrency}"
    batch, window = mapping.get("BatchSize", 10), mapping.get("MaximumBatchingWindowInSeconds", 0)
    if not 1 <= batch <= (10_000 if window else MOST_SQS_BATCH):
        yield f"BatchSize {batch} with a window of {window} s"
    if not 0 <= window <= 300:
        yield f"a window of {window} s"


def _environment(function: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(function["Properties"].get("Environment", {}).get("Variables", {}).items())


RULES = (
    fitting_functions,
    small_environments,
    no_reserved_variable,
    small_roles,
    small_function_policies,
    fitting_event_sources,
)
