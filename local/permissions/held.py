"""One call against one role: what MiniStack decides, with what AWS adds to it, and noted.

AWS authorizes the batch forms of SQS as the single ones. It tells that an object is missing only to those who
may list the bucket: for anybody else, reading it is denied.
"""

from __future__ import annotations

import importlib
from contextvars import ContextVar
from typing import Any

from local.permissions.decisions import Decision, Decisions

BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}

latest_denial: ContextVar[Decision | None] = ContextVar("latest_denial", default=None)
"""The decision by which this request was denied, for its answer."""


def hold(evaluator: Any, decisions: Decisions) -> None:
    """Put this around the evaluator's `enforce`, which the emulator asks once for each action of a request."""
    enforce, resolve = evaluator.enforce, evaluator._resolve_condition_key

    def held(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        action = BATCHES.get(action, action)
        refusal = enforce(access_key, action, service, region, resource_arn, service_context)
        if evaluator.is_root_access_key(access_key) or isinstance(refusal, evaluator.AuthError):
            return refusal
        if refusal is None and action == "s3:GetObject" and _is_missing(resource_arn):
            action, resource_arn = "s3:ListBucket", resource_arn.split("/", 1)[0]
            refusal = enforce(access_key, action, service, region, resource_arn, {})
        _note(
            decisions, Decision(_principal(access_key), action, resource_arn), is_denied=refusal is not None
        )
        return refusal

    def resolved(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    evaluator.enforce, evaluator._resolve_condition_key = held, resolved


def _note(decisions: Decisions, decision: Decision, *, is_denied: bool) -> None:
    if is_denied:
        latest_denial.set(decision)
        decisions.denied(decision)
    else:
        decisions.used(decision)


def _principal(access_key: str) -> str:
    sts: Any = importlib.import_module("ministack.services.sts")
    return str((sts._sessions.get(access_key) or {}).get("Arn", access_key))


def _is_missing(object_arn: str) -> bool:
    s3: Any = importlib.import_module("ministack.services.s3")
    bucket, _, key = object_arn.removeprefix("arn:aws:s3:::").partition("/")
    found = s3._buckets.get(bucket)
    return found is not None and key not in found["objects"]
