"""Long partitions and large templates at a bearable speed.

MiniStack 1.5.33 tokenizes and checks a query's key condition anew for each item of the partition: a
page of a list of 100,000 entries takes seconds. The product queries with one form of condition
only, which is evaluated here directly; every other one goes where it went before.

SAM's translator copies the API's whole document twice for each route, of which there are some 250: for
two thirds of a deployment's time. Nobody looks at the older copies.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from local.paths import ROOT

sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))

from hearback.storage.reads import IN_RANGE

Values = dict[str, dict[str, str]]


def quicken(dynamodb: Any) -> None:
    """Teach MiniStack's DynamoDB module the product's own key condition."""
    evaluate = dynamodb._evaluate_condition

    def evaluated(
        expression: str,
        item: Values,
        values: Values,
        names: dict[str, str],
        slot: str = "ConditionExpression",
    ) -> Any:
        if expression != IN_RANGE or slot != "KeyConditionExpression":
            return evaluate(expression, item, values, names, slot)
        in_partition = item.get(names["#p"]) == values[":p"]
        return in_partition and values[":first"]["S"] <= item[names["#s"]]["S"] <= values[":last"]["S"]

    dynamodb._evaluate_condition = evaluated


def quicken_deployments(handlers: Any) -> None:
    """Let SAM's translator, which MiniStack's CloudFormation calls, work on the document itself."""
    transform = handlers._apply_transforms

    def transformed(*template_and_parameters: Any, **named: Any) -> Any:
        editor: Any = importlib.import_module("samtranslator.swagger.swagger")  # late: it takes a second
        editor._deepcopy = lambda document: document
        return transform(*template_and_parameters, **named)

    handlers._apply_transforms = transformed
