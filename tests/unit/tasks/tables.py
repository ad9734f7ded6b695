"""The tables of tasks in memory, and a project whose owner calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from hearback import clients
from hearback.access.model import Caller, Role
from hearback.dataset.model import MemberRole, Project
from hearback.storage.shelves import Tail
from hearback.tasks import keys
from hearback.tasks.projects import Settings, TaskProject

from tests.unit.storage.fake import Fake, Item, Key

NUMBER = 117
CALLER = Caller("acme", 1, "owner@acme.example", Role.ADMIN, "k1")
PROJECT = TaskProject(
    CALLER,
    Project("p", "acme", "Garden", None, CALLER.email, NUMBER, 0, 0, "", Tail("", 1)),
    MemberRole.OWNER,
    Settings(),
)


class Tables(Fake):
    """With reads of many items at once, and attributes that are taken away."""

    def batch_get_item(self, **question: Any) -> Item:
        self._called("batch get")
        ((table, asked),) = question["RequestItems"].items()
        assert 0 < len(asked["Keys"]) <= 100
        self.read_units += len(asked["Keys"])
        found = [self.items.get((key["pk"]["S"], key["sk"]["S"])) for key in asked["Keys"]]
        return {"Responses": {table: [item for item in found if item]}}

    def _write(self, write: Item, key: Key) -> None:
        change = write.get("Update", {}).get("UpdateExpression", "")
        kept, _, gone = change.partition("REMOVE ")
        if not gone:
            super()._write(write, key)
            return
        names = write["Update"]["ExpressionAttributeNames"]
        super()._write({"Update": write["Update"] | {"UpdateExpression": kept.strip()}}, key)
        for name in gone.split(", "):
            self.items[key].pop(names.get(name, name), None)


@contextmanager
def tables() -> Iterator[Tables]:
    """What is written and read meanwhile is in memory."""
    made = Tables()
    with ExitStack() as replaced:
        replaced.enter_context(mock.patch.object(clients, "dynamodb", return_value=made))
        replaced.enter_context(mock.patch.object(keys, "table", return_value="tasks"))
        yield made
