"""What MiniStack's CloudFormation leaves out of a SAM template, said in the way it understands.

MiniStack 1.5.33 takes an escaped binary media type literally, skips what SAM writes into the API's
OpenAPI body (the gateway responses), does not pass on a function's `RecursiveLoop`, and refuses alarms on
a calculation of several metrics (nothing here has metrics, so none would ever tell).
"""

from __future__ import annotations

from typing import Any

from local import cfn
from local.stack import aws_client


def spell_out(template: dict[str, Any]) -> None:
    """Before the deployment, of a template or one nested in it: `*~1*`, as AWS wants a media type escaped,
    becomes `*/*`; calculated alarms go."""
    for api in cfn.of_type(template, "AWS::Serverless::Api").values():
        types = api["Properties"].get("BinaryMediaTypes", [])
        types[:] = [one.replace("~1", "/") for one in types]
    for name, alarm in cfn.of_type(template, "AWS::CloudWatch::Alarm").items():
        alarm.pop("DependsOn", None)  # their order spares CloudWatch, and may name one that goes
        if "Metrics" in alarm["Properties"]:
            del template["Resources"][name]


def fill(template: dict[str, Any], endpoint_url: str, ids: dict[str, str]) -> None:
    """After the deployment: gateway responses and recursion settings. May be repeated."""
    for name, api in cfn.of_type(template, "AWS::Serverless::Api").items():
        _fill_api(api["Properties"], ids[name], aws_client("apigateway", endpoint_url))
    client = aws_client("lambda", endpoint_url)
    shared = template.get("Globals", {}).get("Function", {})
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        loop = function["Properties"].get("RecursiveLoop", shared.get("RecursiveLoop"))
        if loop:
            client.put_function_recursion_config(FunctionName=ids[name], RecursiveLoop=loop)


def _fill_api(wanted: dict[str, Any], api_id: str, client: Any) -> None:
    for kind, response in wanted.get("GatewayResponses", {}).items():
        client.put_gateway_response(restApiId=api_id, responseType=kind, **_gateway_response(response))
    client.create_deployment(restApiId=api_id, stageName=wanted["StageName"])


def _gateway_response(response: dict[str, Any]) -> dict[str, Any]:
    """SAM's form of a gateway response as API Gateway's."""
    headers = response.get("ResponseParameters", {}).get("Headers", {})
    told: dict[str, Any] = {
        "responseTemplates": response.get("ResponseTemplates", {}),
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
    }
    if "StatusCode" in response:
        told["statusCode"] = str(response["StatusCode"])
    return told
