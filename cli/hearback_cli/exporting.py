"""An export of feedback into a file, and on again after an interruption."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hearback_cli import waiting
from hearback_cli.errors import Refused
from hearback_cli.fetching import Replaced, fetch
from hearback_cli.paths import part
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.text import counted
from hearback_cli.unfinished import Note

if TYPE_CHECKING:
    import httpx

_EXPORT = "/api/v2/feedback/export"


class Exporting:
    """The entries that a query means, on their way into one file."""

    def __init__(self, service: Service, query: dict[str, str], output: Path, bar: Bar) -> None:
        self._service = service
        self._query = query
        self._output = output
        self._partial = output.with_name(output.name + ".partial")
        self._bar = bar
        work = ("export", sorted(query.items()), output.absolute())
        self._note = Note(service.edge, service.fingerprint(*work))

    def run(self) -> None:
        """Write the file. What is there of it already is of use only if we know whereof it is the beginning."""
        known = self._note.read() if self._partial.exists() else {}
        if not known or not self._fetch(known):
            self._begin()
        os.replace(self._partial, self._output)
        self._note.forget()

    def _begin(self) -> None:
        self._bar.stage("exporting")
        self._partial.unlink(missing_ok=True)
        answer = self._service.ask("GET", _EXPORT, params=self._query)
        if answer.status_code == 200:
            self._partial.write_bytes(answer.content)
            return
        where = answer.headers["Location"]
        # Of the status's address the id alone is taken: the key goes nowhere but to the service.
        known = {"export": where.rsplit("/", 1)[-1]} if answer.status_code == 202 else {"url": where}
        self._partial.touch()
        if not self._fetch(self._note.write(**known)):
            raise Refused("The exported file is gone. Run the same command again: it makes a new one.")

    def _fetch(self, known: dict[str, Any]) -> bool:
        """Go on with a download; False when it is not to be had any more."""
        try:
            url = known["url"] if "url" in known else self._when_over(known["export"])
            self._bar.stage("downloading")
            fetch(self._service, url, self._partial, self._bar)
        except Replaced:
            self._note.forget()
            return False
        return True

    def _when_over(self, export_id: str) -> str:
        """Where the finished file is to be had, from an export in the background."""

        def look() -> dict[str, Any]:
            found: dict[str, Any] = self._look(export_id).json()
            self._bar.reach(found["entries"], None, counted(found["entries"], "entry", "entries"))
            return found

        over = waiting.until(self._service.edge, look, lambda found: found["state"] in ("done", "failed"))
        if over["state"] == "failed":
            self._note.forget()
            raise Refused(f"The export failed: {over['error']}\nRun the same command again.")
        return str(over["url"])

    def _look(self, export_id: str) -> httpx.Response:
        try:
            return self._service.ask("GET", f"{_EXPORT}s/{part(export_id)}")
        except Refused as error:
            if error.status == 404:
                raise Replaced from None
            raise
