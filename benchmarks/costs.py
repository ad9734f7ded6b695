"""What imports, lists and single entries cost, in AWS calls and capacity units, as a table grows.

Measured against DynamoDB's own accounting as MiniStack computes it (a transaction counts twice on
the table and once in each index), on the stack that the tests use.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from hearback.access.model import Caller, Role
from hearback.deadline import Deadline
from hearback.tmx import writer
from hearback.translation import arriving, catalogue, feedback, imports, listing
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Change, NewFeedback

from benchmarks.meter import Meter, metered

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"
FOREVER = 3600.0


def rows(full: bool = True) -> list[dict[str, Any]]:
    """The cost rows; `full` goes to 100,000 entries."""
    caller = Caller(f"bench-{uuid.uuid4().hex[:8]}", 1, "bench@example.com", Role.ADMIN, "0" * 16)
    catalogue.install(caller.organization_id, catalogue.describe(PAIR, "eng", "fra"))
    measured: dict[int, dict[str, Meter]] = {}
    have = 0
    for size in (1_000, 10_000, 100_000) if full else (1_000, 3_000):
        measured[size] = {"import": _import(caller, have, size)} | _requests(caller)
        have = size
    return _rows(measured)


def _import(caller: Caller, have: int, size: int) -> Meter:
    """Import up to `size` entries: the meter of the last 1,000."""
    import_entries(caller, have, size - 1000)
    with metered() as last:
        import_entries(caller, size - 1000, size)
    return last


def import_entries(caller: Caller, have: int, size: int) -> None:
    """Import as many entries as make `size` of `have`."""
    for start in range(have, size, 5000):
        _import_run(caller, start, min(start + 5000, size))


def _import_run(caller: Caller, start: int, end: int) -> None:
    units = (_unit(number) for number in range(start, end))
    content = b"".join([writer.header("en"), *units, writer.FOOTER])
    options = imports.Options.of(caller, apply_all=False, approve_all=False)
    record = arriving.import_now(caller, content, options, Deadline.after(FOREVER), time.time_ns())
    assert record.counts.successful == end - start, record


def _unit(number: int) -> bytes:
    return writer.unit(
        source_language="en",
        target_language="fr",
        source_text=f"The quick brown fox number {number} jumps over the lazy dog, and nobody is surprised.",
        suggested_translation=f"Le renard brun numéro {number} saute par-dessus le chien, sans surprise.",
        machine_translation=f"Le rapide renard {number} saute sur le chien paresseux.",
        comment="",
        language_pair_id=PAIR,
        username="bench@example.com",
        approval_state="awaitingApproval",
        reviewer="",
        reviewed=None,
        created=None,
        modified=None,
    )


def _requests(caller: Caller) -> dict[str, Meter]:
    meters: dict[str, Meter] = {}
    filters_ = {
        "list, no filter": Filter(),
        "list, one pair": Filter(language_pair_id=PAIR),
        "list, one state": Filter(approval_states=frozenset((ApprovalState.AWAITING,))),
        "list, one user": Filter(username=caller.email),
        "list, languages": Filter(source_language_id="eng", target_language_id="fra"),
    }
    for name, meant in filters_.items():
        meters[name] = _list(caller, meant, 1)
    pages = -(-listing.visible(caller, Filter()).counted() // 25)  # type: ignore[operator]
    if pages > 100:
        _list(caller, Filter(), pages - 1)
        meters["list, last page, walked to"] = _list(caller, Filter(), pages)
    now = time.time_ns()
    with metered() as meters["create"]:
        entry = feedback.create(caller, NewFeedback(PAIR, f"hello {now}", "", "bonjour"), now)
    with metered() as meters["approve"]:
        change = Change(approval_state=ApprovalState.APPROVED)
        feedback.update(caller, entry.feedback_id, change, time.time_ns())
    with metered() as meters["delete"]:
        feedback.delete(caller, entry.feedback_id)
    return meters


def _list(caller: Caller, meant: Filter, page: int) -> Meter:
    with metered() as meter:
        found = listing.page(listing.visible(caller, meant), page, 25, Deadline.after(60), time.time_ns())
    assert found.entries
    return meter


def _rows(measured: dict[int, dict[str, Meter]]) -> list[dict[str, Any]]:
    table: list[dict[str, Any]] = []
    for size, meters in measured.items():
        last = meters["import"]
        of = f"per 1,000 entries imported into {size:,}"
        table.append(_row(f"AWS calls {of}", last.all_calls, "calls", goal=60))
        table.append(_row("write units per entry " + of, last.write_units / 1000, "WCU", goal=7))
        table.append(_row("read units per entry " + of, last.read_units / 1000, "RCU"))
    smallest, largest = min(measured), max(measured)
    for name in measured[largest]:
        if name == "import":
            continue
        large = measured[largest][name]
        small = measured[smallest].get(name, large)
        same = f"{name}: at {largest:,}, against {smallest:,}"
        table += flat_rows(same, large, small)
    return table


def _row(name: str, value: float, unit: str, goal: float | None = None) -> dict[str, Any]:
    met = None if goal is None else value <= goal
    shown = None if goal is None else f"≤ {goal:g}"
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "baseline": goal,
        "ratio": None if goal is None else round(value / goal, 2),
        "goal": shown,
        "met": met,
    }


def flat_rows(same: str, large: Meter, small: Meter) -> list[dict[str, Any]]:
    """What a request costs where there is much, beside the `same` where there is little: it should not grow."""
    rows = [
        _flat(f"calls, {same}", large.all_calls, small.all_calls, "calls"),
        _flat(f"read units, {same}", large.read_units, small.read_units, "RCU"),
    ]
    if large.write_units:
        rows.append(_flat(f"write units, {same}", large.write_units, small.write_units, "WCU"))
    return rows


def _flat(name: str, large: float, small: float, unit: str) -> dict[str, Any]:
    ratio = round(large / small, 2) if small else 1.0
    return {
        "name": name,
        "value": round(large, 2),
        "unit": unit,
        "baseline": round(small, 2),
        "ratio": ratio,
        "goal": "≤ 1.1×",
        "met": ratio <= 1.1,
    }
