"""What every command takes, and gets: `--profile` and `--json`; a service, and a place for its results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

import click
from click.shell_completion import CompletionItem

from hearback_cli import profiles
from hearback_cli.edge import Edge
from hearback_cli.output import Output
from hearback_cli.service import Service

Command = Callable[..., None]


def _profiles(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    edge = context.find_object(Edge) or Edge()
    return [CompletionItem(name) for name in profiles.names(edge.home) if name.startswith(begun)]


profile_option = click.option(
    "--profile",
    envvar=profiles.PROFILE,
    metavar="NAME",
    shell_complete=_profiles,
    help="Which login to use; the environment variable HEARBACK_PROFILE says the same.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")

project_option = click.option(
    "--project",
    type=click.IntRange(min=1),
    required=True,
    metavar="NUMBER",
    help="The project's number in the tasks API.",
)


def connected(command: Command) -> Command:
    """The command with `--profile` and `--json`, called with a `Service` and an `Output` first."""

    @profile_option
    @json_option
    @click.pass_obj
    def called(edge: Edge, /, profile: str | None, as_json: bool, **arguments: Any) -> None:
        with Service(profiles.find(edge, profile), edge) as service:
            command(service, Output(as_json), **arguments)

    return update_wrapper(called, command)


def ids_from(given: Iterable[str]) -> list[str]:
    """The ids of the command line, each once; `-` stands for those on standard input, between white space."""
    found: dict[str, None] = {}
    for each in given:
        words = sys.stdin.read().split() if each == "-" else [each]
        found |= dict.fromkeys(words)
    if not found:
        raise click.UsageError("No id is given.")
    return list(found)
