"""IAM on this machine: a call that a role does not allow is denied as AWS denies it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from local import cfn
from local.paths import TEMPLATE
from local.permissions.decisions import Decision, take_denied
from local.stack import Stack
from tests.flows.organizations import FEEDBACK, Organization, answer, until_patience_ends

FUNCTIONS = sorted(cfn.of_type(cfn.load(TEMPLATE), "AWS::Serverless::Function"))
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRACING = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"
QUEUE_READING = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"


# ── Under the roles of the template ──


def test_what_a_role_does_not_name_is_denied_in_awss_words(stack: Stack) -> None:
    table = stack.outputs["TranslationTable"]
    refused = _refused(lambda: _as(stack, "TranslationFeedback", "dynamodb").scan(TableName=table))
    role = stack.resources["TranslationFeedbackRole"]
    assert refused == (
        400,
        "AccessDeniedException",
        (
            f"User: arn:aws:sts::000000000000:assumed-role/{role}/test is not authorized to perform: "
            f"dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:000000000000:table/{table} "
            "because no identity-based policy allows the dynamodb:Scan action"
        ),
    )
    assert _denied(stack) == {"dynamodb:Scan"}


def test_a_query_of_an_index_needs_the_index(stack: Stack) -> None:
    table = stack.outputs["TranslationTable"]
    query = {
        "TableName": table,
        "IndexName": "owner",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "nobody"}},
    }
    statement = _statement("dynamodb:Query", f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}")
    with _role(stack, statement) as role:
        status, code, message = _refused(lambda: _of(stack, role, "dynamodb").query(**query))
    assert (status, code) == (400, "AccessDeniedException")
    assert f"on resource: {statement['Resource']}/index/owner because" in message
    assert _denied(stack) == {"dynamodb:Query"}


def test_each_write_of_a_transaction_needs_its_own_right(stack: Stack) -> None:
    table = stack.outputs["TranslationTable"]
    key = {"pk": {"S": "of-a-test"}, "sk": {"S": "of-a-test"}}
    check = {"TableName": table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}
    other = {"TableName": table, "Key": {**key, "sk": {"S": "another"}}}
    statement = _statement("dynamodb:DeleteItem", f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}")
    with _role(stack, statement) as role:
        client = _of(stack, role, "dynamodb")
        client.transact_write_items(TransactItems=[{"Delete": other}])
        items = [{"Delete": other}, {"ConditionCheck": check}]
        _, code, message = _refused(lambda: client.transact_write_items(TransactItems=items))
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: dynamodb:ConditionCheckItem on resource" in message
    assert _denied(stack) == {"dynamodb:ConditionCheckItem"}


def test_a_condition_holds(stack: Stack) -> None:
    bucket, s3 = stack.outputs["TransferBucket"], _as(stack, "TranslationFeedback", "s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="imports/nobody")["KeyCount"] == 0
    for other in ({"Prefix": "exports/"}, {}):
        status, code, message = _refused(lambda more=other: s3.list_objects_v2(Bucket=bucket, **more))
        assert (status, code) == (403, "AccessDenied")
        assert f's3:ListBucket on resource: "arn:aws:s3:::{bucket}"' in message
    assert _denied(stack) == {"s3:ListBucket"}


def test_that_an_object_is_missing_is_told_to_those_who_may_list(stack: Stack) -> None:
    missing = {"Bucket": stack.outputs["TransferBucket"], "Key": "request-imports/nobody"}
    assert _refused(lambda: _as(stack, "TmxImport", "s3").get_object(**missing))[:2] == (404, "NoSuchKey")
    refused = _refused(lambda: _as(stack, "TranslationFeedback", "s3").get_object(**missing))
    assert refused[:2] == (403, "AccessDenied")
    assert "s3:ListBucket" in refused[2]
    assert _refused(lambda: _as(stack, "TranslationFeedback", "s3").head_object(**missing))[0] == 403
    assert _denied(stack) == {"s3:ListBucket"}


def test_a_presigned_address_opens_what_its_signer_may_open(stack: Stack) -> None:
    bucket, s3 = stack.outputs["TransferBucket"], _as(stack, "TranslationFeedback", "s3")
    for key in ("exports/of-a-test", "import-results/of-a-test"):
        stack.client("s3").put_object(Bucket=bucket, Key=key, Body=b"seen")
    link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "exports/of-a-test"})
    assert requests.get(link, timeout=10).content == b"seen"
    link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "import-results/of-a-test"})
    denied = requests.get(link, timeout=10)
    assert denied.status_code == 403
    assert "<Code>AccessDenied</Code>" in denied.text
    assert _denied(stack) == {"s3:GetObject"}


def test_an_address_without_a_signature_opens_nothing(stack: Stack) -> None:
    bucket = stack.outputs["TransferBucket"]
    stack.client("s3").put_object(Bucket=bucket, Key="exports/of-a-test", Body=b"seen")
    address = f"{stack.endpoint_url}/{bucket}/exports/of-a-test"
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert requests.request(method, address, data=b"", timeout=10).status_code == 403
    assert requests.get(f"{stack.endpoint_url}/{bucket}", timeout=10).status_code == 403


def test_a_presigned_form_sends_what_its_signer_may_send(stack: Stack) -> None:
    bucket, s3 = stack.outputs["TransferBucket"], _as(stack, "TranslationFeedback", "s3")
    sent = {}
    for key in ("request-imports/of-a-test", "exports/of-a-test"):
        form = s3.generate_presigned_post(bucket, key)
        file = {"file": ("name", b"sent")}
        sent[key] = requests.post(form["url"], data=form["fields"], files=file, timeout=10).status_code
    assert sent == {"request-imports/of-a-test": 204, "exports/of-a-test": 403}
    assert _denied(stack) == {"s3:PutObject"}


def test_a_batch_of_messages_needs_the_right_to_send_one(stack: Stack) -> None:
    batch = {
        "QueueUrl": stack.client("sqs").create_queue(QueueName="of-a-test")["QueueUrl"],
        "Entries": [{"Id": "1", "MessageBody": "hello"}],
    }
    arn = "arn:aws:sqs:us-east-1:000000000000:of-a-test"
    with _role(stack, _statement("sqs:SendMessage", arn)) as role:
        assert _of(stack, role, "sqs").send_message_batch(**batch)["Successful"]
        status, _, message = _refused(
            lambda: _of(stack, role, "sqs").receive_message(QueueUrl=batch["QueueUrl"])
        )
    assert status == 403
    assert f"is not authorized to perform: sqs:receivemessage on resource: {arn}" in message
    assert _denied(stack) == {"sqs:ReceiveMessage"}


def test_a_deny_outweighs_an_allow(stack: Stack) -> None:
    table = f"arn:aws:dynamodb:us-east-1:000000000000:table/{stack.outputs['TranslationTable']}"
    deny = {**_statement("dynamodb:Get*", table), "Effect": "Deny"}
    with _role(stack, _statement("dynamodb:*", "*"), deny) as role:
        client = _of(stack, role, "dynamodb")
        client.describe_table(TableName=stack.outputs["TranslationTable"])
        key = {"pk": {"S": "of-a-test"}, "sk": {"S": "of-a-test"}}
        message = _refused(lambda: client.get_item(TableName=stack.outputs["TranslationTable"], Key=key))[2]
    assert message.endswith("with an explicit deny in an identity-based policy")
    assert _denied(stack) == {"dynamodb:GetItem"}


def test_a_stranger_and_a_forged_signature_are_refused(stack: Stack) -> None:
    nobody = _client(stack, "sqs", {"AccessKeyId": "AKIANOBODY", "SecretAccessKey": "guessed"})
    assert _refused(nobody.list_queues)[0] == 403
    with _role(stack, _statement("sqs:*", "*")) as role:
        session = _session(stack, role)
        assert _client(stack, "sqs", session).list_queues()["QueueUrls"]
        forged = _client(stack, "sqs", {**session, "SecretAccessKey": "guessed"})
        assert _refused(forged.list_queues)[1] == "SignatureDoesNotMatch"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_may_write_its_log_and_its_traces(stack: Stack, function: str) -> None:
    found = stack.client("iam").list_attached_role_policies(RoleName=stack.resources[f"{function}Role"])
    assert {BASIC, TRACING} <= {each["PolicyArn"] for each in found["AttachedPolicies"]}


# ── In the running product ──


def test_a_function_without_a_right_fails_at_the_call_that_needs_it(
    stack: Stack, organization: Organization
) -> None:
    answer(organization.user.get(FEEDBACK))
    with _without(stack, "TranslationFeedback", "dynamodb:Query"):
        assert organization.user.get(FEEDBACK).status_code == 500
    assert _denied(stack) == {"dynamodb:Query"}
    answer(organization.user.get(FEEDBACK))


def test_a_worker_without_a_right_fails_at_the_call_that_needs_it(
    stack: Stack, organization: Organization
) -> None:
    with _without(stack, "TmxImport", "s3:GetObject"):
        _begin_import(organization)
        denied = _denied_soon(stack)
    assert {(each.role, each.action) for each in denied} == {
        (stack.resources["TmxImportRole"], "s3:GetObject")
    }
    take_denied(stack.home)


def test_a_worker_that_may_not_read_its_queue_gets_no_message(
    stack: Stack, organization: Organization
) -> None:
    iam, role = stack.client("iam"), stack.resources["TmxImportRole"]
    iam.detach_role_policy(RoleName=role, PolicyArn=QUEUE_READING)
    try:
        upload = _begin_import(organization)
        assert "sqs:ReceiveMessage" in {each.action for each in _denied_soon(stack)}
        path = f"{FEEDBACK}/imports/{upload['importId']}"
        assert answer(organization.user.get(path))["state"] == "waiting"
    finally:
        iam.attach_role_policy(RoleName=role, PolicyArn=QUEUE_READING)
    assert organization.user.when_over(path)["state"] == "done"
    take_denied(stack.home)


# ── Means ──


def _as(stack: Stack, function: str, service: str) -> Any:
    """A client with the rights of a function."""
    return _of(stack, stack.resources[f"{function}Role"], service)


def _of(stack: Stack, role: str, service: str) -> Any:
    return _client(stack, service, _session(stack, role))


def _session(stack: Stack, role: str) -> dict[str, str]:
    arn = f"arn:aws:iam::000000000000:role/{role}"
    found = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    return dict(found["Credentials"])


def _client(stack: Stack, service: str, session: dict[str, str]) -> Any:
    made = boto3.session.Session(
        session["AccessKeyId"],
        session["SecretAccessKey"],
        session.get("SessionToken"),
        region_name=stack.region,
    )
    config = Config(
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        signature_version="s3v4" if service == "s3" else None,
    )
    return made.client(service, endpoint_url=stack.endpoint_url, config=config)  # type: ignore[call-overload]


def _refused(call: Any) -> tuple[int, str, str]:
    """Status, code and message of the refusal."""
    with pytest.raises(ClientError) as refused:
        call()
    response = refused.value.response
    status = int(response["ResponseMetadata"]["HTTPStatusCode"])
    return status, response["Error"]["Code"], response["Error"]["Message"]


def _begin_import(organization: Organization) -> dict[str, Any]:
    """A file is uploaded, which S3 tells the import's queue."""
    upload = dict(answer(organization.user.post(f"{FEEDBACK}/import/uploads")))
    unit = '<tu><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="fr"><seg>b</seg></tuv></tu>'
    file = f'<tmx version="1.4"><header srclang="en"/><body>{unit}</body></tmx>'
    form = {"data": upload["fields"], "files": {"file": ("memory.tmx", file)}}
    assert requests.post(upload["url"], timeout=10, **form).status_code == 204
    return upload


def _denied_soon(stack: Stack) -> list[Decision]:
    for _ in until_patience_ends():
        if found := take_denied(stack.home):
            return found
    raise AssertionError("nothing was denied")


def _denied(stack: Stack) -> set[str]:
    """The actions that were denied since this was asked last."""
    return {each.action for each in take_denied(stack.home)}


def _statement(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@contextmanager
def _role(stack: Stack, *statements: dict[str, Any]) -> Iterator[str]:
    """A role with a policy of these statements, for as long as it lasts."""
    iam, name = stack.client("iam"), "of-a-test"
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy)
    try:
        yield name
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="rights")
        iam.delete_role(RoleName=name)


@contextmanager
def _without(stack: Stack, function: str, action: str) -> Iterator[None]:
    """The function's role lacks the action meanwhile."""
    iam, role = stack.client("iam"), stack.resources[f"{function}Role"]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    less = json.loads(json.dumps(policy).replace(f'"{action}"', '"none:Nothing"'))
    assert less != policy
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
