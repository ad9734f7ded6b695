"""IAM on this machine: what a function asks of AWS is held against its role, as AWS does.

Each Lambda runs with a session of its own role. MiniStack (`AUTH=true`) checks the signature, finds the actions
and ARNs of a call, and evaluates the role's policies and the resource's own. The rest is here:

    strict.py     what the evaluator would not understand is refused, not passed over
    roles.py      a role's policies, parsed once
    held.py       every decision: the action as IAM names it, what is missing, what is noted
    answers.py    a denial in AWS's words
    services.py   what Lambda itself does in the name of the role
    decisions.py  the two lists that are kept: what was denied, what was used
    unused.py     rights in the template that nobody used

The key `test` is the developer's and may do everything. Calls come by plain HTTP here, so
`aws:SecureTransport` is true of all of them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from local.permissions.answers import answer_in_full
from local.permissions.decisions import Decisions
from local.permissions.held import hold
from local.permissions.roles import parse_once
from local.permissions.services import hold_lambda


def enforce_roles(home: Path) -> None:
    """Complete MiniStack's own enforcement; decisions are noted in `home`."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    lambdas: Any = importlib.import_module("ministack.services.lambda_svc")
    decisions = Decisions(home)
    parse_once(evaluator)
    hold(evaluator, decisions)
    hold_lambda(lambdas, evaluator, decisions)
    answer_in_full(importlib.import_module("ministack.core.iam_actions"))
