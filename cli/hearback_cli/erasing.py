"""The erasure of a person, and waiting for its end."""

from __future__ import annotations

import json
from typing import Any

from hearback_cli import waiting
from hearback_cli.errors import Refused
from hearback_cli.paths import part
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.text import counted
from hearback_cli.unfinished import Note

_ERASURES = "/api/v1/organization/erasures"

Record = dict[str, Any]


class Erasing:
    """A person (`email`, `userId`), and the erasure of everything that names them."""

    def __init__(self, service: Service, person: Record, bar: Bar) -> None:
        self._service = service
        self._person = person
        self._bar = bar
        told = json.dumps(person, sort_keys=True)
        self._note = Note(service.edge, service.fingerprint("erasure", told))

    def run(self) -> Record:
        """The erasure when it is over. Raises `Refused` when it failed."""
        erasure_id = self._under_way() or self._begin()
        over = waiting.until(
            self._service.edge, lambda: self._look(erasure_id), lambda found: found["state"] != "running"
        )
        self._note.forget()
        if over["state"] != "done":
            raise Refused(f"The erasure failed: {over['error']}")
        return dict(over)

    def _under_way(self) -> str | None:
        """The erasure that an interrupted command has begun, while it runs.

        One that is over counts for nothing: a table may have been restored since, with the person in it.
        """
        known = self._note.read()
        if not known:
            return None
        for erasure in self._service.get(_ERASURES)["erasures"]:
            if (erasure["erasureId"], erasure["state"]) == (known["erasureId"], "running"):
                return str(known["erasureId"])
        return None

    def _begin(self) -> str:
        begun = self._service.post(_ERASURES, json=self._person)
        self._note.write(erasureId=begun["erasureId"])
        return str(begun["erasureId"])

    def _look(self, erasure_id: str) -> Record:
        found: Record = self._service.get(f"{_ERASURES}/{part(erasure_id)}")
        if found["state"] == "running":
            waiting_for = found.get("waitingFor")
            searching = f"searching everything, pass {found['passes'] + 1}"
            self._bar.stage(f"waiting until this is over: {waiting_for}" if waiting_for else searching)
        number = sum(found["found"].values())
        self._bar.reach(number, None, f"{counted(number, 'record')} so far")
        return found
