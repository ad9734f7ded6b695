"""The dataset upkeep Lambda: what requests begin and do not end."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pytest
from hearback.dataset import deleting, members, work
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.storage import owed

from tests.functions.gateway import invoke, sample
from tests.functions.labelling import Team

FINE: dict[str, Any] = {"batchItemFailures": []}
LATER = 3600 * 10**9


def waiting() -> list[dict[str, Any]]:
    """The messages in the queue, each of which is taken out."""
    sqs, url = boto3.client("sqs"), settings().upkeep_queue
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def deliver(message: dict[str, Any]) -> Any:
    event = sample("dataset_upkeep", "delete_entry")
    event["Records"][0]["body"] = json.dumps(message)
    return invoke("dataset_upkeep", event)


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request ends right behind the transaction with which it deletes something."""
    monkeypatch.setattr(deleting, "_carry_out_or_send", lambda _: None)


@pytest.fixture
def short_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request has time to remove anything itself."""
    monkeypatch.setattr(deleting, "_IN_REQUEST", -1.0)


def test_what_a_request_has_no_time_for_the_worker_does(team: Team, short_of_time: None) -> None:
    entry = team.entry()
    annotation = team.owner.post("annotations", {"annotation": 1}, entry=entry).id
    assert team.owner.delete(f"datasets/{team.leaves}").status == 204
    assert team.owner.get(f"deletions/{team.leaves}").attributes["status"] == "in_progress"
    (message,) = waiting()
    assert deliver(message) == FINE
    told = team.owner.get(f"deletions/{team.leaves}").attributes
    assert (told["status"], told["removed_entries_count"]) == ("completed", 1)
    assert team.owner.get(f"annotations/{annotation}").status == 404
    assert owed.sweep(time.time_ns() + LATER, 1).sent == 0


def test_what_is_deleted_is_gone_at_once_however_much_is_left_to_remove(
    team: Team, short_of_time: None
) -> None:
    entry = team.taken("owner")
    annotation = team.owner.post("annotations", {"annotation": 1}, entry=entry).id
    feed = team.owner.post("note_feeds", {"entry_id": entry}).id
    team.owner.patch(f"entries/{entry}", {"assigned_to_id": None})
    team.owner.delete(f"datasets/{team.leaves}")
    for path in (f"entries/{entry}", f"annotations/{annotation}", f"note_feeds/{feed}"):
        assert team.owner.get(path).status == 404, path
        assert team.owner.get(path.partition("/")[0]).ids == []
        assert team.owner.delete(path).status == 404
    assert team.owner.post("entries", {"resource": "new"}, dataset=team.leaves).status == 404
    assert team.owner.post("annotations", {"annotation": 2}, entry=entry).status == 404
    assert team.owner.act(f"entries/{entry}/submit").status == 404


@pytest.mark.parametrize("kind", ["entries", "annotations", "note_feeds", "datasets", "projects"])
def test_what_a_request_owed_when_it_died_is_done_later(team: Team, crash: None, kind: str) -> None:
    entry = team.taken("owner")
    annotation = team.owner.post("annotations", {"annotation": 1}, entry=entry).id
    on = {"entry_id": entry, "anchor_type": "annotation", "annotation_id": annotation}
    feed = team.owner.post("note_feeds", on).id
    comment = team.owner.post("note_comments", {"content_md": "hm"}, note_feed=feed).id
    if kind in ("entries", "datasets", "projects"):
        team.owner.patch(f"entries/{entry}", {"assigned_to_id": None})
    its_id = {
        "entries": entry,
        "annotations": annotation,
        "note_feeds": feed,
        "datasets": team.leaves,
        "projects": team.project,
    }[kind]
    assert team.owner.delete(f"{kind}/{its_id}").status == 204
    assert waiting() == []
    assert owed.sweep(time.time_ns(), LATER).sent == 0, "not overdue yet"
    now = time.time_ns() + LATER
    while owed.sweep(now, 1).sent:
        for message in waiting():
            assert deliver(message) == FINE
            assert deliver(message) == FINE, "a message may come twice"
        now += LATER
    assert team.owner.get(f"note_comments/{comment}").status == 404
    counted = team.admin.get("note_comments?count=true").document["meta"]
    assert counted == {"count": 0, "more": False}
    if kind in ("entries", "annotations"):
        assert team.admin.get("note_feeds?count=true").document["meta"]["count"] == 0
        assert team.admin.get("annotations?count=true").document["meta"]["count"] == 0


def test_a_round_that_ends_too_soon_leaves_the_rest_to_the_next(team: Team, short_of_time: None) -> None:
    team.entry()
    team.owner.delete(f"projects/{team.project}")
    (message,) = waiting()
    deleting.carry_on(message, Deadline.after(-1), time.time_ns())
    (rest,) = waiting()
    assert rest == message | {"round": 1}
    assert deliver(rest) == FINE
    assert team.owner.get(f"deletions/{team.project}").attributes["status"] == "completed"


# ── Members ──


def test_a_disabled_member_is_looked_after_twice(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = team.taken()
    with monkeypatch.context() as lagging:
        lagging.setattr(work, "unassign", lambda *_: True)  # the index does not show the entry yet
        team.owner.delete(f"project_members/{team.member('annotator')}")
    assert team.owner.get(f"entries/{entry}").attributes["status"] == "in_progress"
    assert owed.sweep(time.time_ns() + members.PATIENCE + 10**9, LATER).sent == 1
    (message,) = waiting()
    assert deliver(message) == FINE
    told = team.owner.get(f"entries/{entry}").attributes
    assert (told["status"], told["assigned_to_id"]) == ("pending", None)
    assert team.counts() == ("pending", 1, 0, 0)
    assert owed.sweep(time.time_ns() + 10 * LATER, 1).sent == 0


def test_who_was_enabled_again_keeps_their_work(team: Team) -> None:
    path = f"project_members/{team.member('annotator')}"
    team.owner.delete(path)
    team.owner.patch(path, {"disabled_at": None})
    entry = team.taken()
    assert owed.sweep(time.time_ns() + LATER, LATER).sent == 1
    (message,) = waiting()
    assert deliver(message) == FINE
    assert team.owner.get(f"entries/{entry}").attributes["assigned_to_id"] == team.annotator.id


# ── Messages ──


def test_a_message_that_nobody_understands_comes_back(team: Team) -> None:
    sqs, url = boto3.client("sqs"), settings().upkeep_queue
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    event = sample("dataset_upkeep", "delete_entry")
    event["Records"][0] |= {"body": received["Body"], "receiptHandle": received["ReceiptHandle"]}
    failed = event["Records"][0]["messageId"]
    assert invoke("dataset_upkeep", event) == {"batchItemFailures": [{"itemIdentifier": failed}]}


@pytest.mark.parametrize("case", ["delete_dataset", "delete_entry", "unassign"])
def test_the_documented_events_are_answered_also_when_their_work_is_over(team: Team, case: str) -> None:
    team.owner.delete(f"datasets/{team.leaves}")
    assert team.replay("dataset_upkeep", case) == FINE
