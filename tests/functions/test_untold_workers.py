"""What is written is done, though the message to its worker is refused: the client has its answer, the sweep its work."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hearback.dataset import deleting as dataset_deleting
from hearback.deadline import Deadline
from hearback.storage import owed
from hearback.translation import deleting, exporting
from hearback.translation.filters import Filter
from hearback.translation.imports import State

from tests.functions.gateway import Product
from tests.functions.labelling import Team
from tests.functions.tasking import Desk
from tests.functions.test_lagging_indexes import ADMIN, give

REFUSED = ClientError(
    {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]
    "SendMessage",
)
LOST = ReadTimeoutError(endpoint_url="https://sqs")


@pytest.fixture(params=[REFUSED, LOST], ids=["refused", "lost"])
def _no_message(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    def send(*_: Any, **__: Any) -> None:
        raise request.param

    monkeypatch.setattr(owed, "send", send)


def debts() -> list[str]:
    return [queue for queue, _ in owed.debts({"export", "deletion", "creation"})]


@pytest.mark.usefixtures("_no_message")
def test_an_export_has_begun(product: Product) -> None:
    assert exporting.begin(ADMIN, Filter(), time.time_ns()).state is State.RUNNING
    assert debts() == ["export"]


@pytest.mark.usefixtures("_no_message")
def test_a_batch_is_created_once(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": [{"data": {"url": "1"}}]})
    assert (made["state"], debts()) == ("creating", ["creation"])


@pytest.mark.usefixtures("_no_message")
def test_a_batch_whose_file_is_there_goes_on(desk: Desk) -> None:
    batch = desk.waiting(b'[{"data": {"url": "1"}}]')
    assert desk.post(f"batches/{batch}/continue.json")["state"] == "creating"
    assert debts() == ["creation"]


def test_a_batch_delete_that_is_interrupted_tells_how_many_entries_are_gone(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    give("bonjour")
    give("salut")

    def fail(*_: Any, **__: Any) -> None:
        raise LOST

    monkeypatch.setattr(deleting, "run", fail)
    assert deleting.batch_delete(ADMIN, Filter(), Deadline.after(20), time.time_ns()) == 2
    assert debts() == ["deletion"]


@pytest.mark.parametrize("failure", [REFUSED, LOST], ids=["refused", "lost"])
def test_what_is_deleted_is_deleted_though_the_rest_of_the_work_fails(
    team: Team, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise failure

    entry = team.entry()
    monkeypatch.setattr(dataset_deleting, "carry_out", fail)
    assert team.owner.delete(f"entries/{entry}").status == 204
    assert team.owner.get(f"entries/{entry}").status == 404
    assert [queue for queue, _ in owed.debts({"upkeep"})] == ["upkeep"]
