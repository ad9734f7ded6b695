"""Entries as FastAPI with fastapi-jsonapi serves them: the same attributes, from records at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hearback.dataset.model import Entry
from pydantic._internal import _typing_extra

# fastapi-jsonapi 3.0.0 imports this from pydantic's inside, where it is no more in newer ones.
if not hasattr(_typing_extra, "is_none_type"):
    _typing_extra.is_none_type = lambda kind: kind is None or kind is type(None)  # type: ignore[attr-defined]

from fastapi import FastAPI
from fastapi_jsonapi import ApplicationBuilder
from fastapi_jsonapi.data_layers.base import BaseDataLayer
from fastapi_jsonapi.schema_base import BaseModel
from fastapi_jsonapi.views import Operation, ViewBase

_PATH = "/entries"


class _Schema(BaseModel):
    project_id: str
    dataset_id: str
    priority: int
    wf_step: str
    status: str
    job_id: str | None = None
    resource: str
    assigned_to_id: int | None = None
    submitted_by_id: int | None = None
    reviewed_by_id: int | None = None
    error_message: str | None = None
    created_at: datetime
    updated_at: datetime


def lister(entries: Sequence[Entry]) -> Callable[[], bytes]:
    """What answers a request for the list of all entries with its body."""
    records = [_record(entry) for entry in entries]

    class Layer(BaseDataLayer):
        async def get_collection(self, *_asked: Any, **_more: Any) -> tuple[int, list[Any]]:
            return len(records), records

    class View(ViewBase):
        data_layer_cls = Layer

    app = FastAPI()
    builder = ApplicationBuilder(app)
    builder.add_resource(
        path=_PATH,
        tags=["entries"],
        resource_type="entries",
        view=View,
        model=SimpleNamespace,
        schema=_Schema,
        operations=[Operation.GET_LIST],
    )
    builder.initialize()
    loop = asyncio.new_event_loop()
    return lambda: loop.run_until_complete(_get(app, f"page[size]={len(records)}"))


def _record(entry: Entry) -> SimpleNamespace:
    times = {name: _instant(getattr(entry, name)) for name in ("created_at", "updated_at")}
    return SimpleNamespace(**entry._asdict() | times)


def _instant(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


async def _get(app: FastAPI, query: str) -> bytes:
    """One request over ASGI."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": f"{_PATH}/",
        "raw_path": f"{_PATH}/".encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"api.example.com")],
        "scheme": "https",
        "server": ("api.example.com", 443),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent
    return b"".join(message.get("body", b"") for message in sent[1:])
