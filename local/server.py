"""MiniStack as a child process: start, wait until it answers, stop without leaving anything behind.

Run as a module (`python -m local.server`) this *is* the child: it asks the kernel to be stopped when
its parent dies, however that happens, and then becomes MiniStack.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.front import front
from local.gateway.api import Api
from local.hostile import switch
from local.paths import ROOT
from local.permissions import enforce_roles
from local.permissions.decisions import forget
from local.speed import quicken, quicken_deployments
from local.unpacking import unpack_once

PATIENCE = 60.0  # seconds to start, or to save the state and stop
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>


class CannotStart(Exception):
    """The stack cannot start; the message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running MiniStack."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    keep: bool
    """Whether its state is saved when it ends."""

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, api: Api) -> str:
        """Serve the API's stage at the root of the address; returns its base URL."""
        api.write(self.log.parent / "api.json")
        return f"{self.endpoint_url}/{api.stage}"

    def begin_bad_day(self, seed: int) -> None:
        """Let AWS be hostile from now on, as `seed` says; of a server that was started `hostile`."""
        switch.turn_on(self.log.parent / "hostile", seed)

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        """End MiniStack, which saves what is to be kept, and then whatever is left of its Lambda workers."""
        if self.keep:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def start(*, port: int, home: Path, keep: bool, hostile: bool = False) -> Server:
    """Start MiniStack on 127.0.0.1:`port` with its files under `home`; `keep` its state over a restart.

    A `hostile` one can be told to behave as AWS on a bad day (`local.hostile`).
    """
    if is_taken(port):
        raise CannotStart(
            f"Port {port} of 127.0.0.1 is in use. Is another `make run` running?\n"
            f"Stop it, or choose another port: make run PORT={port + 1}"
        )
    shutil.rmtree(home / "tmp", ignore_errors=True)  # workers that were killed leave their folders
    (home / "tmp").mkdir(parents=True)
    forget(home)
    (home / "hostile").unlink(missing_ok=True)
    log = home / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.server"],
            cwd=ROOT,
            env=environment(port, home, keep=keep)
            | ({"HEARBACK_HOSTILE": str(home / "hostile")} if hostile else {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone, so that we stop it in our own order
        )
    server = Server(process, port, log, keep)
    try:
        _wait_until_ready(server)
    except BaseException:
        server.stop()
        raise
    return server


def environment(port: int, home: Path, *, keep: bool) -> dict[str, str]:
    """What MiniStack and its Lambda workers see: nothing of the caller's AWS account or Python settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    on = "1" if keep else "0"
    return inherited | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": "us-east-1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",  # every call is held against its caller's role
        "PERSIST_STATE": on,
        "S3_PERSIST": on,
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "HEARBACK_API": str(home / "api.json"),
        "TMPDIR": str(home / "tmp"),
        "LOG_LEVEL": "WARNING",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DOCKER_HOST": f"unix://{home}/no-docker.sock",  # never look for a Docker engine
    }


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.has_ended():
            raise CannotStart(f"MiniStack ended while starting. Its last lines:\n{server.last_lines()}")
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{server.endpoint_url}/_ministack/health", timeout=5).close()
            return
        time.sleep(0.05)
    raise CannotStart(f"MiniStack did not answer within {PATIENCE:.0f} s. See {server.log}")


def main() -> None:
    """Become MiniStack."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    # Imported here: it takes its settings from the environment at import, and is untyped.
    ministack: Any = importlib.import_module("ministack.app")
    if place := os.environ.get("HEARBACK_HOSTILE"):
        ministack.app = importlib.import_module("local.hostile.installing").install(
            ministack.app, Path(place)
        )
    ministack.app = front(ministack.app, Path(os.environ["HEARBACK_API"]))
    quicken(importlib.import_module("ministack.services.dynamodb"))
    quicken_deployments(importlib.import_module("ministack.services.cloudformation.handlers"))
    unpack_once(importlib.import_module("ministack.core.lambda_runtime"))
    enforce_roles(Path(os.environ["HEARBACK_API"]).parent)
    sys.argv = ["ministack"]
    ministack.main()


if __name__ == "__main__":
    main()
