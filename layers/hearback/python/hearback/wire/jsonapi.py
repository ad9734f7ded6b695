"""JSON:API over API Gateway: the five standard routes of a resource, and its actions.

A Lambda's file says which domain function serves each; the documents are made here.

    members = JsonApi(PROJECT_MEMBERS, basic_or_bearer, {"project": related.projects})

    @members.index
    def list_project_members(caller: Caller, question: Question, deadline: Deadline) -> Listed[Member]: …
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from hearback.access.model import Caller
from hearback.dataset.listing import Listed
from hearback.deadline import Deadline
from hearback.errors import NotFound, UnknownMedia
from hearback.jsonapi import bodies, documents, links, question
from hearback.jsonapi.bodies import New
from hearback.jsonapi.documents import Related, View
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import Attribute, Resource
from hearback.wire.api import Api
from hearback.wire.dataset.related import Fetch, fetch
from hearback.wire.families import DATASET
from hearback.wire.messages import Answer, PathVariable, Request, to_json

MEDIA_TYPE = DATASET.media_type
_READABLE = (MEDIA_TYPE, "application/json")
_ONE = "/{resource_id}"

Function = Callable[..., Any]
Create = Callable[[Caller, Sequence[New], int], Sequence[Any]]


def _known_form(value: str) -> str:
    """Ids are kept in lower case; nothing longer than any id is looked for."""
    if len(value) > 100:
        raise NotFound("There is no such record.", value[:80])
    return value.lower()


ResourceId = Annotated[str, PathVariable(_known_form)]

Kind = Literal["index", "create", "show", "update", "destroy", "action"]


class Offer(NamedTuple):
    """What one route offers, for the API reference."""

    kind: Kind
    resource: Resource
    gives: Any
    """What the domain's function gives: a type."""
    most: int = 1
    """So many records at once may be made."""
    expected: Mapping[str, Attribute] | None = None
    """The attributes that an action's body brings; None where it needs none."""


