"""Rules on policies: AWS takes these, and they mean something else than they say, or nothing.

"IAM JSON policy elements: Version", and "Actions, resources, and condition keys for Amazon DynamoDB".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Expanded = Mapping[str, Any]
Document = Mapping[str, Any]

LANGUAGE = "2012-10-17"

ON_AN_INDEX = {"dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"}
"""What is done to an index; items are got and put in the table alone."""


def of_todays_language(expanded: Expanded) -> list[str]:
    """AWS reads a policy without `Version` as of 2008-10-17, where `${aws:…}` is plain text."""
    return [
        f"{name}: a policy of {document.get('Version', 'no version')}"
        for name, document in _documents(expanded)
        if document.get("Version") != LANGUAGE
    ]


def indexes_are_only_read(expanded: Expanded) -> list[str]:
    """AWS knows no item action on `table/…/index/…`: such a right is never used, and hides who needs what."""
    return [
        f"{name}: {', '.join(sorted(idle))} on an index"
        for name, document in _documents(expanded)
        for statement in document["Statement"]
        if (idle := _idle_on_an_index(statement))
    ]


def _idle_on_an_index(statement: Any) -> set[str]:
    """The actions of a statement that mean nothing on the index that it names."""
    if not isinstance(statement, dict) or "/index/" not in json.dumps(statement.get("Resource")):
        return set()
    actions = statement.get("Action", [])
    return {*([actions] if isinstance(actions, str) else actions)} - ON_AN_INDEX


def _documents(expanded: Expanded) -> Iterator[tuple[str, Document]]:
    """Every policy in the template with the resource that carries it; a policy is what has statements."""
    for name, resource in expanded["Resources"].items():
        for document in _in(resource.get("Properties", {})):
            yield name, document


def _in(value: Any) -> Iterator[Document]:
    if isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _in(each)


RULES = (of_todays_language, indexes_are_only_read)
