"""A request as the gateway gives it, and an answer that is more than a JSON document."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from hearback.errors import Invalid
from hearback.settings import settings
from hearback.wire import reading


def to_json(document: object) -> str:
    # What is answered is a tree: to look for circles would take a tenth of the time.
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True)
class Answer:
    """An answer that is more than JSON with status 200."""

    body: str
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """A JSON answer."""
        return cls(to_json(document), status, headers=headers or {})


@dataclass(frozen=True)
class PathVariable:
    """In an annotation, `Annotated[int, PathVariable(parse)]`: how the variable's text is read."""

    parse: Callable[[str], Any]


@dataclass(frozen=True)
class Request:
    """One request, as the gateway gives it."""

    event: Mapping[str, Any]
    now: int
    """When it arrived, in nanoseconds since 1970."""
    answer_headers: dict[str, str] = field(default_factory=dict)
    """What its answer says in headers, whatever becomes of it."""

    def header(self, name: str) -> str | None:
        return self._headers.get(name.lower())

    @cached_property
    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    @cached_property
    def body(self) -> bytes:
        body: str = self.event.get("body") or ""
        return (
            base64.b64decode(body)
            if self.event.get("isBase64Encoded")
            else body.encode("utf-8", "surrogatepass")
        )

    @property
    def _is_json(self) -> bool:
        return "json" in (self.header("Content-Type") or "").lower()

    @cached_property
    def query(self) -> reading.Parameters:
        return reading.query(self.all_values)

    @property
    def all_values(self) -> Mapping[str, list[str]]:
        """The query string with all values of each name."""
        return self.event.get("multiValueQueryStringParameters") or {}

    @cached_property
    def form(self) -> reading.Parameters:
        return reading.json_object(self.body) if self._is_json and self.body else reading.form(self.body)

    @cached_property
    def parameters(self) -> reading.Parameters:
        """The form's and the query string's."""
        return self.with_query(self.form)

    def with_query(self, fields: reading.Parameters) -> reading.Parameters:
        """The body's fields and the query string's, which may not contradict each other."""
        both = dict(self.query)
        reading.merge(both, fields.items())
        return both

    @cached_property
    def said(self) -> dict[str, list[Any]]:
        """All that form and query string say, by names in lower case: the different values of each."""
        values: dict[str, list[Any]] = {}
        for name, value in (*self._body_pairs(), *reading.query_pairs(self.all_values)):
            several = values.setdefault(name.lower(), [])
            if value not in several:
                several.append(value)
        return values

    def _body_pairs(self) -> Iterable[tuple[str, Any]]:
        if self._is_multipart:
            return self.upload.fields.items()
        return self.form.items() if self._is_json and self.body else reading.form_pairs(self.body)

    @property
    def _is_multipart(self) -> bool:
        return (self.header("Content-Type") or "").lower().startswith("multipart/form-data")

    @cached_property
    def upload(self) -> reading.Multipart:
        content_type = self.header("Content-Type") or ""
        if not self._is_multipart:
            raise Invalid("The body must be multipart/form-data.", f"Content-Type: {content_type[:80]}")
        return reading.multipart(self.body, content_type)

    def variables(self, pattern: re.Pattern[str]) -> dict[str, str]:
        """The path's variables. A REST API passes the path on as it was sent, percent-encoded."""
        match = pattern.fullmatch(self.event["path"])
        return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}

    @property
    def base_url(self) -> str:
        """The address under which the client sees this API, without a slash at the end."""
        context = self.event.get("requestContext") or {}
        scheme = self.header("X-Forwarded-Proto") or (
            "http" if settings().environment == "local" else "https"
        )
        path, whole = str(self.event["path"]), str(context.get("path") or self.event["path"])
        prefix = whole.removesuffix(path) if whole.endswith(path) else ""
        return f"{scheme}://{self.header('Host')}{prefix}"
