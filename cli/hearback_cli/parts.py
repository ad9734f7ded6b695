"""A file on its way up in parts, of which only those are sent that the service misses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hearback_cli import sending
from hearback_cli.errors import Refused
from hearback_cli.paths import part
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.text import size

UPLOADS = "/api/v2/feedback/import/uploads"
GONE = 404
"""The service's status for an upload that was given up: nobody has completed it for days."""

Record = dict[str, Any]


class Parts:
    """The upload that an import waits for, and the file that has what it misses."""

    def __init__(self, service: Service, import_id: str, path: Path, bar: Bar) -> None:
        self._service = service
        self._address = f"{UPLOADS}/{part(import_id)}"
        self._path = path
        self._bar = bar

    def send(self) -> None:
        """Send what is missing, and let the service put the file together.

        Raises `Refused` with the status `GONE` for an upload that no longer exists.
        """
        while not self._send_missing():
            pass
        self._service.post(f"{self._address}/complete", again=True)

    def _send_missing(self) -> bool:
        """Whether everything is sent; False when the addresses served no longer: fresh ones are to be had."""
        upload = self._look()
        missing, whole = upload["missing"], upload["sizeInBytes"]
        done = whole - sum(each["sizeInBytes"] for each in missing)
        self._bar.stage(f"uploading, {size(done)} of {size(whole)} are there" if done else "uploading")
        self._bar.reach(done, whole, f"{size(done)} of {size(whole)}")
        for index, each in enumerate(missing):
            start = (each["partNumber"] - 1) * upload["partSizeInBytes"]
            piece = sending.Piece(self._path, start, each["sizeInBytes"], self._bar, done, whole)
            try:
                self._send(each, piece)
            except Refused as error:
                if error.status != sending.NO_LONGER_ALLOWED or index == 0:
                    raise
                return False
            done += piece.length
        return True

    def _send(self, missing: Record, piece: sending.Piece) -> None:
        def has_arrived() -> bool:
            return missing["partNumber"] not in [each["partNumber"] for each in self._look()["missing"]]

        send = sending.put_piece(self._service, missing["url"], piece)
        sending.until_it_is_there(self._service, send, has_arrived)

    def _look(self) -> Record:
        return dict(self._service.get(self._address))
