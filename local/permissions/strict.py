"""A policy that the evaluator would misread is refused.

MiniStack's evaluator takes an operator that it does not know for one that does not match, and a key that it does
not know for one that the request lacks: a Deny with either would never deny. AWS knows more of both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

OPERATORS = frozenset(
    {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnEquals", "ArnLike", "Bool"}
)
"""Condition operators that are evaluated as AWS does."""

KEYS = frozenset({
    "aws:PrincipalAccount", "aws:PrincipalArn", "aws:SecureTransport",
    "dynamodb:EnclosingOperation", "dynamodb:Select", "s3:delimiter", "s3:max-keys", "s3:prefix",
})  # fmt: skip
"""Condition keys whose values are taken from each request."""

ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})

_known_keys = frozenset(key.lower() for key in KEYS)


class CannotHold(Exception):
    """A policy says something that would not be enforced here; the message says what."""


def check(document: str | dict[str, Any]) -> None:
    """Raise `CannotHold` unless every statement of the identity policy can be enforced."""
    policy = json.loads(document) if isinstance(document, str) else document
    for statement in _several(policy["Statement"]):
        _check_statement(statement)


def _check_statement(statement: dict[str, Any]) -> None:
    if foreign := statement.keys() - ELEMENTS:
        raise CannotHold(f"a policy has {sorted(foreign)}, which is not evaluated here")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise CannotHold(f"a policy has the effect {statement.get('Effect')!r}")
    if "${" in json.dumps(statement):
        raise CannotHold(f"a policy has a variable, which is not evaluated here: {json.dumps(statement)}")
    for resource in _several(statement.get("Resource", [])):
        if resource != "*" and not resource.startswith("arn:"):
            raise CannotHold(f"a policy has the resource {resource}, which AWS refuses: it is no ARN")
    for operator, key in _conditions(statement):
        if operator not in OPERATORS:
            raise CannotHold(f"a policy has the condition operator {operator}, which is not evaluated here")
        if key.lower() not in _known_keys:
            raise CannotHold(f"a policy has the condition key {key}, which is not evaluated here")


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            yield operator, key


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
