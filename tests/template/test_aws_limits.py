"""The template as AWS gets it breaks none of the limits that AWS has and no linter knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import aws_limits, cfn, expansion
from local.aws_limits import Rule, policies
from local.paths import ROOT


@pytest.mark.parametrize("rule", aws_limits.RULES, ids=lambda rule: rule.__name__)
def test_aws_has_no_reason_to_refuse_the_template(rule: Rule) -> None:
    assert rule(expansion.of_file()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "infra").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_nested_stacks_policies_are_of_todays_language_too(path: Path) -> None:
    assert policies.of_todays_language(cfn.load(path)) == []
