"""The API's paths made one by one: CreateResource and PutMethod refuse what an import lets pass.

AWS checks the tree of resources as CreateResource does, also when the API comes in one document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from fidelity.finding import Report
from local.cfn import of_type

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}


def replay(expanded: Mapping[str, Any], client: Any) -> Report:
    """Make every resource and method of the expanded API; what is refused is reported with its path."""
    report = Report("LocalStack: API Gateway's resources, methods, responses")
    for name, api in of_type(dict(expanded), "AWS::ApiGateway::RestApi").items():
        body = api["Properties"]["Body"]
        tree = _Tree(client, client.create_rest_api(name=name)["id"], report)
        for path in sorted(body["paths"]):
            for method in sorted(METHODS.intersection(body["paths"][path])):
                tree.put_method(path, method)
        for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items():
            tree.put_response(kind, response)
    return report


class _Tree:
    """The resources of one API, each made when a path first needs it."""

    def __init__(self, client: Any, api_id: str, report: Report) -> None:
        self._client, self._report = client, report
        self._api: dict[str, str] = {"restApiId": api_id}
        root = client.get_resources(**self._api)["items"][0]["id"]
        self._ids: dict[str, str | None] = {"": root}

    def put_method(self, path: str, method: str) -> None:
        resource = self._resource(path.rstrip("/"))
        if resource is None:
            return  # refused already, or below a refused one
        verb = "ANY" if method.startswith("x-") else method.upper()
        wanted = {"resourceId": resource, "httpMethod": verb, "authorizationType": "NONE"}
        self._ask(f"{verb} {path}", self._client.put_method, **wanted)

    def put_response(self, kind: str, response: Mapping[str, Any]) -> None:
        named = {
            name: response[name] for name in ("responseTemplates", "responseParameters") if name in response
        }
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        self._ask(kind, self._client.put_gateway_response, responseType=kind, **named, **status)

    def _resource(self, path: str) -> str | None:
        """The resource's id; None where it was refused."""
        if path not in self._ids:
            above, _, part = path.rpartition("/")
            parent = self._resource(above)
            made = parent and self._ask(path, self._client.create_resource, parentId=parent, pathPart=part)
            self._ids[path] = made["id"] if made else None
        return self._ids[path]

    def _ask(self, subject: str, call: Any, **wanted: Any) -> Any:
        self._report.asked += 1
        try:
            return call(**self._api, **wanted)
        except ClientError as error:
            self._report.refuse(subject, error.response["Error"]["Message"])
            return None
