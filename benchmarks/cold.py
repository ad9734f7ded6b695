"""What a cold start pays: importing each Lambda's module, beside the libraries alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

# What any Lambda of this kind pays whatever it does: a client, Powertools, and for an API pydantic.
# The goal is against that; the libraries without a client, which no module of ours makes when it is
# imported, stand beside it without a goal.
_LIBRARY = "import boto3; from botocore.config import Config\n"
_CLIENT = "boto3.client('dynamodb', region_name='eu-central-1')\n"
_POWERTOOLS = "from aws_lambda_powertools import Logger, Metrics\nLogger(service='x'); Metrics(service='x')\n"
_API = (
    "from aws_lambda_powertools.event_handler import APIGatewayRestResolver\nAPIGatewayRestResolver()\n"
    "from pydantic import BaseModel, Field\nclass Model(BaseModel):\n    field: int\n"
)
_QUEUE = (
    "from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response\n"
)
_TIMED = "import time; _start = time.process_time()\n{code}\nprint(time.process_time() - _start)"
_RUNS = 9


def rows(full: bool = True) -> list[dict[str, Any]]:
    functions = sorted(path.parent for path in (ROOT / "functions").glob("*/app.py"))
    rounds = [_round(functions) for _ in range(_RUNS if full else 3)]
    best = {name: min(each[name] for each in rounds) for name in rounds[0]}
    return [row for folder in functions for row in _rows(folder, best)]


def _round(functions: list[Path]) -> dict[str, float]:
    """Every contestant once, in turn, so that a slow moment of the machine hits all alike."""
    libraries = {_libraries(folder) for folder in functions}
    times = {code: _milliseconds(code) for code in libraries | {code + _CLIENT for code in libraries}}
    return times | {folder.name: _milliseconds("import app", folder) for folder in functions}


def _libraries(folder: Path) -> str:
    source = (folder / "app.py").read_text()
    if "wire.api" in source or "wire.jsonapi" in source:
        return _LIBRARY + _POWERTOOLS + _API
    return _LIBRARY + _POWERTOOLS + (_QUEUE if "wire.queues" in source else "")


def _milliseconds(code: str, folder: Path | None = None) -> float:
    """CPU time in a fresh interpreter, bytecode at hand (from the second round on): the layers ship theirs."""
    path = [str(ROOT / "layers" / "hearback" / "python"), *([str(folder)] if folder else [])]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONPYCACHEPREFIX": str(ROOT / ".bench" / "bytecode"),
        "POWERTOOLS_METRICS_NAMESPACE": "Hearback",
    }
    command = [sys.executable, "-c", _TIMED.format(code=code)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) * 1000


def _rows(folder: Path, best: dict[str, float]) -> list[dict[str, Any]]:
    libraries = _libraries(folder)
    return [
        _row(f"import of {folder.name}, beside a boto3 client + Powertools + pydantic", best[folder.name],
             best[libraries + _CLIENT], goal=1.15),
        _row(f"import of {folder.name}, beside the same libraries without a client", best[folder.name],
             best[libraries], goal=None),
    ]  # fmt: skip


def _row(name: str, value: float, baseline: float, goal: float | None) -> dict[str, Any]:
    ratio = value / baseline
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "ms CPU",
        "baseline": round(baseline, 1),
        "ratio": round(ratio, 2),
        "goal": None if goal is None else f"≤ {goal}×",
        "met": None if goal is None else ratio <= goal,
    }
