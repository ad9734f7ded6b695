"""The templates as AWS gets them break none of the limits that AWS has and no linter knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import aws_limits, expansion
from local.aws_limits import Rule
from local.paths import ROOT, TEMPLATE

FILES = [TEMPLATE, *sorted((ROOT / "infra").glob("*.yaml"))]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", aws_limits.RULES, ids=lambda rule: rule.__name__)
def test_aws_has_no_reason_to_refuse_a_template(rule: Rule, file: Path) -> None:
    assert rule(expansion.of_file(file)) == []
