"""What becomes of an item that names a person: the writes that make it name nobody.

What somebody did for the organization stays, under a pseudonym: translations, annotations, tasks, votes, all that
is counted or that others build on. What they said in their own name goes: comments, notes, reasons, their name.

One rule serves every table: the address is replaced wherever it stands, in attributes, in their names (counts
by person) and in keys. An item whose key names the person moves to another key, with what it counts. So a
record of a kind that is yet to be invented is covered. Every write is on the condition that the item
still is what was read; who meets somebody else looks again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from hearback.content import keys as content_keys
from hearback.dataset import entries as dataset_entries
from hearback.dataset import items as dataset_items
from hearback.errors import Conflict
from hearback.organization.person import Person
from hearback.settings import settings
from hearback.storage import transactions
from hearback.storage.items import Item, get_text, key_of
from hearback.storage.transactions import Write
from hearback.translation import entries
from hearback.translation.entries import Batch
from hearback.translation.keys import COUNT_SHARDS

_OWN_WORDS = {"note_feeds": "content_md", "note_comments": "content_md", "members": "name"}
"""In the dataset table, by the kind of record: what its author or bearer says in their own name."""

MOST_NAMES = 40
"""Attributes changed by one write: an expression has its bounds, and the next look finds the rest."""


def names(table: str, item: Item, person: Person) -> bool:
    """Whether an item of a table (a setting's name) names the person."""
    return _is_theirs(table, item, person) or bool(_named(table, item, person))


def _is_theirs(table: str, item: Item, person: Person) -> bool:
    """Whether it is a vote or flag of theirs."""
    return table == "content_table" and person.is_user(get_text(item, "user") or None)


def _named(table: str, item: Item, person: Person) -> list[str]:
    """The attributes that name the person, by value or by name.

    Of accounts and keys no more than what they are called: the person's own are closed, and a new account of that
    address is a new one.
    """
    if table == "access_table":
        is_new = get_text(item, "email") == person.email
        return [name for name in ("name",) if name in item and not is_new and person.is_in_value(item[name])]
    return [name for name, value in item.items() if person.is_in_value(value) or person.is_in(name)]


def writes(table: str, item: Item, person: Person) -> list[Write]:
    """The writes of one transaction that make an item name the person less. Nothing where it does not name them."""
    if _is_theirs(table, item, person):
        return anonymous(item)
    named = _named(table, item, person)
    if not named:
        return []
    if "pk" in named or "sk" in named:
        return _moved(table, item, person)
    if table == "translation_table" and {"source", "suggested"} & set(named):
        return _of_texts(item, person)
    if table == "dataset_table" and "resource" in named and get_text(item, "pk").startswith("entries#"):
        return _of_resource(item, named, person)
    return [_changed(table, item, named[:MOST_NAMES], person)]


def _table(name: str) -> str:
    found: str = getattr(settings(), name)
    return found


# ── In place ──


def _changed(
    table: str,
    item: Item,
    named: list[str],
    person: Person,
    instead: Mapping[str, Any] = MappingProxyType({}),
) -> Write:
    """The item with the pseudonym in the place of the address, or with what is given `instead`."""
    own_words = [name for name in _own_words(table, item, person) if name in item]
    after: dict[str, Any] = dict.fromkeys(own_words)
    added: dict[str, Any] = {}
    for name in named:
        if person.is_in(name):  # a count by person: it is added to what the pseudonym has
            after[name] = None
            (added if "N" in item[name] else after)[person.replaced(name)] = item[name]
        elif name not in own_words:
            after[name] = instead.get(name) or person.replaced_value(item[name])
    if "revision" in item:  # so that nobody writes back what they have read before
        added["revision"] = {"N": "1"}
    return _update(_table(table), item, after, added)


def _of_texts(item: Item, person: Person) -> list[Write]:
    """An entry's texts, with the guards that count them under their hash; the next look finds the rest."""
    before = entries.from_item(item)
    after = before._replace(
        source_text=person.replaced(before.source_text),
        suggested_translation=person.replaced(before.suggested_translation),
        revision=before.revision + 1,
    )
    guards = entries.read_guards(before.organization_id, entries.sources_of([(before, after)]))
    batch = Batch(before.organization_id, guards)
    batch.add(before, after)
    return batch.writes(shard=before.feedback_id % COUNT_SHARDS)


def _of_resource(item: Item, named: list[str], person: Person) -> list[Write]:
    """An entry of a dataset, with the claim on its resource."""
    before = dataset_items.ENTRY.from_item(item)
    resource = person.replaced(before.resource)
    try:
        claims = dataset_entries.resource_moves(before, before._replace(resource=resource))
    except Conflict:  # another one differed in case alone
        resource = f"{resource}#{before.id}"
        claims = dataset_entries.resource_moves(before, before._replace(resource=resource))
    return [_changed("dataset_table", item, named, person, {"resource": {"S": resource}}), *claims]


def _own_words(table: str, item: Item, person: Person) -> list[str]:
    if table == "translation_table":
        return ["comment"] if person.is_in(get_text(item, "username")) else []
    if table != "dataset_table":
        return []
    kind = item["pk"]["S"].partition("#")[0].replace("memberships", "members")
    whose = get_text(item, "email") or get_text(item, "created_by_email")
    return [_OWN_WORDS[kind]] if kind in _OWN_WORDS and person.is_in(whose) else []


def _update(table: str, item: Item, after: Mapping[str, Any], added: Mapping[str, Any]) -> Write:
    """Give attributes their values (None: take them away) and add to numbers, if all of them are as read."""
    names = {f"#a{index}": name for index, name in enumerate(dict.fromkeys([*after, *added]))}
    short = {name: alias for alias, name in names.items()}
    values = {f"n{short[name][1:]}": value for name, value in after.items() if value is not None}
    values |= {f"p{short[name][1:]}": value for name, value in added.items()}
    read = [name for name in after if name in item]
    seen = {f"o{short[name][1:]}": item[name] for name in read}
    if "revision" in added:
        seen["revision"] = item["revision"]
    parts = {
        "SET": [f"{short[n]} = :n{short[n][1:]}" for n, value in after.items() if value is not None],
        "REMOVE": [short[name] for name, value in after.items() if value is None],
        "ADD": [f"{short[name]} :p{short[name][1:]}" for name in added],
    }
    change = " ".join(f"{word} {', '.join(several)}" for word, several in parts.items() if several)
    conditions = [f"{short[name]} = :o{short[name][1:]}" for name in read]
    if "revision" in added:
        conditions.append(f"{short['revision']} = :revision")
    return transactions.update(
        table, key_of(item), change, " AND ".join(conditions), names=names, **values, **seen
    )


# ── Under another key ──


def _moved(table: str, item: Item, person: Person) -> list[Write]:
    """The item under a key that names nobody; what it counts is added to what is counted there."""
    key = {name: person.replaced_value(item[name]) for name in ("pk", "sk")}
    rest = {name: value for name, value in item.items() if name not in key}
    numbers = {name: value for name, value in rest.items() if "N" in value and name != "expires"}
    others = {name: person.replaced_value(value) for name, value in rest.items() if name not in numbers}
    names = {f"#a{index}": name for index, name in enumerate([*others, *numbers])}
    short = {name: alias for alias, name in names.items()}
    change = " ".join(
        f"{word} {', '.join(parts)}"
        for word, parts in (
            ("SET", [f"{short[name]} = :v{short[name][1:]}" for name in others]),
            ("ADD", [f"{short[name]} :v{short[name][1:]}" for name in numbers]),
        )
        if parts
    )
    values = {f"v{short[name][1:]}": value for name, value in {**others, **numbers}.items()}
    there = transactions.update(_table(table), key, change, names=names, **values)
    return [_gone(_table(table), item), there]


def _gone(table: str, item: Item) -> Write:
    """The removal of the item, if it is as it was read."""
    rest = list(islice((name for name in item if name not in ("pk", "sk")), MOST_NAMES))
    names = {f"#s{index}": name for index, name in enumerate(rest)}
    seen = {f"s{index}": item[name] for index, name in enumerate(rest)}
    condition = " AND ".join(f"{alias} = :{alias[1:]}" for alias in names)
    return transactions.delete(table, key_of(item), condition, names=names, **seen)


def anonymous(item: Item) -> list[Write]:
    """A vote or flag as one of a user who was not named: under a digest of nobody's, in the same part of the
    count. What they said against a content goes."""
    digest = _digest_of(item)
    fresh = _like(digest)
    key = {name: {"S": item[name]["S"].replace(digest, fresh)} for name in ("pk", "sk")}
    kept = {name: value for name, value in item.items() if name not in ("pk", "sk", "user", "reason")}
    table = settings().content_table
    return [_gone(table, item), transactions.put(table, key | kept, "attribute_not_exists(pk)")]


def _digest_of(item: Item) -> str:
    sk: str = item["sk"]["S"]
    return item["pk"]["S"].rpartition("#")[2] if sk == "vote" else sk


def _like(digest: str) -> str:
    """Another digest that is counted and kept in the same parts."""
    while True:
        fresh = secrets.token_hex(16)
        if _parts(fresh) == _parts(digest):
            return fresh


def _parts(digest: str) -> tuple[int, int]:
    place = int(digest[:8], 16)  # as `content.model.Author.part` has it
    return place % content_keys.COUNT_PARTS, place % content_keys.FLAG_PARTS
