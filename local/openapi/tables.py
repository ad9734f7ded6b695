"""What code cannot say: examples that work, and what the names mean."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.openapi.schemas import Said, Schema


@dataclass(frozen=True)
class Known:
    """What an operation is written with: the schemas, and what the tables say."""

    schemas: Mapping[Said, Schema]
    components: Mapping[str, Schema]
    examples: Mapping[str, Any]
    """By operation."""
    fields: Mapping[str, str]
    """What the names mean, in the family that is written."""
    records: Mapping[str, Any]
    """An example of each type of the dataset API."""


def examples() -> dict[str, Any]:
    """All operations, in an order in which they can be tried."""
    return {**_table("examples"), **_table("dataset_examples")["operations"], **_table("task_examples")}


def records() -> dict[str, Any]:
    found: dict[str, Any] = _table("dataset_examples")["records"]
    return found


def fields() -> dict[str, str]:
    """The families before the dataset API."""
    return _table("fields")


def task_fields() -> dict[str, str]:
    """The tasks and the task feedback API."""
    return _table("task_fields")


def dataset_fields() -> dict[str, str]:
    return _table("dataset_fields")


def _table(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def links(name: str, examples: Mapping[str, Any]) -> Schema:
    """Where the answer of an operation holds what others ask for: in their paths, or in their bodies."""
    return {
        target: _link(target, dict(where), examples)
        for target, where in examples[name].get("links", {}).items()
    }


def _link(target: str, parameters: dict[str, Any], examples: Mapping[str, Any]) -> Schema:
    places = parameters.pop("body", {})
    made: Schema = {"operationId": target}
    if parameters:
        made["parameters"] = parameters
    if places:
        made["requestBody"] = deepcopy(examples[target]["body"])
    for pointer, expression in places.items():
        _set(made["requestBody"], pointer, expression)
    return made


def _set(document: Any, pointer: str, value: str) -> None:
    *steps, last = pointer.removeprefix("/").split("/")
    for step in steps:
        document = document[_place(document, step)]
    try:
        document[_place(document, last)]
    except LookupError:
        raise ValueError(f"no {pointer} in the example's body") from None
    document[_place(document, last)] = value


def _place(document: Any, step: str) -> str | int:
    """What a pointer's step means: a name in an object, a number in a list."""
    return int(step) if isinstance(document, list) else step
