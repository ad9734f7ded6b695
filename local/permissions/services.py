"""Calls that Lambda itself makes in the name of a function's role.

It reads the queue that calls the function, and sends what failed to the function's dead-letter queue. A role
that does not allow the first gets no messages; what the second cannot send is lost.
"""

from __future__ import annotations

from typing import Any

from local.permissions.decisions import Decision, Decisions

READING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def hold_lambda(lambdas: Any, evaluator: Any, decisions: Decisions) -> None:
    """Hold the emulator's queue readers and dead-letter senders against the role of the function."""
    concurrency, route_failure = lambdas._sqs_esm_concurrency, lambdas._route_async_failure
    readers: dict[tuple[str, str], tuple[Any, bool]] = {}

    def allowed_concurrency(mapping: Any, function: Any, config: Any, queue: Any) -> int:
        role, arn = function["config"]["Role"].rsplit("/", 1)[-1], mapping["EventSourceArn"]
        policies = evaluator._gather_role_policies(role, _account(arn))
        found = readers.get((role, arn))
        if found is None or found[0] is not policies:  # asked some hundred times a second
            may = [may_do(function["config"], action, arn) for action in READING]
            found = readers[role, arn] = policies, all(may)
        return int(concurrency(mapping, function, config, queue)) if found[1] else 0

    def routed(target_arn: str, name: str, event: Any, result: Any) -> None:
        if may_do(lambdas._functions[name]["config"], "sqs:SendMessage", target_arn):
            route_failure(target_arn, name, event, result)

    def may_do(config: Any, action: str, arn: str) -> bool:
        role = config["Role"].rsplit("/", 1)[-1]
        decision = Decision(_session(role, config["FunctionName"], _account(arn)), action, arn)
        allowed = allows(evaluator, role, decision)
        (decisions.used if allowed else decisions.denied)(decision)
        return allowed

    lambdas._sqs_esm_concurrency, lambdas._route_async_failure = allowed_concurrency, routed


def allows(evaluator: Any, role: str, decision: Decision) -> bool:
    """Whether the role's own policies allow it."""
    account = _account(decision.resource)
    context = evaluator.EvalContext(
        principal_arn=decision.principal,
        principal_type="AssumedRole",
        principal_account=account,
        action=decision.action,
        resource_arn=decision.resource,
        region=decision.resource.split(":")[3],
    )
    policies = evaluator._gather_role_policies(role, account)
    return bool(evaluator.evaluate(context, policies).decision == "Allow")


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _session(role: str, function: str, account: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{function}"
