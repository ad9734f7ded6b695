"""Translation feedback: entries and their language pairs, lists, imports, exports, batch-deletes.

The modules are loaded when they are first used (`translation.exports.get(…)`), so that a cold
start pays for what its request needs and nothing else.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hearback.translation import (
        arriving,
        catalogue,
        deleting,
        exporting,
        exports,
        feedback,
        imports,
        listing,
        uploads,
    )

__all__ = [
    "arriving",
    "catalogue",
    "deleting",
    "exporting",
    "exports",
    "feedback",
    "imports",
    "listing",
    "uploads",
]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(name)
    return import_module(f"{__name__}.{name}")
