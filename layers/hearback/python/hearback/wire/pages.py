"""Pages and their assets from files that lie beside a function: what a browser asks for, and no API.

`index.json` in the folder says what is served, as the build of the front end has written it: by path, the
`file`, its `etag`, whether it may be kept `forever` (its name carries its hash), and whether it lies there
`zipped` too.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from hearback.settings import settings
from hearback.wire.addresses import below_base_path
from hearback.wire.messages import Request

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""Kept by browsers, but shown only after asking whether it has changed."""

METHODS = ("GET", "HEAD")
"""How files are asked for; of an answer to HEAD the gateway passes on the headers alone."""

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
}

CONTENT_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8"} | {
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


class File(NamedTuple):
    """One thing that is served."""

    path: Path
    etag: str
    forever: bool
    zipped: bool

    @property
    def is_page(self) -> bool:
        return self.path.suffix == ".html"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES.get(self.path.suffix) or mimetypes.guess_type(self.path)[0] or "text/plain"

    def content(self, packed: bool) -> bytes:
        return (self.path.with_name(f"{self.path.name}.gz") if packed else self.path).read_bytes()


class Pages:
    """The files in `folder`; a page in `lenient` may have styles in its markup, as libraries make it."""

    def __init__(self, name: str, folder: Path, lenient: frozenset[str] = frozenset()) -> None:
        self._folder = folder
        self._lenient = lenient
        self.logger = Logger(service=name)

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda handler."""
        answer: dict[str, Any] = self._logged(event, context)
        return answer

    @cached_property
    def _logged(self) -> Any:
        return self.logger.inject_lambda_context(self._answer)

    @cached_property
    def files(self) -> Mapping[str, File]:
        """By the path under which each is asked for."""
        index: dict[str, Any] = json.loads((self._folder / "index.json").read_text(encoding="utf-8"))
        return {path: self._file(**told) for path, told in index.items()}

    def _file(self, file: str, etag: str, forever: bool, zipped: bool) -> File:
        return File(self._folder / file, etag, forever, zipped)

    def _answer(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        event = below_base_path(event)
        request, asked = Request(event, 0), str(event["path"]).strip("/")
        found = self.files.get(asked)
        if found is None:
            return _missing(asked)
        if event["httpMethod"] not in METHODS:
            return _refused(asked)
        if found.is_page and str(event["path"]).endswith("/"):
            # Its links are relative to the address without the slash.
            return _response(308, {"Location": f"../{asked}"})
        return self._given(found, asked, request)

    def _given(self, found: File, asked: str, request: Request) -> dict[str, Any]:
        packed = found.zipped and "gzip" in (request.header("Accept-Encoding") or "")
        headers = self._headers(found, asked, packed)
        if headers["ETag"] in (request.header("If-None-Match") or "").replace("W/", ""):
            return _response(304, headers)
        return _response(200, {**headers, "Content-Type": found.content_type}, found.content(packed))

    def _headers(self, found: File, asked: str, packed: bool) -> dict[str, str]:
        headers = {
            **SECURITY,
            "Cache-Control": FOREVER if found.forever else ASK_AGAIN,
            "ETag": f'"{found.etag}{"-gzip" if packed else ""}"',
        }
        if found.zipped:
            headers["Vary"] = "Accept-Encoding"
        if packed:
            headers["Content-Encoding"] = "gzip"
        if found.is_page:
            headers["Content-Security-Policy"] = policy(_storage(), asked in self._lenient)
        return headers


def policy(storage: str, lenient: bool) -> str:
    """The Content-Security-Policy of a page that uploads to and downloads from `storage`."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'" if lenient else "'self'",
        "img-src": "'self' data:",
        "connect-src": f"'self' {storage}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _storage() -> str:
    """The origins of the transfer bucket's presigned addresses."""
    own = os.environ.get("AWS_ENDPOINT_URL")  # what the SDK goes by as well
    if own:
        return own
    bucket, region = settings().transfer_bucket, os.environ["AWS_REGION"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{region}.{suffix} https://{bucket}.s3.{suffix}"


def _missing(asked: str) -> dict[str, Any]:
    return _said(
        404, f"There is nothing at /{asked}. The console is at /console, the API reference at /docs."
    )


def _refused(asked: str) -> dict[str, Any]:
    return _said(405, f"/{asked} can be read, and nothing else.", {"Allow": ", ".join(METHODS)})


def _said(status: int, text: str, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return _response(status, {**SECURITY, **headers, **(more or {})}, f"{text}\n".encode())


def _response(status: int, headers: Mapping[str, str], content: bytes = b"") -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": dict(headers),
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }
