"""What is owed names its work, sorts by time, and is settled under the same name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hearback import clients
from hearback.errors import Unfinished
from hearback.ids import uuid7
from hearback.settings import Settings, settings
from hearback.storage import owed
from hypothesis import given
from hypothesis import strategies as st

MESSAGE = {"organization": "acme", "import": "01971b2f", "round": 3}
owed_ids = st.builds(uuid7, st.integers(0, 2**62), st.binary(min_size=10, max_size=10))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", f"the-{name}")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The messages that were sent."""
    messages: list[dict[str, Any]] = []

    class Queues:
        def send_message(self, **message: Any) -> None:
            messages.append(message)

        send_message_batch = send_message

    monkeypatch.setattr(clients, "sqs", Queues)
    return messages


@given(owed_ids, st.integers(0, 2**62))
def test_a_debt_holds_all_that_sending_it_again_needs(owed_id: str, due: int) -> None:
    item = owed.owe(owed_id, "import", MESSAGE, due)["Put"]["Item"]
    assert item["sk"] == {"S": owed_id}
    assert item["queue"] == {"S": "import"}
    assert json.loads(item["message"]["S"]) == MESSAGE
    assert (int(item["due"]["S"]), item["lane"]) == (due, item["pk"])


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_debts_are_in_the_order_in_which_they_are_due(one: int, other: int) -> None:
    earlier, later = (
        owed.owe("id", "import", MESSAGE, due)["Put"]["Item"]["due"]["S"] for due in sorted((one, other))
    )
    assert (earlier < later) == (one != other)


@given(owed_ids)
def test_settling_a_debt_removes_what_owing_it_wrote(owed_id: str) -> None:
    written = owed.owe(owed_id, "import", MESSAGE, 1)["Put"]
    removed = owed.settle(owed_id)["Delete"]
    assert removed["TableName"] == written["TableName"] == "the-owed_table"
    assert removed["Key"] == {name: written["Item"][name] for name in ("pk", "sk")}


@given(owed_ids)
def test_a_debt_is_in_one_of_the_partitions_that_the_sweep_reads(owed_id: str) -> None:
    partitions = {f"owed#{shard}" for shard in range(owed.SHARDS)}
    assert owed.settle(owed_id)["Delete"]["Key"]["pk"]["S"] in partitions


def test_messages_of_one_sender_among_many_say_whose_they_are(sent: list[dict[str, Any]]) -> None:
    owed.send("export", MESSAGE, group="acme")
    owed.send_all("export", [MESSAGE] * 12, ["acme"] * 11 + ["globex"])
    first, *more = sent
    assert first["MessageGroupId"] == "acme"
    assert [len(each["Entries"]) for each in more] == [10, 2]
    entries = [entry for each in more for entry in each["Entries"]]
    assert [entry["MessageGroupId"] for entry in entries] == ["acme"] * 11 + ["globex"]
    assert len({entry["Id"] for entry in entries}) == 12
    assert all(json.loads(entry["MessageBody"]) == MESSAGE for entry in entries)


def test_a_message_goes_to_the_queue_of_its_name(sent: list[dict[str, Any]]) -> None:
    owed.send("export", MESSAGE, delay=5)
    assert sent == [{"QueueUrl": "the-export_queue", "MessageBody": json.dumps(MESSAGE), "DelaySeconds": 5}]


def test_a_worker_passes_its_work_on_to_the_next_round(sent: list[dict[str, Any]]) -> None:
    owed.pass_on("import", {"import": "1"})
    owed.pass_on("import", {"import": "1", "round": 1})
    assert [json.loads(message["MessageBody"])["round"] for message in sent] == [1, 2]


def test_a_worker_that_never_ends_is_stopped(sent: list[dict[str, Any]]) -> None:
    owed.pass_on("import", {"import": "1", "round": owed.MOST_ROUNDS - 1})
    with pytest.raises(Unfinished):
        owed.pass_on("import", {"import": "1", "round": owed.MOST_ROUNDS})
    assert len(sent) == 1


@given(st.integers(0, 2**47), st.integers(0, 2**47), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time(one: int, other: int, randomness: bytes) -> None:
    earlier, later = sorted([one, other])
    if earlier != later:
        assert uuid7(earlier * 1_000_000, randomness) < uuid7(later * 1_000_000, bytes(10))
