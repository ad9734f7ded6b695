"""Where things are, and nothing else."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
LOCAL = ROOT / ".local"
BUILD = LOCAL / "build"
STACK_FILE = LOCAL / "stack.json"
ENV_FILE = LOCAL / "env.json"
