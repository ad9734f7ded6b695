"""DynamoDB's attribute values, written and read by hand.

boto3's own serializer costs more than the rest of a request that lists a thousand entries; each
domain's `to_item` and `from_item` name their attributes with these few words instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
"""An item as the low-level client takes and gives it: `{"name": {"S": "…"}}`."""


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def key_of(item: Mapping[str, Any]) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def get_text(item: Mapping[str, Any], name: str, default: str = "") -> str:
    value = item.get(name)
    return value["S"] if value else default


def get_number(item: Mapping[str, Any], name: str, default: int = 0) -> int:
    value = item.get(name)
    return int(value["N"]) if value else default


def get_optional_number(item: Mapping[str, Any], name: str) -> int | None:
    value = item.get(name)
    return int(value["N"]) if value else None


def without_nothing(item: Mapping[str, Any]) -> Item:
    """The item less the attributes whose value is None: DynamoDB has no cheaper form of nothing."""
    return {name: value for name, value in item.items() if value is not None}
