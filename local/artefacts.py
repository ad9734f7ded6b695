"""Layers and functions as zips, built only when their inputs changed.

A zip's name carries the hash of what went into it; the same name is the same content. So the
deployed template changes exactly when the code does.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.paths import BUILD, ROOT, make_private

RECIPE = ROOT / "layers/build_layer.py"
EPOCH = (1980, 1, 1, 0, 0, 0)


def layer(folder: Path) -> Path:
    """The zip of the layer in `folder` (`layers/<name>`), for the Python that runs this."""
    python = f"{sys.version} {sysconfig.get_platform()}"
    target = BUILD / f"layer-{folder.name}-{_digest([RECIPE, *_files(folder)], python)}.zip"
    with _building(target) as missing:
        if missing:
            with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
                subprocess.run([sys.executable, str(RECIPE), folder.name, scratch], check=True)
                everything = sorted(path for path in Path(scratch).rglob("*") if path.is_file())
                _zip(Path(scratch), everything, target)
    return target


def function(folder: Path) -> Path:
    """The zip of the function in `folder` (`functions/<name>`)."""
    target = BUILD / f"function-{folder.name}-{_digest(_files(folder))}.zip"
    with _building(target) as missing:
        if missing:
            _zip(folder, _files(folder), target)
    return target


def is_built(folder: Path) -> bool:
    """Whether a layer of this name was ever built: decides only what is said while starting."""
    return any(BUILD.glob(f"layer-{folder.name}-*.zip"))


@contextmanager
def _building(target: Path) -> Iterator[bool]:
    """Hold the right to build `target`; yields whether it is missing. Older zips of it are removed."""
    make_private(BUILD.parent)
    BUILD.mkdir(exist_ok=True)
    with (BUILD / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not target.exists()
        yield missing
        if missing:
            kind_and_name = target.stem.rsplit("-", 1)[0]
            for older in BUILD.glob(f"{kind_and_name}-*.zip"):
                if older != target and older.stem.rsplit("-", 1)[0] == kind_and_name:
                    older.unlink()


def _files(folder: Path) -> list[Path]:
    """The sources in `folder`, without the bytecode that running them leaves behind."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _digest(files: list[Path], *also: str) -> str:
    digest = hashlib.sha256("\0".join(also).encode())
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return digest.hexdigest()[:16]


def _zip(folder: Path, files: list[Path], target: Path) -> None:
    """Zip `files` of `folder`; written aside and renamed, so a zip that exists is whole."""
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", compresslevel=1) as archive:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    os.replace(partial, target)
