"""Each rule on the expanded template refuses what AWS refuses, and nothing beside it."""

from __future__ import annotations

from typing import Any

import pytest

from local import aws_limits, expansion
from local.aws_limits import data, functions, gateway, policies, stack

GATEWAY = "x-amazon-apigateway-gateway-responses"
EVERY: dict[str, dict[str, Any]] = {gateway.ANY: {}}


def _of(*resources: tuple[str, dict[str, Any]], **parts: Any) -> dict[str, Any]:
    """A template of these resources: type and properties, or the whole resource where it says its type."""
    told = {
        f"Thing{number}": properties if "Type" in properties else {"Type": kind, "Properties": properties}
        for number, (kind, properties) in enumerate(resources)
    }
    return {"Resources": told, **parts}


def _api(*paths: str, **body: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::ApiGateway::RestApi", {"Body": {"paths": dict.fromkeys(paths, EVERY), **body}}


def _responses(**responses: Any) -> tuple[str, dict[str, Any]]:
    return _api(**{GATEWAY: responses})


def _logging(told: str) -> tuple[str, dict[str, Any]]:
    return "AWS::ApiGateway::Stage", {"AccessLogSetting": {"Format": told}}


def _function(**properties: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::Lambda::Function", properties


def _variables(**variables: Any) -> tuple[str, dict[str, Any]]:
    return _function(Environment={"Variables": variables})


def _permission(path: str) -> tuple[str, dict[str, Any]]:
    arn = {
        "Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:api/*/*{path}"
    }
    allowed = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": arn}
    return "AWS::Lambda::Permission", {"FunctionName": {"Ref": "Tasks"}, **allowed}


def _role(**properties: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::IAM::Role", properties


def _policy(statements: int) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}
    return {"PolicyName": "p", "PolicyDocument": _document(*[statement] * statements)}


def _document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _on_an_index(*actions: str) -> tuple[str, dict[str, Any]]:
    """A role that may do this on a table and its indexes."""
    index = {"Fn::Sub": "${Table.Arn}/index/*"}
    statement = {"Action": [*actions], "Resource": [{"Fn::GetAtt": ["Table", "Arn"]}, index]}
    return _role(Policies=[{"PolicyName": "p", "PolicyDocument": _document(statement)}])


def _source(**properties: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::Lambda::EventSourceMapping", properties


def _table(defined: str, key: str, *indexes: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    """Attributes by letters; an index is its name and its key."""
    return "AWS::DynamoDB::Table", {
        "AttributeDefinitions": [{"AttributeName": letter, "AttributeType": "S"} for letter in defined],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {"IndexName": name, "KeySchema": [{"AttributeName": its, "KeyType": "HASH"}]}
            for name, its in indexes
        ],
    }


def _queue(**properties: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::SQS::Queue", properties


def _kept(kind: str, policy: str, **properties: Any) -> tuple[str, dict[str, Any]]:
    return kind, {"Type": kind, "DeletionPolicy": policy, "Properties": properties}


BUCKET = "AWS::S3::Bucket"


def _of_the_stack(before: str) -> dict[str, Any]:
    """A name that ends with the UUID in the stack's id."""
    unique = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    return {"Fn::Join": ["-", [before, unique]]}


INDEXES = [(f"by-{number}", "a") for number in range(21)]
PROJECTED = {"IndexName": "i", "KeySchema": [], "Projection": {"NonKeyAttributes": ["a"] * 101}}

BROKEN: list[tuple[aws_limits.Rule, dict[str, Any]]] = [
    (gateway.one_variable_child, _of(_api("/things/{id}", "/things/{proxy+}"))),
    (gateway.one_variable_child, _of(_api("/things/{id}/parts", "/things/{name}/owner"))),
    (gateway.one_variable_child, _of(_api("/{proxy+}", "/{id}/x"))),
    (gateway.greedy_is_last, _of(_api("/things/{proxy+}/x"))),
    (gateway.every_method_is_said, _of(_api(paths={"/things": {"get": {}, "post": {}}}))),
    (gateway.every_resource_below_a_catch_all_answers, _of(_api("/a/{proxy+}", "/a", "/a/b/c"))),
    (gateway.every_resource_below_a_catch_all_answers, _of(_api("/a/{proxy+}"))),
    (gateway.few_resources_in_an_api, _of(_api(*(f"/{number}" for number in range(300))))),
    (gateway.one_stage, _of(_api(), ("AWS::ApiGateway::Stage", {}), ("AWS::ApiGateway::Stage", {}))),
    (
        gateway.one_stage,
        _of(_api(), ("AWS::ApiGateway::Stage", {}), ("AWS::ApiGateway::Deployment", {"StageName": "Stage"})),
    ),
    (gateway.no_status_for_every_failure, _of(_responses(DEFAULT_5XX={"statusCode": "500"}))),
    (gateway.no_status_for_every_failure, _of(_responses(DEFAULT_4XX={"statusCode": 400}))),
    (
        gateway.no_large_response_template,
        _of(_responses(THROTTLED={"responseTemplates": {"application/json": "x" * 307_201}})),
    ),
    (gateway.fitting_access_log, _of(_logging("$context.requestId" + "x" * 3072))),
    (gateway.fitting_access_log, _of(_logging("$context.status"))),
    (stack.few_resources, _of(*[_queue()] * 451)),
    (stack.few_parameters, _of(Parameters={str(number): {} for number in range(201)})),
    (stack.few_outputs, _of(Outputs={str(number): {} for number in range(201)})),
    (stack.few_mappings, _of(Mappings={str(number): {} for number in range(201)})),
    (stack.few_mappings, _of(Mappings={"M": {"key": dict.fromkeys(range(201))}})),
    (stack.small_template, _of(Metadata="x" * 1_048_576)),
    (stack.small_template, _of(Description="ü" * 513)),
    (stack.short_names, _of(Outputs={"an-output": {}})),
    (stack.short_names, _of(Parameters={"x" * 256: {}})),
    (stack.fitting_names, _of((BUCKET, {"BucketName": {"Fn::Sub": "${AWS::StackName}-Transfer"}}))),
    (stack.fitting_names, _of((BUCKET, {"BucketName": {"Fn::Sub": "${AWS::StackName}" + "-x" * 23}}))),
    (stack.fitting_names, _of(_queue(QueueName="q" * 81))),
    (stack.fitting_names, _of((BUCKET, {"BucketName": _of_the_stack("stack-with-a-name-of-its-own")}))),
    (stack.fitting_names, _of((BUCKET, {"BucketName": {"Fn::If": ["Local", "bucket", "Bucket-of-all"]}}))),
    (
        stack.a_fixed_name_does_not_outlive_a_failed_creation,
        _of(_kept(BUCKET, "Retain", BucketName={"Fn::Sub": "${AWS::StackName}-transfer"})),
    ),
    (
        stack.a_fixed_name_does_not_outlive_a_failed_creation,
        _of(_kept("AWS::IAM::Role", "Retain", RoleName="r")),
    ),
    (
        stack.no_circle,
        _of(_queue(Tags=[{"Fn::GetAtt": ["Thing1", "Arn"]}]), _queue(Tags=[{"Fn::Sub": "${Thing0.Arn}"}])),
    ),
    (
        stack.no_circle,
        _of(
            ("", {"Type": BUCKET, "DependsOn": ["Thing1"], "Properties": {}}),
            _queue(Tags=[{"Fn::Sub": ["${it}", {"it": {"Ref": "Thing0"}}]}]),
        ),
    ),
    (functions.fitting_functions, _of(_function(MemorySize=64))),
    (functions.fitting_functions, _of(_function(Timeout=901))),
    (functions.fitting_functions, _of(_function(Layers=["l"] * 6))),
    (functions.fitting_functions, _of(_function(Description="d" * 257))),
    (functions.small_environments, _of(_variables(NAMES="x" * 4092))),
    (
        functions.small_environments,
        _of(_variables(**{f"Q{n}": {"Ref": "Thing1"} for n in range(60)}), _queue()),
    ),
    (functions.no_reserved_variable, _of(_variables(AWS_REGION="here"))),
    (functions.small_roles, _of(_role(Policies=[_policy(100), _policy(100)]))),
    (functions.small_roles, _of(_role(AssumeRolePolicyDocument={"Statement": ["x" * 2048]}))),
    (functions.small_roles, _of(_role(ManagedPolicyArns=["arn"] * 11))),
    (functions.small_function_policies, _of(*[_permission("/v2/projects/*/tasks.json")] * 60)),
    (functions.fitting_event_sources, _of(_source(ScalingConfig={"MaximumConcurrency": 1}))),
    (functions.fitting_event_sources, _of(_source(ScalingConfig={"MaximumConcurrency": 1001}))),
    (functions.fitting_event_sources, _of(_source(BatchSize=11))),
    (functions.fitting_event_sources, _of(_source(MaximumBatchingWindowInSeconds=301))),
    (policies.of_todays_language, _of(_role(Policies=[{"PolicyDocument": {"Statement": []}}]))),
    (policies.of_todays_language, _of(_role(AssumeRolePolicyDocument={"Statement": []}))),
    (
        policies.of_todays_language,
        _of(("AWS::SQS::QueuePolicy", {"PolicyDocument": _document() | {"Version": "2008-10-17"}})),
    ),
    (policies.indexes_are_only_read, _of(_on_an_index("dynamodb:Query", "dynamodb:GetItem"))),
    (policies.indexes_are_only_read, _of(_on_an_index("dynamodb:*"))),
    (data.few_indexes, _of(_table("a", "a", *INDEXES))),
    (data.few_indexes, _of(("AWS::DynamoDB::Table", {"LocalSecondaryIndexes": [{}] * 6}))),
    (data.few_indexes, _of(("AWS::DynamoDB::Table", {"GlobalSecondaryIndexes": [PROJECTED]}))),
    (data.attributes_are_keys, _of(_table("ab", "a"))),
    (data.attributes_are_keys, _of(_table("a", "a", ("by-b", "b")))),
    (data.indexes_have_names_of_their_own, _of(_table("ab", "a", ("i", "b"), ("i", "b")))),
    (data.fitting_queues, _of(_queue(VisibilityTimeout=43_201))),
    (data.fitting_queues, _of(_queue(MessageRetentionPeriod=59))),
    (data.fitting_queues, _of(_queue(DelaySeconds=901))),
    (data.fitting_queues, _of(_queue(RedrivePolicy={"maxReceiveCount": 0}))),
]

WHOLE = _of(
    _api(
        "/a", "/a/{proxy+}", "/b/{id}", "/b/{id}/{proxy+}", **{GATEWAY: {"THROTTLED": {"statusCode": "429"}}}
    ),
    ("AWS::ApiGateway::Stage", {"StageName": "v1"}),
    ("AWS::ApiGateway::Deployment", {}),
    _kept(BUCKET, "RetainExceptOnCreate", BucketName=_of_the_stack("transfer")),
    _kept("AWS::DynamoDB::Table", "Retain", **_table("ab", "a", ("by-b", "b"))[1]),
    _variables(QUEUE={"Ref": "Thing7"}),
    _role(Policies=[_policy(40)], ManagedPolicyArns=["arn"] * 10),
    _queue(VisibilityTimeout=43_200, RedrivePolicy={"maxReceiveCount": 5}),
    _source(BatchSize=100, MaximumBatchingWindowInSeconds=1, ScalingConfig={"MaximumConcurrency": 1000}),
    *[_permission("/a/*")] * 20,
    _on_an_index("dynamodb:Query", "dynamodb:Scan"),
)


def _id(value: Any) -> str:
    return value.__name__ if callable(value) else "broken"


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=_id)
def test_a_rule_refuses_what_aws_refuses(rule: aws_limits.Rule, broken: dict[str, Any]) -> None:
    (told,) = rule(broken)
    assert told


def test_every_rule_is_shown_to_refuse_something() -> None:
    assert {rule for rule, _ in BROKEN} == set(aws_limits.RULES)


def test_what_aws_takes_breaks_no_rule() -> None:
    assert aws_limits.violations(WHOLE) == []


def test_without_a_version_of_openapi_the_expansion_has_a_second_stage() -> None:
    api = {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1"}}
    event = {"Type": "Api", "Properties": {"RestApiId": {"Ref": "Api"}, "Method": "any", "Path": "/"}}
    code = {
        "CodeUri": "functions/x",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Events": {"Root": event},
    }
    template = {"Resources": {"Api": api, "X": {"Type": "AWS::Serverless::Function", "Properties": code}}}
    (told,) = gateway.one_stage(expansion.expand(template))
    assert told.endswith("makes Stage")
    api["Properties"] = {"StageName": "v1", "OpenApiVersion": "3.0.1"}
    assert gateway.one_stage(expansion.expand(template)) == []
