"""The API as it is deployed: what the template says, with the functions and parameters of the running stack."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local import cfn
from local.gateway.tree import ANY, Methods, NotDeployable, Tree


@dataclass(frozen=True)
class Api:
    """One REST API with its one stage."""

    id: str
    stage: str
    paths: Mapping[str, Methods]
    responses: Mapping[str, Any]
    """Type of gateway response → `{statusCode, responseParameters, responseTemplates}`."""
    rate: float
    burst: float

    def write(self, path: Path) -> None:
        """Keep it, atomically, where the front looks for it."""
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self)), encoding="utf-8")
        os.replace(partial, path)

    @classmethod
    def read(cls, path: Path) -> Api:
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def deployed(template: dict[str, Any], ids: Mapping[str, str], parameters: Mapping[str, Any]) -> Api:
    """The API of a SAM template: `ids` are the physical names, `parameters` what the stack was made with.

    Raises `local.gateway.tree.NotDeployable` for a tree of resources that AWS refuses.
    """
    ((name, api),) = cfn.of_type(template, "AWS::Serverless::Api").items()
    properties = api["Properties"]
    (settings,) = properties["MethodSettings"]
    if properties.get("BinaryMediaTypes") != ["*~1*"]:  # `events.event` gives every body in base64
        raise NotDeployable("Bodies that are not of a binary type reach no function as they were sent.")
    values = {key: declared.get("Default") for key, declared in template["Parameters"].items()} | {
        **parameters
    }
    made = Api(
        id=ids[name],
        stage=properties["StageName"],
        paths=_paths(template, ids),
        responses={kind: _response(told) for kind, told in properties.get("GatewayResponses", {}).items()},
        rate=float(_value(settings["ThrottlingRateLimit"], values)),
        burst=float(_value(settings["ThrottlingBurstLimit"], values)),
    )
    Tree(made.paths)
    return made


def _paths(template: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Methods]:
    paths: dict[str, dict[str, str]] = {}
    for function, path, method in routes(template):
        paths.setdefault(path, {})[ANY if method == ANY else method] = ids[function]
    return {**paths}


def routes(template: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each route of the template: the function's logical id, the path, and the method in capitals."""
    for name, function in cfn.of_type(template, "AWS::Serverless::Function").items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == "Api":
                yield name, event["Properties"]["Path"], event["Properties"]["Method"].upper()


def _value(value: Any, parameters: Mapping[str, Any]) -> Any:
    return parameters[value["Ref"]] if isinstance(value, dict) else value


def _response(told: Mapping[str, Any]) -> dict[str, Any]:
    """SAM's form of a gateway response as API Gateway's."""
    headers: Mapping[str, str] = told.get("ResponseParameters", {}).get("Headers", {})
    response: dict[str, Any] = {
        "responseTemplates": told.get("ResponseTemplates", {}),
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
    }
    if "StatusCode" in told:
        response["statusCode"] = str(told["StatusCode"])
    return response
