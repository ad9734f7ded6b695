"""Annotations over JSON-RPC 2.0: flat records, alone or in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hearback import jsonrpc
from hearback.access.model import Caller
from hearback.dataset import annotating
from hearback.dataset.model import Annotation
from hearback.errors import Busy, Unauthenticated
from hearback.jsonapi import bodies, documents
from hearback.jsonapi.resource import Attribute, Resource, json_value, uuid
from hearback.jsonrpc import Method, Params
from hearback.storage import troubles
from hearback.wire.dataset.resources import ANNOTATIONS
from hearback.wire.messages import Answer, Request, to_json

_ID = {"id": uuid(required=True)}
_VALUES = {name: json_value(nullable=True) for name in ("dimensions", "annotation", "metadata")}
_REQUIRED = {name: json_value(required=True) for name in ("dimensions", "annotation")}
_CREATE = {"id": uuid(), "entry_id": uuid(required=True), **_VALUES, **_REQUIRED}

METHODS = {"show": _ID, "create": _CREATE, "update": {**_ID, **_VALUES}, "delete": _ID}
"""The parameters of each method, in the order in which they may be passed by position."""


Line = Callable[[Request, Caller, Mapping[str, str]], AbstractContextManager[None]]
"""Has a line in the audit trail for what is done meanwhile."""


def answer(request: Request, authenticate: Callable[[Request], Caller], line: Line) -> Answer:
    """The answer to a call or a batch; without a valid key −32001."""
    try:
        caller = authenticate(request)
    except Unauthenticated as error:
        reply = jsonrpc.unauthenticated(error)
    else:
        reply = jsonrpc.answer(request.body, _methods(caller, request, line))
    return Answer("" if reply.document is None else to_json(reply.document), reply.status)


def _methods(caller: Caller, request: Request, line: Line) -> Mapping[str, Method]:
    now = request.now // 1000 * 1000

    def show(params: Params) -> Any:
        return _flat(annotating.get(caller, _read(_ID, params)["id"]))

    def create(params: Params) -> Any:
        given = _read(_CREATE, params)
        about = {name: given[name] for name in ("id", "entry_id") if given.get(name)}
        with line(request, caller, {"method": "create", **about}):
            (made,) = annotating.create(caller, given["entry_id"], [given], now, given.get("id"))
        return _flat(made)

    def update(params: Params) -> Any:
        its_id = _read(_ID, params)["id"]
        values = bodies.attributes(_record(_VALUES), params, creating=False)
        with line(request, caller, {"method": "update", "id": its_id}):
            return _flat(annotating.update(caller, its_id, values, now))

    def delete(params: Params) -> Any:
        its_id = _read(_ID, params)["id"]
        with line(request, caller, {"method": "delete", "id": its_id}):
            gone = annotating.get(caller, its_id)
            annotating.delete(caller, its_id, now)
        return _flat(gone)

    calls = {"show": show, "create": create, "update": update, "delete": delete}
    return {name: Method(_steady(call), tuple(METHODS[name])) for name, call in calls.items()}


def _record(attributes: Mapping[str, Attribute]) -> Resource:
    return Resource(ANNOTATIONS.type, ANNOTATIONS.path, attributes)


def _read(expected: Mapping[str, Attribute], params: Params) -> dict[str, Any]:
    return bodies.attributes(_record(expected), params, creating=True)


def _flat(annotation: Annotation) -> dict[str, Any]:
    return documents.flat(ANNOTATIONS, annotation)


def _steady(call: Callable[[Params], Any]) -> Callable[[Params], Any]:
    """The call, whose throttling is an answer in its place of a batch rather than the end of it."""

    def steadied(params: Params) -> Any:
        try:
            return call(params)
        except (BotoCoreError, ClientError) as error:
            if troubles.passes(error):
                raise Busy("The service is busy; try again in a moment.") from None
            raise

    return steadied
