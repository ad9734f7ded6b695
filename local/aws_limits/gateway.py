"""Rules on the REST API of an expanded template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local import cfn

Expanded = Mapping[str, Any]

MOST_LOG_FORMAT = 3 * 1024
"""Characters of the format of an access log."""

ANY = "x-amazon-apigateway-any-method"
METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", ANY})

MOST_RESOURCES = 300
"""Resources (nodes of the path tree, the root too) of one API: the quota of a new account."""

MOST_RESPONSE_TEMPLATE = 300 * 1024
"""Bytes of one mapping template."""


def one_variable_child(expanded: Expanded) -> list[str]:
    """A resource has one child with a variable at most, and a greedy one counts.

    AWS: "A sibling ({id}) of this resource already has a variable path part -- only one is allowed"
    (BadRequestException of CreateResource, and of PutRestApi as a warning that fails the import).
    """
    return [
        f"{name}: {parent or '/'} has the variable children {', '.join(sorted(children))}"
        for name, paths in _apis(expanded)
        for parent, children in _variable_children(paths).items()
        if len(children) > 1
    ]


def greedy_is_last(expanded: Expanded) -> list[str]:
    """Nothing is below `{name+}`, which takes the whole rest of a path."""
    return [
        f"{name}: {path}"
        for name, paths in _apis(expanded)
        for path in paths
        if any(part.endswith("+}") for part in _parts(path)[:-1])
    ]


def every_method_is_said(expanded: Expanded) -> list[str]:
    """A resource that takes requests takes every method.

    A method that a resource lacks goes to a greedy resource beside or below it, or is answered by the
    gateway with the name of another trouble (`MissingAuthenticationToken`): nothing should depend on that.
    """
    return [
        f"{name}: {path} takes {', '.join(sorted(METHODS & set(methods)))} alone"
        for name, paths in _apis(expanded)
        for path, methods in paths.items()
        if ANY not in methods and set(methods) & METHODS
    ]


def every_resource_below_a_catch_all_answers(expanded: Expanded) -> list[str]:
    """A path below a greedy resource's parent either has methods or is no resource at all.

    A resource without methods exists for the sake of its children; the gateway matches it and answers
    by itself, in no family's form.
    """
    return [
        f"{name}: {node} is a resource without methods below {caught}/{{proxy+}}"
        for name, paths in _apis(expanded)
        for node in _nodes(paths)
        if node not in paths and (caught := _catch_all_above(node, paths)) is not None
    ]


def few_resources_in_an_api(expanded: Expanded) -> list[str]:
    """AWS: 300 resources an API, a quota that support raises ("Quotas for configuring a REST API")."""
    return [
        f"{name}: {count} resources, {MOST_RESOURCES} are allowed"
        for name, paths in _apis(expanded)
        if (count := len(_nodes(paths)) + 1) > MOST_RESOURCES
    ]


def every_method_may_call_its_function(expanded: Expanded) -> list[str]:
    """Each function that a method is integrated with lets the gateway call it for that path.

    AWS asks the function's own policy (`AWS::Lambda::Permission`); without it the client gets a 500 ("Set up
    Lambda proxy integrations", permissions).
    """
    permitted = {
        (str(it["Properties"]["FunctionName"].get("Ref")), _permitted_path(it["Properties"]["SourceArn"]))
        for it in cfn.of_type(expanded, "AWS::Lambda::Permission").values()
        if it["Properties"].get("Principal") == "apigateway.amazonaws.com"
    }
    return [
        f"{name}: {path} may not call {function}"
        for name, paths in _apis(expanded)
        for path, methods in paths.items()
        for method in methods.values()
        if isinstance(method, dict) and (function := _function_of(method))
        if (function, re.sub(r"{[^}]+}", "*", path)) not in permitted
    ]


def _permitted_path(source: Any) -> str:
    """The path of `arn:…:${api}/${stage}/*/the/path`, for every stage and method."""
    told = source["Fn::Sub"]
    text: str = told if isinstance(told, str) else told[0]
    return "/" + text.split("/", 3)[3]


def _function_of(method: Mapping[str, Any]) -> str | None:
    """The logical id of the function in the address of an integration."""
    uri = str(method.get("x-amazon-apigateway-integration", {}).get("uri", ""))
    found = re.search(r"\${(\w+)\.Arn}", uri)
    return found[1] if found else None


def one_stage(expanded: Expanded) -> list[str]:
    """One stage for one API, and the deployment makes none of its own.

    Without `OpenApiVersion` SAM lets the deployment make a stage called `Stage`, which has none of the
    declared stage's settings ("Globals", OpenApiVersion, in SAM's documentation).
    """
    deployments = cfn.of_type(expanded, "AWS::ApiGateway::Deployment")
    made = [f"{name} makes {stage}" for name, it in deployments.items() if (stage := _stage_of(it))]
    stages = list(cfn.of_type(expanded, "AWS::ApiGateway::Stage"))
    apis = list(cfn.of_type(expanded, "AWS::ApiGateway::RestApi"))
    return made + ([f"{len(apis)} APIs with the stages {stages}"] if len(stages) != len(apis) else [])


def no_status_for_every_failure(expanded: Expanded) -> list[str]:
    """No status on `DEFAULT_4XX` and `DEFAULT_5XX`.

    AWS: changing it "changes the status codes of all other 4XX responses to the new value" ("Gateway
    response types"): a 502 of a crashed function becomes whatever is written there.
    """
    return [
        f"{name}: {kind} has the status {told['statusCode']}"
        for name, responses in _responses(expanded)
        for kind, told in responses.items()
        if kind.startswith("DEFAULT_") and "statusCode" in told
    ]


def no_large_response_template(expanded: Expanded) -> list[str]:
    """AWS: "The maximum size of a mapping template is 300 KB" ("Important notes")."""
    return [
        f"{name}: {kind} has a template of {len(text.encode())} bytes"
        for name, responses in _responses(expanded)
        for kind, told in responses.items()
        for text in told.get("responseTemplates", {}).values()
        if len(text.encode()) > MOST_RESPONSE_TEMPLATE
    ]


def fitting_access_log(expanded: Expanded) -> list[str]:
    """AWS: 3 KB for the format of an access log, which names the request's id ("Quotas", "Set up CloudWatch logging")."""
    formats = {
        name: str(stage["Properties"].get("AccessLogSetting", {}).get("Format", ""))
        for name, stage in cfn.of_type(expanded, "AWS::ApiGateway::Stage").items()
    }
    return [
        f"{name}: {len(told)} characters, and {'a' if '$context.requestId' in told else 'no'} request id"
        for name, told in formats.items()
        if told and (len(told) > MOST_LOG_FORMAT or "$context.requestId" not in told)
    ]


def _apis(expanded: Expanded) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Each REST API's logical id, and the methods of its paths."""
    for name, api in cfn.of_type(expanded, "AWS::ApiGateway::RestApi").items():
        yield name, api["Properties"].get("Body", {}).get("paths", {})


def _responses(expanded: Expanded) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    for name, api in cfn.of_type(expanded, "AWS::ApiGateway::RestApi").items():
        yield name, api["Properties"].get("Body", {}).get("x-amazon-apigateway-gateway-responses", {})


def _stage_of(deployment: Mapping[str, Any]) -> str | None:
    stage: str | None = deployment["Properties"].get("StageName")
    return stage


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _nodes(paths: Iterable[str]) -> set[str]:
    """Every resource that these paths need, the root not counted: those between count as well."""
    return {"/" + "/".join(_parts(path)[:end]) for path in paths for end in range(1, len(_parts(path)) + 1)}


def _variable_children(paths: Iterable[str]) -> dict[str, set[str]]:
    children: dict[str, set[str]] = {}
    for node in _nodes(paths):
        parent, _, last = node.rpartition("/")
        if last.startswith("{"):
            children.setdefault(parent, set()).add(last)
    return children


def _catch_all_above(node: str, paths: Iterable[str]) -> str | None:
    """The nearest resource above (or the node itself) that has a greedy child."""
    above = node
    while above:
        if any(
            path.startswith(f"{above}/{{") and path.endswith("+}") and "/" not in path[len(above) + 1 :]
            for path in paths
        ):
            return above
        above = above.rpartition("/")[0]
    return None


RULES = (
    one_variable_child,
    greedy_is_last,
    every_method_may_call_its_function,
    every_method_is_said,
    every_resource_below_a_catch_all_answers,
    few_resources_in_an_api,
    one_stage,
    no_status_for_every_failure,
    no_large_response_template,
    fitting_access_log,
)
