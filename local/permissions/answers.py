"""A denial in AWS's words: each service names the action and the resource in its own spelling and status."""

from __future__ import annotations

from typing import Any

from local.permissions.held import latest_denial

BAD_REQUEST = frozenset({"dynamodb", "secretsmanager"})
"""Services that answer a denial with 400; the others with 403."""


def answer_in_full(actions: Any) -> None:
    """Let the emulator's denials name the resource."""
    respond = actions.access_denied_response

    def answered(
        service: str,
        action: str,
        principal: str,
        request_id: str,
        *,
        explicit_deny: bool = False,
        resource_policy_arn: str = "",
        **more: Any,
    ) -> Any:
        denial = latest_denial.get()
        if denial and not more.get("error_code") and not (explicit_deny and resource_policy_arn):
            named = _spelt(service, denial.action, denial.resource)
            more["message"] = actions.identity_denial_message(named[0], principal, named[1], explicit_deny)
        more |= {"explicit_deny": explicit_deny, "resource_policy_arn": resource_policy_arn}
        status, *rest = respond(service, action, principal, request_id, **more)
        return (400 if service in BAD_REQUEST and not more.get("error_code") else status, *rest)

    actions.access_denied_response = answered


def _spelt(service: str, action: str, resource: str) -> tuple[str, str]:
    """The action and the resource as the service writes them."""
    if service == "sqs":
        return action.lower(), resource
    return action, f'"{resource}"' if service == "s3" else resource
