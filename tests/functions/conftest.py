"""Lambda handlers under moto: every table, bucket, queue and secret as template.yaml declares it."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from hearback import clients
from hearback.access import accounts, store, tokens
from hearback.access.model import ApiKey, Role, write_key
from hearback.settings import Settings, settings
from hearback.storage import hot
from hearback.translation import catalogue
from moto import mock_aws

from local import cfn

ROOT = Path(__file__).parents[2]
NOW = 1_786_482_417_242_393_801
PAIRS = {"EngFra_Generic_SRV_TNMV_8_4_x_1": ("eng", "fra"), "EngSpa_Generic_SRV_TNMV_8_5_x_6": ("eng", "spa")}
KEYS = {"admin": ("1" * 16, "a" * 40), "user": ("2" * 16, "b" * 40), "other_admin": ("3" * 16, "c" * 40)}


class Context:
    """What Lambda tells a function about its invocation."""

    function_name = memory_limit_in_mb = "hearback"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:hearback"
    aws_request_id = "8f5a1c1e-5d0a-4f0b-9e70-3f0f1d9f7c11"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@cache
def app(function: str) -> ModuleType:
    """A function's module, under a name of its own."""
    spec = importlib.util.spec_from_file_location(
        f"functions_{function}", ROOT / "functions" / function / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def invoke(function: str, event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = app(function).handler(event, Context())
    return answer


def sample(function: str, case: str) -> dict[str, Any]:
    """One of the events that document a function."""
    event: dict[str, Any] = json.loads((ROOT / "events" / function / f"{case}.json").read_text())
    return event


@dataclass(frozen=True)
class Product:
    """The product's resources, and the keys of its accounts by name."""

    template: dict[str, Any]
    keys: dict[str, str]

    def call(
        self,
        method: str,
        path: str,
        body: str = "",
        key: str = "admin",
        function: str = "translation_feedback",
    ) -> tuple[int, Any]:
        """Call an API as the gateway would; the status and the JSON document of the answer."""
        path, _, query = path.partition("?")
        values = {name: [value] for name, value in (pair.split("=") for pair in query.split("&") if pair)}
        event = {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": {"Authorization": f"Bearer {self.keys[key]}", "Host": "api.example.com"},
            "multiValueQueryStringParameters": values or None,
            "pathParameters": None,
            "requestContext": {"path": f"/v1{path}"},
            "body": body or None,
            "isBase64Encoded": False,
        }
        answer = invoke(function, event)
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """One moto for all handlers: a client made anew for each test would cost more than the test."""
    with mock_aws():
        yield


@pytest.fixture
def product(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """Everything of the template that holds data, empty but for two organizations with accounts and pairs."""
    template = cfn.load(ROOT / "template.yaml")
    for name, value in _create(template).items():
        monkeypatch.setenv(name, value)
    for cached in (settings, clients.dynamodb, clients.s3, clients.sqs, clients.secrets, tokens._secret):
        cached.cache_clear()
    hot.forget()
    yield Product(template, {name: _account(name) for name in KEYS})
    _delete()


def _create(template: dict[str, Any]) -> dict[str, str]:
    """The resources, and the environment that names them."""
    for name, table in cfn.of_type(template, "AWS::DynamoDB::Table").items():
        kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        wanted = {key: value for key, value in table["Properties"].items() if key in kept}
        boto3.client("dynamodb").create_table(TableName=name, **wanted)
    for name in cfn.of_type(template, "AWS::SQS::Queue"):
        boto3.client("sqs").create_queue(QueueName=name)
    for name in cfn.of_type(template, "AWS::SecretsManager::Secret"):
        boto3.client("secretsmanager").create_secret(Name=name, SecretString="s" * 64)
    boto3.client("s3").create_bucket(Bucket="transfer")
    return {f"HEARBACK_{field.upper()}": _value(field) for field in Settings._fields}


def _value(field: str) -> str:
    logical = "".join(word.title() for word in field.split("_"))
    if field.endswith("_queue"):
        return str(boto3.client("sqs").get_queue_url(QueueName=logical)["QueueUrl"])
    return {"environment": "dev", "transfer_bucket": "transfer"}.get(field, logical)


def _delete() -> None:
    dynamodb, sqs, s3 = boto3.client("dynamodb"), boto3.client("sqs"), boto3.resource("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=table)
    for url in sqs.list_queues().get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)
    s3.Bucket("transfer").objects.all().delete()
    s3.Bucket("transfer").delete()
    secrets = boto3.client("secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        secrets.delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)


def _account(name: str) -> str:
    """An account with a known key, in acme or (other_admin) in globex with pairs of its own."""
    organization = "globex" if name.startswith("other") else "acme"
    if not store.organization_exists(organization):
        store.create_organization(organization, organization, NOW)
        for pair, (source, target) in PAIRS.items():
            catalogue.install(organization, catalogue.describe(pair, source, target))
    role = Role.ADMIN if name.endswith("admin") else Role.USER
    account = accounts.add_account(organization, f"{name}@{organization}.example", name, role, NOW)
    key_id, secret = KEYS[name]
    store.create_key(account, ApiKey(key_id, account.account_id, account.email, name, NOW, None), secret)
    return write_key(key_id, secret)


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto answers in this process, whatever another test has pointed at."""
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
