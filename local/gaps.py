"""What MiniStack's CloudFormation leaves out of a SAM template, said in the way it understands.

MiniStack 1.5.33 does not pass on a function's `RecursiveLoop`, and refuses alarms on a calculation of several
metrics (nothing here has metrics, so none would ever tell). What it makes of the API is of no account: the API
is served by `local.gateway`.
"""

from __future__ import annotations

from typing import Any

from local import cfn
from local.stack import aws_client


def spell_out(template: dict[str, Any]) -> None:
    """Before the deployment, of a template or one nested in it: calculated alarms go."""
    for name, alarm in cfn.of_type(template, "AWS::CloudWatch::Alarm").items():
        if "Metrics" in alarm["Properties"]:
            del template["Resources"][name]


def fill(template: dict[str, Any], endpoint_url: str, ids: dict[str, str]) -> None:
    """After the deployment: recursion settings. May be repeated."""
    client = aws_client("lambda", endpoint_url)
    shared = template.get("Globals", {}).get("Function", {})
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        loop = function["Properties"].get("RecursiveLoop", shared.get("RecursiveLoop"))
        if loop:
            client.put_function_recursion_config(FunctionName=ids[name], RecursiveLoop=loop)
