"""Tasks of a project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from hearback_cli import sending, task_files
from hearback_cli.creating import LARGEST, Created, Creating
from hearback_cli.errors import InPart, Refused
from hearback_cli.options import connected, project_option
from hearback_cli.output import Output, note
from hearback_cli.progress import bar
from hearback_cli.service import Service
from hearback_cli.task_files import Converted
from hearback_cli.text import counted, plain

_MOST_TOLD = 20
"""Failed rows that are told one by one; --json has all."""


@click.group()
def tasks() -> None:
    """Tasks of a project."""


@tasks.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@project_option
@click.option(
    "--format", "form", type=click.Choice(("json", "jsonl", "csv")), help="By the file's name, else."
)
@click.option("--batch-name", metavar="TEXT", help="The client batch id of all these tasks.")
@click.option("--again", is_flag=True, help="Even if this command has created this file's tasks before.")
@connected
def create(
    service: Service,
    output: Output,
    file: Path,
    project: int,
    form: str | None,
    batch_name: str | None,
    again: bool,
) -> None:
    """Create the tasks of FILE (JSON, JSON lines or CSV), and wait until they are there.

    A row that is refused does not hold up the others; it is told with its reason, and the exit code is 5.
    Interrupted, the same command goes on.
    """
    about = {"tasks_file_name": file.name} | ({"client_batch_id": batch_name} if batch_name else {})
    found = task_files.format_of(file, form)
    if found == "json":
        places = task_files.demand_array(file)
        made = _create(service, project, file, about, again)
    else:
        made, places = _converted(service, project, file, found, about, again)
    _tell(output, file, made, places)


def _converted(
    service: Service, project: int, file: Path, form: str, about: dict[str, str], again: bool
) -> tuple[Created, Converted]:
    """By way of a file in the form that the service takes: S3 wants to know its length beforehand."""
    schema = service.get(f"/v2/projects/{project}/schemas/create_task.json")
    with tempfile.TemporaryDirectory(prefix="hearback-") as folder:
        path = Path(folder) / f"{file.name}.json"
        with path.open("wb") as into:
            places = task_files.convert(file, form, task_files.types_of(schema), into)
        return _create(service, project, path, about, again), places


def _create(service: Service, project: int, path: Path, about: dict[str, str], again: bool) -> Created:
    sending.length_of(path, LARGEST, "a batch")
    with bar(about["tasks_file_name"]) as drawn:
        return Creating(service, project, path, about, drawn).run(again)


def _tell(output: Output, file: Path, made: Created, places: Converted) -> None:
    batch = {name: value for name, value in made.batch.items() if name not in ("tasks", "tasks_put_url")}
    failures = [{**row, "place": places.place(row["index"])} for row in made.failures]
    if made.was_done:
        note(f"{file}: its tasks were created before (batch {batch['batch_id']}); --again creates them anew.")
    for row in failures[:_MOST_TOLD]:
        note(f"{file}, {row['place']}: {plain(row['type'])}: {plain(row['message'])}")
    if len(failures) > _MOST_TOLD:
        note(f"and {len(failures) - _MOST_TOLD:,} rows more, which --json lists.")
    said = (
        f"Batch {batch['batch_id']}: {counted(batch['created'], 'task')} created, {batch['failed']:,} failed."
    )
    output.said({**batch, "wasDone": made.was_done, "failures": failures}, said)
    _conclude(batch)


def _conclude(batch: dict[str, Any]) -> None:
    if batch["failed"] and not batch["created"]:
        raise Refused("None of the rows became a task.")
    if batch["failed"]:
        raise InPart(f"{counted(batch['failed'], 'row')} of {batch['total']:,} became no task.")