class JsonApi:
    """One resource's routes."""

    def __init__(
        self,
        resource: Resource,
        authenticate: Callable[[Request], Caller],
        fetches: Mapping[str, Fetch] | None = None,
        api: Api | None = None,
        told: Sequence[str] = (),
        given: Sequence[str] = (),
    ) -> None:
        """`api`: whose Lambda serves this resource too, where it has none of its own. `told`, `given`: what the
        audit trail says of the bodies that make and change records, as in `Operation`."""
        self.resource = resource
        self._audit = {"told": told, "given": given}
        self.api = api or Api(DATASET, authenticate)
        self._fetches = fetches or {}

    @property
    def handler(self) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
        return self.api.handler

    # ── The standard routes ──

    def index(self, function: Callable[[Caller, Question, Deadline], Listed[Any]]) -> Function:
        """`GET` the collection: `function(caller, question, deadline)` gives a page."""

        def route(caller: Caller, request: Request, deadline: Deadline) -> Answer:
            asked = question.read(self.resource, request.all_values)
            listed = function(caller, asked, deadline)
            return self._answer(self._many(request, asked, listed, caller, deadline))

        return self._declare("GET", "", function, route, self._offer("index", function))

    def create(self, function: Create) -> Function:
        """`POST` to the collection: `function(caller, [new], now)` makes the record."""
        return self.create_several(1)(function)

    def create_several(self, most: int) -> Callable[[Create], Function]:
        """The same where `data` may also be an array of up to `most`: all are made, or none."""

        def declare(function: Create) -> Function:
            def route(caller: Caller, request: Request) -> Answer:
                document = bodies.read(_body(request))
                if most > 1 and bodies.is_several(document):
                    made = function(caller, bodies.several(self.resource, document, most), _now(request))
                    return self._answer(self._made(request, made), 201)
                (record,) = function(caller, [bodies.new(self.resource, document)], _now(request))
                place = self.resource.url(request.base_url, record.id)
                return self._answer(self._one(request, record), 201, {"Location": place})

            return self._declare(
                "POST", "", function, route, self._offer("create", function, most=most), **self._audit
            )

        return declare

    def show(self, function: Callable[[Caller, str], Any]) -> Function:
        """`GET` one record, with what is to be included."""

        def route(caller: Caller, resource_id: ResourceId, request: Request, deadline: Deadline) -> Answer:
            asked = question.read(self.resource, request.all_values)
            record = function(caller, resource_id)
            return self._answer(self._one(request, record, asked, caller, deadline))

        return self._declare("GET", _ONE, function, route, self._offer("show", function))

    def update(self, function: Callable[[Caller, str, Mapping[str, Any], int], Any]) -> Function:
        """`PATCH` one record: `function(caller, id, attributes, now)`."""

        def route(caller: Caller, resource_id: ResourceId, request: Request) -> Answer:
            changes = bodies.changes(self.resource, bodies.read(_body(request)), resource_id)
            return self._answer(self._one(request, function(caller, resource_id, changes, _now(request))))

        return self._declare("PATCH", _ONE, function, route, self._offer("update", function), **self._audit)

    def destroy(self, function: Callable[[Caller, str, int], Any]) -> Function:
        """`DELETE` one record; what the function gives, if anything, is where its progress is to be seen."""

        def route(caller: Caller, resource_id: ResourceId, request: Request) -> Answer:
            progress = function(caller, resource_id, _now(request))
            headers = {"Location": f"{request.base_url}{progress}"} if progress else {}
            return Answer("", 204, MEDIA_TYPE, headers)

        return self._declare("DELETE", _ONE, function, route, self._offer("destroy", function))

    # ── Actions ──

    def action(
        self,
        method: str,
        path: str,
        expected: Mapping[str, Attribute] | None = None,
        **audit: Any,
    ) -> Callable[[Function], Function]:
        """`method` on `path` below the collection: `function(caller, [id], attributes, now)` gives a record.

        Without a record the answer is 204. `expected`: the attributes that the body brings. `audit`: what
        the audit trail says of it, as in `Operation`.
        """

        def declare(function: Function) -> Function:
            def run(caller: Caller, request: Request, *its_id: str) -> Answer:
                brought = bodies.action(_body(request), expected) if expected is not None else {}
                record = function(caller, *its_id, brought, _now(request))
                if record is None:
                    return Answer("", 204, MEDIA_TYPE)
                return self._answer(self._one(request, record))

            def on_record(caller: Caller, resource_id: ResourceId, request: Request) -> Answer:
                return run(caller, request, resource_id)

            def on_collection(caller: Caller, request: Request) -> Answer:
                return run(caller, request)

            route = on_record if "{resource_id}" in path else on_collection
            offer = self._offer("action", function, expected=expected)
            return self._declare(method, path, function, route, offer, **audit)

        return declare

    def _offer(self, kind: Kind, function: Function, **more: Any) -> Offer:
        return Offer(kind, self.resource, inspect.get_annotations(function).get("return"), **more)

    def _declare(
        self, method: str, path: str, function: Function, route: Function, offer: Offer, **audit: Any
    ) -> Function:
        """`path` goes on from the collection's."""
        route.__name__, route.__doc__ = function.__name__, function.__doc__
        declare = {"GET": self.api.get, "POST": self.api.post, "PATCH": self.api.patch}
        names = {*audit.get("told", ()), *audit.get("given", ())}
        declared = declare.get(method, self.api.delete)
        declared(
            self.resource.path + path,
            offer=offer,
            said=lambda request: bodies.said(_body(request), names),
            **audit,
        )(route)
        return function

    # ── Documents ──

    def _one(
        self,
        request: Request,
        record: Any,
        asked: Question | None = None,
        caller: Caller | None = None,
        deadline: Deadline | None = None,
    ) -> dict[str, Any]:
        address = self.resource.url(request.base_url, record.id)
        url = links.self_link(address, request.all_values) if asked else address
        asked = asked or Question()
        view = View(request.base_url, asked.fields, asked.included)
        related: Related = {}
        if asked.included and caller and deadline:
            related = fetch(self._fetches, asked.included, caller, [record], deadline)
        return documents.one(self.resource, record, view, related, url)

    def _made(self, request: Request, records: Sequence[Any]) -> dict[str, Any]:
        address = {"self": f"{request.base_url}{self.resource.path}"}
        return documents.many(self.resource, records, View(request.base_url), links=address)

    def _many(
        self, request: Request, asked: Question, listed: Listed[Any], caller: Caller, deadline: Deadline
    ) -> dict[str, Any]:
        related = fetch(self._fetches, asked.included, caller, listed.records, deadline)
        count = listed.counted
        url = f"{request.base_url}{self.resource.path}"
        shown = links.page_links(
            url,
            request.all_values,
            asked.page,
            more=listed.more,
            total=count[0] if count and not count.more else None,
            after=listed.after,
        )
        counted = {"count": count[0], "more": count.more} if count else {}
        view = View(request.base_url, asked.fields, asked.included)
        meta = {**counted, **asked.meta}
        return documents.many(self.resource, listed.records, view, related, links=shown, meta=meta)

    def _answer(
        self, document: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return Answer(to_json(document), status, MEDIA_TYPE, headers or {})


def _now(request: Request) -> int:
    """When the request arrived, in whole microseconds: as instants are kept and shown."""
    return request.now // 1000 * 1000


def _body(request: Request) -> bytes:
    """The body, if it is of a media type that says JSON (or of none said)."""
    media_type = (request.header("Content-Type") or MEDIA_TYPE).partition(";")[0].strip().lower()
    if request.body and media_type not in _READABLE:
        raise UnknownMedia(f"The body must be {MEDIA_TYPE}.", f"Content-Type: {media_type[:80]}")
    return request.body


def of_one_parent(relationship: str, several: Sequence[New]) -> tuple[str, list[dict[str, Any]]]:
    """The parent that all the records to be have in common, and their attributes."""
    parents = {new.related[relationship] for new in several}
    if len(parents) > 1:
        raise Unprocessable(Fault(f"records of one request have the same {relationship}", "/data"))
    return parents.pop(), [new.attributes for new in several]
