"""The template as AWS gets it breaks none of the limits that AWS has and no linter knows."""

from __future__ import annotations

import pytest

from local import aws_limits, expansion
from local.aws_limits import Rule


@pytest.mark.parametrize("rule", aws_limits.RULES, ids=lambda rule: rule.__name__)
def test_aws_has_no_reason_to_refuse_the_template(rule: Rule) -> None:
    assert rule(expansion.of_file()) == []
