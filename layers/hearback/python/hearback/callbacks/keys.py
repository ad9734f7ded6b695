"""Keys of the callback table; `project` is a project's number.

pk                     sk                  what
callbacks#<project>    callback id         a callback, and how far it is
attempts#<callback>    <course>#<number>   one attempt
health#<endpoint>      health              an endpoint that took its time, for some minutes
room#<lane>            room                how many callbacks of a lane wait in the queue (`admission`)
"""

from __future__ import annotations

from hearback.settings import settings
from hearback.storage.items import Item, key
from hearback.storage.reads import Range


def table() -> str:
    return settings().callback_table


def callback(project: int, callback_id: str) -> Item:
    return key(f"callbacks#{project}", callback_id)


def callbacks(project: int, first: str = "\x00") -> Range:
    """A project's callbacks, in the order in which they were owed."""
    return Range(table(), f"callbacks#{project}", first)


def in_state(project: int, state: str, first: str = "\x00") -> Range:
    return Range(table(), f"{project}#{state}", first, index_name="by-state", partition_attribute="of_state")


def attempt(callback_id: str, course: int, number: int) -> Item:
    return key(f"attempts#{callback_id}", f"{course:06d}#{number}")


def attempts(callback_id: str) -> Range:
    return Range(table(), f"attempts#{callback_id}")


def health(endpoint: str) -> Item:
    return key(f"health#{endpoint}", "health")


def room(lane: str) -> Item:
    return key(f"room#{lane}", "room")
