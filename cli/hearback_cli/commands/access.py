"""Logging in and out, and whose key it is."""

from __future__ import annotations

import sys
from typing import Any

import click

from hearback_cli import profiles
from hearback_cli.edge import Edge
from hearback_cli.errors import NoConnection, Refused
from hearback_cli.options import connected, json_option, profile_option
from hearback_cli.output import Output
from hearback_cli.profiles import Profile
from hearback_cli.service import Service


@click.command()
@click.argument("url")
@click.option("--allow-http", is_flag=True, help="Send the key unencrypted to another machine.")
@profile_option
@json_option
@click.pass_obj
def login(edge: Edge, url: str, allow_http: bool, profile: str | None, as_json: bool) -> None:
    """Keep a key for the service at URL, once the service has accepted it.

    The key is asked for; or it is the environment variable HEARBACK_KEY, or the first line of standard input.
    """
    url = profiles.clean(url)
    if not profiles.is_address(url):
        raise click.UsageError(f"{url} is no address of a service: https:// and a host is how one begins.")
    if not (allow_http or profiles.is_private(url)):
        raise click.UsageError("The key could be read on its way there: take https, or --allow-http.")
    kept = Profile(profile or profiles.DEFAULT, url, _key(edge))
    with Service(kept, edge) as service:
        _demand_hearback(service)
        caller = service.get("/api/v1/access/me")
    profiles.keep(edge.home, kept._replace(account=profiles.account(caller)))
    told = {"profile": kept.name, "url": kept.url, **caller}
    Output(as_json).said(told, f"You are {caller['email']} of {caller['organizationId']}, at {kept.url}.")


def _key(edge: Edge) -> str:
    """Never an argument: those are seen by everybody on the machine."""
    key = edge.environ.get(profiles.KEY, "").strip()
    if not key and sys.stdin.isatty():
        key = str(click.prompt("API key", hide_input=True, err=True)).strip()
    key = key or sys.stdin.readline().strip()
    if not key:
        raise click.UsageError("No key is given: set HEARBACK_KEY, or write it to standard input.")
    if not (key.isascii() and key.isprintable()):
        raise click.UsageError("This is no key: it has characters that no key has.")
    return key


def _demand_hearback(service: Service) -> None:
    """Before the key is taken for wrong because the address is."""
    try:
        info: Any = service.get("/api/v2/system/info")
    except Refused as error:
        if error.status >= 500:
            raise
        info = None
    if not isinstance(info, dict) or info.get("product") != "Hearback":
        raise NoConnection(f"There is no Hearback at {service.profile.url}.\nDoes a stage belong behind it?")


@click.command()
@profile_option
@json_option
@click.pass_obj
def logout(edge: Edge, profile: str | None, as_json: bool) -> None:
    """Forget the key that login has kept. The key itself stays valid: `keys revoke` ends it."""
    name = profile or profiles.DEFAULT
    was_there = profiles.forget(edge.home, name)
    said = "Logged out." if was_there else "You were not logged in."
    Output(as_json).said({"profile": name, "loggedOut": was_there}, said)


@click.command()
@connected
def whoami(service: Service, output: Output) -> None:
    """Show the account behind the key."""
    caller = service.get("/api/v1/access/me")
    told = {"profile": service.profile.name, "url": service.profile.url, **caller}
    output.record(told, told.items())
