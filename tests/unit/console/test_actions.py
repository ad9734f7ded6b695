"""The actions that the console offers as a filter of the audit trail: those that have lines, and no others."""

from __future__ import annotations

import re

from local.openapi.routes import routes
from local.paths import ROOT

ACTIONS = ROOT / "console/src/organization/actions.ts"


def _named(constant: str) -> set[str]:
    declared = re.search(rf"const {constant} = \[(.*?)\];", ACTIONS.read_text(encoding="utf-8"))
    assert declared
    return set(re.findall(r'"(\w+)"', declared[1]))


def test_the_trails_filter_offers_every_action_that_has_lines() -> None:
    changing = {route.name for route in routes() if route.operation.method != "GET"}
    audited = {
        route.name
        for route in routes()
        if route.operation.is_audited or route.operation.identifies  # which has a line for each of its calls
    }
    assert (changing - _named("VOTES")) | _named("TAKEN_OUT") == audited
