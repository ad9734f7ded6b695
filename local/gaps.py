"""What MiniStack's CloudFormation leaves out of a SAM template, said in the way it understands.

MiniStack 1.5.33 takes an escaped binary media type literally, skips what SAM writes into the API's
OpenAPI body (the gateway responses, and methods that are `ANY`), does not pass on a function's
`RecursiveLoop`, and refuses alarms on a calculation of several metrics (nothing here has metrics, so none
would ever tell).
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
        if "Metrics" in alarm["Properties"]:
            del template["Resources"][name]


def fill(template: dict[str, Any], endpoint_url: str, ids: dict[str, str]) -> None:
    """After the deployment: gateway responses and recursion settings. May be repeated."""
    client = aws_client("lambda", endpoint_url)
    for name, api in cfn.of_type(template, "AWS::Serverless::Api").items():
        gateway = aws_client("apigateway", endpoint_url)
        _fill_methods(_functions_by_path(template, ids, client), ids[name], gateway)
        _fill_api(api["Properties"], ids[name], gateway)
    shared = template.get("Globals", {}).get("Function", {})
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        loop = function["Properties"].get("RecursiveLoop", shared.get("RecursiveLoop"))
        if loop:
            client.put_function_recursion_config(FunctionName=ids[name], RecursiveLoop=loop)


def _functions_by_path(template: dict[str, Any], ids: dict[str, str], client: Any) -> dict[str, str]:
    """The ARN of the function that answers at each path, whatever the method."""
    found: dict[str, str] = {}
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        events = function["Properties"].get("Events", {}).values()
        paths = [event["Properties"]["Path"] for event in events if event["Type"] == "Api"]
        if paths:
            told = client.get_function_configuration(FunctionName=ids[name])
            found |= dict.fromkeys(paths, told["FunctionArn"])
    return found


def _fill_methods(functions: dict[str, str], api_id: str, client: Any) -> None:
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id)
    resources = {it["path"]: it["id"] for page in pages for it in page["items"]}
    for path, arn in functions.items():
        method = {"restApiId": api_id, "resourceId": resources[path], "httpMethod": "ANY"}
        client.put_method(**method, authorizationType="NONE")
        address = f"arn:aws:apigateway:{arn.split(':')[3]}:lambda:path/2015-03-31/functions/{arn}/invocations"
        client.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=address)


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
