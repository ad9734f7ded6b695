"""The demo project's tasks: a batch of which some are answered, delivered and rejected, feedback on three of
them, and a callback that nobody has answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from hearback.access.model import Caller
from hearback.callbacks import delivering, log
from hearback.callbacks.delivering import Again, Received
from hearback.callbacks.schedule import ATTEMPTS
from hearback.dataset import projects as dataset_projects
from hearback.dataset.model import Project
from hearback.deadline import Deadline
from hearback.quality import feedback
from hearback.tasks import batches, creating, projects, tasks
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import Answered
from hearback.timestamps import SECOND

TASKS = 12
ANSWERS: dict[str, Any] = {"image": {"shapes": [{"class": "car"}, {"class": "person"}]}, "weather": "rain"}
CONTEXT = "weekly review"
FEEDBACK: tuple[list[dict[str, Any]], ...] = (
    [
        {"type": "shape", "error_type": "Incorrect Label", "output": "image", "shape": {"index": 0}}
        | {
            "severity": "major",
            "original_value": "car",
            "final_value": "van",
            "comment": "Look at the doors.",
        },
        {"type": "field", "error_type": "Incorrect Metadata", "field": "weather", "severity": "minor"}
        | {"original_value": "rain", "final_value": "fog"},
    ],
    [{"type": "shape", "error_type": "Missing Shape", "output": "image", "severity": "critical"}],
    [],
)
"""On the first tasks; nothing is wrong with the third."""

NOBODY = "http://127.0.0.1:9/callbacks"
"""Where nothing listens."""


def make(people: Mapping[str, Caller], project: Project, now: int) -> None:
    """`people` by the names of their keys: admin, reviewer and annotator act here."""
    number = str(project.task_project_id)
    found = projects.find(people["admin"], number)
    answering, reviewing = (projects.find(people[name], number) for name in ("annotator", "reviewer"))
    made = _batch(found, now)
    for task_id in made[:7]:
        tasks.submit(answering, task_id, Answered(ANSWERS, 41.5), now)
    for task_id in made[:4]:
        tasks.approve(reviewing, task_id, now)
    for task_id, given in zip(made, FEEDBACK, strict=False):
        feedback.post(feedback.place(reviewing, task_id, "1"), given, not given, CONTEXT, now)
    tasks.reject(reviewing, made[0], ["The van is labelled as a car."], now)
    _call_back_in_vain(people, project, made[4], now)


def _batch(found: TaskProject, now: int) -> Sequence[str]:
    """The ids of its tasks, which are there: the worker, who is told too, finds its work done."""
    rows = [
        {"data": {"url": f"https://images.example/street-{row:02}.jpg"}, "priority": row}
        for row in range(1, TASKS + 1)
    ]
    batch = batches.begin_inline(found, rows, batches.About(client_batch_id="street scenes"), now)
    creating.carry_on(batches.message(batch), Deadline.after(60), now)
    return batches.task_ids(batch)


def _call_back_in_vain(people: Mapping[str, Caller], project: Project, task_id: str, now: int) -> None:
    """Deliver a task to where nothing listens, until its callback is unreachable; then call nobody any more."""
    dataset_projects.update(people["admin"], project.id, {"delivery_callback": {"url": NOBODY}}, now)
    tasks.approve(projects.find(people["reviewer"], str(project.task_project_id)), task_id, now)
    dataset_projects.update(people["admin"], project.id, {"delivery_callback": None}, now)
    (owed,) = log.page(project.task_project_id, None, None, 1, 1)
    message = {"project": project.task_project_id, "callback": owed.callback.id, "course": 1}
    for receive in range(1, ATTEMPTS + 1):
        with suppress(Again):
            delivering.deliver(
                Received(message, receive, now), tasks.acknowledge, now + receive * SECOND, 0.0
            )
