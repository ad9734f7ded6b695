"""The log of a project's callbacks, and sending them again."""

from __future__ import annotations

from typing import Any

import click

from hearback_cli.deciding import conclude, each
from hearback_cli.options import connected, ids_from, project_option
from hearback_cli.output import Output, note
from hearback_cli.paths import part
from hearback_cli.service import Service
from hearback_cli.text import counted

_STATES = ("owed", "sending", "waiting", "delivered", "unreachable")
_PAGE = 100
_COLUMNS = ("Callback", "Kind", "Task", "Round", "State", "Attempts", "Outcome", "Made", "To")
_FIELDS = ("id", "kind", "task_id", "round", "state", "attempts", "outcome", "created_at", "url")

Record = dict[str, Any]


def _path(project: int, rest: str) -> str:
    return f"/v2/projects/{project}/{rest}"


@click.group()
def callbacks() -> None:
    """Callbacks of a project: what was told to its receivers, and whether it arrived."""


@callbacks.command("list")
@project_option
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--since", metavar="TIME", help="Only those made at this time or later.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many at most.")
@connected
def list_callbacks(
    service: Service, output: Output, project: int, state: str | None, since: str | None, limit: int
) -> None:
    """List callbacks, newest first."""
    query = {name: value for name, value in (("state", state), ("since", since)) if value}
    found = _read(service, _path(project, "callbacks.json"), query, limit)
    output.table({"callbacks": found}, _COLUMNS, ([it[name] for name in _FIELDS] for it in found))


def _read(service: Service, path: str, query: dict[str, str], limit: int) -> list[Record]:
    found: list[Record] = []
    for number in range(1, 1 << 20):
        page = service.get(path, params={**query, "page": number, "page_size": _PAGE})["callbacks"]
        found += page
        if len(page) < _PAGE or len(found) >= limit:
            break
    return found[:limit]


@callbacks.command()
@click.argument("callback")
@project_option
@connected
def show(service: Service, output: Output, callback: str, project: int) -> None:
    """Show CALLBACK with all its attempts."""
    found = service.get(_path(project, f"callbacks/{part(callback)}.json"))
    told = found["callback"]
    fields = [(name, value) for name, value in told.items() if name != "log"]
    attempts = [(f"attempt {it['number']}", _attempt(it)) for it in told["log"]]
    output.record(found, fields + attempts)


def _attempt(it: Record) -> str:
    took = "" if it["milliseconds"] is None else f"{it['milliseconds']} ms"
    said = (it["at"], took, it["status"] or it["error"], it["detail"], it["answer"])
    return "  ".join(str(one) for one in said if one)


@callbacks.command()
@click.argument("ids", nargs=-1)
@click.option("--unreachable", is_flag=True, help="All that were given up.")
@click.option("--since", metavar="TIME", help="With --unreachable: only those made at this time or later.")
@project_option
@connected
def redeliver(
    service: Service, output: Output, ids: tuple[str, ...], unreachable: bool, since: str | None, project: int
) -> None:
    """Send the callbacks with these IDS again (- reads ids from standard input), or all unreachable ones."""
    if unreachable == bool(ids) or (since and not unreachable):
        raise click.UsageError("Give either ids, or --unreachable (and perhaps --since).")
    if unreachable:
        _redeliver_unreachable(service, output, project, since)
        return

    def again(callback: str) -> Record:
        path = _path(project, f"callbacks/{part(callback)}/redeliver.json")
        return dict(service.post(path)["callback"])

    outcome = each(ids_from(ids), again, "redelivering")
    said = f"{counted(len(outcome.done), 'callback is', 'callbacks are')} on the way again."
    output.said({"callbacks": outcome.done, "refused": outcome.refused, "left": outcome.left}, said)
    conclude(outcome, "callbacks")


def _redeliver_unreachable(service: Service, output: Output, project: int, since: str | None) -> None:
    """The service does as many as it has time for in a request; done twice does no harm."""
    number, more = 0, True
    while more:
        form = {"since": since} if since else {}
        told = service.post(_path(project, "callbacks/redeliver.json"), json=form, again=True)
        number, more = number + told["redelivered"], told["more"]
        if more:
            note(f"{number:,} so far …")
    said = f"{counted(number, 'callback is', 'callbacks are')} on the way again."
    output.said({"redelivered": number}, said)
