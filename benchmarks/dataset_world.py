"""A dataset of a given size in an organization of its own, filled through the product's own functions."""

from __future__ import annotations

import time
import uuid
from typing import Any, NamedTuple

from hearback.access import accounts, store
from hearback.access.model import Account, Caller, Role
from hearback.dataset import entries, keys
from hearback.jsonapi import instants
from hearback.storage import blocks

from benchmarks.calling import DatasetClient

PEOPLE = ("admin", "owner", "annotator", "reviewer")
AT_ONCE = 40
"""Entries of one request: a thousand are 25 requests."""


class World(NamedTuple):
    clients: dict[str, DatasetClient]
    accounts: dict[str, int]
    """Account ids."""
    members: dict[str, str]
    """Member ids; the admin is none."""
    project: str
    dataset: str
    size: int
    """Entries."""
    in_hand: list[str]
    """Entries that the annotator has in hand."""
    middle: str
    """`created_at` of the entry in the middle, as the API writes it."""


def build(size: int) -> World:
    """An organization with one project, a member of each role, and one dataset of `size` entries.

    Of each thousand entries 600 wait for an annotator and 120 for a reviewer, 240 are in somebody's
    hands (of the first thousand, half the annotator's and half the reviewer's), and 40 are done.
    """
    organization, now = f"bench-{uuid.uuid4().hex[:8]}", time.time_ns()
    store.create_organization(organization, organization, now)
    people = {name: _account(organization, name) for name in PEOPLE}
    clients = {name: _client(account) for name, account in people.items()}
    admin = clients["admin"]
    project = admin.create("projects", {"name": "Bench"})
    roles = {"owner": "project_owner", "annotator": "annotator", "reviewer": "reviewer"}
    members = {
        name: admin.create(
            "project_members",
            {"account_id": people[name].account_id, "role": role},
            project=("projects", project),
        )
        for name, role in roles.items()
    }
    attributes = {"name": "Pictures", "modality": "image"}
    dataset = admin.create("datasets", attributes, project=("projects", project))
    ids = {name: account.account_id for name, account in people.items()}
    in_hand, middle = _fill(_caller(people["admin"]), dataset, size, ids)
    return World(clients, ids, members, project, dataset, size, in_hand, middle)


def _account(organization: str, name: str) -> Account:
    role = Role.ADMIN if name == "admin" else Role.USER
    return accounts.add_account(organization, f"{name}@bench.example", name, role, time.time_ns())


def _client(account: Account) -> DatasetClient:
    return DatasetClient(accounts.issue_key(account, "", time.time_ns())[1])


def _caller(account: Account) -> Caller:
    return Caller(account.organization_id, account.account_id, account.email, account.role, "0" * 16)


def _fill(caller: Caller, dataset: str, size: int, people: dict[str, int]) -> tuple[list[str], str]:
    in_hand: list[str] = []
    middle = ""
    for number in range(size // AT_ONCE):
        state = _state(number, people)
        several = [state | {"resource": picture(number * AT_ONCE + index)} for index in range(AT_ONCE)]
        made = entries.create(caller, dataset, several, time.time_ns())
        if state.get("assigned_to_id") == people["annotator"]:
            in_hand += [entry.id for entry in made]
        if number == size // AT_ONCE // 2:
            middle = instants.format(made[0].created_at)
    assert blocks.read(keys.shelf("entries", dataset)).total() == size
    return in_hand, middle


def _state(number: int, people: dict[str, int]) -> dict[str, Any]:
    """What the entries of one of the 25 requests for a thousand are."""
    first, turn = number < 25, number % 25
    hands = (people["annotator"], people["reviewer"]) if first else (people["owner"],) * 2
    submitted = {"submitted_by_id": people["annotator"]}
    if turn < 15:
        return {"wf_step": "annotate"}
    if turn < 18:
        return {"wf_step": "annotate", "status": "in_progress", "assigned_to_id": hands[0]}
    if turn < 21:
        return {"wf_step": "review", **submitted}
    if turn < 24:
        return {"wf_step": "review", "status": "in_progress", "assigned_to_id": hands[1], **submitted}
    return {"wf_step": "done", "reviewed_by_id": people["reviewer"], **submitted}


def picture(number: int) -> str:
    return f"https://images.example/crossings/2026/picture-{number:07}.jpg"


BOX = {"dimensions": [0, 0, 64, 48], "annotation": {"label": "car", "score": 0.93}}


def annotate(world: World) -> None:
    """A fifth as many annotations as entries, on those that the annotator has in hand; 120 feeds and comments."""
    client = world.clients["annotator"]
    for number in [0, *range(world.size // 450)]:
        entry = world.in_hand[number % len(world.in_hand)]
        client.create("annotations", [BOX] * 90, entry=("entries", entry))
    for number in range(120):
        note = {"entry_id": world.in_hand[0], "content_md": f"Is this a car? ({number})"}
        feed = client.create("note_feeds", note)
        client.create("note_comments", {"content_md": "It is."}, note_feed=("note_feeds", feed))
