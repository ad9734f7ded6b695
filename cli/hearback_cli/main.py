"""`hearback`: the command line of a Hearback service."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from hearback_cli import errors
from hearback_cli.commands.access import login, logout, whoami
from hearback_cli.commands.callbacks import callbacks
from hearback_cli.commands.completion import completion
from hearback_cli.commands.feedback import feedback
from hearback_cli.commands.keys import keys
from hearback_cli.commands.organization import organization
from hearback_cli.commands.pairs import pairs
from hearback_cli.commands.quality import quality
from hearback_cli.commands.tasks import tasks
from hearback_cli.commands.tmx import tmx
from hearback_cli.edge import Edge

NAME = "hearback"


@click.group(NAME, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=NAME, prog_name=NAME)
def hearback() -> None:
    """Hearback from the command line: translation feedback, tasks and callbacks.

    Begin with `hearback login URL`. With --json a result is JSON on standard output; everything else goes
    to standard error. Exit codes: 0 done, 1 the service refused, 2 wrong usage, 3 not logged in, 4 no
    connection, 5 done in part.
    """


_ACCESS = (login, logout, whoami, keys)
_WORK = (pairs, tmx, feedback, tasks, callbacks, quality)
for command in (*_ACCESS, *_WORK, organization, completion):
    hearback.add_command(command)


def main() -> None:
    """The program."""
    sys.exit(run(sys.argv[1:], Edge()))


def run(arguments: Sequence[str], edge: Edge) -> int:
    """The exit code of one command."""
    try:
        ended = hearback.main(list(arguments), NAME, standalone_mode=False, obj=edge)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Interrupted. The same command again goes on where it can.", err=True)
        return errors.INTERRUPTED
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        click.echo(f"Error: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - a person is to see a sentence, not a traceback
        return _fault(error, edge)
    return ended if isinstance(ended, int) else 0


def _fault(error: Exception, edge: Edge) -> int:
    click.echo(
        f"Error: hearback has a fault: {type(error).__name__}. Please report it, with what "
        "HEARBACK_DEBUG=1 shows in addition.",
        err=True,
    )
    if edge.environ.get("HEARBACK_DEBUG"):
        raise error
    return errors.FAULT
