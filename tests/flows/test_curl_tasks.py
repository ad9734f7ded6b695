"""What the published descriptions of task creation and of the feedback API say, step by step, done with curl.

They show one payload and no command; the commands are as a client's shell would have them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.flows.callbacks import Caller, arrival, calling_back
from tests.flows.organizations import Organization, until_patience_ends
from tests.unit.callbacks.receiver import Receiver, answering

DATA = {"img": "http://samasource-storage-server.com/path/to/image/logo.png", "caption": "SamaLogo"}
TIME = r"\d{8}T\d\d:\d\d:\d\d"

Curl = Callable[..., Any]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answering("200 OK")) as open_one:
        yield open_one


@pytest.fixture
def project(organization: Organization, receiver: Receiver) -> Caller:
    """A project whose callbacks come to the receiver."""
    schema = {"type": "object", "properties": {"img": {"type": "string"}}, "required": ["img"]}
    to = {"creation_callback": {"url": receiver.url()}}
    return calling_back(organization, receiver.url(), input_schema=schema, **to)


@pytest.fixture
def curl(project: Caller) -> Curl:
    """`curl …/v2/projects/PROJECT/path?access_key=KEY`, and the JSON that it prints."""

    def run(path: str, *options: str, body: Any = None) -> Any:
        address = (
            f"{project.owner.base_url}/v2/projects/{project.number}/{path}?access_key={project.owner.key}"
        )
        # -q: no .curlrc; --fail-with-body: an error status ends the command with an error.
        command = ["curl", "-q", "--silent", "--show-error", "--fail-with-body", address, *options]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        return json.loads(done.stdout)

    return run


def test_a_task_that_needs_no_background_is_there_at_once(curl: Curl) -> None:
    created = curl("tasks.json", "-X", "POST", body={"task": {"data": DATA, "priority": 0}})["task"]
    assert curl(f"tasks/{created['id']}.json")["task"] == created
    assert (created["state"], created["data"], created["answers"]) == ("new", DATA, {})


def test_a_task_created_in_the_background_gets_an_id_at_once_and_then_the_callback(
    curl: Curl, project: Caller, receiver: Receiver
) -> None:
    project.change(creation_mode="async")
    enqueued = curl("tasks.json", "-X", "POST", body={"task": {"data": DATA, "submit": True}})
    assert enqueued["task"]["enqueued"] is True
    called = arrival(receiver)
    assert called.line.startswith("POST ")
    assert called.headers["content-type"] == "application/json"
    document = json.loads(called.body)
    assert re.fullmatch(TIME, document["task"].pop("created_at"))
    told = {"id": enqueued["task"]["id"], "project_id": project.number, "state": "completed", "data": DATA}
    assert document == {"task": {**told, "answers": {}}}


def test_a_batch_has_an_id_and_the_ids_of_its_tasks_and_needs_no_callback(
    curl: Curl, project: Caller
) -> None:
    project.change(creation_callback=None)
    batch = curl("batches.json", "-X", "POST", body={"tasks": [{"data": DATA}, {"data": {}}, {"data": DATA}]})
    assert len(batch["task_ids"]) == 3
    status = _when_completed(curl, batch["batch_id"])
    assert (status["created"], status["failed"]) == (2, 1)
    assert [task["state"] for task in status["tasks"]] == ["new", "failed", "new"]
    assert curl(f"tasks/{batch['task_ids'][2]}.json")["task"]["data"] == DATA


def _when_completed(curl: Curl, batch_id: int) -> dict[str, Any]:
    for _ in until_patience_ends():
        status: dict[str, Any] = curl(f"batches/{batch_id}.json")
        if status["state"] == "completed":
            return status
    raise AssertionError(f"the batch is {status['state']}")


def test_the_creation_schema_is_json_schema(curl: Curl) -> None:
    assert curl("schemas/create_task.json")["required"] == ["img"]


def test_feedback_is_added_as_drafts_read_finalized_and_deleted(curl: Curl, project: Caller) -> None:
    task = project.new_task(img="x", output_image={"shapes": [{"class": "car"}]})
    feedbacks = f"tasks/{task}/rounds/1/feedbacks.json"
    shape = {"type": "shape", "error_type": "Extra Shape", "output": "image", "shape": {"index": 0}}
    missing = {"type": "shape", "error_type": "Missing Shape", "output": "image"}

    drafts = curl(feedbacks, "-X", "POST", body={"feedbacks": [shape, missing]})["feedbacks"]
    assert [(it["readonly"], it["finalized"]) for it in drafts] == [(True, False)] * 2
    assert curl(feedbacks)["feedbacks"] == drafts
    assert curl(f"tasks/{task}/rounds/1/feedbacks/{drafts[0]['id']}.json")["feedback"] == drafts[0]

    unknown = "0" * 24
    gone = curl(feedbacks, "-X", "DELETE", body={"feedback_ids": [drafts[1]["id"], unknown]})
    assert gone == {"deleted_ids": [drafts[1]["id"]], "not_found_ids": [unknown], "finalized_ids": []}

    (final,) = curl(feedbacks, "-X", "POST", body={"finalize": True})["feedbacks"]
    assert (final["id"], final["finalized"]) == (drafts[0]["id"], True)
    kept = curl(feedbacks, "-X", "DELETE", body={"feedback_ids": [final["id"]]})
    assert kept["finalized_ids"] == [final["id"]]
