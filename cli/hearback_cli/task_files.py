"""Files of tasks: a JSON array, JSON lines, or CSV; made into the array that the service takes.

A row is `{"data": {…}, "priority": 0, "submit": false, "client_batch_id": "…"}`, of which only `data` is
needed. In CSV the columns `priority`, `submit` and `client_batch_id` are these, and every other column is
a member of `data`; `data.priority` is the member of that name. A cell is read as the project's schema has
its member: as a number where it is one. An empty cell is no member at all.
"""

from __future__ import annotations

import csv
import json
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import click

FORMATS = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_OWN = {"priority": "integer", "submit": "boolean", "client_batch_id": "string"}
"""The columns that are no data, with their types."""
_IN_DATA = "data."
_PARSED = ("integer", "number", "boolean", "object", "array", "null")

Row = dict[str, Any]
Types = Mapping[str, str]


class Converted(NamedTuple):
    """The line of each row, to tell where a fault is; empty for JSON, where only rows can be counted."""

    lines: array[int]

    def place(self, index: int) -> str:
        return f"line {self.lines[index]}" if index < len(self.lines) else f"row {index + 1}"


def format_of(path: Path, wanted: str | None) -> str:
    found = wanted or FORMATS.get(path.suffix.lower())
    if found is None:
        raise click.BadParameter(f"{path}: is it JSON, JSONL or CSV? --format says so.")
    return found


def types_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """The type of each member of a task's data, as far as the project's schema tells it simply."""
    properties = schema.get("properties")
    found = {}
    for name, member in properties.items() if isinstance(properties, dict) else ():
        type = member.get("type") if isinstance(member, dict) else None
        if isinstance(type, str):
            found[name] = type
    return found


def convert(path: Path, form: str, types: Types, into: IO[bytes]) -> Converted:
    """Write the file's rows as one JSON array, row by row. Raises a usage error that names the line."""
    lines = array("Q")
    rows = _json_lines(path) if form == "jsonl" else _csv(path, types)
    into.write(b"[")
    for line, row in rows:
        into.write((b",\n" if lines else b"\n") + json.dumps(row).encode())
        lines.append(line)
    into.write(b"\n]\n")
    if not lines:
        raise click.BadParameter(f"{path} has no rows.")
    return Converted(lines)


def demand_array(path: Path) -> Converted:
    """A JSON file goes as it is, however large; that it begins as an array is all that is looked at here."""
    with path.open("rb") as file:
        begin = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin.startswith(b"["):
        raise click.BadParameter(f"{path} is no JSON array of tasks. (A task on each line? --format jsonl.)")
    return Converted(array("Q"))


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(_readable(path, file), 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise click.BadParameter(f"{path}, line {number}: no JSON ({error}).") from None


def _csv(path: Path, types: Types) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(_readable(path, file), strict=True)
        try:
            names = next(reader, [])
            _demand_names(path, names)
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield line, _row(path, line, names, cells, types)
                line = reader.line_num + 1  # a cell may have several lines: a row is where it begins
        except csv.Error as error:
            raise click.BadParameter(f"{path}, line {reader.line_num}: {error}.") from None


def _readable(path: Path, file: IO[str]) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError:
        raise click.BadParameter(f"{path} is not in UTF-8.") from None


def _demand_names(path: Path, names: list[str]) -> None:
    if not all(names) or len(set(names)) < len(names):
        raise click.BadParameter(f"{path}: the first line must name each column, each by another name.")


def _row(path: Path, line: int, names: list[str], cells: list[str], types: Types) -> Row:
    if len(cells) != len(names):
        raise click.BadParameter(f"{path}, line {line}: {len(cells)} cells for {len(names)} columns.")
    row: Row = {"data": {}}
    for name, cell in zip(names, cells, strict=True):
        if cell == "":
            continue
        if name in _OWN:
            row[name] = _value(cell, _OWN[name])
        else:
            member = name.removeprefix(_IN_DATA)
            row["data"][member] = _value(cell, types.get(member, "string"))
    return row


def _value(cell: str, type: str) -> Any:
    """The cell as its type has it; as text where it cannot be that: the service says what is wrong with it."""
    if type not in _PARSED:
        return cell
    try:
        return json.loads(cell.lower() if type == "boolean" else cell)
    except (ValueError, RecursionError):
        return cell
