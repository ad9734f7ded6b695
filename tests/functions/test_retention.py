"""Retention: once a day, what an organization does not want to keep any longer ends, with all that counts it."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from hearback import timestamps
from hearback.callbacks import items, keys, owing
from hearback.callbacks.model import Attempted, Kind, Receiver
from hearback.callbacks.owing import Subject
from hearback.callbacks.schedule import Delivery, State
from hearback.organization import expiring, retention
from hearback.organization import keys as organization_keys
from hearback.storage import reads
from hearback.storage.transactions import put, transact
from hearback.timestamps import DAY
from hearback.translation import keys as entry_keys

from tests.functions.gateway import Product, invoke, sample
from tests.functions.tasking import work

FEEDBACK = "/api/v2/feedback"
ABOUT = "ContentType=review&ContentId=product1"
PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's transactions disturb each other."""
    lock, call = Lock(), BaseClient._make_api_call  # type: ignore[attr-defined]

    def make(*arguments: Any) -> Any:
        with lock:
            return call(*arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", make)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many days have passed, to be set."""
    days, real = [0], time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + days[0] * DAY)
    return days


def ask(product: Product, method: str, body: str = "", key: str = "admin") -> tuple[int, Any]:
    return product.call(method, "/api/v1/organization/retention", body, key, "organization")


def days_pass(clock: list[int], days: int) -> None:
    """… and the worker has done what the last day brought."""
    clock[0] += days
    invoke("retention", sample("retention", "every_day"))
    work("lifecycle", "lifecycle")


def give(product: Product, source: str, approve: bool = False) -> None:
    body = f"languagePairId={PAIR}&sourceText={source}&suggestedTranslation=bonjour"
    _, made = product.call("POST", FEEDBACK, body)
    if approve:
        product.call("PUT", f"{FEEDBACK}/{made['feedbackId']}", "approvalState=approved")


def sources(product: Product) -> list[str]:
    listed = product.call("GET", FEEDBACK)[1]
    assert listed["totalItems"] == len(listed["feedback"])
    return [entry["sourceText"] for entry in listed["feedback"]]


def told(state: State) -> str:
    """The id of a callback of acme's that is in a state, with one attempt."""
    now = time.time_ns()
    subject = Subject("acme", 117, "project-1", f"51e77305ff1d8131a4{now % 10**6:06d}", 1)
    made = owing.callback(subject, Kind.DELIVERY, Receiver("https://x.example"), "{}", now)
    callback = made.callback._replace(delivery=Delivery(state, 1, 1))
    attempt = Attempted(1, 1, now, 5, 204, None, None, None)
    transact(
        [
            put(keys.table(), items.callback_item(callback)),
            put(keys.table(), items.attempt_item(callback.id, attempt)),
        ]
    )
    return str(callback.id)


def there(callback_id: str) -> tuple[bool, int]:
    """Whether a callback is there, and how many attempts of it."""
    item = reads.get(keys.table(), keys.callback(117, callback_id))
    return item is not None, len(list(reads.every(keys.attempts(callback_id))))


def test_reviewed_entries_end_with_their_time_and_those_that_wait_do_not(
    product: Product, clock: list[int]
) -> None:
    ask(product, "PATCH", "translationFeedback=30")
    give(product, "old", approve=True)
    give(product, "waiting")
    days_pass(clock, 20)
    give(product, "young", approve=True)
    assert sources(product) == ["old", "waiting", "young"]
    days_pass(clock, 11)
    assert sources(product) == ["waiting", "young"]
    counted = product.call("GET", f"{FEEDBACK}?approvalStates=approved")[1]["totalItems"]
    assert counted == 1
    (run, *_) = ask(product, "GET")[1]["runs"]
    assert (run["state"], run["ended"]) == ("done", {"translation": 1})


def test_callbacks_that_are_over_end_with_their_attempts(product: Product, clock: list[int]) -> None:
    ask(product, "PATCH", "callbacks=30")
    delivered, waiting = told(State.DELIVERED), told(State.WAITING)
    days_pass(clock, 29)
    assert there(delivered) == (True, 1)
    days_pass(clock, 2)
    assert (there(delivered), there(waiting)) == ((False, 0), (True, 1))


def test_votes_and_flags_become_nobodys_and_stay_counted(product: Product, clock: list[int]) -> None:
    ask(product, "PATCH", "contentAuthors=30")
    for said in ("helpfulness&Vote=Positive", "inappropriate&ReasonText=rude"):
        form = f"ApiVersion=5.4&{ABOUT}&UserId=ann&FeedbackType={said}"
        product.call("POST", "/data/submitfeedback.json", form, "user", "content_feedback")
    days_pass(clock, 31)
    found = product.call("GET", f"/data/feedback.json?{ABOUT}", function="content_feedback")[1]
    assert (found["TotalPositiveFeedbackCount"], found["TotalInappropriateFeedbackCount"]) == (1, 1)
    assert [flag.get("AuthorId") for flag in found["InappropriateFeedbackList"]] == [None]
    assert "ann" not in str(boto3.client("dynamodb").scan(TableName="ContentTable")["Items"])


