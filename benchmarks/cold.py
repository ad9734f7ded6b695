"""What a cold start pays: importing each Lambda's module, beside the libraries alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

# What any Lambda of this kind imports whatever it does: the client, Powertools, and pydantic for an API.
_CLIENT = "import boto3; from botocore.config import Config\n"
_POWERTOOLS = "from aws_lambda_powertools import Logger, Metrics\nLogger(service='x'); Metrics(service='x')\n"
_API = (
    "from aws_lambda_powertools.event_handler import APIGatewayRestResolver\nAPIGatewayRestResolver()\n"
    "from pydantic import BaseModel, Field\n"
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
    return [_row(folder.name, best[folder.name], best[_baseline(folder)]) for folder in functions]


def _round(functions: list[Path]) -> dict[str, float]:
    """Every contestant once, in turn, so that a slow moment of the machine hits all alike."""
    times = {code: _milliseconds(code) for code in {_baseline(folder) for folder in functions}}
    return times | {folder.name: _milliseconds("import app", folder) for folder in functions}


def _baseline(folder: Path) -> str:
    source = (folder / "app.py").read_text()
    if "wire.api" in source:
        return _CLIENT + _POWERTOOLS + _API
    return _CLIENT + _POWERTOOLS + (_QUEUE if "wire.queues" in source else "")


def _milliseconds(code: str, folder: Path | None = None) -> float:
    """CPU time in a fresh interpreter, bytecode at hand."""
    path = [str(ROOT / "layers" / "hearback" / "python"), *([str(folder)] if folder else [])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(path),
        "POWERTOOLS_METRICS_NAMESPACE": "Hearback",
    }
    command = [sys.executable, "-c", _TIMED.format(code=code)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) * 1000


def _row(name: str, value: float, baseline: float) -> dict[str, Any]:
    ratio = value / baseline
    return {
        "name": f"import of {name}, beside boto3 + Powertools + pydantic",
        "value": round(value, 1),
        "unit": "ms CPU",
        "baseline": round(baseline, 1),
        "ratio": round(ratio, 2),
        "goal": "≤ 1.15×",
        "met": ratio <= 1.15,
    }
