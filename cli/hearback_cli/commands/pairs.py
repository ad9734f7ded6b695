"""Language pairs of the organization."""

from __future__ import annotations

from typing import Any

import click

from hearback_cli.options import connected
from hearback_cli.output import Output
from hearback_cli.paths import part
from hearback_cli.service import Service

_PAIRS = "/api/v2/language-pairs"


@click.group()
def pairs() -> None:
    """Language pairs: what feedback is given about."""


def _row(pair: dict[str, Any]) -> tuple[object, ...]:
    source, target = pair["sourceLanguageId"], pair["targetLanguageId"]
    return pair["languagePairId"], source, target, pair["domain"], pair["technology"], pair["version"]


@pairs.command("list")
@click.option("--source", metavar="LANGUAGE", help="Only pairs from this language (`eng`).")
@click.option("--target", metavar="LANGUAGE", help="Only pairs into this language (`fra`).")
@connected
def list_pairs(service: Service, output: Output, source: str | None, target: str | None) -> None:
    """List the installed language pairs."""
    wanted = {"sourceLanguageId": source, "targetLanguageId": target}
    query = {name: value for name, value in wanted.items() if value}
    found = service.get(_PAIRS, params=query)
    columns = ("Language pair", "From", "Into", "Domain", "Technology", "Version")
    output.table(found, columns, map(_row, found["languagePairs"]))


@pairs.command()
@click.argument("pair")
@click.argument("source")
@click.argument("target")
@click.option("--domain", default="")
@click.option("--model", default="")
@click.option("--platform", default="")
@click.option("--technology", default="")
@click.option("--version", default="")
@connected
def add(service: Service, output: Output, pair: str, source: str, target: str, **traits: str) -> None:
    """Install the language pair PAIR, from SOURCE into TARGET (`eng`, `fra` …). For admins."""
    form = {"languagePairId": pair, "sourceLanguageId": source, "targetLanguageId": target, **traits}
    made = service.post(_PAIRS, data=form)
    languages = f"{made['sourceLanguage']} into {made['targetLanguage']}"
    output.said(made, f"{made['languagePairId']} is installed: {languages}.")


@pairs.command()
@click.argument("pair")
@connected
def remove(service: Service, output: Output, pair: str) -> None:
    """Remove the language pair PAIR, which must have no entries. For admins."""
    removed = service.json("DELETE", f"{_PAIRS}/{part(pair)}")
    output.said(removed, f"{removed['languagePairId']} is removed.")
