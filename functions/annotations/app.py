"""Annotations (`dataset:annotations`) of an entry, as JSON:API and as JSON-RPC."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import annotating, note_lists
from hearback.dataset.listing import Listed
from hearback.dataset.model import Annotation
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import rpc
from hearback.wire.dataset.resources import ANNOTATIONS
from hearback.wire.jsonapi import JsonApi, of_one_parent
from hearback.wire.messages import Answer, Request

api = JsonApi(ANNOTATIONS, basic_or_bearer, told=("entry",))
handler = api.handler


@api.index
def list_annotations(caller: Caller, question: Question, deadline: Deadline) -> Listed[Annotation]:
    """The annotations of the caller's projects; for annotators and reviewers those of their entries."""
    return note_lists.all_annotations(caller, ANNOTATIONS, question, deadline)


@api.create_several(annotating.MOST_AT_ONCE)
def create_annotation(caller: Caller, several: Sequence[New], now: int) -> list[Annotation]:
    """Annotate an entry; ours: `data` may be an array of up to 90. For owners, and whom it is assigned to."""
    entry_id, attributes = of_one_parent("entry", several)
    return annotating.create(caller, entry_id, attributes, now)


@api.api.post("/api/v1/dataset/annotations/_rpc", offer=rpc.METHODS, identifies=True, audited=False)
def annotations_rpc(request: Request) -> Answer:
    """JSON-RPC 2.0: `show`, `create`, `update` and `delete`, alone or up to 50 in a batch."""
    return rpc.answer(request, api.api.acting, api.api.line)  # each change has its own line in the trail


@api.show
def show_annotation(caller: Caller, resource_id: str) -> Annotation:
    """One annotation."""
    return annotating.get(caller, resource_id)


@api.update
def update_annotation(
    caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int
) -> Annotation:
    """Change an annotation, unless its entry is completed."""
    return annotating.update(caller, resource_id, attributes, now)


@api.destroy
def delete_annotation(caller: Caller, resource_id: str, now: int) -> None:
    """Delete an annotation with the notes on it, unless its entry is completed."""
    annotating.delete(caller, resource_id, now)
