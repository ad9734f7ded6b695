"""The console's modules that need no page: their own tests, in console/tests, run by Node.js."""

from __future__ import annotations

import re
import shutil
import subprocess

from local.paths import ROOT

FROM_PYPI = ROOT / ".venv-node/node/bin/node"
"""What `make` installs where the machine has none."""


def test_the_consoles_modules_pass_their_tests() -> None:
    node = str(FROM_PYPI) if FROM_PYPI.exists() else shutil.which("node")
    assert node, "make console"
    done = subprocess.run(
        [node, "test.mjs"], cwd=ROOT / "console", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"^\S+ pass (\d+)$", done.stdout, re.MULTILINE)
    assert counted, done.stdout
    assert int(counted[1]) >= 15
