"""What `sam local invoke` would give each function as its environment, as JSON: logical id → variables.

Runs under SAM's own Python. The built template and the parameters of `samconfig.toml` go through the code that
the command itself uses; the one argument takes the place of `env_vars`, an empty one the place of none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samcli.cli.types import CfnParameterOverridesType
from samcli.commands.local.cli_common.invoke_context import InvokeContext
from samcli.lib.config.samconfig import SamConfig

ROOT = Path(__file__).resolve().parents[2]


def environments(env_vars: str | None) -> dict[str, dict[str, str]]:
    configured = SamConfig(str(ROOT)).get_all(["local", "invoke"], "parameters", "default")
    overrides = CfnParameterOverridesType().convert(configured["parameter_overrides"], None, None)
    context = InvokeContext(
        template_file=str(ROOT / ".aws-sam/build/template.yaml"),
        env_vars_file=env_vars,
        parameter_overrides=overrides,
        aws_region=configured["region"],
    )
    with context:
        runner = context.local_lambda_runner
        functions = context._function_provider.get_all()
        return {function.name: runner._make_env_vars(function).resolve() for function in functions}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(environments(sys.argv[1] or None)))
