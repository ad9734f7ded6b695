"""JSON Schema (2020-12): what a project says of its tasks' data and answers.

The library is loaded when a project has a schema at all. A schema may not refer to another document:
nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hearback.errors import Invalid

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MOST_BYTES = 100_000
"""Of a schema, as JSON."""

_MOST_FAULTS = 5


def check_schema(schema: Any) -> Any:
    """The schema, if it is one. Raises `Invalid` that says what is wrong with it."""
    if not isinstance(schema, dict):
        raise Invalid("must be a JSON Schema, an object")
    if len(json.dumps(schema)) > MOST_BYTES:
        raise Invalid(f"must have at most {MOST_BYTES} bytes")
    Rule(schema)
    return schema


class Rule:
    """A schema, ready to be held against many values; without one, everything is right."""

    def __init__(self, schema: Mapping[str, Any] | None) -> None:
        self._validator = _validator(json.dumps(schema)) if schema else None

    def faults(self, value: Any, name: str) -> list[str]:
        """What is wrong with a value, each with its place in `name`; empty where nothing is."""
        found: list[str] = []
        if self._validator is None:
            return found
        for error in self._validator.iter_errors(value):
            found.append(f"{name}{_place(error.instance_path)}: {error.message}"[:300])
            if len(found) == _MOST_FAULTS:
                break
        return found


def _place(path: list[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


@lru_cache(maxsize=32)
def _validator(schema: str) -> Any:
    import jsonschema_rs

    def refuse(uri: str) -> Any:
        raise ValueError(f"a schema may not refer to another document: {uri[:200]}")

    try:
        return jsonschema_rs.Draft202012Validator(json.loads(schema), retriever=refuse)
    except ValueError as error:  # its ValidationError and ReferencingError are
        raise Invalid(f"must be a valid JSON Schema: {str(error).splitlines()[0][:200]}") from None
