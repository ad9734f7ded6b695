"""A role's policies as they are enforced on this machine: what they allow, and which are refused."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from local.permissions.decisions import Decision, Decisions, take_denied, used_in
from local.permissions.services import allows
from local.permissions.strict import CannotHold, check
from local.permissions.unused import unused

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/entries"
SESSION = "arn:aws:sts::000000000000:assumed-role/reader/reader"


def statement(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


# ── What is allowed ──


@pytest.mark.parametrize(
    ("statements", "is_allowed"),
    [
        ([], False),
        ([statement("dynamodb:Query", TABLE)], True),
        ([statement("DynamoDB:query", TABLE)], True),
        ([statement("dynamodb:Q*", TABLE)], True),
        ([statement(["dynamodb:Scan", "dynamodb:Query"], [TABLE + "s", TABLE])], True),
        ([statement("dynamodb:Query", TABLE.upper().replace("ARN:", "arn:"))], False),
        ([statement("dynamodb:Query", TABLE + "/index/*")], False),
        ([statement("dynamodb:Query", "arn:aws:dynamodb:*:*:table/entr?es")], True),
        ([statement("dynamodb:*"), statement("dynamodb:Query", TABLE, "Deny")], False),
        ([statement("dynamodb:Query", TABLE, "Deny"), statement("*")], False),
        ([statement("*", Condition={"StringEquals": {"aws:PrincipalAccount": "000000000000"}})], True),
        ([statement("*", Condition={"StringEquals": {"aws:PrincipalAccount": "111111111111"}})], False),
        ([statement("*", Condition={"StringLike": {"s3:prefix": "imports/*"}})], False),
    ],
)
def test_a_call_is_allowed_if_something_allows_it_and_nothing_denies_it(
    statements: list[dict[str, Any]], is_allowed: bool
) -> None:
    evaluator = _with_policies(statements)
    assert allows(evaluator, "reader", Decision(SESSION, "dynamodb:Query", TABLE)) is is_allowed


def _with_policies(statements: list[dict[str, Any]]) -> Any:
    """The evaluator, for which every role has these statements."""

    class Evaluator:
        real: Any = importlib.import_module("ministack.core.iam_evaluator")
        EvalContext, evaluate = real.EvalContext, staticmethod(real.evaluate)

        def _gather_role_policies(self, *_: str) -> Any:
            return [self.real.parse_policy_document({"Statement": statements})]

    return Evaluator()


# ── What is refused, since it would not be enforced ──


@pytest.mark.parametrize(
    ("policy", "because"),
    [
        (statement("*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2030-01-01"}}), "DateGreaterThan"),
        (statement("*", Condition={"StringEquals": {"dynamodb:LeadingKeys": "a"}}), "dynamodb:LeadingKeys"),
        (statement("*", Condition={"ForAnyValue:StringEquals": {"s3:prefix": "a"}}), "ForAnyValue"),
        (statement("*", "arn:aws:s3:::files/${aws:username}/*"), "variable"),
        (statement("*", "entries"), "no ARN"),
        (statement("*", effect="Perhaps"), "Perhaps"),
        (statement("*", Principal="*"), "Principal"),
    ],
)
def test_a_policy_that_would_not_be_enforced_is_refused(policy: dict[str, Any], because: str) -> None:
    check({"Statement": statement("*", Condition={"StringLike": {"s3:prefix": "a*"}})})
    with pytest.raises(CannotHold, match=because):
        check({"Statement": [statement("*"), policy]})


# ── What is noted ──


def test_denials_are_taken_once_and_a_used_right_is_noted_once(tmp_path: Path) -> None:
    decisions, query = Decisions(tmp_path), Decision(SESSION, "dynamodb:Query", TABLE)
    assert take_denied(tmp_path) == []
    decisions.denied(query)
    decisions.denied(query)
    assert take_denied(tmp_path) == [query, query]
    assert take_denied(tmp_path) == []
    for key in ("imports/a", "imports/b", "exports/c"):
        decisions.used(Decision(SESSION, "s3:GetObject", f"arn:aws:s3:::files/{key}"))
    assert [each.resource for each in used_in(tmp_path)] == [
        "arn:aws:s3:::files/imports/*",
        "arn:aws:s3:::files/exports/*",
    ]


def test_a_right_that_nobody_used_is_found() -> None:
    policy = {"Statement": [statement(["dynamodb:Query", "dynamodb:Scan"], [TABLE, TABLE + "/index/*"])]}
    used = [
        Decision(SESSION, "dynamodb:Query", TABLE),
        Decision(SESSION, "dynamodb:Query", TABLE + "/index/by-leaf"),
        Decision(SESSION, "dynamodb:Scan", TABLE),
        Decision("arn:aws:sts::000000000000:assumed-role/other/other", "dynamodb:Scan", TABLE + "/index/a"),
    ]
    assert unused("reader", [policy], used) == [("dynamodb:Scan", TABLE + "/index/*")]
