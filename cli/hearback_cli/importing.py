"""One TMX file on its way into the service, and on again after an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hearback_cli import sending, waiting
from hearback_cli.errors import Refused
from hearback_cli.parts import GONE, UPLOADS, Parts
from hearback_cli.paths import part
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.text import counted
from hearback_cli.unfinished import Note

_IMPORTS = "/api/v2/feedback/imports"
_FORM_LIVES = 3600 - 120
"""Seconds in which an upload may begin: the form lasts an hour, and the file takes its time."""

_IN_ONE = 8 << 20
"""Bytes of a file that goes as a whole: it would be one part only."""

Record = dict[str, Any]


class Importing:
    """A file with its options (`applyAll`, `approveAll`), for one service."""

    def __init__(self, service: Service, path: Path, options: dict[str, str], bar: Bar) -> None:
        self._service = service
        self._path = path
        self._options = options
        self._bar = bar
        told = sorted(options.items())
        self._note = Note(service.edge, service.fingerprint("import", told, sending.digest(path)))

    def run(self, again: bool) -> tuple[Record, bool]:
        """The import when it is over, and whether it was so before. Raises `Refused` when it failed.

        `again` begins anew even if this very file was imported; it goes on with what is unfinished.
        """
        known = self._note.read()
        record = self._look(known["importId"]) if known else None
        if record and record["state"] == "done" and not again:
            return record, True
        if record is None or record["state"] in ("done", "failed"):
            known, record = self._begin(), None
        if record is None or record["state"] == "waiting":
            known = self._send(known) if record is None else self._send_again(known)
        return self._when_over(known["importId"]), False

    def _begin(self) -> Record:
        length = self._path.stat().st_size
        size = {"sizeInBytes": str(length)} if length > _IN_ONE else {}
        upload = self._service.post(UPLOADS, data=self._options | size, again=True)
        if "parts" in upload:
            return self._note.write(importId=upload["importId"], inParts=True)
        return self._note.write(importId=upload["importId"], url=upload["url"], fields=upload["fields"])

    def _send_again(self, known: Record) -> Record:
        """Go on with an upload of an earlier run; with a new one where the one at hand serves no longer."""
        in_parts = "inParts" in known
        if not in_parts and known["begun"] < self._service.edge.now() - _FORM_LIVES:
            return self._send(self._begin())
        try:
            return self._send(known)
        except Refused as error:
            if error.status != (GONE if in_parts else sending.NO_LONGER_ALLOWED):
                raise
            return self._send(self._begin())

    def _send(self, known: Record) -> Record:
        if "inParts" in known:
            Parts(self._service, known["importId"], self._path, self._bar).send()
            return known
        self._bar.stage("uploading")
        send = sending.post_form(self._service, known["url"], known["fields"], self._path, self._bar)
        sending.until_it_is_there(self._service, send, lambda: self._has_arrived(known["importId"]))
        return known

    def _has_arrived(self, import_id: str) -> bool:
        record = self._look(import_id)
        return record is not None and record["state"] != "waiting"

    def _look(self, import_id: str) -> Record | None:
        """The import, if the service still knows it."""
        try:
            found: Record = self._service.get(f"{_IMPORTS}/{part(import_id)}")
        except Refused as error:
            if error.status != 404:
                raise
            return None
        return found

    def _when_over(self, import_id: str) -> Record:
        self._bar.stage("importing")

        def look() -> Record:
            found: Record = self._service.get(f"{_IMPORTS}/{part(import_id)}")
            self._bar.reach(found["bytesRead"], found["size"] or None, counted(found["unitsRead"], "unit"))
            return found

        over = waiting.until(self._service.edge, look, lambda found: found["state"] in ("done", "failed"))
        if over["state"] == "failed":
            self._note.forget()
            raise Refused(f"{self._path}: the import failed: {over['error']}")
        return dict(over)
