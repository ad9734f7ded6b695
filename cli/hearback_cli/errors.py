"""What ends a command early, and the exit codes that tell scripts why.

    0   done
    1   Refused            the service said no, or failed; or a file could not be written; or the person said no
    2   (click's own)      the command was not written right, or a file given to it cannot be read
    3   NotLoggedIn        no profile, or the service does not accept its key
    4   NoConnection       the service cannot be reached, or the connection was lost too often
    5   InPart             some of it is done, and some of it was refused or is left
    70                     a fault of this program
    130                    interrupted from the keyboard

Every message says what happened and then what to do.
"""

from __future__ import annotations

import click

FAULT = 70
INTERRUPTED = 130


class Refused(click.ClickException):
    """The service refused what it was asked, or failed at it; or the person refused to have it done."""

    exit_code = 1

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status; 0 where the refusal is no answer but an outcome."""


class NotLoggedIn(click.ClickException):
    """There are no credentials, or they are not accepted."""

    exit_code = 3


class NoConnection(click.ClickException):
    """The service cannot be reached, or not for long enough."""

    exit_code = 4


class InPart(click.ClickException):
    """Some of it is done."""

    exit_code = 5
