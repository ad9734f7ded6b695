"""What feedback on a task costs, and the quality report, as a project's feedback grows.

Whole requests through the Lambda's handler, on the stack that the tests use.
"""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from itertools import islice
from typing import Any

from hearback import clients
from hearback.access import accounts
from hearback.access import keys as access_keys
from hearback.access.model import ApiKey, Caller, Role
from hearback.dataset import keys as dataset_keys
from hearback.dataset import projects as dataset_projects
from hearback.quality import aggregates, checks, merging
from hearback.quality import store as reviews
from hearback.quality.aggregates import Counts
from hearback.quality.feedback import Place
from hearback.quality.merging import By
from hearback.quality.model import SHAPE_ERRORS, Review, Reviewed
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.tasks import drafts, keys, projects, tasks
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import Answered

from benchmarks import calling
from benchmarks.costs import _row, flat_rows
from benchmarks.meter import Meter, metered
from benchmarks.warm import _best
from benchmarks.warm import _row as _beside

RUNS = 60
AT_ONCE = 100
OF_TASK = 20
"""Entries of a task in a round: ordinary, as the contract has it."""

DAYS = 7
"""Over which a project's reviews are spread. A report costs what its days and values are, so few enough
that already the smaller size has all of them."""

SUBMITTERS = 2

DAY = 86_400 * 1_000_000_000
OUTPUTS = [f"output {number}" for number in range(8)]
ANSWERS: dict[str, Any] = {name: {"shapes": [{}] * 10} for name in OUTPUTS}
SEVERITIES = (None, "minor", "major", "critical")


class Reviewing:
    """A project, its owner's key, and tasks that are completed."""

    def __init__(self) -> None:
        name, self.now = f"bench-{uuid.uuid4().hex[:8]}", time.time_ns()
        account = accounts.add_account(name, f"bench@{name}.example", "", Role.ADMIN, self.now)
        self.api_key, self.key = accounts.issue_key(account, "", self.now)
        caller = _caller(name, account.account_id, account.email, self.api_key)
        made = dataset_projects.create(caller, {"name": "Bench"}, self.now)
        self.project: TaskProject = projects.find(caller, str(made.task_project_id))

    @property
    def number(self) -> int:
        return self.project.number

    def new_task(self) -> str:
        task = tasks.create(self.project, drafts.Draft({}), self.now)
        return tasks.submit(self.project, task.id, Answered(ANSWERS), self.now).id

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The answer's document; it must be a success."""
        text, path = "" if body is None else json.dumps(body), f"/v2/projects/{self.number}/{path}"
        asked = calling.event(method, path, self.key, text, "application/json")
        with redirect_stdout(io.StringIO()):  # where the metrics go
            answer = calling.invoke("task_feedback", asked)
        assert answer["statusCode"] == 200, answer
        document: dict[str, Any] = json.loads(answer["body"])
        return document

    def post(self, task: str, number: int = AT_ONCE, **more: Any) -> dict[str, Any]:
        path = f"tasks/{task}/rounds/1/feedbacks.json"
        return self.call("POST", path, {"feedbacks": _feedback(number)} | more)


def _caller(organization: str, account_id: int, email: str, key: ApiKey) -> Caller:
    return Caller(organization, account_id, email, Role.ADMIN, key.key_id)


def _feedback(number: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "shape",
            "error_type": SHAPE_ERRORS[each % len(SHAPE_ERRORS)],
            "output": OUTPUTS[each % len(OUTPUTS)],
            "shape": {"index": each % 10},
            "severity": SEVERITIES[each % len(SEVERITIES)],
            "comment": "The outline leaves the wheel out, and crosses the next car.",
            "external_id": f"external-{each}",
        }
        for each in range(number)
    ]


