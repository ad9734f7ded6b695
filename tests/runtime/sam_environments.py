"""What `sam local invoke` would give each function as its environment, as JSON: logical id → variables.

Runs under SAM's own Python. The built template and the parameters of `samconfig.toml` go through the code that
the command itself uses; the one argument takes the place of `env_vars`, an empty one the place of none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samcli.cli.types import CfnParameterOverridesType
from samcli.commands.local.lib.local_lambda import LocalLambdaRunner
from samcli.lib.config.samconfig import SamConfig
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

ROOT = Path(__file__).resolve().parents[2]


def environments(env_vars: str) -> dict[str, dict[str, str]]:
    configured = SamConfig(str(ROOT)).get_all(["local", "invoke"], "parameters", "default")
    overrides = CfnParameterOverridesType().convert(configured["parameter_overrides"], None, None)
    template = str(ROOT / ".aws-sam/build/template.yaml")
    stacks, _ = SamLocalStackProvider.get_stacks(template, parameter_overrides=overrides)
    functions = SamFunctionProvider(stacks)
    runner = LocalLambdaRunner(
        local_runtime=None,  # what would start the container
        function_provider=functions,
        cwd=str(ROOT),
        real_path=str(ROOT),
        aws_region=configured["region"],
        env_vars_values=json.loads(Path(env_vars).read_text(encoding="utf-8")) if env_vars else {},
    )
    return {each.name: runner._make_env_vars(each).resolve() for each in functions.get_all()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(environments(sys.argv[1])))
