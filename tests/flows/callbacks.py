"""Projects whose callbacks go to a receiver of the test's, and what the API tells of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import requests

from local.stack import Stack
from tests.flows.organizations import Organization, Person, until_patience_ends
from tests.flows.studios import create, one
from tests.unit.callbacks.receiver import Received, Receiver

Record = dict[str, Any]
ANYTHING = {"type": "object"}


class Caller(NamedTuple):
    """A project that calls back, and its owner, who knows the product by its HTTP alone."""

    owner: Person
    project_id: str
    number: int

    def ask(self, method: str, path: str, status: int = 200, **request: Any) -> Any:
        """A request to the tasks API, which authenticates by its query."""
        request["params"] = {"access_key": self.owner.key, **request.get("params", {})}
        response = self.owner.ask(method, f"/v2/projects/{self.number}/{path}", auth=no_header, **request)
        assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
        return response.json()

    def new_task(self, **data: Any) -> str:
        """The id of a new task."""
        return self._new_task({"data": {"url": "https://x/y", **data}})

    def _new_task(self, task: Record) -> str:
        return str(self.ask("POST", "tasks.json", 201, json={"task": task})["task"]["id"])

    def deliver(self, **data: Any) -> str:
        """Owe a delivery callback; the task's id."""
        return self.approve(self._new_task({"data": {"url": "https://x/y", **data}, "submit": True}))

    def approve(self, task: str) -> str:
        self.ask("PUT", f"tasks/{task}/approve.json")
        return task

    def state_of(self, task: str) -> str:
        return str(self.ask("GET", f"tasks/{task}.json")["task"]["state"])

    def callbacks(self, **query: Any) -> list[Record]:
        return list(self.ask("GET", "callbacks.json", params=query)["callbacks"])

    def of(self, task: str) -> Record:
        """The task's only callback, with its log."""
        (found,) = [each for each in self.callbacks() if each["task_id"] == task]
        return self.callback(found["id"])

    def callback(self, id: str) -> Record:
        return dict(self.ask("GET", f"callbacks/{id}.json")["callback"])

    def when(self, task: str, *states: str) -> Record:
        """The task's callback once it is in one of these states."""
        for _ in until_patience_ends(pause=0.2):
            found = self.of(task)
            if found["state"] in states:
                return found
        raise AssertionError(f"not {' or '.join(states)}: {found}")

    def change(self, **attributes: Any) -> Record:
        """Change the project's settings."""
        document = {"data": {"type": "dataset:projects", "id": self.project_id, "attributes": attributes}}
        path = f"/api/v1/dataset/projects/{self.project_id}"
        headers = {"Content-Type": "application/vnd.api+json"}
        return one(self.owner.patch(path, json=document, headers=headers))


def arrival(receiver: Receiver, number: int = 1) -> Received:
    """The request of this number, once it has come."""
    for _ in until_patience_ends(pause=0.05):
        if len(receiver.received) >= number:
            return receiver.received[number - 1]
    raise AssertionError(f"{len(receiver.received)} requests have come")


def no_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authenticates nothing."""
    return request


def calling_back(organization: Organization, delivery: Any, **attributes: Any) -> Caller:
    """A new project whose delivery callbacks go to this receiver: a URL, or all that can be set."""
    receiver = {"url": delivery} if isinstance(delivery, str) else delivery
    settings = {
        "name": "P",
        "input_schema": ANYTHING,
        "answer_schema": ANYTHING,
        "delivery_callback": receiver,
    }
    made = create(organization.admin, "projects", settings | attributes)
    return Caller(organization.admin, made["id"], made["attributes"]["task_project_id"])


def dead_letters(stack: Stack) -> list[Record]:
    """The callbacks that rest in the dead-letter queue."""
    return [json.loads(body) for body in _resting(stack, stack.outputs["CallbackDeadLetters"])]


def every_dead_letter(stack: Stack) -> Iterator[str]:
    """What rests in any dead-letter queue."""
    for url in stack.client("sqs").list_queues()["QueueUrls"]:
        if "DeadLetters" in url:
            yield from _resting(stack, url)


def _resting(stack: Stack, url: str) -> list[str]:
    """The bodies of a queue's messages, which stay there."""
    sqs, found = stack.client("sqs"), list[Record]()
    while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += some
    for message in found:
        handle = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return [message["Body"] for message in found]


def logged(stack: Stack) -> Iterator[str]:
    """Every line that a function of the stack has logged."""
    logs = stack.client("logs")
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        yield from pages.search("events[].message")


def every_item(stack: Stack) -> Iterator[Record]:
    """Every item of every table."""
    dynamodb = stack.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        yield from dynamodb.get_paginator("scan").paginate(TableName=name).search("Items[]")
