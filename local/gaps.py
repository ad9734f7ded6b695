"""What MiniStack's CloudFormation leaves out of a SAM template, said in the way it understands.

MiniStack 1.5.33 does not pass on a function's `RecursiveLoop`, takes the `Ref` of a secret for its name where
CloudFormation gives its ARN, and refuses alarms on a calculation of several metrics (nothing here has metrics,
so none would ever tell). The API that it makes is not used: `local.gateway` serves it.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from local import cfn
from local.stack import aws_client


def spell_out(template: dict[str, Any]) -> None:
    """Before the deployment, of a template or one nested in it: the `Ref` of a secret is its ARN; calculated
    alarms go."""
    _name_arns(template, cfn.of_type(template, "AWS::SecretsManager::Secret"))
    for name, alarm in cfn.of_type(template, "AWS::CloudWatch::Alarm").items():
        alarm.pop("DependsOn", None)  # their order spares CloudWatch, and may name one that goes
        if "Metrics" in alarm["Properties"]:
            del template["Resources"][name]


def _name_arns(value: Any, secrets: Container[str]) -> None:
    """Make each `Ref` of one of the secrets, wherever in `value`, the attribute that holds the ARN."""
    if isinstance(value, dict) and value.get("Ref") in secrets:
        value["Fn::GetAtt"] = [value.pop("Ref"), "Id"]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _name_arns(inner, secrets)


def fill(template: dict[str, Any], endpoint_url: str, ids: dict[str, str]) -> None:
    """After the deployment: recursion settings. May be repeated."""
    client = aws_client("lambda", endpoint_url)
    shared = template.get("Globals", {}).get("Function", {})
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        loop = function["Properties"].get("RecursiveLoop", shared.get("RecursiveLoop"))
        if loop:
            client.put_function_recursion_config(FunctionName=ids[name], RecursiveLoop=loop)
