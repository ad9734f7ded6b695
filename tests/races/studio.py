"""A project in which many work at once, and what DynamoDB does to them when they meet."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial

from hearback.access import accounts
from hearback.access.model import Caller, Role
from hearback.dataset import counting, datasets, entries, events, members
from hearback.dataset.model import Entry

from tests.crash.datasets import ADMIN, ORGANIZATION
from tests.crash.recount_datasets import Found, check
from tests.crash.recount_shelves import leaf_of
from tests.races.at_once import at_once

CALLERS = 20


@dataclass(frozen=True)
class Studio:
    """A project, its annotators, and a dataset of a test's own."""

    project: str
    people: list[Caller]
    dataset: str = ""

    def enter(self, number: int) -> list[str]:
        """Ids of entries that wait for annotators."""
        several = [{"resource": f"resource {index}", "priority": index} for index in range(number)]
        made = entries.create(ADMIN, self.dataset, several, time.time_ns())
        at_once(*[partial(submit, ADMIN, entry.id) for entry in made])
        return [entry.id for entry in made]

    def entries(self) -> list[Entry]:
        """Those of the dataset."""
        return [entry for entry in check().every("entries") if entry.dataset_id == self.dataset]

    def check(self) -> Found:
        """Everything agrees, and the dataset's counters are what its entries say."""
        found = check()
        dataset = found.records["datasets"].get(self.dataset)
        if dataset and not found.is_doomed(dataset):
            wanted = counting.of(Counter(map(leaf_of, self.entries())))
            assert datasets.get(ADMIN, self.dataset).counts == wanted
        return found


def join(project: str, name: str) -> Caller:
    """A new account, an annotator in the project."""
    now, email = time.time_ns(), f"{name}@acme.example"
    account = accounts.add_account(ORGANIZATION, email, name, Role.USER, now)
    members.create(ADMIN, project, {"account_id": account.account_id}, now)
    return Caller(ORGANIZATION, account.account_id, email, Role.USER, name)


def submit(caller: Caller, entry_id: str, approved: bool | None = None) -> Entry:
    return events.submit(caller, entry_id, approved, time.time_ns())
