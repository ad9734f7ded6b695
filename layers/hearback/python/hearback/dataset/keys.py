"""Keys of the dataset table. A record's sort key is its id, and its partition is known from its id alone.

pk                              sk                what
organization#<organization>     organization      the tail of the organization's shelf of projects
projects#<tag>                  project id        a project; the tag stands for its organization
datasets#<tag>                  dataset id        a dataset; for its project
entries#<tag>                   entry id          an entry; for its dataset
annotations#<tag>               annotation id     an annotation; for its entry
note_feeds#<tag>                feed id           a note feed; for its entry
note_comments#<tag>             comment id        a comment; for its note feed
members#<project id>            member id         a member
memberships#<org>#<account>     project id        the same member, for the one strong read of a request
member#<member id>              member            where a member is found by its id alone
resource#<dataset id>#<hash>    resource          which entry has this resource: unique in its dataset
annotation_at#<org>#<id>        annotation        the entry of an annotation whose id its client chose
task_project#<number>           task_project      which project has this number in the tasks API
deletions#<organization>        id                a deletion, while it goes on and some days after
releases#<shard>                dataset id        a dataset whose assignments are released after a time
blocks#<shelf>                  block, row        counts (hearback.storage.shelves)

Two parents may share a tag (40 bits): a partition may hold several parents' children, which costs a
reader a little and mixes nothing, since each record names its parent.
"""

from __future__ import annotations

from hashlib import blake2b

from hearback import ids
from hearback.settings import settings
from hearback.storage.items import Item, key
from hearback.storage.reads import Range
from hearback.storage.shelves import Shelf

BY_LEAF = "by-leaf"
EVERY = "all"
"""The only leaf of a shelf whose records are not told apart."""

BY_URGENCY = "by-urgency"


def table() -> str:
    return settings().dataset_table


def record(kind: str, record_id: str) -> Item:
    """The key of a record whose id the server made."""
    return key(f"{kind}#{ids.parents_tag(record_id)}", record_id)


def of_parent(kind: str, parent_id: str, record_id: str) -> Item:
    """The key of a record below its parent, whoever made its id."""
    return key(f"{kind}#{ids.tag(parent_id)}", record_id)


def children(kind: str, parent_id: str) -> Range:
    """All records of one kind below a parent (and maybe of another with the same tag)."""
    return Range(table(), f"{kind}#{ids.tag(parent_id)}")


def organization(organization_id: str) -> Item:
    return key(f"organization#{organization_id}", "organization")


def projects(organization_id: str) -> Range:
    return children("projects", organization_id)


def member(project_id: str, member_id: str) -> Item:
    return key(f"members#{project_id}", f"{int(member_id):016d}")


def members(project_id: str, since: int = 0) -> Range:
    """A project's members; `since`: when the project was made (ns), which no member's id is below."""
    return Range(table(), f"members#{project_id}", f"{since // 1_000_000 << 11:016d}")


def membership(organization_id: str, account_id: int, project_id: str) -> Item:
    return key(f"memberships#{organization_id}#{account_id}", project_id)


def memberships(organization_id: str, account_id: int) -> Range:
    return Range(table(), f"memberships#{organization_id}#{account_id}")


def member_locator(member_id: str) -> Item:
    return key(f"member#{int(member_id)}", "member")


def resource(dataset_id: str, resource: str) -> Item:
    digest = blake2b(resource.encode(), digest_size=16).hexdigest()
    return key(f"resource#{dataset_id}#{digest}", "resource")


def annotation_locator(organization_id: str, annotation_id: str) -> Item:
    return key(f"annotation_at#{organization_id}#{annotation_id}", "annotation")


def task_project(number: int) -> Item:
    return key(f"task_project#{number}", "task_project")


def release(dataset_id: str) -> Item:
    """The mark of a dataset whose assignments are released after a time."""
    return key(f"releases#{int(ids.tag(dataset_id), 16) % RELEASE_SHARDS}", dataset_id)


RELEASE_SHARDS = 4


def releases(shard: int) -> Range:
    return Range(table(), f"releases#{shard}")


def shelf(kind: str, parent_id: str) -> Shelf:
    """The shelf that counts the records of one kind below a project, dataset or organization."""
    return Shelf(table(), f"{kind}:{parent_id}")


def leaf(dataset_id: str, leaf: str) -> Range:
    """The entries of a dataset in one leaf, in the order of their ids."""
    return Range(table(), f"entries#{dataset_id}#{leaf}", index_name=BY_LEAF, partition_attribute="leaf")


def in_dataset(kind: str, dataset_id: str, own_ids: bool = True) -> Range:
    """The annotations, note feeds or comments of a whole dataset.

    Annotations whose ids their clients chose are a range of their own.
    """
    partition = f"{kind}#{dataset_id}" + ("" if own_ids else "#chosen")
    return Range(table(), partition, index_name=BY_LEAF, partition_attribute="leaf")


def person(attribute: str, account_id: int, dataset_id: str) -> Range:
    """The entries of a dataset that an account has to do with: `attribute` is assigned, submitted or reviewed."""
    partition = f"{dataset_id}#{account_id}"
    return Range(table(), partition, index_name=f"by-{attribute}", partition_attribute=attribute)
