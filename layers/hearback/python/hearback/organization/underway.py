"""What is under way in an organization, and carries texts that no search of tables and files sees: in a worker's
memory, in the parts of an upload that is not complete, in a file that is read to its end at another time.

All of that owes its end; so the outbox knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hearback.organization import jobs
from hearback.organization.jobs import Kind
from hearback.storage import owed
from hearback.storage.items import Item, get_text
from hearback.tasks import batches
from hearback.tasks.model import BatchState
from hearback.translation import exports, imports


class Work(NamedTuple):
    what: str
    """As an admin is told of it."""
    since: int
    """When it began, or was announced (ns)."""
    files: str
    """What the names of its files begin with."""


def of(organization_id: str) -> list[Work]:
    """All imports, exports and creations of tasks that are under way."""
    return [
        work
        for queue, message in owed.debts(_KINDS)
        if (work := _KINDS[queue](organization_id, message)) is not None
    ]


def is_record(item: Item) -> bool:
    """Whether an item is the record of one of these, by which its worker finds what it works on."""
    pk, state = get_text(item, "pk"), get_text(item, "state")
    if pk.startswith("batches#"):
        return state == BatchState.CREATING
    return pk.endswith(("#imports", "#exports")) and state == imports.State.RUNNING


Message = Mapping[str, Any]


def _import(organization_id: str, message: Message) -> Work | None:
    if message["organization"] != organization_id:
        return None
    record = imports.find(organization_id, message["import"])
    if record is None or record.state is not imports.State.RUNNING:
        return None
    return Work(f"import {record.import_id}", record.created, record.object_key)


def _export(organization_id: str, message: Message) -> Work | None:
    if message["organization"] != organization_id:
        return None
    record = exports.find(organization_id, message["export"])
    if record is None or record.state is not imports.State.RUNNING:
        return None
    return Work(f"export {record.export_id}", record.created, record.object_key.removesuffix("tmx"))


def _batch(organization_id: str, message: Message) -> Work | None:
    batch = batches.find(message["project"], message["batch"])
    if batch is None or batch.organization_id != organization_id or batch.state is not BatchState.CREATING:
        return None
    what = f"batch {batch.id} of project {batch.project}"
    return Work(what, batch.created_at, batches.file_key(batch))


def _job(organization_id: str, message: Message) -> Work | None:
    if message["organization"] != organization_id or message["kind"] != Kind.EXPORT:
        return None
    job = jobs.find(organization_id, Kind.EXPORT, message["job"])
    if job is None or job.state is not jobs.State.RUNNING:
        return None
    return Work(f"export {job.id} of everything", job.created, f"{job.folder}/")


_KINDS: dict[str, Callable[[str, Message], Work | None]] = {
    "import": _import,
    "export": _export,
    batches.QUEUE: _batch,
    jobs.QUEUE: _job,
}
"""By the queue of their worker."""
