"""Files of tasks: what a row is in each format, and which file is none."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from hearback_cli import task_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = {
    "type": "object",
    "properties": {
        "url": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "good": {"type": "boolean"},
        "tags": {"type": "array"},
        "either": {"type": ["string", "null"]},
        "any": True,
    },
}
TYPES = task_files.types_of(SCHEMA)


def rows(path: Path, content: str | bytes, name: str = "tasks.csv") -> list[Any]:
    """The rows that the service would get."""
    file = path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    into = io.BytesIO()
    task_files.convert(file, task_files.format_of(file, None), TYPES, into)
    return list(json.loads(into.getvalue()))


def refusal(path: Path, content: str | bytes, name: str = "tasks.csv") -> str:
    with pytest.raises(click.BadParameter) as refused:
        rows(path, content, name)
    return refused.value.message


def test_a_column_is_a_member_of_the_data(tmp_path: Path) -> None:
    assert rows(tmp_path, "url,name\nhttps://x,A\n") == [{"data": {"url": "https://x", "name": "A"}}]


def test_three_columns_are_the_tasks_own(tmp_path: Path) -> None:
    text = "url,priority,submit,client_batch_id,data.priority\nx,-3,TRUE,b1,high\n"
    own = {"priority": -3, "submit": True, "client_batch_id": "b1"}
    assert rows(tmp_path, text) == [{"data": {"url": "x", "priority": "high"}, **own}]


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("url", "12", "12"),
        ("unknown", "12", "12"),
        ("either", "12", "12"),
        ("any", "12", "12"),
        ("count", "12", 12),
        ("count", "many", "many"),
        ("share", "0.5", 0.5),
        ("good", "true", True),
        ("good", "False", False),
        ("good", "yes", "yes"),
        ("tags", '"[""a""]"', ["a"]),
        ("data.count", "1", 1),
    ],
)
def test_a_cell_is_read_as_the_schema_has_it(tmp_path: Path, name: str, cell: str, value: Any) -> None:
    assert rows(tmp_path, f"{name}\n{cell}\n") == [{"data": {name.removeprefix("data."): value}}]


def test_an_empty_cell_is_nothing(tmp_path: Path) -> None:
    assert rows(tmp_path, "url,count,priority\nx,,\n") == [{"data": {"url": "x"}}]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_a_spreadsheet_writes_arrives(tmp_path: Path, cells: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b"], *cells])
    wanted = [{"data": {"a": first, "b": second}} for first, second in cells]
    assert rows(tmp_path, "\N{BYTE ORDER MARK}" + text.getvalue()) == wanted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no rows"),
        ("url\n", "has no rows"),
        ("url,url\nx,y\n", "must name each column"),
        ("url,\nx,y\n", "must name each column"),
        ("url\nx\nx,y\n", "line 3: 2 cells for 1 columns"),
        ('url,name\n"a\nb",c\nd\n', "line 4: 1 cells for 2 columns"),
        ('url\n"x', "line 2: unexpected end of data"),
        (b"url\n\xff\n", "is not in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def test_json_lines_are_rows_as_they_are(tmp_path: Path) -> None:
    text = '{"data": {"url": "ü"}, "priority": 1}\r\n\n  \n{"data": {}}'
    assert rows(tmp_path, text, "t.jsonl") == [{"data": {"url": "ü"}, "priority": 1}, {"data": {}}]
    assert rows(tmp_path, text, "t.NDJSON") == rows(tmp_path, text, "t.jsonl")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"data": {}}\n{"data"\n', "line 2: no JSON"),
        ("[" * 100_000, "line 1: no JSON"),
        (b'{"data": "\xff"}', "is not in UTF-8"),
        ("\n\n", "has no rows"),
    ],
    ids=["cut", "deep", "encoding", "empty"],
)
def test_what_are_no_json_lines_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert said in refusal(tmp_path, content, "t.jsonl")


def test_a_row_is_found_where_it_begins(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('url,name\n"a\nb",c\n\nd,e\n')
    found = task_files.convert(file, "csv", {}, io.BytesIO())
    assert [found.place(index) for index in range(2)] == ["line 2", "line 5"]


@pytest.mark.parametrize("begin", [b"[", b" \n[", b"\xef\xbb\xbf["])
def test_a_json_array_goes_as_it_is(tmp_path: Path, begin: bytes) -> None:
    file = tmp_path / "t.json"
    file.write_bytes(begin + b"]")
    assert task_files.demand_array(file).place(2) == "row 3"


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text('{"data": {}}')
    with pytest.raises(click.BadParameter, match="--format jsonl"):
        task_files.demand_array(file)


def test_a_format_that_the_name_does_not_tell_is_to_be_said(tmp_path: Path) -> None:
    assert task_files.format_of(tmp_path / "tasks.txt", "csv") == "csv"
    with pytest.raises(click.BadParameter, match="--format"):
        task_files.format_of(tmp_path / "tasks.txt", None)


@pytest.mark.parametrize("schema", [{}, {"properties": None}, {"properties": {"a": {"type": ["x"]}, "b": 1}}])
def test_a_schema_that_does_not_tell_types_tells_none(schema: dict[str, Any]) -> None:
    assert task_files.types_of(schema) == {}
