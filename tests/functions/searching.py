"""Where in all that the product keeps a text stands: in any attribute, key or name of any item of any table,
and in the names, metadata and bytes of every object."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import boto3


def places(planted: str, *apart_from: str) -> list[str]:
    """A name for each item and object with the text, whatever its case; longer texts with it inside may be
    left out of the account."""

    def has(text: str) -> bool:
        text = text.lower()
        for longer in apart_from:
            text = text.replace(longer, "")
        return planted.lower() in text

    return sorted([*_items(has), *_objects(has)])


def _items(has: Callable[[str], bool]) -> list[str]:
    tables = [
        value for name, value in os.environ.items() if name.startswith("HEARBACK_") and "_TABLE" in name
    ]
    pages = [page for table in tables for page in _scanned(table)]
    return [
        f"{table}: {item['pk']['S']} / {item['sk']['S']}"
        for table, item in pages
        if has(json.dumps(item, ensure_ascii=False))
    ]


def _scanned(table: str) -> list[tuple[str, Any]]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [(table, item) for page in pages for item in page["Items"]]


def _objects(has: Callable[[str], bool]) -> list[str]:
    s3, bucket = boto3.client("s3"), os.environ["HEARBACK_TRANSFER_BUCKET"]
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", []):
            kept = s3.get_object(Bucket=bucket, Key=each["Key"])
            content = kept["Body"].read()
            texts = [each["Key"], json.dumps(kept["Metadata"]), content.decode(errors="replace")]
            texts += [content.decode("utf-16", errors="replace")]
            if any(map(has, texts)):
                found.append(f"file: {each['Key']}")
    return found
