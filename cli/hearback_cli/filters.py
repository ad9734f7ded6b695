"""Which entries of translation feedback are meant: options of several commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

STATES = ("awaitingApproval", "approved", "rejected")

_OPTIONS = (
    ("pair", "languagePairId", "ID", "Of this language pair."),
    ("source", "sourceLanguageId", "LANGUAGE", "From this language (`eng`)."),
    ("target", "targetLanguageId", "LANGUAGE", "Into this language (`fra`)."),
    ("user", "username", "EMAIL", "Of this user."),
    ("reviewer", "reviewer", "EMAIL", "Reviewed by this user."),
    ("text", "sourceText", "TEXT", "With this in the source text."),
    ("since", "startTimeCreated", "TIME", "Made at this time or later."),
    ("until", "endTimeCreated", "TIME", "Made at this time or earlier."),
)
_STATES = "approvalStates"

Command = Callable[..., Any]


def filtered(command: Command) -> Command:
    """The command with an option for each filter; `query` makes the service's parameters of them."""
    for name, _, metavar, told in reversed(_OPTIONS):
        command = click.option(f"--{name}", metavar=metavar, help=told)(command)
    states = click.option(
        "--state", multiple=True, type=click.Choice(STATES), help="In this state; repeatable."
    )
    return states(command)


def query(options: dict[str, Any]) -> dict[str, str]:
    """The parameters for what was given."""
    found = {parameter: options[name] for name, parameter, *_ in _OPTIONS if options[name] is not None}
    return found | ({_STATES: ",".join(options["state"])} if options["state"] else {})
