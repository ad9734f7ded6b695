"""The AWS clients, each made once and only when first needed (a client costs about 100 ms)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import boto3
from botocore.config import Config

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


@cache
def dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb", config=_CONFIG.merge(Config(signature_version="v4")))


@cache
def s3() -> S3Client:
    # A presigned URL names the region's own endpoint only if the bucket is in the host name; the
    # global one redirects, which breaks the signature. The local stack has no such host names.
    style: Literal["path", "virtual"] = "path" if settings().environment == "local" else "virtual"
    return boto3.client("s3", config=_CONFIG.merge(Config(s3={"addressing_style": style})))


@cache
def sqs() -> SQSClient:
    return boto3.client("sqs", config=_CONFIG.merge(Config(signature_version="v4")))


@cache
def secrets() -> SecretsManagerClient:
    return boto3.client("secretsmanager", config=_CONFIG.merge(Config(signature_version="v4")))
