"""The routes of all API functions, as their files declare them. Nothing here needs AWS."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from hearback.wire.api import Api
from hearback.wire.jsonapi import JsonApi
from hearback.wire.operations import Operation

from local.paths import ROOT


@dataclass(frozen=True)
class Function:
    """One function behind the gateway: its folder's name, and what its file says about itself."""

    name: str
    about: str
    api: Api


@dataclass(frozen=True)
class Route:
    function: Function
    operation: Operation

    @property
    def name(self) -> str:
        """The Python function's name, which is the operation's id."""
        return self.operation.function.__name__

    @property
    def api(self) -> Api:
        return self.function.api


@cache
def functions() -> list[Function]:
    """Every `functions/*/app.py` that defines an `api`."""
    return list(_functions())


def routes() -> list[Route]:
    return [Route(function, operation) for function in functions() for operation in function.api.operations]


def _functions() -> Iterator[Function]:
    for path in sorted((ROOT / "functions").glob("*/app.py")):
        module = _load(path)
        api = getattr(module, "api", None)
        api = api.api if isinstance(api, JsonApi) else api
        if isinstance(api, Api):
            yield Function(path.parent.name, module.__doc__ or "", api)


def _load(path: Path) -> ModuleType:
    """The file as a module of its own: they are all called app."""
    spec = importlib.util.spec_from_file_location(f"functions_{path.parent.name}", path)
    assert spec, path
    assert spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
