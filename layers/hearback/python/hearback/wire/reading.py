"""Reading requests: parameters from the query string, forms, JSON and multipart bodies.

All of it ends as one mapping of names to strings (or JSON values), which the family's pydantic
models check. What is malformed raises `Invalid` with the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes

from hearback.errors import Invalid

if TYPE_CHECKING:  # the dataset API does without it, and importing it is a sixth of a cold start
    from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound="BaseModel")
Parameters = dict[str, Any]

MOST_PARAMETERS = 1000

_FILENAME = re.compile(rb";\s*filename\*?\s*=", re.IGNORECASE)
"""Tells a file from a field; some clients write a name that is not ASCII as `filename*=` alone."""


def form(body: bytes) -> Parameters:
    """`application/x-www-form-urlencoded`, in UTF-8, `+` for a space."""
    parameters: Parameters = {}
    merge(parameters, form_pairs(body))
    return parameters


def form_pairs(body: bytes) -> Iterator[tuple[str, str]]:
    """The same form's parameters as they stand there."""
    pairs = body.split(b"&")
    if len(pairs) > MOST_PARAMETERS:
        raise Invalid("The form has too many parameters.", f"at most {MOST_PARAMETERS}")
    for pair in filter(None, pairs):
        name, _, value = pair.partition(b"=")
        yield _decode(name), _decode(value)


def _decode(part: bytes) -> str:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("The form is not valid UTF-8.", part[:40].decode("ascii", "replace")) from None


def query(values: Mapping[str, list[str]]) -> Parameters:
    """The query string as the gateway gives it: decoded, a list for each name."""
    parameters: Parameters = {}
    merge(parameters, query_pairs(values))
    return parameters


def query_pairs(values: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The same query string's parameters as they stand there."""
    return ((name, value) for name, several in values.items() for value in several)


def merge(parameters: Parameters, more: Iterable[tuple[str, Any]]) -> None:
    """Add parameters; one name with two different values is a mistake that nobody should guess at."""
    for name, value in more:
        if name in parameters and parameters[name] != value:
            shown = name[:80].encode("utf-8", "replace").decode()
            raise Invalid("A parameter is given more than once, with different values.", shown)
        parameters[name] = value


def json_object(body: bytes) -> Parameters:
    try:
        value = json.loads(body, object_pairs_hook=_once)
    except ValueError as error:  # not UTF-8, not JSON, or a number of thousands of digits
        raise Invalid("The body is not valid JSON.", str(error)[:200]) from None
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None
    if not isinstance(value, dict):
        raise Invalid("The body is not a JSON object.")
    return {name: member for name, member in value.items() if member is not None}


def _once(members: list[tuple[str, Any]]) -> Parameters:
    parameters: Parameters = {}
    merge(parameters, members)
    return parameters


def check(model: type[Model], parameters: Parameters) -> Model:
    """The parameters as the model's instance, or `Invalid` that names each one that is wrong."""
    from pydantic import ValidationError

    try:
        return model.model_validate(parameters)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> Invalid:
    faults = error.errors(include_url=False, include_context=False)
    lines = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'parameters'}: {fault['msg']}" for fault in faults
    ]
    shown = [
        line.replace("Value error, ", "").encode("utf-8", "replace").decode()[:200] for line in lines[:10]
    ]
    return Invalid("A parameter is missing or invalid.", "; ".join(shown))


@dataclass
class Multipart:
    """The fields of a `multipart/form-data` body, and its files' bytes."""

    fields: Parameters = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def file(self, name: str) -> bytes:
        if name not in self.files:
            raise Invalid("The form has no file.", f"expected a file in the field {name!r}")
        return self.files[name]


def multipart(body: bytes, content_type: str) -> Multipart:
    """Read a whole multipart body. Raises `Invalid` when it is malformed or ends too early."""
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    boundary = parse_options_header(content_type.encode("utf-8", "replace"))[1].get(b"boundary")
    if not boundary:
        raise Invalid("The multipart body has no boundary.", "Content-Type: multipart/form-data; boundary=…")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Invalid("The multipart body is malformed.", str(error)[:200]) from None
    if not parts.ended:
        raise Invalid("The multipart body is truncated.", "its closing boundary is missing")
    return parts.result


class _Parts:
    """Collects what the multipart parser calls out."""

    def __init__(self) -> None:
        self.result = Multipart()
        self.ended = False
        self._name = self._value = b""
        self._disposition = b""
        self._data: list[bytes] = []

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._name = self._value = self._disposition = b""
        self._data = []

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _part_end(self) -> None:
        from python_multipart.multipart import parse_options_header

        options = parse_options_header(self._disposition)[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        content = b"".join(self._data)
        if _FILENAME.search(self._disposition):
            if name in self.result.files:
                raise Invalid("A file is given more than once.", name[:80])
            self.result.files[name] = content
            return
        try:
            merge(self.result.fields, [(name, content.decode("utf-8"))])
        except UnicodeDecodeError:
            raise Invalid("A field of the form is not valid UTF-8.", name[:80]) from None

    def _end(self) -> None:
        self.ended = True
