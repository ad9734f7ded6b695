"""`python -m local`: start the product on this machine and stay until Ctrl-C.

PORT (default 4566) chooses the port; HOSTILE=7 lets AWS have a bad day (`local.hostile`). Data, log and
state live in `.local/`; removing that folder starts afresh.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from local import deploy, env_vars, server, stack
from local.banner import banner
from local.hostile import switch
from local.lifecycle import stack_in
from local.paths import ENV_FILE, LOCAL, STACK_FILE, make_private


def main() -> int:
    os.umask(0o077)  # data, log and keys are the user's alone
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with _only_one():
            return _run(int(os.environ.get("PORT") or 4566))
    except KeyboardInterrupt:
        return 0
    except (server.CannotStart, deploy.DeploymentFailed) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


def _run(port: int) -> int:
    with stack_in(LOCAL, port=port, keep=True, say=_say, hostile=switch.wanted()) as (ready, running):
        try:
            env_vars.write(ready, ENV_FILE)
            stack.write(ready, STACK_FILE)
            _say(banner(ready.as_json()))
            while not running.has_ended():
                time.sleep(0.2)
            raise server.CannotStart(f"MiniStack has ended. Its last lines:\n{running.last_lines()}")
        finally:
            _forget_files()


@contextmanager
def _only_one() -> Iterator[None]:
    """Two stacks must not share `.local/`."""
    make_private(LOCAL)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise server.CannotStart("A stack of this checkout is already running.") from None
        _forget_files()
        yield


def _forget_files() -> None:
    """Remove the files that tell of a running stack."""
    for file in (STACK_FILE, ENV_FILE):
        file.unlink(missing_ok=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave by KeyboardInterrupt, once: what follows is the orderly end."""
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(what: str) -> None:
    with suppress(BrokenPipeError):
        print(what, flush=True)


if __name__ == "__main__":
    sys.exit(main())
