"""Whose an item is. Most say so in an attribute or at the beginning of their key; what belongs to a project
says its number, which an organization's projects know."""

from __future__ import annotations

import json
from functools import cached_property

from hearback.callbacks import keys as callback_keys
from hearback.dataset import items as dataset_items
from hearback.dataset import keys as dataset_keys
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.items import Item, get_text
from hearback.tasks import batches
from hearback.tasks import keys as task_keys

TABLES = (
    "access_table",
    "translation_table",
    "content_table",
    "dataset_table",
    "task_table",
    "callback_table",
    "feedback_table",
    "organization_table",
    "owed_table",
)
"""Every table, by the name of its setting."""

FOLDERS = (
    "imports",
    "import-results",
    "request-imports",
    "exports",
    "organization-exports",
    batches.FOLDER,
)
"""Of the transfer bucket."""

_MOST_KNOWN = 10_000
"""Callbacks and batches of which it is remembered whether they are an organization's."""


class Organization:
    """One organization, as the owner of items."""

    def __init__(self, organization_id: str) -> None:
        self.id = organization_id
        self._known: dict[tuple[str, str], bool] = {}

    def has(self, table: str, item: Item) -> bool:
        """Whether the item of the table (a name of `TABLES`) is this organization's."""
        named = get_text(item, "organization_id") or get_text(item, "organization")
        if named:
            return named == self.id
        before, _, rest = get_text(item, "pk").partition("#")
        match table:
            case "translation_table" | "content_table":
                return before == self.id
            case "organization_table" if before == "retention":
                return get_text(item, "sk") == self.id
            case "access_table" | "organization_table" | "dataset_table":
                return rest.partition("#")[0] == self.id
            case "callback_table" if before == "attempts":
                return self._has_callback(rest)
            case "task_table" if before == "failures":
                return self._has_batch(rest)
            case "owed_table":
                return bool(json.loads(get_text(item, "message")).get("organization") == self.id)
            case _:
                return self._has_project(rest.partition("#")[0])

    def prefixes(self, folder: str) -> list[str]:
        """What the names of its files in a folder begin with, in order."""
        if folder == batches.FOLDER:
            return sorted(batches.folder(project) for project in self._projects)
        return [f"{folder}/{self.id}/"]

    @cached_property
    def _projects(self) -> frozenset[str]:
        """The numbers of its projects."""
        found = (
            dataset_items.PROJECT.from_item(item) for item in reads.every(dataset_keys.projects(self.id))
        )
        return frozenset(
            str(project.task_project_id) for project in found if project.organization_id == self.id
        )

    def _has_project(self, number: str) -> bool:
        """Whether a project is, or was, this organization's. One that is deleted has left its tasks."""
        if number in self._projects or not number.isdecimal():
            return number in self._projects
        found = [item for run in task_keys.tasks(int(number)) for item in reads.query(run, 1)[0]]
        return any(get_text(item, "organization_id") == self.id for item in found)

    def _has_callback(self, callback_id: str) -> bool:
        """An attempt names its callback alone, and that is kept below its project."""
        keys = [callback_keys.callback(int(project), callback_id) for project in sorted(self._projects)]
        return self._has_any("callback_table", keys, callback_id)

    def _has_batch(self, batch_id: str) -> bool:
        """A row that became no task names its batch alone, and that is kept below its project."""
        keys = [task_keys.batch(int(project), int(batch_id)) for project in sorted(self._projects)]
        return self._has_any("task_table", keys, batch_id)

    def _has_any(self, table: str, keys: list[Item], its_id: str) -> bool:
        """Whether any of the items is there. What belongs to one of them stands together: whoever walks over
        all of it is answered by heart."""
        if (table, its_id) not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[table, its_id] = bool(reads.get_many(getattr(settings(), table), keys))
        return self._known[table, its_id]