def test_who_sets_nothing_keeps_everything(product: Product, clock: list[int]) -> None:
    give(product, "old", approve=True)
    other = product.call(
        "PATCH", "/api/v1/organization/retention", "translationFeedback=30", "other_admin", "organization"
    )
    assert other[0] == 200
    days_pass(clock, 1000)
    assert sources(product) == ["old"]
    assert ask(product, "GET")[1]["runs"] == []


def test_each_organization_sees_what_ended_of_its_own(product: Product, clock: list[int]) -> None:
    for key in ("admin", "other_admin"):
        ask(product, "PATCH", "translationFeedback=30", key)
    give(product, "old", approve=True)
    days_pass(clock, 31)
    seen = [ask(product, "GET", key=key)[1]["runs"] for key in ("admin", "other_admin")]
    assert [[run["ended"] for run in runs] for runs in seen] == [[{"translation": 1}], [{}]]


def test_a_period_is_changed_alone_and_taken_back_with_zero(product: Product) -> None:
    ask(product, "PATCH", "callbacks=90")
    ask(product, "PATCH", "contentAuthors=365")
    both = ask(product, "GET")[1]
    assert (both["callbacks"], both["contentAuthors"], both["translationFeedback"]) == (90, 365, 0)
    assert ask(product, "PATCH", "callbacks=0")[1]["callbacks"] == 0


def test_one_day_has_one_run_however_often_it_is_begun(product: Product) -> None:
    ask(product, "PATCH", "callbacks=90")
    noon = (
        time.time_ns() // DAY * DAY + DAY + DAY // 2
    )  # tomorrow's: after the change, whatever the time is now
    begun = [retention.begin(noon + hours * DAY // 24) for hours in (0, 1, 24)]
    assert [job is not None for job in begun] == [True, False, True]
    assert len(list(reads.every(organization_keys.jobs(retention.EVERYBODY, "retentions")))) == 2


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [("callbacks=29", "admin", 400), ("callbacks=-1", "admin", 400), ("callbacks=90", "user", 403)],
)
def test_a_period_is_refused(product: Product, body: str, key: str, status: int) -> None:
    assert ask(product, "PATCH", body, key)[0] == status


def restored(product: Product, source: str, modified: str) -> None:
    """An approved entry that a file has brought, with what it says of its last change."""
    give(product, source, approve=True)
    (its_id,) = [
        entry["feedbackId"]
        for entry in product.call("GET", FEEDBACK)[1]["feedback"]
        if entry["sourceText"] == source
    ]
    boto3.client("dynamodb").update_item(
        TableName="TranslationTable",
        Key=entry_keys.entry("acme", int(its_id)),
        UpdateExpression="SET modified = :said",
        ExpressionAttributeValues={":said": {"N": str(timestamps.parse(modified))}},
    )


@pytest.mark.parametrize("modified", ["2019-05-01 00:00:00.000Z", "2109-05-01 00:00:00.000Z"])
def test_what_was_restored_is_as_old_as_it_is_here(product: Product, clock: list[int], modified: str) -> None:
    ask(product, "PATCH", "translationFeedback=365")
    restored(product, "restored", modified)
    days_pass(clock, 364)
    assert sources(product) == ["restored"]
    days_pass(clock, 2)
    assert sources(product) == []


# ── Many organizations ──


def test_the_days_job_is_as_small_for_many_organizations_as_for_one(
    product: Product, clock: list[int]
) -> None:
    table, period = organization_keys.table(), {"callbacks": {"N": "30"}, "translation_feedback": {"N": "30"}}
    for number in range(40):
        boto3.client("dynamodb").put_item(
            TableName=table, Item=organization_keys.retention(f"organization-{number}") | period
        )
    ask(product, "PATCH", "translationFeedback=30")
    give(product, "old", approve=True)
    days_pass(clock, 31)
    assert sources(product) == []
    (item,) = reads.every(organization_keys.jobs(retention.EVERYBODY, "retentions"))
    assert "organization-" not in str(item)
    assert item["organizations"] == {"N": "41"}
    assert [run["ended"] for run in ask(product, "GET")[1]["runs"]] == [{"translation": 1}]


def test_what_ends_of_more_organizations_than_a_write_counts_is_counted(
    product: Product, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "_CHUNK", 1)
    monkeypatch.setattr(expiring, "_MOST_COUNTED", 0)
    ask(product, "PATCH", "translationFeedback=30")
    for number in range(3):
        give(product, f"old {number}", approve=True)
    days_pass(clock, 31)
    assert sources(product) == []
    assert [run["ended"] for run in ask(product, "GET")[1]["runs"]] == [{"translation": 3}]


def test_a_period_that_is_set_during_a_run_is_the_next_days(product: Product, clock: list[int]) -> None:
    ask(product, "PATCH", "callbacks=30")
    give(product, "old", approve=True)
    clock[0] += 31
    invoke("retention", sample("retention", "every_day"))
    ask(product, "PATCH", "translationFeedback=30")
    work("lifecycle", "lifecycle")
    assert sources(product) == ["old"]
    days_pass(clock, 1)
    assert sources(product) == []
