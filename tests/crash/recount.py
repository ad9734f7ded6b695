"""Counts an organization anew from its single items, and demands that all that the product keeps agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hearback.settings import settings
from hearback.storage.items import Item, get_number, get_text
from hearback.translation import catalogue, entries, keys
from hearback.translation.counts import Leaf
from hearback.translation.model import ApprovalState, Feedback

from tests.crash.apart import items

GuardContent = tuple[int, dict[str, int]]
"""How many entries of a source are approved, and how many there are of each suggestion."""


@dataclass
class Kept:
    """An organization's items of the translation table, as the product keeps them."""

    entries: list[Feedback] = field(default_factory=list)
    pairs: set[str] = field(default_factory=set)
    of_pairs: Counter[Leaf] = field(default_factory=Counter)
    of_users: Counter[tuple[str, Leaf]] = field(default_factory=Counter)
    shards: Counter[str] = field(default_factory=Counter)
    """How many counter items each pair has."""
    guards: dict[str, GuardContent] = field(default_factory=dict)

    def take(self, item: Item) -> None:
        kind, _, rest = item["pk"]["S"].partition("#")[2].partition("#")
        if kind == "entry":
            entry = entries.from_item(item)
            assert entries.to_item(entry) == item
            self.entries.append(entry)
        elif kind == "guard":
            self.guards[item["pk"]["S"]] = _guard(item)
        elif kind == "user":
            self.of_users.update({(rest, leaf): n for leaf, n in _states(item).items()})
        elif kind == "pairs":
            self._take_of_pairs(item)

    def _take_of_pairs(self, item: Item) -> None:
        kind, _, pair = item["sk"]["S"].partition("#")
        if kind == "pair":
            self.pairs.add(pair)
        elif kind == "count":
            self.of_pairs.update(_states(item))
            self.shards[get_text(item, "pair")] += 1


def _states(item: Item) -> Counter[Leaf]:
    pair = get_text(item, "pair")
    return Counter({(pair, state): get_number(item, state) for state in ApprovalState})


def _guard(item: Item) -> GuardContent:
    own = ("pk", "sk", "revision", "approved")
    return get_number(item, "approved"), {name: int(n["N"]) for name, n in item.items() if name not in own}


def check_consistent(organization_id: str) -> list[Feedback]:
    """Demand that counters and guards say what the entries are; the entries, in the order of ids."""
    kept = _keep(organization_id)
    found = sorted(kept.entries, key=lambda entry: entry.feedback_id)
    leaves = Counter((entry.language_pair_id, entry.approval_state) for entry in found)
    of_users = Counter((entry.username, (entry.language_pair_id, entry.approval_state)) for entry in found)
    assert {entry.language_pair_id for entry in found} <= kept.pairs
    assert dict(kept.shards) == dict.fromkeys(kept.pairs, keys.COUNT_SHARDS)
    assert _nonzero(kept.of_pairs) == leaves
    assert _nonzero(kept.of_users) == of_users
    assert kept.guards == _guards(found)
    return found


def _keep(organization_id: str) -> Kept:
    kept = Kept()
    for item in items(settings().translation_table):
        if item["pk"]["S"].startswith(f"{organization_id}#"):
            kept.take(item)
    return kept


def _nonzero(counted: Counter[Any]) -> dict[Any, int]:
    return {name: n for name, n in counted.items() if n}


def _guards(found: list[Feedback]) -> dict[str, GuardContent]:
    guards: dict[str, GuardContent] = {}
    for entry in found:
        name = entries.guard_key(entry.organization_id, entry.language_pair_id, entry.source_text)
        approved, suggestions = guards.get(name, (0, {}))
        suggestion = keys.suggestion(entry.suggested_translation)
        suggestions[suggestion] = suggestions.get(suggestion, 0) + 1
        guards[name] = approved + (entry.approval_state is ApprovalState.APPROVED), suggestions
    return guards


def check_settled(organization_id: str) -> None:
    """Demand that nothing is left to do: no batch-delete under way, nothing owed."""
    assert not catalogue.load(organization_id).deletions
    debts = [get_text(item, "message") for item in items(settings().owed_table)]
    assert not [debt for debt in debts if f'"{organization_id}"' in debt]


def contents(found: list[Feedback]) -> list[Feedback]:
    """What the entries say, whatever their ids, in an order of its own."""
    return sorted((entry._replace(organization_id="", feedback_id=0) for entry in found), key=repr)


def check_access(organization_id: str) -> list[tuple[str, str, int]]:
    """Demand that accounts and both items of each key agree; each account's e-mail, role and live keys."""
    everything = items(settings().access_table)
    mine = [item for item in everything if item["pk"]["S"] == f"org#{organization_id}"]
    used = {item["pk"]["S"]: item for item in everything if item["sk"]["S"] == "key"}
    listed = [item for item in mine if item["sk"]["S"].startswith("key#")]
    accounts = [item for item in mine if item["sk"]["S"].startswith("account#")]
    assert {item["sk"]["S"] for item in listed} == set(used)
    for item in listed:
        assert _said(item) == _said(used[item["sk"]["S"]])
    for account in accounts:
        live = [key for key in listed if key["account"] == account["account"] and "revoked" not in key]
        assert get_number(account, "keys") == len(live)
        assert all(key["role"] == account["role"] for key in live)
    return sorted((get_text(a, "email"), get_text(a, "role"), get_number(a, "keys")) for a in accounts)


def _said(key: Item) -> Item:
    return {name: value for name, value in key.items() if name not in ("pk", "sk", "hash")}
