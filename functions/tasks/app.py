"""Tasks, batches and the log of callbacks (Sama Platform API v2)."""

from typing import Annotated, Any

from hearback.access.model import Caller
from hearback.callbacks import log
from hearback.deadline import Deadline
from hearback.errors import Invalid
from hearback.tasks import batches, bulk, counts, delivered, lists, projects, tasks
from hearback.tasks.tasks import day
from hearback.wire.api import Api
from hearback.wire.credentials import access_key
from hearback.wire.families import TASKS
from hearback.wire.messages import Answer, PathVariable, Request
from hearback.wire.tasks import answers, requests

api = Api(TASKS, access_key)
handler = api.handler

PROJECT = "/v2/projects/{project}"

Name = Annotated[str, PathVariable(lambda text: text.removesuffix(".json"))]
"""A path's last part: the gateway cannot route what stands before `.json` by itself."""


@api.post(f"{PROJECT}/tasks.json", also={202: dict[str, Any]})
def create_task(caller: Caller, project: str, form: requests.TaskForm, request: Request) -> Answer:
    """Create a task; in the background (202) where the project says so."""
    found = projects.find(caller, project)
    if not found.settings.is_async:
        return Answer.of(answers.task(found, tasks.create(found, form.task.draft(), request.now)), 201)
    if "creation" not in found.settings.callbacks:
        raise Invalid("The project creates tasks in the background, and has no creation callback to tell it.")
    batch = batches.begin_inline(found, [form.task.row()], batches.About(), request.now)
    return Answer.of(answers.enqueued(batch), 202)


@api.get(f"{PROJECT}/tasks.json")
def list_tasks(
    caller: Caller, project: str, query: requests.TasksQuery, deadline: Deadline
) -> dict[str, Any]:
    """The project's tasks, oldest first."""
    found = projects.find(caller, project)
    page = lists.tasks(found, query.wanted(), query.part(), deadline)
    return answers.tasks(found, page, query.omit_answers)


@api.get(f"{PROJECT}/tasks/delivered.json")
def list_delivered_tasks(
    caller: Caller, project: str, query: requests.DeliveredQuery, deadline: Deadline
) -> dict[str, Any]:
    """What was delivered since a time, in the order of delivery."""
    found = projects.find(caller, project)
    return answers.tasks(found, lists.delivered(found, query.wanted(), query.part(), deadline))


@api.post(f"{PROJECT}/tasks/delivered.json", told=("consumer", "replay"))
def take_delivered_tasks(
    caller: Caller, project: str, form: requests.DeliveredForm, request: Request, deadline: Deadline
) -> dict[str, Any]:
    """What was delivered since this consumer's last call; `replay` gives the last page again."""
    found = projects.find(caller, project)
    if form.replay:
        handout = delivered.replay(found, form.name(), request.now)
    else:
        handout = delivered.next_page(found, form.name(), form.meant(), form.limit, deadline, request.now)
    return answers.handout(found, handout)


@api.post(f"{PROJECT}/tasks/delivered/acknowledge.json", told=("consumer",))
def acknowledge_delivered_tasks(caller: Caller, project: str, form: requests.DeliveredForm) -> dict[str, Any]:
    """Ours: this consumer has its last page."""
    return {"acknowledged": delivered.acknowledge(projects.find(caller, project), form.name())}


@api.post(f"{PROJECT}/tasks/bulk_update.json", ids=("task_ids",), told=("priority",))
def update_priorities(
    caller: Caller, project: str, form: requests.BulkForm, request: Request
) -> dict[str, Any]:
    """Set the priority of several tasks."""
    found = projects.find(caller, project)
    return answers.prioritized(bulk.set_priorities(found, form.task_ids, form.priority, request.now))


@api.post(f"{PROJECT}/tasks/delete_tasks.json", ids=("task_ids",))
def delete_tasks(caller: Caller, project: str, form: requests.IdsForm, request: Request) -> dict[str, Any]:
    """Delete tasks that are new; for each of the others, why it stays."""
    found = projects.find(caller, project)
    return answers.deleted(form.task_ids, bulk.delete(found, form.task_ids, request.now))


@api.get(f"{PROJECT}/tasks/{{task}}")
def show_task(caller: Caller, project: str, task: Name, query: requests.TaskQuery) -> dict[str, Any]:
    """One task."""
    found = projects.find(caller, project)
    return answers.task(found, tasks.get(found, task))


@api.put(f"{PROJECT}/tasks/{{task}}", told=("priority",))
def update_task(
    caller: Caller, project: str, task: Name, form: requests.PriorityForm, request: Request
) -> dict[str, Any]:
    """Set a task's priority."""
    found = projects.find(caller, project)
    return answers.task(found, tasks.set_priority(found, task, form.priority, request.now))


@api.put(f"{PROJECT}/tasks/{{task}}/submit.json")
def submit_task(
    caller: Caller, project: str, task: str, form: requests.SubmitForm, request: Request
) -> dict[str, Any]:
    """Record a worker's answers."""
    found = projects.find(caller, project)
    return answers.task(found, tasks.submit(found, task, form.answered(), request.now))


