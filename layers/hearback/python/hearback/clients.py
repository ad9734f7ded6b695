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


@cache
def dynamodb() -> DynamoDBClient:
    return session().client("dynamodb", config=_CONFIG.merge(Config(signature_version="v4")))


@cache
def s3() -> S3Client:
    # A presigned URL names the region's own endpoint only if the bucket is in the host name; the
    # global one redirects, which breaks the signature. The local stack has no such host names.
    style: Literal["path", "virtual"] = "path" if settings().environment == "local" else "virtual"
    return session().client("s3", config=_CONFIG.merge(Config(s3={"addressing_style": style})))


@cache
def sqs() -> SQSClient:
    return session().client("sqs", config=_CONFIG.merge(Config(signature_version="v4")))


@cache
def secrets() -> SecretsManagerClient:
    return session().client("secretsmanager", config=_CONFIG.merge(Config(signature_version="v4")))
