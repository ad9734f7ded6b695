"""What tasks cost, in AWS calls, capacity units and processor time, as a project grows.

Batches through the worker, requests through the Lambda's own handler (the caller's key included: 1 call,
1 read unit), on the stack that the tests use.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from hearback import clients
from hearback.settings import settings
from hearback.tasks import batches
from hearback.tasks.model import Batch

from benchmarks import task_world
from benchmarks.costs import _row, flat_rows
from benchmarks.meter import Meter, metered
from benchmarks.task_world import ANSWERS, RECEIVER, World, row

SIZES = (1_000, 100_000)
QUICK = (1_000, 3_000)
THOUSAND = 1_000
RUNS = 5
Meters = dict[str, Meter]


def rows(full: bool = True) -> list[dict[str, Any]]:
    """`full` goes to 100,000 tasks."""
    with task_world.apart():
        return _rows(task_world.build(), task_world.build(creation_callback=RECEIVER), full)


def _rows(world: World, calling_back: World, full: bool) -> list[dict[str, Any]]:
    measured: dict[int, Meters] = {}
    have = 0
    for size in SIZES if full else QUICK:
        task_world.fill(world, have, size - THOUSAND)
        measured[size] = {"batch": _batch(world), "batch, calling back": _batch(calling_back)}
        measured[size] |= _requests(world, size)
        have = size
    return [*_batch_rows(measured), *_speed_rows(world), *_flat_rows(measured)]


def _batch(world: World) -> Meter:
    """The cost of a thousand tasks more, from a file that is there."""
    batch = _thousand(world)
    with metered() as meter:
        task_world.create(world, batch)
    return meter


def _thousand(world: World) -> Batch:
    content = json.dumps([row(number) for number in range(THOUSAND)]).encode()
    return task_world.waiting(world, content)


# ── Requests ──


def _requests(world: World, size: int) -> Meters:
    delivered = task_world.deliver(world, max(300, size // 100))
    work = _work(world, delivered)
    meters: Meters = {}
    for name, request in work.items():
        with metered() as meters[name]:
            request()
    return meters


def _work(world: World, delivered: list[str]) -> dict[str, Callable[[], Any]]:
    call = world.call
    new = [call("POST", "tasks.json", {"task": row(number)})["task"]["id"] for number in range(201)]
    batch = _batch_of(delivered[0], world)
    consumer = {"consumer": delivered[0], "limit": 100}
    one = f"tasks/{new[0]}"
    return {
        "create a task": lambda: call("POST", "tasks.json", {"task": row(0)}),
        "show a task": lambda: call("GET", f"{one}.json"),
        "set a priority": lambda: call("PUT", f"{one}.json", {"priority": -5}),
        "submit": lambda: call("PUT", f"{one}/submit.json", ANSWERS),
        "approve": lambda: call("PUT", f"{one}/approve.json"),
        "reject": lambda: call("PUT", f"{one}/reject.json", {"reasons": ["too dark"]}),
        "set 100 priorities": lambda: call(
            "POST", "tasks/bulk_update.json", {"task_ids": new[1:101], "priority": -5}
        ),
        "delete 100 tasks": lambda: call("POST", "tasks/delete_tasks.json", {"task_ids": new[101:201]}),
        "list 100 tasks": lambda: call("GET", "tasks.json"),
        "list 100 tasks in a state": lambda: call("GET", "tasks.json?state=new"),
        "list 100 tasks of a batch": lambda: call("GET", f"tasks.json?batch_id={batch}"),
        "list 100 tasks, page 2": lambda: call("GET", "tasks.json?page=2"),
        "list 100 delivered": lambda: call("GET", "tasks/delivered.json?page_size=100"),
        "take 100 delivered": lambda: call("POST", "tasks/delivered.json", consumer),
        "take the next 100": lambda: call("POST", "tasks/delivered.json", consumer),
        "acknowledge": lambda: call("POST", "tasks/delivered/acknowledge.json", consumer),
        "a batch with 100 rows": lambda: call("GET", f"batches/{batch}.json?page_size=100"),
        "stats": lambda: call("GET", "stats.json"),
        "show the input schema": lambda: call("GET", "schemas/create_task.json"),
    }


def _batch_of(its_id: str, world: World) -> int:
    return int(world.call("GET", f"tasks/{its_id}.json")["task"]["batch_id"])


# ── How fast ──


def _speed_rows(world: World) -> list[dict[str, Any]]:
    """Ours beside a worker that reads the file whole and puts its rows unseen, by transactions of 45."""
    ours, bare = zip(*[(_timed(_ours(world)), _timed(_bare(world))) for _ in range(RUNS)], strict=True)
    wall, cpu = (sorted(each)[RUNS // 2] for each in zip(*ours, strict=True))
    bare_wall, bare_cpu = (sorted(each)[RUNS // 2] for each in zip(*bare, strict=True))
    per_second = _beside("tasks created a second, locally", THOUSAND / wall, THOUSAND / bare_wall, "/s")
    return [per_second, _beside("CPU of the worker for 1,000 tasks", 1_000 * cpu, 1_000 * bare_cpu, "ms CPU")]


def _ours(world: World) -> Callable[[], Any]:
    batch = _thousand(world)
    return lambda: task_world.create(world, batch)


def _bare(world: World) -> Callable[[], Any]:
    batch = _thousand(world)

    def put_all() -> None:
        place = {"Bucket": settings().transfer_bucket, "Key": batches.file_key(batch)}
        several = json.loads(clients.s3().get_object(**place)["Body"].read())  # type: ignore[arg-type]
        for start in range(0, len(several), 45):
            puts = [
                _put(batch, start + index, each) for index, each in enumerate(several[start : start + 45])
            ]
            clients.dynamodb().transact_write_items(TransactItems=puts)  # type: ignore[arg-type]

    return put_all


def _put(batch: Batch, number: int, task: dict[str, Any]) -> dict[str, Any]:
    item = {"pk": {"S": f"bare#{batch.id}"}, "sk": {"S": f"{number:08}"}}
    item |= {"of_state": {"S": f"bare#{batch.id}"}, "data": {"S": json.dumps(task["data"])}}
    return {"Put": {"TableName": settings().task_table, "Item": item}}


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and by this process's processor."""
    began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began[0], time.process_time() - began[1]


def _beside(name: str, value: float, baseline: float, unit: str) -> dict[str, Any]:
    told = {"name": f"{name}, beside bare boto3", "value": round(value, 1), "unit": unit}
    return told | {
        "baseline": round(baseline, 1),
        "ratio": round(value / baseline, 2),
        "goal": None,
        "met": None,
    }


# ── Rows ──


def _batch_rows(measured: dict[int, Meters]) -> list[dict[str, Any]]:
    table = []
    for size, meters in measured.items():
        plain, telling = meters["batch"], meters["batch, calling back"]
        of = f"with {size:,} in the project"
        table += [
            _row(f"AWS calls per 1,000 tasks {of}", plain.all_calls, "calls", goal=60),
            _row(f"write units per task {of}", plain.write_units / THOUSAND, "WCU", goal=3.5),
            _row(f"AWS calls per 1,000 tasks that owe a callback {of}", telling.all_calls, "calls"),
            _row(f"write units per task that owes a callback {of}", telling.write_units / THOUSAND, "WCU"),
        ]
    return table


def _flat_rows(measured: dict[int, Meters]) -> list[dict[str, Any]]:
    (fewer, small), (more, large) = measured.items()
    table = []
    for name, meter in large.items():
        same = f"{name}: at {more:,}, against {fewer:,}"
        table += flat_rows(same, meter, small[name])
    return table
