"""LocalStack in host mode: no Docker, no download, no telemetry; ended on the way out."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.paths import ROOT
from local.server import free_port

PYTHON = ROOT / ".venv-fidelity/bin/python"
PATIENCE = 120.0  # seconds until it answers


class CannotStart(Exception):
    """LocalStack ended or stayed silent; the message carries its last lines."""


@contextmanager
def running() -> Iterator[str]:
    """The address at which LocalStack answers."""
    with tempfile.TemporaryDirectory(prefix="hearback-localstack-", ignore_cleanup_errors=True) as folder:
        port, log = free_port(), Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [PYTHON, "-m", "localstack.runtime.main"],
                cwd=folder,
                env=_environment(port, folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield _answering(process, f"http://127.0.0.1:{port}", log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment(port: int, folder: str) -> dict[str, str]:
    """Nothing of the caller's but PATH: neither an AWS account nor another LocalStack's settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "FILESYSTEM_ROOT": f"{folder}/files",
        "LOCALSTACK_VOLUME_DIR": f"{folder}/volume",
        "DISABLE_EVENTS": "1",  # its telemetry
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "USE_SSL": "0",
        "DNS_ADDRESS": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
    }


def _answering(process: subprocess.Popen[bytes], address: str, log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{address}/_localstack/health", timeout=5).close()  # noqa: S310
            return address
        time.sleep(0.2)
    last = log.read_text(errors="replace").splitlines()[-15:]
    raise CannotStart("LocalStack does not answer. Its last lines:\n" + "\n".join(last))
