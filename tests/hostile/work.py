"""What each family's clients do on a bad day, and what must be true when they are done."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

import requests
from hearback.access.model import Caller, Role
from hearback.tasks import projects

from tests.crash import recount, recount_datasets, recount_feedback, recount_tasks
from tests.flows.callbacks import Caller as Desk
from tests.flows.callbacks import calling_back
from tests.flows.content import VOTE, Site, codes
from tests.flows.organizations import (
    ENG_FRA,
    FEEDBACK,
    Organization,
    Person,
    answer,
    change,
    until_patience_ends,
)
from tests.flows.studios import create, many, one, path, studio
from tests.hostile.settling import settled
from tests.unit.callbacks.receiver import Receiver

NEXT = "/api/v1/dataset/entries/next"
UNIT = '<tu><tuv xml:lang="en"><seg>{}</seg></tuv><tuv xml:lang="fr"><seg>cible</seg></tuv></tu>'
GIVEN = 8
ENTRIES = 4
VOTERS = 9
TASKS = 40
APPROVED = 15


# ── Translation ──


def translate(organization: Organization) -> None:
    """Import in both ways, give, approve, delete what awaits approval, export what is left."""
    admin, user = organization.admin, organization.user
    assert answer(user.import_tmx(_tmx("request", 30)))["successful"] == 30
    assert _upload(user, _tmx("upload", 30))["successful"] == 30
    given = [user.give(f"given {number}", "donné") for number in range(GIVEN)]
    for entry in given:
        change(admin, entry, approvalState="approved")
    deleted = answer(admin.delete(f"{FEEDBACK}/batch-delete", params={"approvalStates": "awaitingApproval"}))
    settled(lambda message: f'"{organization.organization_id}"' in message)
    kept = recount.check_consistent(organization.organization_id)
    recount.check_settled(organization.organization_id)
    assert sorted(entry.source_text for entry in kept) == sorted(entry["sourceText"] for entry in given)
    assert deleted == 60
    for _ in until_patience_ends(pause=0.5):  # the lists follow by an index
        if _exported(admin).count(b"<tu ") == GIVEN:
            return
    raise AssertionError(_exported(admin).decode())


def _tmx(name: str, units: int) -> bytes:
    body = "\n".join(UNIT.format(f"{name} {number}") for number in range(units))
    return f'<tmx version="1.4"><header srclang="en"/><body>\n{body}\n</body></tmx>'.encode()


def _upload(user: Person, data: bytes) -> dict[str, Any]:
    """Through a form of S3's; where the form has ended, through a fresh one."""
    for _ in range(8):
        upload = answer(user.post(f"{FEEDBACK}/import/uploads"))
        files = {"file": ("memory.tmx", data)}
        sent = requests.post(upload["url"], data=upload["fields"], files=files, timeout=60)
        if sent.status_code == 204:
            return user.outcome(upload["importId"])
    raise AssertionError(sent.text)


def _exported(admin: Person) -> bytes:
    exported = admin.export(languagePairId=ENG_FRA)
    assert exported.status_code == 200, exported.text[:300]
    return exported.content


# ── Content ──


def vote(organization: Organization) -> None:
    """Every user votes, and every third thinks better of it."""
    site = Site(organization.admin)
    site.register("review", "product1")
    for number in range(VOTERS):
        assert codes(site.submit(VOTE, UserId=f"user {number}")) == []
        if number % 3 == 0:
            assert codes(site.submit(VOTE, UserId=f"user {number}", Vote="Negative")) == []
    negative = len(range(0, VOTERS, 3))
    assert site.counts() == (VOTERS, VOTERS - negative, negative, 0)


# ── Datasets ──


def annotate(organization: Organization) -> None:
    """Entries go through their workflow: submitted, taken, annotated, handed in, approved."""
    work = studio(organization)
    made = [work.entry(f"image {number}") for number in range(ENTRIES)]
    done: set[str] = set()
    for _ in until_patience_ends():  # an index shows an entry a moment after it is there
        taken = work.annotator.post(NEXT, json={"dataset_id": work.dataset_id})
        if taken.status_code == 200:
            entry = one(taken)
            create(work.annotator, "annotations", {"annotation": {"box": [1]}}, entry=entry["id"])
            one(work.annotator.post(f"{path('entries', entry)}/submit"))
            done.add(entry["id"])
        if len(done) == len(made):
            break
    assert done == {entry["id"] for entry in made}
    settled(lambda message: work.project_id in message)
    assert recount_datasets.read().faults == []
    query = {"filter[dataset_id]": work.dataset_id, "page[size]": 100}
    assert len(many(work.owner.get("/api/v1/dataset/entries", params=query))) == ENTRIES


# ── Tasks, their callbacks, and feedback on them ──


class Callbacks(NamedTuple):
    desk: Desk
    receiver: Receiver

    def arrived(self) -> Counter[str]:
        """How often each task was delivered."""
        return Counter(json.loads(each.body)["task"]["id"] for each in self.receiver.received)


def deliver(organization: Organization, receiver: Receiver) -> None:
    """A batch of tasks, of which some are approved and delivered to a receiver, and others reviewed."""
    desk = calling_back(organization, receiver.url())
    rows = [
        {"data": {"url": f"https://x/{number}", "output_weather": "rain"}, "submit": True}
        for number in range(TASKS)
    ]
    batch = desk.ask("POST", "batches.json", json={"tasks": rows})
    tasks = _completed(desk, batch["batch_id"])
    for task in tasks[:APPROVED]:
        desk.approve(task)
    _review(desk, tasks[APPROVED : APPROVED + 5])
    settled(lambda message: f'"project": {desk.number}' in message)
    assert set(Callbacks(desk, receiver).arrived()) == set(tasks[:APPROVED])
    _recount(organization, desk)


def _completed(desk: Desk, batch_id: int) -> list[str]:
    for _ in until_patience_ends(pause=0.3):
        status = desk.ask("GET", f"batches/{batch_id}.json", params={"page_size": 100})
        if status["state"] == "completed":
            assert (status["created"], status["failed"]) == (TASKS, 0)
            return [task["id"] for task in status["tasks"]]
    raise AssertionError(status)


def _review(desk: Desk, tasks: list[str]) -> None:
    fault = {"type": "field", "error_type": "Incorrect Metadata", "field": "weather", "external_id": "f"}
    for task in tasks:
        desk.ask("POST", f"tasks/{task}/rounds/1/feedbacks.json", 200, json={"feedbacks": [fault]})


def _recount(organization: Organization, desk: Desk) -> None:
    admin = Caller(organization.organization_id, 1, organization.admin.email, Role.ADMIN, "0" * 16)
    found = recount_tasks.check(projects.find(admin, str(desk.number)))
    assert (len(found.tasks), len(found.delivered)) == (TASKS, APPROVED)
    assert all(callback.delivery.state == "delivered" for callback in found.callbacks)
    assert len(recount_feedback.check(desk.number)) == 5
