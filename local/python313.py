"""Find a real Python 3.13, the runtime's own: `sam build` refuses a version manager's shim.

`python3 -m local.python313` prints its path, or says what to do. Needs nothing but Python itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WHAT_TO_DO = """\
No Python 3.13 was found. It is the runtime of the Lambdas; `sam build` and the tests of the built
artefacts need it. Install it in one of these ways, and call make again:

  apt install python3.13 python3.13-venv     (Debian 13, Ubuntu 25.04 and later)
  brew install python@3.13                   (macOS)
  pyenv install 3.13                         (found under ~/.pyenv/versions)
  uv python install 3.13                     (found by uv)

or name one yourself: make … PYTHON313=/path/to/python3.13
"""
ASK = """\
import sys
print(sys.executable if sys.version_info[:2] == (3, 13) and sys.prefix == sys.base_prefix else "")
"""


def find() -> str | None:
    """The path of a real interpreter, not of a shim and not of a virtual environment's."""
    for candidate in _candidates():
        real = _asked(candidate)
        if real and Path(real).parent.name != "shims":
            return real
    return None


def _candidates() -> Iterator[str]:
    if named := os.environ.get("PYTHON313"):
        yield named
        return
    for folder in os.get_exec_path():
        yield f"{folder}/python3.13"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for pattern in ("versions/3.13*/bin/python3.13",):
        yield from sorted(map(str, pyenv.glob(pattern)), reverse=True)
    yield from ("/usr/local/bin/python3.13", "/opt/homebrew/bin/python3.13", "/usr/bin/python3.13")
    if uv := shutil.which("uv"):
        found = subprocess.run([uv, "python", "find", "3.13"], capture_output=True, text=True, check=False)
        yield found.stdout.strip()


def _asked(candidate: str) -> str:
    """What the candidate says its real path is; empty when it is not a Python 3.13."""
    if not candidate or not os.access(candidate, os.X_OK) or Path(candidate).parent.name == "shims":
        return ""
    told = subprocess.run([candidate, "-c", ASK], capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else ""


def main() -> int:
    found = find()
    print(found or WHAT_TO_DO, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
