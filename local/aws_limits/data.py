"""Rules on tables and queues: "Quotas in Amazon DynamoDB", and SQS's CreateQueue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local import cfn

Expanded = Mapping[str, Any]

MOST_GLOBAL_INDEXES, MOST_LOCAL_INDEXES = 20, 5
MOST_PROJECTED = 100
"""Attributes that all indexes of one table name to be projected, together."""

RANGES = {
    "VisibilityTimeout": (0, 43_200),
    "MessageRetentionPeriod": (60, 1_209_600),
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
}
"""The ranges of a queue's attributes: seconds, or bytes of a message."""


def few_indexes(expanded: Expanded) -> list[str]:
    """AWS: 20 global and 5 local secondary indexes a table, 100 projected attributes in all."""
    return [
        f"{name}: {told}"
        for name, table in cfn.of_type(expanded, "AWS::DynamoDB::Table").items()
        for told in _too_many_indexes(table["Properties"])
    ]


def _too_many_indexes(table: Mapping[str, Any]) -> Iterator[str]:
    if (count := len(table.get("GlobalSecondaryIndexes", ()))) > MOST_GLOBAL_INDEXES:
        yield f"{count} global indexes"
    if (count := len(table.get("LocalSecondaryIndexes", ()))) > MOST_LOCAL_INDEXES:
        yield f"{count} local indexes"
    named = [len(index.get("Projection", {}).get("NonKeyAttributes", ())) for index in _indexes(table)]
    if sum(named) > MOST_PROJECTED:
        yield f"{sum(named)} projected attributes"


def attributes_are_keys(expanded: Expanded) -> list[str]:
    """AWS: each defined attribute is a key of the table or of an index, and each key is defined."""
    wrong = []
    for name, table in cfn.of_type(expanded, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        defined = {it["AttributeName"] for it in properties["AttributeDefinitions"]}
        keys = {
            it["AttributeName"] for part in (properties, *_indexes(properties)) for it in part["KeySchema"]
        }
        wrong += [f"{name}: {attribute}" for attribute in sorted(defined ^ keys)]
    return wrong


def indexes_have_names_of_their_own(expanded: Expanded) -> list[str]:
    """AWS: "Duplicate index name"."""
    wrong = []
    for name, table in cfn.of_type(expanded, "AWS::DynamoDB::Table").items():
        names = [index["IndexName"] for index in _indexes(table["Properties"])]
        wrong += [f"{name}: {index}" for index in sorted({it for it in names if names.count(it) > 1})]
    return wrong


def fitting_queues(expanded: Expanded) -> list[str]:
    """AWS: the ranges of a queue's attributes; 1–1,000 receives before a message is given up."""
    wrong = []
    for name, queue in cfn.of_type(expanded, "AWS::SQS::Queue").items():
        said = queue.get("Properties", {})
        receives = said.get("RedrivePolicy", {}).get("maxReceiveCount", 1)
        numbers = {each: said[each] for each in RANGES if isinstance(said.get(each), int)}
        wrong += [
            f"{name}: {each} {number}"
            for each, number in numbers.items()
            if not RANGES[each][0] <= number <= RANGES[each][1]
        ]
        wrong += [f"{name}: maxReceiveCount {receives}"] if not 1 <= receives <= 1000 else []
    return wrong


def _indexes(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*table.get("GlobalSecondaryIndexes", ()), *table.get("LocalSecondaryIndexes", ())]


RULES = (few_indexes, attributes_are_keys, indexes_have_names_of_their_own, fitting_queues)
