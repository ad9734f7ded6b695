"""Lambda handlers under moto: every table, bucket, queue and secret as template.yaml declares it."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass
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
from moto.dynamodb.models import dynamodb_backends

from local import cfn
from local.paths import ROOT
from tests.functions import labelling, tasking
from tests.functions.gateway import WATCH, Product
from tests.functions.labelling import Team
from tests.functions.tasking import Desk

NOW = 1_786_482_417_242_393_801
PAIRS = {"EngFra_Generic_SRV_TNMV_8_4_x_1": ("eng", "fra"), "EngSpa_Generic_SRV_TNMV_8_5_x_6": ("eng", "spa")}
KEYS = {"admin": ("1" * 16, "a" * 40), "user": ("2" * 16, "b" * 40), "other_admin": ("3" * 16, "c" * 40)}
# ── What is there ──


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """One moto for all handlers: a client made anew for each test would cost more than the test."""
    with mock_aws():
        WATCH.begin()
        yield


@dataclass(frozen=True)
class World:
    """Everything of the template that holds data, and what is in the tables when a test begins."""

    product: Product
    environment: dict[str, str]
    tables: dict[str, Any]

    @classmethod
    def of(cls, product: Product, environment: dict[str, str]) -> World:
        """As the tables are now."""
        return cls(product, environment, copy.deepcopy(_backend().tables))

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it what the product finds, whatever another test has pointed at."""
        _forget_endpoints(monkeypatch)
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        made = (clients.dynamodb, clients.s3, clients.links, clients.sqs, clients.secrets)
        for cached in (settings, *made, tokens._secret):
            cached.cache_clear()
        hot.forget()
        _backend().tables = copy.deepcopy(self.tables)


def _backend() -> Any:
    return dynamodb_backends["123456789012"]["us-east-1"]


@pytest.fixture(scope="session")
def world(aws: None) -> World:
    """Two organizations with accounts and language pairs, and nothing else."""
    template = cfn.load(ROOT / "template.yaml")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _forget_endpoints(monkeypatch)
        environment = _create(template)
        World(Product(template, {}), environment, _backend().tables).enter(monkeypatch)
        return World.of(Product(template, {name: account(name) for name in KEYS}), environment)


@pytest.fixture
def product(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """Everything of the template that holds data, empty but for two organizations with accounts and pairs."""
    world.enter(monkeypatch)
    yield Product(world.product.template, dict(world.product.keys))
    _empty(world.environment)


@pytest.fixture(scope="session")
def staffed(world: World) -> tuple[World, Team]:
    """The same with people of all kinds, a project of theirs and a dataset in it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world.enter(monkeypatch)
        more = {name: account(name, role) for name, role in labelling.PEOPLE.items()}
        product = Product(world.product.template, world.product.keys | more)
        team = labelling.begin(product)
        return World.of(product, world.environment), team


@pytest.fixture
def team(staffed: tuple[World, Team], monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """A project of acme's with an owner, two reviewers and two annotators."""
    world, known = staffed
    world.enter(monkeypatch)
    product = Product(world.product.template, dict(world.product.keys))
    yield Team(product, known.project, known.leaves)
    _empty(world.environment)


@pytest.fixture
def desk(team: Team) -> Desk:
    """The same project at the tasks API, with schemas of its tasks."""
    return tasking.begin(team)


def _create(template: dict[str, Any]) -> dict[str, str]:
    """The resources, and the environment that names them."""
    dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
    for name, table in cfn.of_type(template, "AWS::DynamoDB::Table").items():
        kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        wanted = {key: value for key, value in table["Properties"].items() if key in kept}
        dynamodb.create_table(TableName=name, **wanted)
    queues = {name: sqs.create_queue(QueueName=name) for name in cfn.of_type(template, "AWS::SQS::Queue")}
    for name in cfn.of_type(template, "AWS::SecretsManager::Secret"):
        boto3.client("secretsmanager").create_secret(Name=name, SecretString="s" * 64)
    boto3.client("s3").create_bucket(Bucket="transfer")
    known = {"Environment": "dev", "TransferBucket": "transfer", "AwsEndpoint": "", "LinkEndpoint": ""} | {
        name: queue["QueueUrl"] for name, queue in queues.items()
    }
    logical = {field: "".join(word.title() for word in field.split("_")) for field in Settings._fields}
    return {f"HEARBACK_{field.upper()}": known.get(name, name) for field, name in logical.items()}


def _empty(environment: dict[str, str]) -> None:
    """What a test left in queues and in the bucket."""
    for name, value in environment.items():
        if name.endswith("_QUEUE"):
            clients.sqs().delete_queue(QueueUrl=value)  # to purge one takes a minute
            clients.sqs().create_queue(QueueName=value.rpartition("/")[2])
    for kept in clients.s3().list_objects_v2(Bucket="transfer").get("Contents", []):
        clients.s3().delete_object(Bucket="transfer", Key=kept["Key"])


def account(name: str, role: Role | None = None) -> str:
    """An account with a known key, in acme or (other…) in globex with pairs of its own; the key."""
    organization = "globex" if name.startswith("other") else "acme"
    if not store.organization_exists(organization):
        store.create_organization(organization, organization, NOW)
        for pair, (source, target) in PAIRS.items():
            catalogue.install(organization, catalogue.describe(pair, source, target))
    role = role or (Role.ADMIN if name.endswith("admin") else Role.USER)
    made = accounts.add_account(organization, f"{name}@{organization}.example", name, role, NOW)
    key_id, secret = KEYS.get(name) or (name.encode().hex()[:16].rjust(16, "0"), "d" * 40)
    store.create_key(made, ApiKey(key_id, made.account_id, made.email, name, NOW, None), secret)
    return write_key(key_id, secret)


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto answers in this process, whatever another test has pointed at."""
    _forget_endpoints(monkeypatch)


def _forget_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
