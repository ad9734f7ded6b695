"""CPU time of a warm request, beside the bare boto3 calls that it cannot do without."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from hearback.access import accounts
from hearback.access import keys as access_keys
from hearback.access.model import Role
from hearback.settings import settings
from hearback.storage import reads
from hearback.translation import catalogue, keys

from benchmarks import calling

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"
RUNS = 60


def rows(full: bool = True) -> list[dict[str, Any]]:
    organization = f"warm-{uuid.uuid4().hex[:8]}"
    account = accounts.add_account(organization, "bench@example.com", "", Role.ADMIN, time.time_ns())
    api_key, key = accounts.issue_key(account, "", time.time_ns())
    catalogue.install(organization, catalogue.describe(PAIR, "eng", "fra"))

    def call(method: str, path: str, body: str = "") -> Any:
        with redirect_stdout(io.StringIO()):  # where the metrics go
            answer = calling.invoke("translation_feedback", calling.event(method, path, key, body))
        assert answer["statusCode"] == 200, answer
        return json.loads(answer["body"])

    form = f"languagePairId={PAIR}&sourceText=hello+world&suggestedTranslation=bonjour"
    made = [call("POST", "/api/v2/feedback", body=form + str(n))["feedbackId"] for n in range(200)]
    table = settings().translation_table

    def bare(*calls: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: json.dumps([each() for each in calls])

    authenticate = lambda: reads.get(settings().access_table, access_keys.used(api_key.key_id))  # noqa: E731
    load = lambda: reads.query(reads.Range(table, keys.pairs_partition(organization)), 1000)  # noqa: E731
    entry = lambda: reads.get(table, keys.entry(organization, int(made[0])))  # noqa: E731
    parts = [
        lambda part=part: reads.query(reads.Range(table, keys.entry_partition(organization, part)), 50)
        for part in range(keys.ENTRY_PARTITIONS)
    ]
    runs = RUNS if full else 15
    pairs = {
        "GET one entry": (
            lambda: call("GET", f"/api/v2/feedback/{made[0]}"),
            bare(authenticate, load, entry),
        ),
        "list 200 entries": (
            lambda: call("GET", "/api/v2/feedback?perPage=200"),
            bare(authenticate, load, *parts),
        ),
    }
    return [_row(name, *_best(ours, theirs, runs)) for name, (ours, theirs) in pairs.items()]


def _best(ours: Callable[[], Any], theirs: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Milliseconds of CPU, the median of `runs` alternating calls."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for contestant, measured in zip((ours, theirs), times, strict=True):
            start = time.process_time()
            contestant()
            measured.append((time.process_time() - start) * 1000)
    ours_ms, theirs_ms = (sorted(measured)[runs // 2] for measured in times)
    return ours_ms, theirs_ms


def _row(name: str, value: float, baseline: float) -> dict[str, Any]:
    return {
        "name": f"warm request: {name}, beside its bare boto3 calls",
        "value": round(value, 2),
        "unit": "ms CPU",
        "baseline": round(baseline, 2),
        "ratio": round(value / baseline, 2),
        "goal": None,
        "met": None,
    }
