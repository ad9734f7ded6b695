"""Note comments (`dataset:note_comments`) in a note feed."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import note_lists, notes
from hearback.dataset.listing import Listed
from hearback.dataset.model import NoteComment
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import related
from hearback.wire.dataset.resources import NOTE_COMMENTS
from hearback.wire.jsonapi import JsonApi

api = JsonApi(NOTE_COMMENTS, basic_or_bearer, {"note_feed": related.note_feeds}, told=("note_feed",))
handler = api.handler


@api.index
def list_note_comments(caller: Caller, question: Question, deadline: Deadline) -> Listed[NoteComment]:
    """The comments of the caller's projects; for annotators and reviewers those on their entries."""
    return note_lists.all_comments(caller, NOTE_COMMENTS, question, deadline)


@api.create
def create_note_comment(caller: Caller, several: Sequence[New], now: int) -> list[NoteComment]:
    """Comment in a note feed."""
    return [notes.create_comment(caller, new.related["note_feed"], new.attributes, now) for new in several]


@api.show
def show_note_comment(caller: Caller, resource_id: str) -> NoteComment:
    """One comment."""
    return notes.get_comment(caller, resource_id)


@api.update
def update_note_comment(
    caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int
) -> NoteComment:
    """Edit a comment of one's own."""
    return notes.update_comment(caller, resource_id, attributes, now)


@api.destroy
def delete_note_comment(caller: Caller, resource_id: str, _now: int) -> None:
    """Delete a comment of one's own."""
    notes.delete_comment(caller, resource_id)
