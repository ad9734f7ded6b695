"""A project's desk at the tasks API, and the worker that creates its batches.

made = desk.post("tasks.json", {"task": {"data": {"url": "s3://1"}}})
desk.put(f"tasks/{made.task['id']}/submit.json", {"answers": {}}, by="annotator")
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hearback import clients
from hearback.settings import settings
from hearback.tasks import batches, projects
from hearback.tasks.projects import TaskProject

from tests.functions.gateway import Reply, invoke, sample
from tests.functions.labelling import Team

INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {"url": {"type": "string"}, "name": {"type": "string"}},
    "required": ["url"],
}
ANSWER: dict[str, Any] = {"type": "object", "properties": {"weather": {"type": "string"}}}


@dataclass(frozen=True)
class Desk:
    """A project as the tasks API knows it."""

    team: Team
    number: int

    def ask(self, method: str, path: str, body: Any = None, by: str = "owner", **headers: str) -> Reply:
        """Any request below the project; `body` as text, or what becomes JSON."""
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        given = {"X-Auth-Token": self.team.product.keys[by], "Content-Type": "application/json"}
        path = f"/v2/projects/{self.number}/{path}" if path else f"/v2/projects/{self.number}.json"
        return self.team.product.ask("tasks", method, path, text, given | headers)

    def get(self, path: str = "", by: str = "owner") -> Any:
        """The document of an answer that is a success."""
        return fine(self.ask("GET", path, by=by))

    def post(self, path: str, body: Any = None, by: str = "owner") -> Any:
        return fine(self.ask("POST", path, body, by))

    def put(self, path: str, body: Any = None, by: str = "owner") -> Any:
        return fine(self.ask("PUT", path, body, by))

    @property
    def project(self) -> TaskProject:
        """As the domain knows it, for its owner."""
        return projects.find(self.team.owner.caller, str(self.number))

    def set(self, **settings: Any) -> None:
        """Change the project's settings."""
        reply = self.team.owner.patch(f"projects/{self.team.project}", settings)
        assert reply.status == 200, reply.document

    # ── Tasks ──

    def task(self, url: str = "s3://1", priority: int = 0, submit: bool = False, **data: Any) -> str:
        """The id of a new task."""
        task = {"data": {"url": url, **data}, "priority": priority, "submit": submit}
        return str(self.post("tasks.json", {"task": task})["task"]["id"])

    def delivered(self, **data: Any) -> str:
        """A task that is approved."""
        its_id = self.task(submit=True, **data)
        self.approve(its_id)
        return its_id

    def approve(self, its_id: str) -> None:
        self.put(f"tasks/{its_id}/approve.json", by="reviewer")

    def reject(self, its_id: str, *reasons: Any) -> Any:
        return self.put(f"tasks/{its_id}/reject.json", {"reasons": list(reasons)}, by="reviewer")

    def show(self, its_id: str) -> dict[str, Any]:
        return dict(self.get(f"tasks/{its_id}.json")["task"])

    def stats(self) -> dict[str, int]:
        """Counts by state that are not zero."""
        told = self.get("stats.json")
        del told["throughput"], told["id"]
        return {name: count for name, count in told.items() if count}

    # ── Batches ──

    def waiting(self, content: bytes | None = None, **about: Any) -> int:
        """The id of a new batch that waits for its file, or has it."""
        batch_id = int(self.post("batches.json", {"tasks_file_name": "t.json", **about})["batch_id"])
        if content is not None:
            self.upload(batch_id, content)
        return batch_id

    def upload(self, batch_id: int, content: bytes) -> None:
        batch = batches.find(self.number, batch_id)
        assert batch
        clients.s3().put_object(Bucket=settings().transfer_bucket, Key=batches.file_key(batch), Body=content)

    def batch(self, batch_id: int, **query: Any) -> dict[str, Any]:
        """Its status with a page of its rows."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return dict(self.get(f"batches/{batch_id}.json?{asked}"))


def fine(reply: Reply) -> Any:
    assert reply.status in (200, 201, 202), reply.document
    return reply.document


def refused(reply: Reply, status: int) -> list[tuple[Any, Any]]:
    """Type and index of each error."""
    assert reply.status == status, reply.document
    assert set(reply.document) == {"errors"}
    errors = reply.document["errors"]
    assert all(error["message"] for error in errors)
    assert all(set(error) <= {"type", "message", "index"} for error in errors)
    return [(error["type"], error.get("index")) for error in errors]


def rows(*urls: str) -> list[dict[str, Any]]:
    """Rows of a batch; an empty url makes a bad one."""
    return [{"data": {"url": url} if url else {"name": "no url"}} for url in urls]


def work(function: str = "task_creation", queue: str = "creation", case: str = "next_round") -> int:
    """Let the worker do what is in its queue, again and again until nothing is left; how many rounds."""
    url, sqs = getattr(settings(), f"{queue}_queue"), clients.sqs()
    for rounds in range(100):
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", [])
        if not found:
            return rounds
        event = sample(function, case)
        event["Records"][0] |= {"body": found[0]["Body"], "receiptHandle": found[0]["ReceiptHandle"]}
        assert invoke(function, event) == {"batchItemFailures": []}
        sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
    raise AssertionError("the work goes on and on")


def begin(team: Team) -> Desk:
    """With schemas of its data and answers."""
    attributes = {"input_schema": INPUT, "answer_schema": ANSWER}
    reply = team.owner.patch(f"projects/{team.project}", attributes)
    return Desk(team, int(reply.attributes["task_project_id"]))
