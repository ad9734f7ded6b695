"""Rules on what CloudFormation itself counts: "CloudFormation quotas" in its user guide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from local.aws_limits.rendering import Rendering

Expanded = Mapping[str, Any]

MOST_RESOURCES = 450
"""AWS takes 500; the rest is room for what the next change adds."""

MOST_PARAMETERS = MOST_OUTPUTS = MOST_MAPPINGS = 200
MOST_BYTES = 1_048_576
"""Bytes of a template that lies in S3, where `sam deploy` puts it."""

MOST_DESCRIPTION = 1024
"""Bytes of the template's own description."""

MOST_NAME = 255
"""Characters of a logical id and of a parameter's or an output's name."""

NAMES = {
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::DynamoDB::Table": ("TableName", 255),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::SecretsManager::Secret": ("Name", 512),
    "AWS::Events::Rule": ("Name", 64),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
    "AWS::ApiGateway::Stage": ("StageName", 128),
}
"""The property in which a resource says its own name, and the most characters that its service takes."""

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def few_resources(expanded: Expanded) -> list[str]:
    """AWS: 500 resources a template."""
    return _too_many(expanded, "Resources", MOST_RESOURCES)


def few_parameters(expanded: Expanded) -> list[str]:
    """AWS: 200 parameters a template."""
    return _too_many(expanded, "Parameters", MOST_PARAMETERS)


def few_outputs(expanded: Expanded) -> list[str]:
    """AWS: 200 outputs a template."""
    return _too_many(expanded, "Outputs", MOST_OUTPUTS)


def few_mappings(expanded: Expanded) -> list[str]:
    """AWS: 200 mappings a template, 200 attributes a mapping."""
    wide = [
        f"{name}.{key} has {len(values)} attributes"
        for name, mapping in expanded.get("Mappings", {}).items()
        for key, values in mapping.items()
        if len(values) > MOST_MAPPINGS
    ]
    return _too_many(expanded, "Mappings", MOST_MAPPINGS) + wide


def small_template(expanded: Expanded) -> list[str]:
    """AWS: 1 MB for a template in S3, 1,024 bytes for its description."""
    size, about = len(json.dumps(expanded).encode()), len(str(expanded.get("Description", "")).encode())
    told = [f"the template has {size} bytes"] if size > MOST_BYTES else []
    return told + ([f"the description has {about} bytes"] if about > MOST_DESCRIPTION else [])


def short_names(expanded: Expanded) -> list[str]:
    """AWS: letters and digits for logical ids, 255 characters for names in a template."""
    parts = ("Resources", "Parameters", "Outputs", "Mappings")
    names = [(part, name) for part in parts for name in expanded.get(part, {})]
    return [f"{part}: {name}" for part, name in names if len(name) > MOST_NAME or not name.isalnum()]


def fitting_names(expanded: Expanded) -> list[str]:
    """A name that the template gives is no longer than its service takes, and a bucket's is in lower case."""
    rendering, wrong = Rendering(expanded), []
    for logical, resource in expanded["Resources"].items():
        place, most = NAMES.get(resource["Type"], ("", 0))
        name = rendering.text(resource.get("Properties", {}).get(place, ""))
        if len(name) > most or (place == "BucketName" and name and not BUCKET_NAME.fullmatch(name)):
            wrong.append(f"{logical}: {name} ({len(name)} characters, {most} are taken)")
    return wrong


def a_fixed_name_does_not_outlive_a_failed_creation(expanded: Expanded) -> list[str]:
    """A resource with a name of its own is not kept when its creation is rolled back.

    With plain `Retain` it is, outside any stack, and the next creation fails for its name ("DeletionPolicy
    attribute": `RetainExceptOnCreate`).
    """
    return [
        f"{logical} is named by {NAMES[resource['Type']][0]} and has DeletionPolicy Retain"
        for logical, resource in expanded["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain"
        and NAMES.get(resource["Type"], ("",))[0] in resource.get("Properties", {})
    ]


def no_circle(expanded: Expanded) -> list[str]:
    """AWS: "Circular dependency between resources"."""
    resources = expanded["Resources"]
    needs = {name: set(_named(it)) & set(resources) - {name} for name, it in resources.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return [" → ".join(error.args[1])]
    return []


def _named(value: Any) -> Iterable[str]:
    """The logical ids that a value refers to, by whatever way."""
    if isinstance(value, list):
        for it in value:
            yield from _named(it)
    if isinstance(value, Mapping):
        for name, it in value.items():
            yield from _told(name, it)
            yield from _named(it)


def _told(name: str, argument: Any) -> Iterable[str]:
    match name, argument:
        case ("Ref" | "DependsOn", str(logical)):
            yield logical
        case "DependsOn", list(several):
            yield from several
        case "Fn::GetAtt", [str(logical), *_]:
            yield logical
        case "Fn::GetAtt", str(place):
            yield place.partition(".")[0]
        case "Fn::Sub", str(text):
            yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)
        case "Fn::Sub", [str(text), *_]:
            yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)


def _too_many(expanded: Expanded, part: str, most: int) -> list[str]:
    count = len(expanded.get(part, {}))
    return [f"{count} {part.lower()}, {most} are allowed"] if count > most else []


RULES = (
    few_resources,
    few_parameters,
    few_outputs,
    few_mappings,
    small_template,
    short_names,
    fitting_names,
    a_fixed_name_does_not_outlive_a_failed_creation,
    no_circle,
)
