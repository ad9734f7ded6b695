"""Read a CloudFormation template: YAML with its short tags (`!Ref`, `!Sub`, `!GetAtt` …) spelt out.

`!Sub x` becomes `{"Fn::Sub": x}`, as CloudFormation itself does, so what is read can be sent as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """A loader of its own, so that the tags do not leak into other users of yaml."""


def _spell_out(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


_Loader.add_multi_constructor("!", _spell_out)
# A template's `2012-10-17` and `2010-09-09` are strings, not dates.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def load(path: Path) -> dict[str, Any]:
    """The template at `path` as plain dictionaries, lists and scalars."""
    return loads(path.read_text(encoding="utf-8"))


def loads(text: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with tags
    return template


def of_type(template: Mapping[str, Any], *types: str) -> dict[str, dict[str, Any]]:
    """The resources of these types: logical id → resource."""
    return {name: it for name, it in template["Resources"].items() if it["Type"] in types}
