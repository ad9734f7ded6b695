"""A role's policies, parsed and checked once for as long as they stay what they are."""

from __future__ import annotations

import importlib
from typing import Any

from local.permissions import strict

MANAGED = {
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess": {
        "Statement": {
            "Effect": "Allow",
            "Action": [
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:GetSamplingStatisticSummaries",
            ],
            "Resource": "*",
        }
    }
}
"""AWS's own policies that SAM attaches and MiniStack does not know."""

Policies = list[list[Any]]
"""The parsed statements of each policy."""


def parse_once(evaluator: Any) -> None:
    """Teach MiniStack's evaluator to remember a role's parsed policies; it parses them for each call."""
    known: dict[str, tuple[list[Any], Policies]] = {}

    def gathered(role_name: str, account_id: str) -> Policies:
        documents = _documents(evaluator, role_name, account_id)
        if role_name not in known or known[role_name][0] != documents:
            for document in documents:
                strict.check(document)
            known[role_name] = documents, [evaluator.parse_policy_document(each) for each in documents]
        return known[role_name][1]

    evaluator._gather_role_policies = gathered


def _documents(evaluator: Any, role_name: str, account_id: str) -> list[Any]:
    """The policies that are attached to the role now; a role that is gone has nothing."""
    iam: Any = importlib.import_module("ministack.services.iam")
    role = iam._roles.get_scoped(account_id, None, role_name) or {}
    attached = role.get("AttachedPolicies", [])
    managed = [
        MANAGED.get(arn) or evaluator._resolve_managed_policy_document(arn, account_id) for arn in attached
    ]
    if None in managed:
        raise strict.CannotHold(f"{role_name} has a policy that is unknown here: {attached}")
    return [*(role.get("InlinePolicies") or {}).values(), *managed]
