"""The routes of all API functions, as their files declare them. Nothing here needs AWS."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from local.paths import ROOT

sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))

from hearback.wire.api import Api, Operation


@dataclass(frozen=True)
class Family:
    """One function's routes, under the name that its clients know."""

    api: Api
    description: str

    @property
    def name(self) -> str:
        return self.api.family.name


@dataclass(frozen=True)
class Route:
    family: Family
    operation: Operation

    @property
    def name(self) -> str:
        """The function's name, which is the operation's id."""
        return self.operation.function.__name__


@cache
def families() -> tuple[Family, ...]:
    """Every `functions/*/app.py` that defines an `api`; the others are workers."""
    modules = [_load(path) for path in sorted((ROOT / "functions").glob("*/app.py"))]
    return tuple(Family(it.api, it.__doc__ or "") for it in modules if isinstance(getattr(it, "api", None), Api))


def routes() -> list[Route]:
    return [Route(family, operation) for family in families() for operation in family.api.operations]


def _load(path: Path) -> ModuleType:
    """The file as a module of its own: they are all called app."""
    spec = importlib.util.spec_from_file_location(f"functions_{path.parent.name}", path)
    assert spec, path
    assert spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
