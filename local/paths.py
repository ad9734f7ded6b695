"""Where things are, and nothing else."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
LOCAL = ROOT / ".local"
BUILD = LOCAL / "build"
STACK_FILE = LOCAL / "stack.json"
ENV_FILE = LOCAL / "env.json"


def make_private(folder: Path) -> None:
    """Make the folder, or take from others what they may do with it and its files: it holds data and keys."""
    folder.mkdir(parents=True, exist_ok=True)
    was_open = folder.stat().st_mode & 0o077
    folder.chmod(0o700)
    for each in folder.rglob("*") if was_open else ():
        if not each.is_symlink():
            each.chmod(each.stat().st_mode & 0o700)
