"""The front's shared part: from an API Gateway event to a domain call, and back.

A Lambda's file declares its routes; what a route needs it names as arguments:

    caller              who is calling (every route is authenticated unless it is `public`)
    query               the query string, checked by the annotated pydantic model
    form                the body (form or JSON), checked by the annotated pydantic model
    parameters          body and query string together, checked by the annotated pydantic model
    upload              the multipart body
    request             the request itself (its address, its time)
    deadline            when the answer has to be ready
    any other name      the path variable of that name

and it returns what becomes the JSON answer, or an `Answer` where that is not enough.
"""

from __future__ import annotations

import base64
import gzip
import inspect
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoSuchRoute
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from hearback.deadline import Deadline
from hearback.errors import Busy, HearbackError, NotAllowed, NotFound, TooLarge
from hearback.storage import troubles
from hearback.wire import reading
from hearback.wire.addresses import below_base_path
from hearback.wire.families import Family
from hearback.wire.messages import Answer, PathVariable, Request, to_json
from hearback.wire.operations import Identified, Operation
from hearback.wire.trail import Trail

ANSWER_LIMIT = 5_900_000
"""Bytes of an answer as Lambda counts them: 6 MB, less the room for status and headers."""

_BUSY = "The service is busy; try again in a moment."

_RESERVE = 1.5
"""Seconds kept of a request's time for turning the result into an answer."""


def checked(kind: Any, name: str, request: Request) -> Any:
    """The request's `query`, `form` or `parameters` as a pydantic model's instance."""
    return reading.check(kind, getattr(request, name))


def as_it_is(_request: Request, answer: Answer) -> Answer:
    return answer


