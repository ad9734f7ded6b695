"""Note feeds (`dataset:note_feeds`): discussions on an entry or one of its annotations."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import note_lists, notes
from hearback.dataset.listing import Listed
from hearback.dataset.model import NoteFeed
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import related
from hearback.wire.dataset.resources import NOTE_FEEDS
from hearback.wire.jsonapi import JsonApi

api = JsonApi(
    NOTE_FEEDS,
    basic_or_bearer,
    {
        "entry": related.entries,
        "annotation": related.anchors,
        "note_comments": related.COMMENTS_OF_FEEDS,
    },
    told=("entry_id", "annotation_id"),
)
handler = api.handler


@api.index
def list_note_feeds(caller: Caller, question: Question, deadline: Deadline) -> Listed[NoteFeed]:
    """The note feeds of the caller's projects; for annotators and reviewers those of their entries."""
    return note_lists.all_feeds(caller, NOTE_FEEDS, question, deadline)


@api.create
def create_note_feed(caller: Caller, several: Sequence[New], now: int) -> list[NoteFeed]:
    """Begin a feed on an entry that is in progress; `annotation_id` is required for one on an annotation."""
    return [notes.create_feed(caller, new.attributes["entry_id"], new.attributes, now) for new in several]


@api.show
def show_note_feed(caller: Caller, resource_id: str) -> NoteFeed:
    """One note feed."""
    return notes.get_feed(caller, resource_id)


@api.update
def update_note_feed(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> NoteFeed:
    """Edit a feed of one's own, while its entry is in progress."""
    return notes.update_feed(caller, resource_id, attributes, now)


@api.destroy
def delete_note_feed(caller: Caller, resource_id: str, now: int) -> None:
    """Delete a feed of one's own with its comments, while its entry is in progress."""
    notes.delete_feed(caller, resource_id, now)


@api.action("POST", "/{resource_id}/resolve")
def resolve_note_feed(caller: Caller, resource_id: str, _attributes: Mapping[str, Any], now: int) -> NoteFeed:
    """Resolve a feed; again is fine. For owners, the assigned reviewer and the feed's author."""
    return notes.resolve(caller, resource_id, now)
