"""Translation memories in and out, as TMX."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from hearback_cli import filters, sending
from hearback_cli.errors import InPart, Refused
from hearback_cli.exporting import Exporting
from hearback_cli.importing import Importing
from hearback_cli.options import connected
from hearback_cli.output import Output, note
from hearback_cli.progress import bar
from hearback_cli.service import Service
from hearback_cli.text import counted, plain, size

Record = dict[str, Any]


@click.group()
def tmx() -> None:
    """Translation memories in and out, as TMX."""


@tmx.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--all-pairs", is_flag=True, help="Into every installed pair of the languages, not the first alone."
)
@click.option("--approve", is_flag=True, help="As approved entries. For admins.")
@click.option("--again", is_flag=True, help="Also what was imported by this command before.")
@click.option("--strict", is_flag=True, help="Exit with 5 where a unit was invalid.")
@connected
def import_(
    service: Service,
    output: Output,
    files: tuple[Path, ...],
    all_pairs: bool,
    approve: bool,
    again: bool,
    strict: bool,
) -> None:
    """Import FILES, each of up to 1 GB, and wait until it is done.

    Interrupted, the same command goes on: with the upload, or with waiting for the import.
    """
    most = service.get("/api/v2/system/input-size-limits")["importFeedbackUploadMaxSizeInMB"] << 20
    for path in files:
        sending.length_of(path, most, "an import")
    options = {"applyAll": str(all_pairs).lower(), "approveAll": str(approve).lower()}
    done = [outcome for path in files if (outcome := _import(service, path, options, again))]
    rows = [[it["path"], it["successful"], it["duplicate"], it["invalid"]] for it in done]
    output.table({"imports": done}, ("File", "Imported", "Duplicate", "Invalid"), rows)
    _conclude(len(files), done, strict)


def _import(service: Service, path: Path, options: dict[str, str], again: bool) -> Record | None:
    """The outcome; None where the import was refused, which is told at once: the next file may be good."""
    try:
        with bar(path.name) as drawn:
            record, was_done = Importing(service, path, options, drawn).run(again)
    except Refused as error:
        error.show()
        return None
    if was_done:
        note(f"{path}: was imported before ({record['importId']}); --again imports it once more.")
    for warning in record["warnings"]:
        note(f"{path}: warning: {plain(warning)}")
    more = record["invalid"] - len(record["warnings"])
    if more > 0:
        note(f"{path}: and {more:,} more.")
    return {"path": str(path), "wasDone": was_done, **record}


def _conclude(number: int, done: list[Record], strict: bool) -> None:
    if not done:
        raise Refused("Nothing was imported.")
    if len(done) < number:
        raise InPart(f"{number - len(done)} of {counted(number, 'file')} were not imported.")
    if strict and any(record["invalid"] for record in done):
        raise InPart("Some units were invalid; the others are imported.")


@tmx.command()
@filters.filtered
@click.option(
    "--output", "destination", metavar="FILE", default="-", help="Where to; standard output by default."
)
@connected
def export(service: Service, output: Output, destination: str, **options: Any) -> None:
    """Write the entries as TMX, all or those that the options mean.

    Interrupted, the same command goes on with the download into FILE.
    """
    query = filters.query(options)
    if destination != "-":
        path = Path(destination)
        length = _export(service, query, path)
        output.said({"file": destination, "bytes": length}, f"{destination} has {size(length)}.")
        return
    if output.as_json:
        raise click.UsageError("With --json the TMX itself needs a file: --output FILE.")
    with tempfile.TemporaryDirectory(prefix="hearback-") as folder:
        path = Path(folder) / "feedback.tmx"
        _export(service, query, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


def _export(service: Service, query: dict[str, str], path: Path) -> int:
    """Bytes of the file."""
    with bar(path.name) as drawn:
        Exporting(service, query, path, drawn).run()
    return path.stat().st_size
