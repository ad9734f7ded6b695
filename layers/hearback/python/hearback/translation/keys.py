"""The translation table's keys, all in one place.

    pk                                  sk                       what
    <org>#entry#<id mod 4>              <id, 19 digits>          an entry
    <org>#guard#<hash>                  guard                    the suggestions of one pair and source
    <org>#pairs                         pair#<pair>              an installed language pair
    <org>#pairs                         count#<pair>#<shard>     its entries by state, an eighth of them
    <org>#pairs                         deletion#<id>            a batch-delete under way
    <org>#user#<username>               count#<pair>#<shard>     a user's entries by pair and state
    <org>#imports                       <import id>              an import
    <org>#exports                       <export id>              an export
    <org>#places#<hash of filter>       <page size>#<page>       where a deep page begins (places.py)

An entry is also in two indexes, whose partitions are the list's leaves, each in the order of ids:

    by-leaf    <org>#<pair>#<state>#<id mod 2>
    by-user    <org>#<username>#<pair>#<state>#<id mod 2>

A partition takes 1,000 writes a second, a transaction counts twice: four entry partitions and two
of each leaf let one organization add some 2,000 entries a second whatever it does.
"""

from __future__ import annotations

import hashlib

from hearback.storage.items import Item, key
from hearback.tmx.writer import clean
from hearback.translation.feedback_ids import sort_key
from hearback.translation.model import ApprovalState

ENTRY_PARTITIONS = 4
LEAF_PARTITIONS = 2
COUNT_SHARDS = 8

BY_LEAF = "by-leaf"
BY_USER = "by-user"


def entry(organization_id: str, feedback_id: int) -> Item:
    return key(entry_partition(organization_id, feedback_id % ENTRY_PARTITIONS), sort_key(feedback_id))


def entry_partition(organization_id: str, partition: int) -> str:
    return f"{organization_id}#entry#{partition}"


def leaf(organization_id: str, pair: str, state: ApprovalState, partition: int) -> str:
    return f"{organization_id}#{pair}#{state}#{partition}"


def mine(organization_id: str, username: str, pair: str, state: ApprovalState, partition: int) -> str:
    return f"{organization_id}#{username}#{pair}#{state}#{partition}"


def guard(organization_id: str, pair: str, source_text: str) -> Item:
    """The source text counts as TMX can hold it, so that what was exported finds itself again."""
    digest = hashlib.sha256(f"{pair}\x00{clean(source_text)}".encode()).hexdigest()
    return key(f"{organization_id}#guard#{digest[:40]}", "guard")


def suggestion(suggested_translation: str) -> str:
    """The name under which a guard counts a suggestion: 96 bits of its hash."""
    return "s" + hashlib.sha256(clean(suggested_translation).encode()).hexdigest()[:24]


def pairs_partition(organization_id: str) -> str:
    return f"{organization_id}#pairs"


def pair(organization_id: str, pair_id: str) -> Item:
    return key(pairs_partition(organization_id), f"pair#{pair_id}")


def pair_count(organization_id: str, pair_id: str, shard: int) -> Item:
    return key(pairs_partition(organization_id), f"count#{pair_id}#{shard}")


def deletion(organization_id: str, deletion_id: str) -> Item:
    return key(pairs_partition(organization_id), f"deletion#{deletion_id}")


def user_partition(organization_id: str, username: str) -> str:
    return f"{organization_id}#user#{username}"


def user_count(organization_id: str, username: str, pair_id: str, shard: int) -> Item:
    return key(user_partition(organization_id, username), f"count#{pair_id}#{shard}")


def imports_partition(organization_id: str) -> str:
    return f"{organization_id}#imports"


def import_(organization_id: str, import_id: str) -> Item:
    return key(imports_partition(organization_id), import_id)


def export(organization_id: str, export_id: str) -> Item:
    return key(f"{organization_id}#exports", export_id)