class Api:
    """One family's routes, with its ways to say who is calling and what went wrong.

    `read` gives what the argument `query`, `form` or `parameters` asks for, and `finish` puts the last
    hand to every answer.
    """

    def __init__(
        self,
        family: Family,
        authenticate: Callable[[Request], Identified],
        read: Callable[[Any, str, Request], Any] = checked,
        finish: Callable[[Request, Answer], Answer] = as_it_is,
    ) -> None:
        self.family = family
        self.operations: list[Operation] = []
        self.logger = Logger(service=family.name)
        self.metrics = Metrics(service=family.name)
        self.authenticate = authenticate
        self._read = read
        self._finish = finish
        self._resolver = APIGatewayRestResolver()
        self._resolver.not_found(self._no_such_route)
        self._resolver.exception_handler(Exception)(self._failure)

    def get(self, path: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._route("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._route("PUT", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._route("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return self._route("DELETE", path, **declared)

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda handler."""
        answer: dict[str, Any] = self._observed(event, context)
        return answer

    @cached_property
    def _observed(self) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
        logged = self.logger.inject_lambda_context(self._counted, clear_state=True)
        return self.metrics.log_metrics(logged)

    def _counted(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Resolve, and count the answer by the class of its status: `2xx`, `4xx`, `5xx`."""
        event = below_base_path(event)
        self._request, self._trail = Request(event, time.time_ns()), Trail()
        answer = self._resolver.resolve(event, context)
        self.metrics.add_metric(name=f"{answer['statusCode'] // 100}xx", unit=MetricUnit.Count, value=1)
        return answer

    def _route(
        self, method: str, path: str, **declared: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route; `{name}` in `path` is a path variable, `declared` what `Operation` says of it.

        The function's return type describes the answer, or else `answer` does (a media type); the family
        is the API's own unless another is named.
        """

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            arguments = _arguments(function)
            plain = path.replace(".", r"\.")
            address = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", plain) + "/*")
            its_own = {"family": self.family, "answer": inspect.get_annotations(function).get("return")}
            operation = Operation(method, path, function, address, **{**its_own, **declared})
            self.operations.append(operation)
            # The resolver's own pattern for a variable knows some characters only; ours, all but the slash.
            self._resolver.route(re.sub(r"{\w+}", "([^/]+)", plain), method)(
                lambda: self._run(operation, arguments)
            )
            return function

        return declare

    def _run(self, operation: Operation, arguments: Mapping[str, Any]) -> Response[str]:
        request = self._request
        found = request.variables(operation.address)
        caller = None if operation.public or operation.identifies else self._identify(request)
        values = {name: self._value(name, kind, request, caller, found) for name, kind in arguments.items()}
        if caller is not None:
            self._trail.begin(operation, request, caller, found)
        result = operation.function(**values)
        self._trail.end()
        return self._answer(result, request)

    def acting(self, request: Request) -> Any:
        """Who is calling, for an operation that identifies them by itself; from here on it is in the trail."""
        caller = self._identify(request)
        operation = next(one for one in self._operations_here() if one.identifies)
        self._trail.begin(operation, request, caller, request.variables(operation.address))
        return caller

    @contextmanager
    def line(self, request: Request, caller: Identified, about: Mapping[str, str]) -> Iterator[None]:
        """In the trail a line of its own for what is done meanwhile: one call of several in a request."""
        operation = next(one for one in self._operations_here() if one.identifies)
        self._trail.call(operation, request, caller, about)
        try:
            yield
        except HearbackError as error:
            self._leave(error)
            raise
        except Exception:
            self._leave(HearbackError("The service failed."))
            raise
        self._trail.end()

    def _identify(self, request: Request) -> Identified:
        caller = self.authenticate(request)
        self.logger.append_keys(organization=caller.organization_id, key=caller.key_id)
        return caller

    def _value(
        self, name: str, kind: Any, request: Request, caller: Identified | None, found: Mapping[str, str]
    ) -> Any:
        match name:
            case "caller":
                return caller
            case "request":
                return request
            case "deadline":
                return self._deadline()
            case "upload":
                return request.upload
            case "query" | "form" | "parameters":
                return self._read(kind, name, request)
        for note in getattr(kind, "__metadata__", ()):
            if isinstance(note, PathVariable):
                return note.parse(found[name])
        return found[name]

    def _deadline(self) -> Deadline:
        return Deadline.after(self._resolver.lambda_context.get_remaining_time_in_millis() / 1000 - _RESERVE)

    def _answer(self, result: Any, request: Request) -> Response[str]:
        if not isinstance(result, Answer):
            result = Answer(to_json(result), media_type=self.family.media_type)
        result = self._finished(request, result)
        size = _size(result.body)
        if size <= ANSWER_LIMIT:
            return _response(result)
        packed = gzip.compress(result.body.encode(), 5)
        if "gzip" in (request.header("Accept-Encoding") or "") and len(packed) * 4 // 3 <= ANSWER_LIMIT:
            return _response(result, packed)
        raise TooLarge(
            "The answer is larger than one answer can be; ask for less at a time.",
            f"about {max(1, 100 * ANSWER_LIMIT // size)} % of what was asked for fits",
        )

    def _finished(self, request: Request, answer: Answer) -> Answer:
        headers = {**answer.headers, **request.answer_headers}
        return self._finish(request, replace(answer, headers=headers))

    def _no_such_route(self, _error: NoSuchRoute) -> Response[str]:
        asked = f"{self._resolver.current_event.http_method} {self._resolver.current_event.path}"
        others = self._methods_here()
        if others:
            return self._error(NotAllowed(f"There is {others} here, and no such method.", asked))
        return self._error(NotFound("There is no such route.", asked))

    def _methods_here(self) -> str:
        return ", ".join(sorted({operation.method for operation in self._operations_here()}))

    def _family_here(self) -> Family:
        return self.family.at(self._resolver.current_event.path)

    def _operations_here(self) -> list[Operation]:
        """Those that have the request's path, with whatever method."""
        path = self._resolver.current_event.path
        return [operation for operation in self.operations if operation.address.fullmatch(path)]

    def _failure(self, error: Exception) -> Response[str]:
        if isinstance(error, HearbackError):
            return self._error(error)
        if troubles.is_throttled(error):
            return self._error(Busy(_BUSY))
        self.logger.exception("the request failed")
        self.metrics.add_metric(name="Failures", unit=MetricUnit.Count, value=1)
        if troubles.passes(error) and self._may_be_repeated(error):
            return self._error(Busy(_BUSY))
        request_id = getattr(self._resolver.lambda_context, "aws_request_id", "")
        return self._error(
            HearbackError("The service failed to answer this request.", f"request {request_id}")
        )

    def _may_be_repeated(self, error: Exception) -> bool:
        """Whether the client does no harm by asking again: no answer of AWS may mean that a POST was carried out."""
        method = self._resolver.current_event.http_method
        return method not in ("POST", "PATCH") or not troubles.is_unanswered(error)

    def _leave(self, error: HearbackError) -> None:
        try:
            self._trail.refuse(error)
        except (BotoCoreError, ClientError):  # the client is told all the same; the line says too much
            self.logger.exception("a refusal is missing in the audit trail")

    def _error(self, error: HearbackError) -> Response[str]:
        self._leave(error)
        family = next((operation.family for operation in self._operations_here()), self._family_here())
        status, body = family.error(error)
        body = body.encode("utf-8", "replace").decode()  # an error may repeat half of a surrogate pair
        headers: dict[str, str] = {}
        match status:
            case 401:
                headers = {"WWW-Authenticate": 'Basic realm="Hearback"'}
            case 405:
                headers = {"Allow": self._methods_here()}
            case 429:
                headers = {"Retry-After": "1"}
        answer = Answer(body, status, family.media_type, headers)
        return _response(self._finished(self._request, answer))


def _arguments(function: Callable[..., Any]) -> dict[str, Any]:
    found = inspect.get_annotations(function, eval_str=True)
    return {name: kind for name, kind in found.items() if name != "return"}


def _size(body: str) -> int:
    """Bytes of the body as Lambda counts them: inside the JSON of the function's result."""
    if len(body) < ANSWER_LIMIT // 6:  # no character takes more than that: `\u001f`
        return len(body)
    return len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _response(answer: Answer, packed: bytes | None = None) -> Response[str]:
    headers: dict[str, Any] = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
    }
    if packed is None:
        return Response(answer.status, answer.media_type, answer.body, headers)
    headers["Content-Encoding"] = "gzip"
    response = Response(answer.status, answer.media_type, base64.b64encode(packed).decode(), headers)
    response.base64_encoded = True  # said here, since the resolver takes bytes for a document of JSON
    return response
