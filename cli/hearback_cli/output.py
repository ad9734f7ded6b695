"""What commands say: results on standard output, everything else on standard error.

Results are JSON if that is asked for, a table on a terminal, and lines with tabs for other programs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from hearback_cli.text import plain


class Output:
    """How this command's results are written."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def table(self, document: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """The document, or the rows that say the same to people."""
        if self.as_json:
            self._json(document)
        elif sys.stdout.isatty():
            _draw(columns, rows)
        else:
            for row in rows:
                click.echo("\t".join(map(plain, row)))

    def record(self, document: Any, fields: Iterable[tuple[str, object]]) -> None:
        """The document, or what it says of one thing, a line for each field."""
        self.table(document, (), ((f"{name}:", value) for name, value in fields))

    def said(self, document: Any, *lines: str) -> None:
        """The document, or the same as sentences."""
        if self.as_json:
            self._json(document)
        else:
            for line in lines:
                click.echo(plain(line))

    def _json(self, document: Any) -> None:
        click.echo(json.dumps(document, ensure_ascii=not _can_say_everything(), indent=2))


def _can_say_everything() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _draw(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_header=bool(columns), pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, no_wrap=not index, overflow="fold")  # ids are to be copied: whole
    for row in rows:  # as Text: what looks like markup in somebody's words is none
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console().print(table)


def note(line: str) -> None:
    """Something for the person, beside the results."""
    click.echo(line, err=True)
