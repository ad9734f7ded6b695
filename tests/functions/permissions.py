"""What a function asked of AWS, held against what its policies in template.yaml allow.

moto lets everybody do everything; a right that is missing would be noticed in the account only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from hearback import clients

from local import cfn
from local.paths import ROOT

Right = tuple[str, str]
"""An action, and the logical id of the table, index of a table, queue, secret, bucket or folder of a bucket that
it is done to."""

_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

_OF_OBJECTS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}
"""Actions that are called otherwise than the operation."""


class Watch:
    """Notes what the product's clients are about to do."""

    def __init__(self) -> None:
        self._done: set[Right] | None = None

    def begin(self) -> None:
        """Watch every client that is made from now on."""
        clients.session.cache_clear()
        for service in ("dynamodb", "sqs", "secretsmanager", "s3"):
            clients.session().events.register(f"provide-client-params.{service}", self._note)

    @contextmanager
    def over(self, function: str) -> Iterator[None]:
        """Everything that is done meanwhile is the function's doing."""
        done: set[Right] = set()
        self._done = done
        try:
            yield
        finally:
            self._done = None
        assert done - allowed(function) == set(), f"{function} has no right to this"

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done meanwhile is somebody else's doing."""
        kept, self._done = self._done, None
        try:
            yield
        finally:
            self._done = kept

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._done is not None:
            self._done.update(_rights(model.service_model.service_name, model.name, params))


def _rights(service: str, operation: str, params: dict[str, Any]) -> Iterator[Right]:
    if service == "dynamodb":
        yield from _of_tables(operation, params)
    elif service == "sqs":
        yield f"sqs:{operation.removesuffix('Batch')}", params["QueueUrl"].rpartition("/")[2]
    elif service == "s3":
        yield from _of_bucket(operation, params)
    else:
        name = params.get("SecretId") or params["Name"]
        yield f"{service}:{operation}", name.partition("/")[0]


def _of_tables(operation: str, params: dict[str, Any]) -> Iterator[Right]:
    if operation == "TransactWriteItems":
        for write in params["TransactItems"]:
            for kind, what in write.items():
                yield f"dynamodb:{_IN_TRANSACTIONS[kind]}", what["TableName"]
    elif "RequestItems" in params:
        for table in params["RequestItems"]:
            yield f"dynamodb:{operation}", table
    else:
        index = "/index" if "IndexName" in params else ""
        yield f"dynamodb:{operation}", params["TableName"] + index


def _of_bucket(operation: str, params: dict[str, Any]) -> Iterator[Right]:
    if "Delete" in params:
        for each in params["Delete"]["Objects"]:
            yield "s3:DeleteObject", f"TransferBucket/{each['Key'].partition('/')[0]}"
    elif "Key" in params:
        folder = params["Key"].partition("/")[0]
        yield f"s3:{_OF_OBJECTS.get(operation, operation)}", f"TransferBucket/{folder}"
    else:
        yield "s3:ListBucket", "TransferBucket"


@cache
def allowed(function: str) -> frozenset[Right]:
    """The rights of a function, by the name of its folder."""
    functions = cfn.of_type(cfn.load(ROOT / "template.yaml"), "AWS::Serverless::Function").values()
    (properties,) = [
        each["Properties"]
        for each in functions
        if each["Properties"]["CodeUri"].rpartition("/")[2] == function
    ]
    statements = [one for policy in properties.get("Policies", []) for one in policy["Statement"]]
    return frozenset(
        (action, _logical(resource))
        for statement in statements
        for action in _several(statement["Action"])
        for resource in _several(statement["Resource"])
    )


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _logical(resource: dict[str, Any]) -> str:
    """The logical id in a `Ref`, `Fn::GetAtt` or `Fn::Sub`, and which folder of it, or whether an index, is meant."""
    (value,) = resource.values()
    text = value[0] if isinstance(value, list) else str(value)
    if text.endswith(":secret:${AWS::StackName}/callbacks/*"):
        return "CallbackSecrets"  # as the settings name what all of them begin with
    if within := re.fullmatch(r"\$\{(\w+)\.Arn\}/([\w-]+)/\*", text):
        return f"{within[1]}/{within[2]}"
    match = re.search(r"\w+", text)
    assert match
    return match[0]
