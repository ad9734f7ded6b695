"""Translation feedback: looking through it, and deciding about it."""

from __future__ import annotations

from typing import Any

import click

from hearback_cli import filters
from hearback_cli.deciding import conclude, each
from hearback_cli.options import connected, ids_from
from hearback_cli.output import Output, note
from hearback_cli.paths import part
from hearback_cli.service import Service
from hearback_cli.text import counted

_FEEDBACK = "/api/v2/feedback"
_MOST_PER_PAGE = 1_000
_COLUMNS = ("Id", "Language pair", "State", "By", "Source", "Machine", "Suggestion")

Record = dict[str, Any]


@click.group()
def feedback() -> None:
    """Translation feedback: look through it, approve and reject."""


@feedback.command("list")
@filters.filtered
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True, help="How many at most.")
@click.option("--all", "everything", is_flag=True, help="All of them, however many there are.")
@click.option("--ids", is_flag=True, help="Their ids alone, a line each: for approve and reject.")
@connected
def list_feedback(
    service: Service, output: Output, limit: int, everything: bool, ids: bool, **options: Any
) -> None:
    """List entries, oldest first."""
    found, total = _read(service, filters.query(options), None if everything else limit)
    if ids:
        output.table([it["feedbackId"] for it in found], ("Id",), ([it["feedbackId"]] for it in found))
    else:
        output.table({"feedback": found, "totalItems": total}, _COLUMNS, map(_row, found))
    if len(found) < total:
        note(f"{len(found):,} of {counted(total, 'entry', 'entries')}; --all lists all.")


def _row(entry: Record) -> tuple[object, ...]:
    names = ("feedbackId", "languagePairId", "approvalState", "username")
    texts = ("sourceText", "machineTranslation", "suggestedTranslation")
    return tuple(entry[name] for name in (*names, *texts))


def _read(service: Service, query: dict[str, str], limit: int | None) -> tuple[list[Record], int]:
    """The entries, page after page, and how many there are in all."""
    found: list[Record] = []
    size = min(limit or _MOST_PER_PAGE, _MOST_PER_PAGE)
    for number in range(1, 1 << 31):
        page = service.get(_FEEDBACK, params={**query, "page": number, "perPage": size})
        found += page["feedback"]
        if number >= page["totalPages"] or (limit and len(found) >= limit):
            break
    return found[:limit], page["totalItems"]


def _decide(service: Service, output: Output, ids: tuple[str, ...], state: str) -> None:
    def decide(feedback_id: str) -> Record:
        path = f"{_FEEDBACK}/{part(feedback_id)}"
        return dict(service.json("PUT", path, data={"approvalState": state}))

    outcome = each(ids_from(ids), decide, f"{state} so far")
    said = f"{counted(len(outcome.done), 'entry is', 'entries are')} {state} now."
    output.said({"feedback": outcome.done, "refused": outcome.refused, "left": outcome.left}, said)
    conclude(outcome, "entries")


@feedback.command()
@click.argument("ids", nargs=-1, required=True)
@connected
def approve(service: Service, output: Output, ids: tuple[str, ...]) -> None:
    """Approve the entries with these IDS; - reads them from standard input. For admins."""
    _decide(service, output, ids, "approved")


@feedback.command()
@click.argument("ids", nargs=-1, required=True)
@connected
def reject(service: Service, output: Output, ids: tuple[str, ...]) -> None:
    """Reject the entries with these IDS; - reads them from standard input. For admins."""
    _decide(service, output, ids, "rejected")
