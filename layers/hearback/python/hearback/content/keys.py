"""The content table's keys, all in one place. `<content>` and `<user>` are digests.

    pk                                sk                    what
    <org>#configuration               configuration         how the client wants its feedback
    <org>#content#<content>           content               an admin has registered it
    <org>#content#<content>           case                  its moderation: status, flags towards the threshold
    <org>#count#<content>#<n>         count                 its votes and flags, one of 98 parts
    <org>#vote#<content>#<user>       vote                  a user's vote
    <org>#flags#<content>#<n>         <user>                a user's flag, in one of 4 parts
    <org>#moderation                  <since>-<content>     a content that waits for a decision
    <org>#limit#<key id>#<n>          <minute>              requests that a key has made; expires

A vote writes two items: one under a partition key of its own, and the part of the count that is the
user's. So whatever one content gets is spread over the table, and two users seldom meet on an item.
"""

from __future__ import annotations

from hearback.content.model import Author, Content
from hearback.storage.items import Item, key

COUNT_PARTS = 98
"""With the content's own two items that is one batch of 100 reads. A part takes 500 votes a second (1,000
write units, of which a transaction takes two); at 10,000 votes a second it sees about 100."""

FLAG_PARTS = 4
"""Flags are listed, so they stand together: 2,000 a second on one content."""


def configuration(organization_id: str) -> Item:
    return key(f"{organization_id}#configuration", "configuration")


def registered(content: Content) -> Item:
    return key(f"{content.organization_id}#content#{content.digest}", "content")


def case(content: Content) -> Item:
    return key(f"{content.organization_id}#content#{content.digest}", "case")


def count(content: Content, part: int) -> Item:
    return key(f"{content.organization_id}#count#{content.digest}#{part}", "count")


def vote(content: Content, author: Author) -> Item:
    return key(f"{content.organization_id}#vote#{content.digest}#{author.digest}", "vote")


def flag(content: Content, author: Author) -> Item:
    return key(flags_partition(content, author.part(FLAG_PARTS)), author.digest)


def flags_partition(content: Content, part: int) -> str:
    return f"{content.organization_id}#flags#{content.digest}#{part}"


def moderation_partition(organization_id: str) -> str:
    return f"{organization_id}#moderation"


def waiting(content: Content, since: int) -> Item:
    return key(moderation_partition(content.organization_id), f"{since:019d}-{content.digest}")


def limit(organization_id: str, key_id: str, part: int, minute: int) -> Item:
    return key(f"{organization_id}#limit#{key_id}#{part}", f"{minute:010d}")
