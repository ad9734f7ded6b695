"""Exports of a whole organization: everything that is its own, as JSON Lines, and nothing of anybody else's."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import unquote, urlparse

import boto3
import pytest
from hearback.callbacks import items, keys, owing
from hearback.callbacks.model import Attempted, Kind, Receiver
from hearback.callbacks.owing import Subject
from hearback.deadline import Deadline
from hearback.organization import exporting, jobs, walking
from hearback.organization.belonging import Organization
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.items import key
from hearback.storage.transactions import ConditionFailed, put, transact

from tests.functions.gateway import Product
from tests.functions.tasking import Desk, work

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"


def call(product: Product, method: str, path: str, key: str = "admin") -> tuple[int, Any]:
    return product.call(method, f"/api/v1/organization/{path}", key=key, function="organization")


def export(product: Product, key: str = "admin") -> dict[str, Any]:
    """The export when it is over."""
    status, begun = call(product, "POST", "exports", key)
    assert (status, begun["state"]) == (200, "running")
    work("lifecycle", "lifecycle")
    done = call(product, "GET", f"exports/{begun['exportId']}", key)[1]
    assert done["state"] == "done"
    return dict(done)


def records(done: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By kind, the lines of the files, fetched from where the links point."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in done["files"]:
        name = unquote(urlparse(file["url"]).path).lstrip("/").removeprefix("transfer/")
        body = boto3.client("s3").get_object(Bucket="transfer", Key=name)["Body"].read().decode()
        kind = file["name"].rpartition("-")[0]
        found.setdefault(kind, []).extend(json.loads(line) for line in body.splitlines())
    return found


def give(product: Product, key: str, source: str) -> None:
    body = f"languagePairId={PAIR}&sourceText={source}&suggestedTranslation=bonjour"
    assert product.call("POST", "/api/v2/feedback", body, key)[0] == 200


def test_it_holds_everything_of_the_organization_and_nothing_of_another(desk: Desk) -> None:
    product, team = desk.team.product, desk.team
    give(product, "user", "mine")
    give(product, "other_admin", "theirs")
    entry = team.taken()
    team.annotator.post("annotations", {"annotation": {"label": "car"}, "dimensions": {}}, entry=entry)
    task = desk.task()
    vote = "ApiVersion=5.4&ContentType=review&ContentId=p1&FeedbackType=helpfulness&Vote=Positive&UserId=ann"
    product.call("POST", "/data/submitfeedback.json", vote, "user", "content_feedback")
    done = export(product)
    found = records(done)
    assert {kind: len(lines) for kind, lines in found.items()} == done["records"]
    assert [each["source"] for each in found["translation_feedback"]] == ["mine"]
    assert [each["annotation"] for each in found["annotations"]] == [{"label": "car"}]
    assert [each["id"] for each in found["dataset_entries"]] == [entry]
    assert [(each["id"], each["data"]) for each in found["tasks"]] == [(task, {"url": "s3://1"})]
    assert [each["user"] for each in found["content_votes"]] == ["ann"]
    assert {"accounts", "keys", "organization", "language_pairs", "projects", "datasets", "audit"} <= set(
        found
    )
    assert "globex" not in json.dumps(found)
    assert len(found["project_members"]) == 6


def test_no_secret_leaves_with_it(desk: Desk) -> None:
    product = desk.team.product
    text = json.dumps(records(export(product)))
    assert "hash" not in text
    assert not [key for key in product.keys.values() if key in text or key.rpartition("_")[2] in text]


def test_every_record_is_in_it_once_however_small_its_pieces(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PIECE", 3)
    monkeypatch.setattr(exporting, "PIECE", 500)
    for number in range(8):
        give(product, "user", f"text {number}")
    done = export(product)
    found = records(done)
    for lines in found.values():
        keys = [each["key"] for each in lines]
        assert len(keys) == len(set(keys))
    assert sorted(each["source"] for each in found["translation_feedback"]) == [f"text {n}" for n in range(8)]
    assert len(done["files"]) > len(found)


def test_a_list_of_exports_has_no_links(product: Product) -> None:
    done = export(product)
    (listed,) = call(product, "GET", "exports")[1]["exports"]
    assert listed == {name: value for name, value in done.items() if name not in ("files", "next")}


def test_an_export_is_an_admins_and_of_their_organization_alone(product: Product) -> None:
    assert call(product, "POST", "exports", "user")[0] == 403
    done = export(product)
    assert call(product, "GET", f"exports/{done['exportId']}", "user")[0] == 403
    assert call(product, "GET", f"exports/{done['exportId']}", "other_admin")[0] == 404


def test_what_an_export_has_written_is_no_part_of_its_record(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """… which DynamoDB bounds, and of which a step never waits for more room."""
    monkeypatch.setattr(walking, "PIECE", 1)
    monkeypatch.setattr(exporting, "PIECE", 1)
    monkeypatch.setattr(exporting, "MOST_LINKED", 4)
    for number in range(4):
        give(product, "user", f"text {number}")
    first = export(product)
    job = _item(jobs.Kind.EXPORT, first["exportId"])
    names = [file["name"] for file in first["files"]]
    page = first
    while page["next"]:
        assert len(page["files"]) == 4
        assert page["next"] == names[-1]
        path = f"exports/{first['exportId']}?after={page['next']}"
        page = call(product, "GET", path)[1]
        names += [file["name"] for file in page["files"]]
    assert len(names) > 10
    assert len(set(names)) == len(names) == sum(first["records"].values())
    assert not [name for name in names if name in json.dumps(job)]


def _item(kind: str, job_id: str, organization: str = "acme") -> dict[str, Any]:
    found = reads.get(settings().organization_table, key(f"jobs#{organization}#{kind}", job_id))
    assert found
    return found


def test_what_a_worker_that_was_overtaken_has_written_replaces_nothing(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(product, "user", "mine")
    begun = call(product, "POST", "exports")[1]
    job = jobs.find("acme", jobs.Kind.EXPORT, begun["exportId"])
    assert job
    work("lifecycle", "lifecycle")
    done = call(product, "GET", f"exports/{begun['exportId']}")[1]
    before = records(done)
    for piece in range(1, 9):  # it comes to less of one kind or another
        monkeypatch.setattr(walking, "PIECE", piece)
        with pytest.raises(ConditionFailed):
            exporting._Work(job, Deadline.after(0)).go_on()
    assert records(call(product, "GET", f"exports/{begun['exportId']}")[1]) == before


def test_attempts_rows_that_became_no_task_and_periods_are_in_it(desk: Desk) -> None:
    product = desk.team.product
    batch = desk.post("batches.json", {"tasks": [{"data": {"name": "no url"}}]})["batch_id"]
    work()
    product.call("PATCH", "/api/v1/organization/retention", "callbacks=90", function="organization")
    product.call("PATCH", "/api/v1/organization/retention", "callbacks=91", "other_admin", "organization")
    ours = _told("acme", desk.number, attempts=3)
    _told("globex", 117, attempts=3)
    found = records(export(product))
    assert [(each["key"], each["status"]) for each in found["callback_attempts"]] == [
        (f"attempts#{ours}/000001#{number}", 503) for number in (1, 2, 3)
    ]
    assert [(each["key"], each["data"]) for each in found["task_failures"]] == [
        (f"failures#{batch}/00000000", {"name": "no url"})
    ]
    assert [(each["key"], each["callbacks"]) for each in found["retention"]] == [("retention/acme", 90)]


def test_whose_attempts_are_is_asked_once_for_each_callback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization, callback = Organization("acme"), _told("acme", desk.number, attempts=5)
    questions: list[Any] = []
    real = reads.get_many

    def counted(*asked: Any) -> list[Any]:
        questions.append(asked)
        return real(*asked)

    monkeypatch.setattr(reads, "get_many", counted)
    attempts = list(reads.every(keys.attempts(callback)))
    assert [organization.has("callback_table", each) for each in attempts] == [True] * 5
    assert len(questions) == 1


def _told(organization: str, project: int, attempts: int) -> str:
    """The id of a callback with so many attempts."""
    subject = Subject(organization, project, "project-1", "51e77305ff1d8131a4000000", 1)
    made = owing.callback(
        subject, Kind.DELIVERY, Receiver("https://x.example"), "{}", time.time_ns()
    ).callback
    transact([put(keys.table(), items.callback_item(made))])
    for number in range(1, attempts + 1):
        attempt = Attempted(1, number, time.time_ns(), 5, 503, None, None, None)
        transact([put(keys.table(), items.attempt_item(made.id, attempt))])
    return str(made.id)


# ── How many at once ──


def test_while_an_export_runs_it_is_the_answer(product: Product) -> None:
    first = call(product, "POST", "exports")
    assert call(product, "POST", "exports") == first
    theirs = call(product, "POST", "exports", "other_admin")
    assert theirs[1]["exportId"] != first[1]["exportId"]
    work("lifecycle", "lifecycle")
    assert call(product, "POST", "exports")[1]["exportId"] != first[1]["exportId"]


def test_of_two_that_begin_at_once_one_begins(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """… the other one sees that what it has counted is over."""
    others: list[str] = []
    real = jobs.latest_of

    def meanwhile(organization_id: str, kind: jobs.Kind) -> list[jobs.Job]:
        counted = real(organization_id, kind)
        if not others:
            others.append("")
            others[0] = call(product, "POST", "exports")[1]["exportId"]
        return counted

    monkeypatch.setattr(jobs, "latest_of", meanwhile)
    assert call(product, "POST", "exports")[1]["exportId"] == others[0]


def test_an_organization_erases_ten_people_at_once_and_no_more(product: Product) -> None:
    def erase(number: int) -> tuple[int, Any]:
        path = "/api/v1/organization/erasures"
        return product.call("POST", path, f"userId=reader{number}", function="organization")

    assert [erase(number)[0] for number in range(11)] == [200] * 10 + [409]
    assert len(call(product, "GET", "erasures")[1]["erasures"]) == 10


def test_messages_are_grouped_by_organization(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str | None] = []

    def send(_queue: str, _message: Any, _delay: int = 0, group: str | None = None) -> None:
        sent.append(group)

    monkeypatch.setattr(owed, "send", send)
    begun = call(product, "POST", "exports")[1]
    job = jobs.find("acme", jobs.Kind.EXPORT, begun["exportId"])
    assert job
    exporting.carry_on(job.message, Deadline.after(0))
    assert sent == [job.group, job.group]
    assert job.group != job._replace(organization_id="globex").group
    assert job._replace(organization_id="müller").group.isascii()


def test_what_nobody_goes_on_with_has_failed_and_is_in_nobodys_way(product: Product) -> None:
    begun = call(product, "POST", "exports")[1]
    now = time.time_ns() + 10**12
    for _ in range(owed.MOST_SENDS + 1):
        now += 10**12
        owed.sweep(now, 1)
    shown = call(product, "GET", f"exports/{begun['exportId']}")[1]
    assert shown["state"] == "failed"
    (listed,) = call(product, "GET", "exports")[1]["exports"]
    assert listed["state"] == "failed"
    another = call(product, "POST", "exports")[1]
    assert another["exportId"] != begun["exportId"]
    work("lifecycle", "lifecycle")  # somebody has sent its message again
    assert call(product, "GET", f"exports/{begun['exportId']}")[1]["state"] == "done"
