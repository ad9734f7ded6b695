"""Rights that a role has and nobody used: what least privilege would take away.

`python -m local.permissions.unused` tells them of the running `make run`, since it was started.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from local.paths import LOCAL, STACK_FILE
from local.permissions.decisions import Decision, used_in
from local.stack import aws_client

Right = tuple[str, str]
"""An action and the pattern of its resources."""


def unused(role: str, policies: Iterable[dict[str, Any]], used: Iterable[Decision]) -> list[Right]:
    """The pairs of action and resource in the role's inline policies that match nothing that it used."""
    done = [(each.action.lower(), each.resource) for each in used if each.role == role]
    return [right for policy in policies for right in _rights(policy) if not _is_used(right, done)]


def _rights(policy: dict[str, Any]) -> Iterable[Right]:
    for statement in _several(policy["Statement"]):
        for action in _several(statement["Action"]):
            for resource in _several(statement["Resource"]):
                yield action, resource


def _is_used(right: Right, done: list[Right]) -> bool:
    action, resource = right
    return any(fnmatchcase(one, action.lower()) and fnmatchcase(on, resource) for one, on in done)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _main() -> None:
    iam = aws_client("iam", json.loads(STACK_FILE.read_text())["endpoint_url"])
    used = used_in(LOCAL)
    for role in sorted({each.role for each in used}):
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        for action, resource in unused(role, policies, used):
            sys.stdout.write(f"{role}  {action}  {resource}\n")


if __name__ == "__main__":
    _main()
