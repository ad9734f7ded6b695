"""What a task's answers have: outputs, the shapes in them, fields.

Answers are the client's own JSON. An output's shapes are a list of its own, its `shapes`, or those of the
groups in its `layers`, in this order; a shape has the index that it says itself, or else its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def shape(output: Any, index: int) -> Any:
    """The output's shape with this index; None where there is none."""
    found = list(_shapes(output))
    if found and all(_own_index(each) is not None for each in found):
        return next((each for each in found if _own_index(each) == index), None)
    return found[index] if index < len(found) else None


def _shapes(output: Any) -> Iterator[Any]:
    if isinstance(output, list):
        groups = [each for each in output if isinstance(each, dict) and "shapes" in each]
        for group in groups:
            yield from _shapes(group)
        if not groups:
            yield from output
    elif isinstance(output, dict) and "shapes" in output:
        yield from _shapes(output["shapes"])
    elif isinstance(output, dict):
        layers = output.get("layers")
        for layer in layers.values() if isinstance(layers, dict) else [layers]:
            yield from _shapes(layer)


def _own_index(shape: Any) -> int | None:
    index = shape.get("index") if isinstance(shape, dict) else None
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def has_field(within: Any, name: str) -> bool:
    """Whether anything in it has this name, however deep."""
    if isinstance(within, dict):
        return name in within or any(has_field(each, name) for each in within.values())
    return isinstance(within, list) and any(has_field(each, name) for each in within)


def foresees(schema: Mapping[str, Any] | None, output: str | None, name: str) -> bool:
    """Whether the schema of the answers has a field that they may lack."""
    properties = _properties(schema)
    return name in (_properties(properties.get(output)) if output else properties)


def _properties(schema: Any) -> Mapping[str, Any]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}
