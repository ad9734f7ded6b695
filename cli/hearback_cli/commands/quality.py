"""How good a project's answers are."""

from __future__ import annotations

from typing import Any

import click

from hearback_cli.options import connected, project_option
from hearback_cli.output import Output
from hearback_cli.service import Service

_DIMENSIONS = ("error_type", "severity", "output", "round", "submitter")
_COUNTS = ("count", "finalized", "tasks_reviewed", "tasks_with_errors", "errors_per_task")


@click.group()
def quality() -> None:
    """How good a project's answers are."""


@quality.command()
@project_option
@click.option("--from", "since", metavar="DAY", help="The first day (`2026-03-01`).")
@click.option("--to", "until", metavar="DAY", help="The last day.")
@click.option("--by", type=click.Choice(_DIMENSIONS), default="error_type", show_default=True)
@click.option("--daily", is_flag=True, help="Day by day instead of in all.")
@connected
def report(
    service: Service, output: Output, project: int, since: str | None, until: str | None, by: str, daily: bool
) -> None:
    """Count the errors that reviews have found, in all and by what --by says."""
    days = {name: value for name, value in (("from", since), ("to", until)) if value}
    found = service.get(f"/v2/projects/{project}/quality.json", params={"group_by": by, **days})
    if daily:
        rows: list[list[object]] = [
            [day["date"], *(day[name] for name in _COUNTS)] for day in found["series"]
        ]
        output.table(found, ("Day", "Errors", "Final", "Reviewed", "With errors", "Per task"), rows)
    else:
        output.table(found, (by, "Errors", "Final"), _rows(found, by))


def _rows(found: dict[str, Any], by: str) -> list[list[object]]:
    groups = [[group[by] or "none", group["count"], group["finalized"]] for group in found["groups"]]
    total = ["in all", found["count"], found["finalized"]]
    reviewed = f"{found['tasks_with_errors']} of {found['tasks_reviewed']}"
    return [
        *groups,
        total,
        ["tasks with errors", reviewed, ""],
        ["errors per task", found["errors_per_task"], ""],
    ]
