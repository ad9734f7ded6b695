"""The routes of all API functions, as their files declare them. Nothing here needs AWS."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from hearback.wire.api import Api, Operation

from local.paths import ROOT


@dataclass(frozen=True)
class Route:
    api: Api
    operation: Operation

    @property
    def name(self) -> str:
        """The function's name, which is the operation's id."""
        return self.operation.function.__name__


@cache
def apis() -> dict[str, Api]:
    """Every `functions/*/app.py` that defines an `api`, by what it says about itself."""
    modules = [_load(path) for path in sorted((ROOT / "functions").glob("*/app.py"))]
    found = {module.__doc__ or "": getattr(module, "api", None) for module in modules}
    return {about: api for about, api in found.items() if isinstance(api, Api)}


def routes() -> list[Route]:
    return [Route(api, operation) for api in apis().values() for operation in api.operations]


def _load(path: Path) -> ModuleType:
    """The file as a module of its own: they are all called app."""
    spec = importlib.util.spec_from_file_location(f"functions_{path.parent.name}", path)
    assert spec, path
    assert spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
