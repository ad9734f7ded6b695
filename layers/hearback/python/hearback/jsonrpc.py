"""JSON-RPC 2.0 (https://www.jsonrpc.org/specification) without a transport: bytes in, a document out.

    code    message               when                                             in a batch
    −32700  Parse error           the body is not JSON
    −32600  Invalid Request       not a request object; or too many in a batch     the others go on
    −32601  Method not found                                                       the others go on
    −32602  Invalid params        `data` tells what is wrong, by parameter         later calls are cancelled
    −32603  (the reason)          not found, refused, or cancelled                 later calls are cancelled
    −32001  (the reason)          no or no valid key; with HTTP 401

A batch is answered in order. What a call did stays, and after the first call that *failed* the later ones
are not made. What never became a call (no request object, no such method) cancels nothing: the
specification's own examples answer a good call behind both. A failed notification cancels as well; it
stays unanswered, as do the notifications that it cancels.

An exception that is no `HearbackError` is a fault of ours, and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hearback.errors import HearbackError, Invalid, Unauthenticated
from hearback.jsonapi import strict
from hearback.jsonapi.errors import Fault, Unprocessable, printable

MOST_CALLS: Final = 50

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
UNAUTHENTICATED: Final = -32001

CANCELLED: Final = "Batch execution cancelled due to previous error"

Params = dict[str, Any]
Document = dict[str, Any]


class Method(NamedTuple):
    """What can be called: `call` takes the parameters by name and gives a JSON value.

    `names` orders the parameters for those who pass them by position; parameters by name need not be
    among them. Those `required` are there when it is called, if only as null.
    """

    call: Callable[[Params], Any]
    names: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


class Reply(NamedTuple):
    """The HTTP status and the document, which is None where there is nothing to answer (204)."""

    status: int
    document: Document | list[Document] | None


def answer(body: bytes, methods: Mapping[str, Method], limit: int = MOST_CALLS) -> Reply:
    """Carry out the call, or the batch of up to `limit`, in `body`."""
    try:
        message = strict.read(body)
    except Invalid:
        return Reply(200, _error(None, PARSE_ERROR, "Parse error"))
    if not isinstance(message, list):
        answered, _ = _handle(message, methods)
        return _reply(answered)
    if not message:
        return Reply(200, _invalid_request(None))
    if len(message) > limit:
        return Reply(400, _error(None, INVALID_REQUEST, "Batch is too large", {"batch_limit": limit}))
    return _reply(_batch(message, methods))


def unauthenticated(error: Unauthenticated) -> Reply:
    """For the front, which knows who is calling before it reads what they want."""
    return Reply(401, _error(None, UNAUTHENTICATED, error.message))


def _reply(document: Document | list[Document] | None) -> Reply:
    return Reply(200, document) if document else Reply(204, None)


def _batch(messages: list[Any], methods: Mapping[str, Method]) -> list[Document]:
    answers: list[Document | None] = []
    failed = False
    for message in messages:
        if failed and _is_request(message):
            answers.append(_answered(message, _error(message.get("id"), INTERNAL_ERROR, CANCELLED)))
            continue
        answered, ended = _handle(message, methods)
        answers.append(answered)
        failed = failed or ended
    return [each for each in answers if each is not None]


def _handle(message: Any, methods: Mapping[str, Method]) -> tuple[Document | None, bool]:
    """The answer to one message, if it gets one, and whether it was a call that failed."""
    if not _is_request(message):
        return _invalid_request(message), False
    method = methods.get(message["method"])
    if method is None:
        error = _error(message.get("id"), METHOD_NOT_FOUND, "Method not found")
        return _answered(message, error), False
    try:
        result = method.call(_params(method, message.get("params", {})))
    except HearbackError as error:
        return _answered(message, _failure(message.get("id"), error)), True
    return _answered(message, {"jsonrpc": "2.0", "result": result, "id": message.get("id")}), False


def _is_request(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and isinstance(message.get("params", {}), dict | list)
        and _is_id(message.get("id"))
    )


def _is_id(id: Any) -> bool:
    if isinstance(id, str):
        return strict.encodable(id)
    return id is None or (isinstance(id, int | float) and not isinstance(id, bool))


def _answered(message: Document, document: Document) -> Document | None:
    """The answer, unless the message is a notification: those have no id, not even null."""
    return document if "id" in message else None


def _params(method: Method, given: dict[str, Any] | list[Any]) -> Params:
    if isinstance(given, list):
        if len(given) > len(method.names):
            raise Unprocessable(Fault(f"takes at most {len(method.names)}", "/params"))
        given = dict(zip(method.names, given, strict=False))
    missing = [name for name in method.required if name not in given]
    if missing:
        raise Unprocessable(*(Fault("is required", f"/{name}") for name in missing))
    return given


def _failure(id: Any, error: HearbackError) -> Document:
    """What the input did wrong is told by parameter; whatever else refuses the call gives its reason."""
    if isinstance(error, Unprocessable):
        if any(_field(fault) for fault in error.faults):
            return _error(id, INVALID_PARAMS, "Invalid params", _by_field(error.faults))
        return _error(id, INTERNAL_ERROR, "; ".join(fault.detail for fault in error.faults) or error.message)
    reason = f"{error.message} {error.details}".strip()
    if isinstance(error, Invalid):
        return _error(id, INVALID_PARAMS, "Invalid params", {"params": [reason]})
    return _error(id, INTERNAL_ERROR, reason)


def _by_field(faults: tuple[Fault, ...]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for fault in faults:
        told.setdefault(_field(fault) or "params", []).append(printable(fault.detail))
    return told


def _field(fault: Fault) -> str:
    """The parameter that a fault is about: "/data/attributes/metadata/0" is about "metadata.0"."""
    pointer = (fault.pointer or "").removeprefix("/data/attributes").removeprefix("/data/relationships")
    return pointer.removeprefix("/").replace("/", ".") or (fault.parameter or "")


def _invalid_request(message: Any) -> Document:
    id = message.get("id") if isinstance(message, dict) else None
    return _error(id if _is_id(id) else None, INVALID_REQUEST, "Invalid Request")


def _error(id: Any, code: int, message: str, data: Mapping[str, Any] | None = None) -> Document:
    error: Document = {"code": code, "message": printable(message)}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "error": error, "id": id}
