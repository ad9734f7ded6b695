"""Layers unpacked once.

MiniStack unpacks the layers of a function anew for each of its workers: 54 MB in thousands of files, for some
thirty workers after a few minutes of use. Here the first worker unpacks them, and the others get links.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_unpacking = threading.Lock()


class _Package(zipfile.ZipFile):
    """A zip as a worker unpacks it: `code.zip`, which is its own, or `layer_<n>.zip`, which all share."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._path = Path(path)
        self._is_shared = self._path.name.startswith("layer_")

    def namelist(self) -> list[str]:
        # Asked for to see that nothing escapes the folder, which zipfile prevents by itself.
        return [] if self._is_shared else super().namelist()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        if not self._is_shared:
            super().extractall(path, members, pwd)
            return
        for found in self._shared().iterdir():
            (Path(path) / found.name).symlink_to(found)
        os.truncate(self._path, 0)  # the worker's copy of the zip, which nobody reads any more

    def _shared(self) -> Path:
        """The folder in which this content is unpacked."""
        with self._path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
        folder = Path(tempfile.gettempdir()) / "layers" / name
        with _unpacking:
            if not folder.exists():
                scratch = folder.with_name(f"{name}.partial")
                super().extractall(scratch, self.infolist())
                scratch.rename(folder)
        return folder


def unpack_once(lambda_runtime: Any) -> None:
    """Teach MiniStack's Lambda workers to share what is the same."""
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_Package, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )
