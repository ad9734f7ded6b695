"""`make bench`: every measurement beside its baseline, as a table and in .bench/results.json.

python -m benchmarks [--quick] [tmx] [cold] [jsonapi] [warm] [costs] [content] [datasets] [callbacks] [tasks]
    [task_feedback] [console] [large] [tasks-large]
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / ".bench" / "results.json"
ALONE = ("cold", "tmx", "jsonapi")
"""Measured first, with nothing else running; the others need the stack."""
ON_THE_STACK = ("warm", "costs", "content", "datasets", "callbacks", "tasks", "task_feedback", "console")
WHEN_NAMED = ("large", "tasks-large")
"""On the stack too, but too long to be run every time."""


def main() -> int:
    options = _options()
    rows = list(_rows(options.benchmarks or [*ALONE, *ON_THE_STACK], full=not options.quick))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = [row["name"] for row in rows if row["met"] is False]
    print(f"\n{len(rows)} rows in {RESULTS.relative_to(ROOT)}; goals missed: {', '.join(missed) or 'none'}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: to see that it works, not to compare"
    )
    parser.add_argument("benchmarks", nargs="*", choices=[[], *ALONE, *ON_THE_STACK, *WHEN_NAMED])
    return parser.parse_args()


def _rows(names: list[str], full: bool) -> Iterator[dict[str, Any]]:
    sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))
    for name in (name for name in ALONE if name in names):
        yield from _run(name, full)
    staged = [name for name in (*ON_THE_STACK, *WHEN_NAMED) if name in names]
    if staged:
        from local import seed
        from local.testing import running_stack

        with running_stack() as stack:
            seed.use(stack)
            for name in staged:
                yield from _run(name, full)


def _run(name: str, full: bool) -> Iterator[dict[str, Any]]:
    print(f"\n{name}\n{'':-<150}")
    print(f"{'':<92} {'value':>12} {'baseline':>12} {'ratio':>7}  goal")
    for row in importlib.import_module(f"benchmarks.{name.replace('-', '_')}").rows(full):
        print(_line(row), flush=True)
        yield row


def _line(row: dict[str, Any]) -> str:
    verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]
    baseline = "" if row["baseline"] is None else f"{row['baseline']:,.6g}"
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    value = f"{row['value']:,.6g} {row['unit']}"
    return f"{row['name'][:84]:<84} {value:>20} {baseline:>12} {ratio:>7}  {row['goal'] or '':<9} {verdict}"


if __name__ == "__main__":
    sys.exit(main())
