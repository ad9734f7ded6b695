"""AWS's reasons to refuse an expanded template that no linter knows: rules as plain functions.

A rule takes the template as SAM expands it (`local.expansion`) and returns one line for each violation;
an empty list means that AWS has no reason to refuse. Each says in its docstring what AWS does and where
AWS says so.

    gateway    the API's resources, stages and gateway responses
    stack      what CloudFormation counts: resources, parameters, outputs, bytes, names, order
    functions  functions, their environments, roles and event sources
    policies   what a policy says and does not mean
    data       tables and queues
    rendering  a value as long as it gets on AWS
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.aws_limits import data, functions, gateway, policies, stack

Rule = Callable[[Mapping[str, Any]], list[str]]

RULES: tuple[Rule, ...] = (*stack.RULES, *gateway.RULES, *functions.RULES, *policies.RULES, *data.RULES)
"""Every rule, in the order in which a deployment would meet them."""


def violations(expanded: Mapping[str, Any], rules: Iterable[Rule] = RULES) -> list[str]:
    """All that the rules say of this template: `rule: what is wrong`."""
    return [f"{rule.__name__}: {told}" for rule in rules for told in rule(expanded)]
