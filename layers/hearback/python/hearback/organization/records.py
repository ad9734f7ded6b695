"""Items as records for people: what kind of record an item is, and its attributes as plain JSON.

What the product keeps for its own use (counts, locators, guards, the hashes of keys' secrets) is no record.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hearback.storage.items import Item

_KINDS = (
    ("access_table", r"org#[^#]+", "org", "organization"),
    ("access_table", r"org#[^#]+", "account#.*", "accounts"),
    ("access_table", r"org#[^#]+", "key#.*", "keys"),
    ("translation_table", r"[^#]+#entry#\d", ".*", "translation_feedback"),
    ("translation_table", r"[^#]+#pairs", "pair#.*", "language_pairs"),
    ("translation_table", r"[^#]+#imports", ".*", "translation_imports"),
    ("translation_table", r"[^#]+#exports", ".*", "translation_exports"),
    ("content_table", r"[^#]+#configuration", ".*", "content_configuration"),
    ("content_table", r"[^#]+#content#.*", "content", "contents"),
    ("content_table", r"[^#]+#content#.*", "case", "content_moderation"),
    ("content_table", r"[^#]+#vote#.*", "vote", "content_votes"),
    ("content_table", r"[^#]+#flags#.*", ".*", "content_flags"),
    ("dataset_table", r"projects#.*", ".*", "projects"),
    ("dataset_table", r"members#.*", ".*", "project_members"),
    ("dataset_table", r"datasets#.*", ".*", "datasets"),
    ("dataset_table", r"entries#.*", ".*", "dataset_entries"),
    ("dataset_table", r"annotations#.*", ".*", "annotations"),
    ("dataset_table", r"note_feeds#.*", ".*", "note_feeds"),
    ("dataset_table", r"note_comments#.*", ".*", "note_comments"),
    ("task_table", r"tasks#.*", ".*", "tasks"),
    ("task_table", r"batches#.*", ".*", "task_batches"),
    ("task_table", r"failures#.*", ".*", "task_failures"),
    ("callback_table", r"callbacks#.*", ".*", "callbacks"),
    ("callback_table", r"attempts#.*", ".*", "callback_attempts"),
    ("feedback_table", r"reviews#.*", ".*", "task_feedback"),
    ("organization_table", r"audit#.*", ".*", "audit"),
    ("organization_table", r"jobs#.*", ".*", "jobs"),
    ("organization_table", r"retention", ".*", "retention"),
    ("organization_table", r"ended#.*", ".*", "retention_runs"),
)
_MATCHERS = [(table, re.compile(pk), re.compile(sk, re.DOTALL), kind) for table, pk, sk, kind in _KINDS]

_OWN = frozenset(
    [
        "pk",
        "sk",
        "leaf",
        "mine",
        "work",
        "urgency",
        "assigned",
        "submitted",
        "reviewed",
        "of_state",
        "expires",
        "block",
        "tail",
        "hash",
        "revision",
        "user_ids",
    ]
)
"""Attributes that only indexes and conditions need, or that say what no file should."""

_JSON = frozenset(
    [
        "data",
        "answers",
        "entries",
        "dimensions",
        "annotation",
        "metadata",
        "labels",
        "position",
        "reasons",
        "labeling_configuration",
        "workflow_configuration",
        "input_schema",
        "answer_schema",
        "options",
        "meant",
        "receiver",
        "about",
        "counts",
        "warnings",
        "files",
        "parts",
        "place",
        "creation_callback",
        "delivery_callback",
        "archival_callback",
    ]
)
"""Attributes that are kept as the text of a JSON value."""


def kind_of(table: str, item: Item) -> str | None:
    """What kind of record an item of a table (a setting's name) is; None where it is none."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    for its_table, its_pk, its_sk, kind in _MATCHERS:
        if its_table == table and its_pk.fullmatch(pk) and its_sk.fullmatch(sk):
            return kind
    return None


def line(item: Item) -> str:
    """The record as one line of JSON; `key` is what the product finds it by, and unique in its kind."""
    shown = {
        name: _plain(name, value)
        for name, value in item.items()
        if name not in _OWN and not name.endswith("_tail")
    }
    record = {"key": f"{item['pk']['S']}/{item['sk']['S']}", **shown}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(name: str, value: dict[str, Any]) -> Any:
    ((kind, plain),) = value.items()
    match kind:
        case "S":
            return json.loads(plain) if name in _JSON and _is_json(plain) else plain
        case "N":
            return float(plain) if "." in plain or "e" in plain.lower() else int(plain)
        case "L":
            return [_plain("", each) for each in plain]
        case "M":
            return {each: _plain("", inner) for each, inner in plain.items()}
        case _:
            return plain


def _is_json(text: str) -> bool:
    """Whether it can be read: a name of `_JSON` may be another kind of record's for a plain text."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
