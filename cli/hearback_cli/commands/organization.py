"""An organization's data as a whole: who did what, everything in files, a person out of it, and for how long."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from hearback_cli import accounts
from hearback_cli.erasing import Erasing
from hearback_cli.errors import Refused
from hearback_cli.exporting_everything import ExportingEverything
from hearback_cli.options import connected
from hearback_cli.output import Output, note
from hearback_cli.progress import bar
from hearback_cli.service import Service
from hearback_cli.text import counted, size

_AUDIT = "/api/v1/organization/audit"
_RETENTION = "/api/v1/organization/retention"
_MOST_PER_PAGE = 1_000
_KINDS = ("translationFeedback", "callbacks", "contentAuthors")

Record = dict[str, Any]


@click.group()
def organization() -> None:
    """An organization's data as a whole. For admins."""


# ── Who did what ──


@organization.command()
@click.option("--from", "since", metavar="TIME", help="From this time on; of the last 30 days by default.")
@click.option("--to", "until", metavar="TIME", help="Up to this time.")
@click.option("--account", metavar="EMAIL", help="Of this account; of one that is gone by its number.")
@click.option("--action", metavar="NAME", help="This action alone (`update_feedback`).")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many at most.")
@click.option("--all", "everything", is_flag=True, help="All of them, however many there are.")
@connected
def audit(
    service: Service, output: Output, account: str | None, limit: int, everything: bool, **told: str | None
) -> None:
    """Show who did what, by which key, the newest first."""
    wanted = {"from": told["since"], "to": told["until"], "action": told["action"]}
    query: Record = {name: value for name, value in wanted.items() if value is not None}
    if account is not None:
        query["accountId"] = _account_id(service, account)
    found, after = _read(service, query, None if everything else limit)
    columns = ("At", "Who", "Key", "Action", "About", "Outcome")
    output.table({"lines": found, "next": after}, columns, map(_row, found))
    if after:
        note(f"These are the newest {counted(len(found), 'line')}; --all lists all.")


def _account_id(service: Service, given: str) -> str:
    return given if given.isdecimal() else str(accounts.number_of(service, given))


def _read(service: Service, query: Record, limit: int | None) -> tuple[list[Record], str]:
    """The lines, page after page, and where those behind them begin. A page may be empty and not the last."""
    found: list[Record] = []
    after = ""
    while True:
        number = min(_MOST_PER_PAGE, limit - len(found)) if limit else _MOST_PER_PAGE
        page = service.get(_AUDIT, params={**query, "perPage": number, "after": after})
        found += page["lines"]
        after = page["next"]
        if not after or len(found) == limit:
            return found, after


def _row(line: Record) -> tuple[object, ...]:
    about = " ".join(f"{name}={value}" for name, value in line["about"].items())
    who = line["email"] or line["accountId"]
    return line["at"][:19], who, line["keyId"], line["action"], about, line["outcome"]


# ── Everything in files ──


@organization.command()
@click.option(
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="organization-export",
    show_default=True,
    help="The folder, made if it is not there.",
)
@connected
def export(service: Service, output: Output, folder: Path) -> None:
    """Export everything that is the organization's, as files of JSON lines in a folder.

    Interrupted, the same command goes on: with waiting for the export, or with the download.
    """
    with bar(folder.name or str(folder)) as drawn:
        made = ExportingEverything(service, folder, drawn).run()
    records = sum(made["records"].values())
    length = size(sum(file["bytes"] for file in made["files"]))
    files = counted(len(made["files"]), "file")
    output.said(
        {"folder": str(folder), **made}, f"{folder} has {counted(records, 'record')}: {files}, {length}."
    )


# ── A person out of it ──


@organization.command()
@click.option("--email", metavar="EMAIL", help="The person's address.")
@click.option(
    "--user-id", "user_ids", multiple=True, metavar="ID", help="What clients call them; repeatable."
)
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
@connected
def erase(service: Service, output: Output, email: str | None, user_ids: tuple[str, ...], yes: bool) -> None:
    """Erase a person from everything, and wait until it is done. There is no way back.

    Interrupted, the erasure goes on by itself; the same command waits for it again.
    """
    named = [*filter(None, [email]), *user_ids]
    if not named:
        raise click.UsageError("Say who is to be erased: --email, --user-id or both.")
    if not yes:
        _confirm(named)
    person: Record = ({"email": email} if email else {}) | ({"userId": list(user_ids)} if user_ids else {})
    with bar("erasure") as drawn:
        done = Erasing(service, person, drawn).run()
    number = sum(done["found"].values())
    output.said(
        done, f"{counted(number, 'record')} named them. What stays of them is by {done['pseudonym']}."
    )


def _confirm(named: list[str]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to ask: --yes says that the erasure is meant.")
    question = f"Erase {', '.join(map(repr, named))} from everything? There is no way back."
    if not click.confirm(question, err=True):
        raise Refused("Nobody is erased.")


# ── For how long ──


def _periods(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
    """Days by kind, from `kind=days`."""
    found: dict[str, int] = {}
    for each in given:
        kind, _, days = each.partition("=")
        if kind not in _KINDS:
            raise click.BadParameter(f"{kind!r} is none of {', '.join(_KINDS)}.")
        if kind in found:
            raise click.BadParameter(f"{kind} is set twice.")
        if not re.fullmatch("[0-9]{1,9}", days):
            raise click.BadParameter(f"{days!r} is no number of days; {kind}=0 is for good.")
        found[kind] = int(days)
    return found


@organization.command()
@click.option(
    "--set",
    "periods",
    callback=_periods,
    multiple=True,
    metavar="KIND=DAYS",
    help=f"Keep {', '.join(_KINDS)} so many days, 0 for good; repeatable.",
)
@connected
def retention(service: Service, output: Output, periods: dict[str, int]) -> None:
    """Show, or change, how long what is kept, and what the last days' runs have ended."""
    found = _set(service, periods) if periods else service.get(_RETENTION)
    output.table(found, ("What", "Is kept"), [*_kept(found), *map(_run, found["runs"])])


def _set(service: Service, periods: dict[str, int]) -> Record:
    found: Record = service.json("PATCH", _RETENTION, data=periods, again=True)
    if any(periods.values()):
        note("What is older ends with the next day's run. There is no way back from that.")
    return found


def _kept(found: Record) -> Iterable[tuple[str, str]]:
    for kind in _KINDS:
        yield kind, counted(found[kind], "day") if found[kind] else "for good"


def _run(run: Record) -> tuple[str, str]:
    ended = ", ".join(f"{kind} {number:,}" for kind, number in run["ended"].items())
    return f"run of {run['created'][:19]}", f"{run['state']}: ended {ended or 'nothing'}"
