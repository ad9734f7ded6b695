"""Completion of commands and options in the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Write what teaches SHELL to complete hearback's commands.

    For bash, put this into ~/.bashrc (for zsh, with zsh, into ~/.zshrc):

        eval "$(hearback completion bash)"

    For fish: hearback completion fish > ~/.config/fish/completions/hearback.fish
    """
    found = get_completion_class(shell)
    assert found
    root = context.find_root().command
    click.echo(found(root, {}, "hearback", "_HEARBACK_COMPLETE").source())
