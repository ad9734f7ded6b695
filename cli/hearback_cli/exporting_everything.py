"""An export of a whole organization into a folder, and on again after an interruption."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from hearback_cli import waiting
from hearback_cli.errors import Refused
from hearback_cli.fetching import Replaced, fetch
from hearback_cli.paths import part
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.text import counted
from hearback_cli.unfinished import Note

_EXPORTS = "/api/v1/organization/exports"
_SILENT = Bar("", None)
"""A file is a small part of all: the bar shows how many files are there."""
_PRIVATE = 0o600

Record = dict[str, Any]


class ExportingEverything:
    """Everything of an organization's, on its way into a folder of files."""

    def __init__(self, service: Service, folder: Path, bar: Bar) -> None:
        self._service = service
        self._folder = folder
        self._bar = bar
        self._note = Note(service.edge, service.fingerprint("everything", folder.absolute()))

    def run(self) -> Record:
        """The export, with `bytes` of each file, when all of them are there."""
        known = self._note.read()
        if not known:
            self._demand_room()
            begun = self._service.post(_EXPORTS)
            known = self._note.write(exportId=begun["exportId"])
        self._keep_private()
        self._when_over(known["exportId"])
        export = self._download(known["exportId"])
        self._note.forget()
        return export

    def _demand_room(self) -> None:
        """A folder of our own, before there is anything for it: files of two exports must not mix."""
        if self._folder.exists() and any(self._folder.iterdir()):
            raise click.UsageError(f"{self._folder} is not empty: give another folder with --output.")
        self._keep_private()

    def _keep_private(self) -> None:
        """Nobody else may look into the folder, nor into one that was there already."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._folder.chmod(0o700)

    def _when_over(self, export_id: str) -> None:
        self._bar.stage("exporting")

        def look() -> Record:
            found = self._look(export_id)
            number = sum(found["records"].values())
            self._bar.reach(number, None, counted(number, "record"))
            return found

        over = waiting.until(self._service.edge, look, lambda found: found["state"] != "running")
        if over["state"] != "done":
            self._note.forget()
            raise Refused("The export failed. Run the same command again: it makes a new one.")

    def _look(self, export_id: str) -> Record:
        """From the list: looking at one alone gives links to everything, and each time is in the audit trail."""
        for export in self._service.get(_EXPORTS)["exports"]:
            if export["exportId"] == export_id:
                return dict(export)
        return self._page(export_id)

    def _with_links(self, export_id: str) -> Record:
        """With links to all of its files, of which a page has a thousand."""
        export = page = self._page(export_id)
        files = list(export.get("files") or [])
        while page.get("next"):
            page = self._page(export_id, after=page["next"])
            files += page["files"]
        return {name: value for name, value in export.items() if name != "next"} | {"files": files}

    def _page(self, export_id: str, **asked: str) -> Record:
        try:
            return dict(self._service.get(f"{_EXPORTS}/{part(export_id)}", params=asked))
        except Refused as error:
            if error.status == 404:
                self._note.forget()
            raise

    def _download(self, export_id: str) -> Record:
        self._bar.stage("downloading")
        export = self._with_links(export_id)
        links = _links(export)
        for number, name in enumerate(links):
            self._bar.reach(number, len(links), f"{number:,} of {counted(len(links), 'file')}")
            if not (self._folder / name).exists() and not self._fetch(name, links[name]):
                links |= _links(self._with_links(export_id))  # they are good for an hour
                self._demand(name, links[name])
        sizes = [{"name": name, "bytes": (self._folder / name).stat().st_size} for name in links]
        return {**export, "files": sizes}

    def _fetch(self, name: str, url: str) -> bool:
        """Bring one file, which appears only when it is whole; False when the link serves no longer."""
        partial = self._folder / f"{name}.partial"
        try:
            fetch(self._service, url, partial, _SILENT, _PRIVATE)
        except Replaced:
            partial.unlink(missing_ok=True)
            return False
        os.replace(partial, self._folder / name)
        return True

    def _demand(self, name: str, url: str) -> None:
        if not self._fetch(name, url):
            self._note.forget()
            raise Refused(
                f"The exported file {name} is gone. Run the same command again, with another folder: "
                "it makes a new export."
            )


def _links(export: Record) -> dict[str, str]:
    """By name. No name leads out of the folder, whatever the service says."""
    links = {str(file["name"]): str(file["url"]) for file in export["files"]}
    for name in links:
        if name in ("", ".", "..") or set(name) & set("/\\:\0"):
            raise Refused(f"The service names a file {name!r}, which is no name of a file.")
    return links
