"""The AWS clients, each made once and only when first needed (a client costs about 100 ms)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
import botocore.session
from botocore.config import Config
from botocore.parsers import JSONParser, ResponseParserFactory

from hearback.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# The gateway waits 29 s in all: a call that hangs is given up early enough to be tried again.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "max_attempts": 5},
    max_pool_connections=32,
    # botocore may presign with the outdated signature, which new regions refuse.
    signature_version="s3v4",
)


class _ItemsAsTheyCame(JSONParser):
    """Takes an item's attributes as the JSON has them: `{"S": "…"}`. botocore would copy each one, which
    takes three times as long as all else that a list of a thousand entries needs. (Binary values,
    which the product has none of, would stay in base64.)"""

    def _handle_map(self, shape: Any, value: Any) -> Any:
        if shape.value.name == "AttributeValue":
            return value
        return super()._handle_map(shape, value)  # type: ignore[misc]


class _Parsers(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _ItemsAsTheyCame() if protocol_name == "json" else super().create_parser(protocol_name)


@cache
def session() -> boto3.session.Session:
    """What the clients are made from."""
    core = botocore.session.get_session()
    core.register_component("response_parser_factory", _Parsers())
    return boto3.session.Session(botocore_session=core)


def _endpoint() -> str | None:
    """The address where AWS answers; None leaves it to boto3, which knows AWS's own endpoints."""
    return settings().aws_endpoint or None


@cache
def dynamodb() -> DynamoDBClient:
    config = _CONFIG.merge(Config(signature_version="v4"))
    return session().client("dynamodb", endpoint_url=_endpoint(), config=config)


@cache
def s3() -> S3Client:
    return _s3(_endpoint())


@cache
def links() -> S3Client:
    """Presigns links, calls nothing. The host is signed too, so it must be the one that the links' users
    reach, who may be elsewhere than this function: it in a container, they outside."""
    return _s3(settings().link_endpoint) if settings().link_endpoint else s3()


def _s3(endpoint: str | None) -> S3Client:
    # A presigned URL names the region's own endpoint only if the bucket is in the host name; the
    # global one redirects, which breaks the signature. The local stack has no such host names.
    style: Literal["path", "virtual"] = "path" if settings().environment == "local" else "virtual"
    config = _CONFIG.merge(Config(s3={"addressing_style": style}))
    return session().client("s3", endpoint_url=endpoint, config=config)


@cache
def sqs() -> SQSClient:
    config = _CONFIG.merge(Config(signature_version="v4"))
    return session().client("sqs", endpoint_url=_endpoint(), config=config)


@cache
def secrets() -> SecretsManagerClient:
    config = _CONFIG.merge(Config(signature_version="v4"))
    return session().client("secretsmanager", endpoint_url=_endpoint(), config=config)