@api.put(f"{PROJECT}/tasks/{{task}}/approve.json")
def approve_task(caller: Caller, project: str, task: str, request: Request) -> dict[str, Any]:
    """Ours: approve a completed task, which delivers it."""
    found = projects.find(caller, project)
    return answers.task(found, tasks.approve(found, task, request.now))


@api.put(f"{PROJECT}/tasks/{{task}}/reject.json", given=("reasons",))
def reject_task(
    caller: Caller, project: str, task: str, form: requests.RejectForm, request: Request
) -> dict[str, Any]:
    """Send a task back for another round."""
    found = projects.find(caller, project)
    return answers.task(found, tasks.reject(found, task, form.reasons, request.now))


@api.post(f"{PROJECT}/batches.json")
def create_batch(caller: Caller, project: str, form: requests.BatchForm, request: Request) -> dict[str, Any]:
    """Create tasks in the background: from the list in the request, or from a file put to `tasks_put_url`."""
    found = projects.find(caller, project)
    if form.tasks is None:
        batch = batches.begin_upload(found, form.about(), request.now)
    else:
        batch = batches.begin_inline(found, form.tasks, form.about(), request.now)
    return answers.new_batch(found, batch, request.now)


@api.get(f"{PROJECT}/batches/{{batch}}")
def show_batch(
    caller: Caller, project: str, batch: Name, query: requests.BatchQuery, request: Request
) -> dict[str, Any]:
    """How far a batch is, with a page of its tasks and of the rows that became none."""
    found = projects.find(caller, project)
    shown, part = batches.get(found, batch, request.now), query.part()
    rows = batches.rows(shown, part.offset, part.size)
    return answers.batch_page(found, shown, rows, query.omit_failed_task_data, request.now)


@api.post(f"{PROJECT}/batches/{{batch}}/continue.json")
def continue_batch(caller: Caller, project: str, batch: str, request: Request) -> dict[str, Any]:
    """The file is there: create its tasks. Again is fine."""
    found = projects.find(caller, project)
    return answers.batch(found, batches.go_on(found, batch, request.now), request.now)


@api.post(f"{PROJECT}/batches/{{batch}}/cancel.json")
def cancel_batch(caller: Caller, project: str, batch: str, request: Request) -> dict[str, Any]:
    """Create no more of the batch's tasks; what is created stays."""
    found = projects.find(caller, project)
    return answers.batch(found, batches.cancel(found, batch, request.now), request.now)


@api.get(f"{PROJECT}/schemas/create_task.json")
def show_input_schema(caller: Caller, project: str) -> dict[str, Any]:
    """The JSON Schema of a task's data."""
    return projects.find(caller, project).settings.input_schema or {}


@api.get(f"{PROJECT}/schemas/deliver_task.json")
def show_answer_schema(caller: Caller, project: str) -> dict[str, Any]:
    """The JSON Schema of a task's answers."""
    return projects.find(caller, project).settings.answer_schema or {}


@api.get("/v2/projects/{project}")
def show_task_project(caller: Caller, project: Name) -> dict[str, Any]:
    """A project, as the tasks API knows it."""
    return answers.project(projects.find(caller, project))


@api.get(f"{PROJECT}/stats.json")
def show_stats(caller: Caller, project: str, query: requests.StatsQuery) -> dict[str, Any]:
    """Counts per state, and what happened between two days."""
    found = projects.find(caller, project)
    since, until = query.days()
    first, last = day(since) if since else "0000", day(until) if until else "9999"
    return answers.stats(found, counts.by_state(found.number), counts.by_event(found.number, first, last))


@api.get(f"{PROJECT}/callbacks.json")
def list_callbacks(caller: Caller, project: str, query: requests.CallbacksQuery) -> dict[str, Any]:
    """Ours: the log of callbacks, newest first."""
    found = projects.find(caller, project)
    found.require_manager()
    page = log.page(found.number, query.state, query.start(), query.page, query.page_size)
    return answers.callbacks(found, page)


@api.get(f"{PROJECT}/callbacks/{{callback}}")
def show_callback(caller: Caller, project: str, callback: Name) -> dict[str, Any]:
    """Ours: a callback with all its attempts."""
    found = projects.find(caller, project)
    found.require_manager()
    return answers.callback(found, log.get(found.number, callback))


@api.post(f"{PROJECT}/callbacks/{{callback}}/redeliver.json")
def redeliver_callback(caller: Caller, project: str, callback: str, request: Request) -> dict[str, Any]:
    """Ours: send a callback again, with five attempts."""
    found = projects.find(caller, project)
    found.require_manager()
    again = log.redeliver(found.number, callback, request.now, found.settings.callbacks)
    return answers.callback(found, again)


@api.post(f"{PROJECT}/callbacks/redeliver.json", told=("since",))
def redeliver_callbacks(
    caller: Caller, project: str, form: requests.RedeliverForm, request: Request, deadline: Deadline
) -> dict[str, Any]:
    """Ours: send again all unreachable callbacks (since a time)."""
    found = projects.find(caller, project)
    found.require_manager()
    receivers = found.settings.callbacks
    again = log.redeliver_all(found.number, form.start(), request.now, deadline, receivers)
    return {"redelivered": again.number, "more": again.more}