def rows(full: bool = True) -> list[dict[str, Any]]:
    place = Reviewing()
    sizes = (1_000, 100_000) if full else (200, 1_000)
    measured: dict[int, dict[str, Meter]] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        _grow(place, before // OF_TASK, size // OF_TASK)
        measured[size] = _requests(place)
    return [*_cost_rows(measured), *_cpu_rows(place, RUNS if full else 15)]


# ── A project that has been reviewed for a month ──


def _grow(place: Reviewing, start: int, end: int) -> None:
    """Reviews of so many tasks with their counts, as single requests would have left them."""
    subject = checks.Subject(ANSWERS, None)
    given = checks.drafts(subject, _feedback(OF_TASK), None)
    counted: dict[str, tuple[str, Counts]] = {}
    puts = []
    for number in range(start, end):
        its_id, now = f"{number:024x}", place.now - number % DAYS * DAY
        by = By("rita@bench.example", f"annotator-{number % SUBMITTERS}@bench.example", now)
        entries, _ = merging.merge((), given, by)
        review = Review(place.number, its_id, 1, "bench", now, entries, revision=1)
        standing = aggregates.standing(review)
        assert standing
        reviewed = Reviewed(place.number, its_id, "bench", {1: standing}, revision=1)
        puts += [reviews.put(review)["Put"]["Item"], reviews.put_reviewed(reviewed)["Put"]["Item"]]
        _add(counted, its_id, aggregates.of_review(review) + aggregates.of_task(reviewed))
    _write(puts)
    for task_id, counts in counted.values():
        updates = aggregates.writes(place.number, task_id, counts)
        for first in range(0, len(updates), transactions.MOST_WRITES):
            transactions.transact(updates[first : first + transactions.MOST_WRITES])


def _add(counted: dict[str, tuple[str, Counts]], task_id: str, counts: Counts) -> None:
    """Together with those of the tasks of the same shard, for which any of them stands."""
    shard = aggregates.writes(0, task_id, counts)[0]["Update"]["Key"]["pk"]["S"]
    _, so_far = counted.setdefault(shard, (task_id, Counts()))
    so_far.update(counts)


def _write(puts: list[dict[str, Any]]) -> None:
    remaining = iter(puts)
    while some := list(islice(remaining, 25)):
        requests: Any = {settings().feedback_table: [{"PutRequest": {"Item": item}} for item in some]}
        clients.dynamodb().batch_write_item(RequestItems=requests)


# ── What is measured ──


def _requests(place: Reviewing) -> dict[str, Meter]:
    task = place.new_task()
    week = f"quality.json?from={aggregates.day(place.now - (DAYS - 1) * DAY)}"
    works: dict[str, Callable[[], Any]] = {
        f"POST {AT_ONCE} entries": lambda: place.post(task),
        "POST the same again": lambda: place.post(task),
        "finalize them": lambda: place.post(task, finalize=True),
        "list them": lambda: place.call("GET", f"tasks/{task}/rounds/1/feedbacks.json"),
        f"report of {DAYS} days by error_type": lambda: place.call("GET", week),
        f"report of {DAYS} days by output": lambda: place.call("GET", f"{week}&group_by=output"),
        f"report of {DAYS} days by submitter": lambda: place.call("GET", f"{week}&group_by=submitter"),
    }
    meters: dict[str, Meter] = {}
    for name, work in works.items():
        with metered() as meters[name]:
            work()
    return meters


def _cost_rows(measured: dict[int, dict[str, Meter]]) -> list[dict[str, Any]]:
    (fewer, small), (more, large) = measured.items()
    table = []
    for name, meter in large.items():
        same = f"{name}: at {more:,} entries, against {fewer:,}"
        table += flat_rows(same, meter, small[name])
    every = large[f"POST {AT_ONCE} entries"]
    table.append(_row("write units per entry, POST of 100", every.write_units / AT_ONCE, "WCU", goal=2))
    return table


def _cpu_rows(place: Reviewing, runs: int) -> list[dict[str, Any]]:
    """Beside the bare calls of boto3 that each cannot do without."""
    task = place.new_task()
    where = Place(place.project, tasks.get(place.project, task), 1)
    ready = iter([_of_100(place, f"{number:024x}") for number in range(runs)])

    def bare_reads() -> None:
        reads.get(settings().access_table, access_keys.used(place.api_key.key_id))
        reads.get(settings().dataset_table, dataset_keys.task_project(place.number))
        reads.get(settings().dataset_table, dataset_keys.record("projects", place.project.project.id))

    def bare_post() -> None:
        bare_reads()
        reads.get(keys.table(), keys.task(place.number, where.task.id))
        review = next(ready)
        reviews.get(place.number, review.task_id, review.round)
        transactions.transact([reviews.put(review)])

    def bare_report() -> None:
        bare_reads()
        for run in reviews.counts(place.number, "all", aggregates.day(place.now - (DAYS - 1) * DAY), "9999"):
            list(reads.every(run))

    week = f"quality.json?from={aggregates.day(place.now - (DAYS - 1) * DAY)}"
    each_a_task = iter([place.new_task() for _ in range(runs)])
    posted = _best(lambda: place.post(next(each_a_task)), bare_post, runs)
    told = _best(lambda: place.call("GET", week), bare_report, runs)
    return [_beside(f"POST {AT_ONCE} entries", *posted), _beside(f"report of {DAYS} days", *told)]


def _of_100(place: Reviewing, task_id: str) -> Review:
    given = checks.drafts(checks.Subject(ANSWERS, None), _feedback(AT_ONCE), None)
    entries, _ = merging.merge((), given, By("rita@bench.example", None, place.now))
    return Review(place.number, task_id, 2, "bench", place.now, entries, revision=1)
