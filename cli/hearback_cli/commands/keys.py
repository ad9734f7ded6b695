"""API keys."""

from __future__ import annotations

from typing import Any

import click

from hearback_cli import accounts
from hearback_cli.options import connected
from hearback_cli.output import Output, note
from hearback_cli.paths import part
from hearback_cli.service import Service

_KEYS = "/api/v1/access/keys"
_COLUMNS = ("Key", "Account", "Name", "Created", "Revoked")


@click.group()
def keys() -> None:
    """API keys: your own, or for an admin all of the organization's."""


def _row(key: dict[str, Any]) -> tuple[object, ...]:
    return key["keyId"], key["email"], key["name"], key["created"][:19], key["revoked"][:19]


@keys.command("list")
@connected
def list_keys(service: Service, output: Output) -> None:
    """List keys by their ids; what they are themselves is shown nowhere."""
    found = service.get(_KEYS)
    output.table(found, _COLUMNS, map(_row, found["keys"]))


@keys.command()
@click.option("--name", default="", help="What the key is for.")
@click.option("--account", metavar="EMAIL", help="Whose key it will be; an admin's alone. Yours by default.")
@connected
def create(service: Service, output: Output, name: str, account: str | None) -> None:
    """Make a key. It is shown this once."""
    form: dict[str, object] = {"name": name}
    if account:
        form["accountId"] = accounts.number_of(service, account)
    made = service.post(_KEYS, data=form)
    output.said(made, made["key"])
    note(f"This is the key {made['keyId']} of {made['email']}. Keep it: it cannot be shown again.")


@keys.command()
@click.argument("key_id")
@connected
def revoke(service: Service, output: Output, key_id: str) -> None:
    """End the key with the id KEY_ID, at once and for ever."""
    revoked = service.json("DELETE", f"{_KEYS}/{part(key_id)}")
    output.said(revoked, f"The key {revoked['keyId']} of {revoked['email']} opens nothing any more.")
