"""The content feedback Lambda: votes, flags, moderation, and what a client may wish."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import boto3
import pytest
from hearback.access.model import Caller, Role
from hearback.content import cases, counts, flags, keys, limits, votes
from hearback.content.model import (
    Author,
    Client,
    Configuration,
    Content,
    ContentType,
    Duplicates,
    Status,
    Vote,
)
from hearback.storage import reads

from benchmarks.meter import metered
from tests.functions.conftest import NOW
from tests.functions.gateway import Product, invoke, sample

ABOUT = "ContentType=review&ContentId=product1"
VOTE = f"ApiVersion=5.4&{ABOUT}&FeedbackType=helpfulness&Vote=Positive&UserId="
FLAG = f"ApiVersion=5.4&{ABOUT}&FeedbackType=inappropriate&ReasonText=rude&UserId="
CONTENT = Content("acme", ContentType.REVIEW, "product1")


def call(product: Product, method: str, path: str, body: str = "", key: str = "admin") -> Any:
    status, document = product.call(method, f"/data/{path}", body, key, "content_feedback")
    assert status == 200
    return document


def submit(product: Product, body: str, key: str = "user") -> list[str]:
    """The codes of what was wrong."""
    document = call(product, "POST", "submitfeedback.json", body, key)
    assert document["HasErrors"] == ("Feedback" not in document)
    return [error["Code"] for error in document["Errors"]]


def statistics(product: Product, key: str = "user") -> Any:
    return call(product, "GET", f"feedback.json?{ABOUT}", key=key)


def numbers(product: Product) -> tuple[int, int, int, int]:
    found = statistics(product)
    names = ("", "Positive", "Negative", "Inappropriate")
    total, positive, negative, inappropriate = (found[f"Total{name}FeedbackCount"] for name in names)
    return total, positive, negative, inappropriate


def configure(product: Product, body: str) -> Any:
    return call(product, "PATCH", "configuration.json", body)


# ── Votes ──


def test_votes_are_counted_replaced_and_taken_back(product: Product) -> None:
    assert submit(product, VOTE + "ann") == submit(product, VOTE + "bob") == []
    assert submit(product, (VOTE + "cid").replace("Positive", "Negative")) == []
    assert numbers(product) == (3, 2, 1, 0)
    assert submit(product, (VOTE + "ann").replace("Positive", "Negative")) == []
    assert numbers(product) == (3, 1, 2, 0)
    assert submit(product, (VOTE + "ann").replace("Positive", "Undo")) == []
    assert numbers(product) == (2, 1, 1, 0)
    assert statistics(product)["Helpfulness"] == 0.5


def test_the_same_vote_again_is_refused_and_counts_once(product: Product) -> None:
    assert submit(product, VOTE + "ann") == []
    assert submit(product, VOTE + "ANN") == ["ERROR_DUPLICATE_SUBMISSION"]
    assert numbers(product) == (1, 1, 0, 0)


def test_one_clients_votes_are_no_others(product: Product) -> None:
    assert submit(product, VOTE + "ann") == submit(product, VOTE + "ann", key="other_admin") == []
    assert numbers(product) == (1, 1, 0, 0)


def test_users_without_a_name_all_count_where_the_client_takes_them(product: Product) -> None:
    assert submit(product, VOTE) == ["ERROR_PARAM_MISSING_USER_ID"]
    configure(product, "UserRequired=false")
    assert (
        submit(product, VOTE) == submit(product, VOTE) == submit(product, FLAG) == submit(product, FLAG) == []
    )
    assert numbers(product) == (2, 2, 0, 2)
    assert submit(product, VOTE.replace("Positive", "Undo")) == ["ERROR_PARAM_MISSING_USER_ID"]


@pytest.mark.parametrize(
    ("policy", "same", "opposite", "count"),
    [
        ("refuse", ["ERROR_DUPLICATE_SUBMISSION"], [], (1, 0, 1, 1)),
        ("accept", [], [], (1, 0, 1, 1)),
        ("once", ["ERROR_PARAM_DUPLICATE_SUBMISSION"], ["ERROR_PARAM_DUPLICATE_SUBMISSION"], (1, 1, 0, 1)),
    ],
)
def test_a_client_says_what_becomes_of_a_second_word(
    product: Product, policy: str, same: list[str], opposite: list[str], count: tuple[int, ...]
) -> None:
    configure(product, f"Duplicates={policy}")
    assert submit(product, VOTE + "ann") == submit(product, FLAG + "ann") == []
    assert submit(product, VOTE + "ann") == submit(product, FLAG + "ann") == same
    assert submit(product, (VOTE + "ann").replace("Positive", "Negative")) == opposite
    assert numbers(product) == count


# ── Flags and moderation ──


def test_a_content_is_pending_at_the_threshold_and_in_the_queue_until_an_admin_decides(
    product: Product,
) -> None:
    configure(product, "RemoderationThreshold=3")
    for user, status in (("ann", "APPROVED"), ("bob", "APPROVED"), ("cid", "PENDING"), ("dan", "PENDING")):
        assert submit(product, FLAG + user) == []
        assert statistics(product)["ModerationStatus"] == status
    [waiting] = call(product, "GET", "moderation.json")["Contents"]
    assert (waiting["ContentType"], waiting["ContentId"]) == ("review", "product1")
    decided = call(product, "POST", "moderation.json", f"{ABOUT}&ModerationStatus=approved")
    assert decided["ModerationStatus"] == statistics(product)["ModerationStatus"] == "APPROVED"
    assert call(product, "GET", "moderation.json")["Contents"] == []
    assert numbers(product) == (0, 0, 0, 4)


def test_after_a_decision_as_many_flags_again_make_it_pending_again(product: Product) -> None:
    configure(product, "RemoderationThreshold=2")
    for user in ("a", "b"):
        submit(product, FLAG + user)
    call(product, "POST", "moderation.json", f"{ABOUT}&ModerationStatus=approved")
    submit(product, FLAG + "c")
    assert statistics(product)["ModerationStatus"] == "APPROVED"
    submit(product, FLAG + "d")
    assert statistics(product)["ModerationStatus"] == "PENDING"


def test_what_was_rejected_stays_so_however_often_it_is_flagged(product: Product) -> None:
    configure(product, "RemoderationThreshold=1")
    call(product, "POST", "moderation.json", f"{ABOUT}&ModerationStatus=rejected")
    assert submit(product, FLAG + "ann") == []
    assert statistics(product)["ModerationStatus"] == "REJECTED"
    assert call(product, "GET", "moderation.json")["Contents"] == []


def test_flags_from_before_there_was_a_threshold_count_towards_it(product: Product) -> None:
    configure(product, "RemoderationThreshold=0")
    for user in ("a", "b", "c"):
        submit(product, FLAG + user)
    assert statistics(product)["ModerationStatus"] == "APPROVED"
    configure(product, "RemoderationThreshold=4")
    submit(product, FLAG + "d")
    assert statistics(product)["ModerationStatus"] == "PENDING"


def test_admins_see_who_flagged_and_why_page_by_page(product: Product) -> None:
    for number in range(5):
        submit(product, (FLAG + f"user{number}").replace("rude", f"rude{number}"))
    whole = statistics(product, key="admin")
    assert [flag["ReasonText"] for flag in whole["InappropriateFeedbackList"]] == [
        f"rude{n}" for n in range(5)
    ]
    assert whole["Next"] is None
    seen: set[str] = set()
    after: str | None = ""
    while after is not None:
        page = call(product, "GET", f"feedback.json?{ABOUT}&Limit=2&After={after}")
        seen |= {flag["AuthorId"] for flag in page["InappropriateFeedbackList"]}
        after = page["Next"]
    assert seen == {f"user{n}" for n in range(5)}
    assert "InappropriateFeedbackList" not in statistics(product, key="user")


def test_the_queue_goes_on_where_a_page_ended(product: Product) -> None:
    configure(product, "RemoderationThreshold=1")
    for number in range(3):
        submit(product, (FLAG + "ann").replace("product1", f"product{number}"))
    first = call(product, "GET", "moderation.json?Limit=2")
    rest = call(product, "GET", f"moderation.json?Limit=2&After={first['Next']}")
    ids = [content["ContentId"] for page in (first, rest) for content in page["Contents"]]
    assert ids == ["product0", "product1", "product2"]
    assert rest["Next"] is None


# ── Clients ──


def test_unknown_contents_are_refused_until_an_admin_registers_them(product: Product) -> None:
    configure(product, "UnknownContents=false")
    unknown = call(product, "POST", "submitfeedback.json", VOTE + "ann", "user")
    assert unknown["Errors"] == [
        {"Message": "Invalid value for contentid 'product1'", "Code": "ERROR_PARAM_INVALID_PARAMETERS"}
    ]
    assert statistics(product)["HasErrors"]
    registered = call(product, "POST", "contents.json", "ContentType=review&ContentIds=product1,PRODUCT1,p2")
    assert registered["Registered"] == 2
    assert submit(product, VOTE + "ann") == submit(product, (VOTE + "ann").replace("product1", "P2")) == []
    assert submit(product, (VOTE + "ann").replace("review", "story")) == ["ERROR_PARAM_INVALID_PARAMETERS"]
    assert numbers(product) == (1, 1, 0, 0)


def test_many_contents_are_registered_at_once(product: Product) -> None:
    configure(product, "UnknownContents=false")
    ids = ",".join(f"product{number}" for number in range(250))
    assert call(product, "POST", "contents.json", f"ContentType=review&ContentIds={ids}")["Registered"] == 250
    assert submit(product, (VOTE + "ann").replace("product1", "product249")) == []


def test_an_admin_changes_what_they_name_and_nothing_else(product: Product) -> None:
    changed = configure(product, "ReasonRequired=true&RequestsPerMinute=100&ContentTypes=review,story")
    defaults = call(product, "GET", "configuration.json", key="other_admin")
    named = {"ReasonRequired": True, "RequestsPerMinute": 100, "ContentTypes": ["review", "story"]}
    assert changed == defaults | named
    assert configure(product, "Duplicates=accept") == changed | {"Duplicates": "accept"}
    assert call(product, "GET", "configuration.json") == changed | {"Duplicates": "accept"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "moderation.json"),
        ("POST", f"moderation.json?{ABOUT}&ModerationStatus=approved"),
        ("POST", "contents.json?ContentType=review&ContentIds=a"),
        ("GET", "configuration.json"),
        ("PATCH", "configuration.json"),
    ],
)
def test_what_admins_do_nobody_else_may(product: Product, method: str, path: str) -> None:
    [error] = call(product, method, path, key="user")["Errors"]
    assert error["Code"] == "ERROR_ACCESS_DENIED"


# ── Requests a minute ──


@pytest.fixture
def limited(product: Product, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """A client whose keys make two requests a minute; the clock stands."""
    monkeypatch.setattr("time.time_ns", lambda: NOW)
    configure(product, "RequestsPerMinute=2")
    yield product
    limits._full.clear()


def respond(product: Product, key: str = "user") -> dict[str, Any]:
    event = sample("content_feedback", "statistics")
    event["headers"]["Authorization"] = f"Bearer {product.keys[key]}"
    event["multiValueQueryStringParameters"] = {"ContentType": ["review"], "ContentId": ["product1"]}
    answer: dict[str, Any] = invoke("content_feedback", event)
    return answer


def quota(answer: dict[str, Any]) -> tuple[str, ...]:
    headers = answer["multiValueHeaders"]
    return tuple(headers[f"X-Bazaarvoice-{name}"][0] for name in ("QPM-Allotted", "QPM-Current"))


def test_a_key_makes_as_many_requests_a_minute_as_its_client_says(limited: Product) -> None:
    answers = [respond(limited) for _ in range(5)]
    assert [answer["statusCode"] for answer in answers] == [200, 200, 429, 429, 429]
    assert [quota(answer) for answer in answers] == [("2", "1"), ("2", "2"), *[("2", "2")] * 3]
    refused = answers[-1]
    assert json.loads(refused["body"])["Errors"][0]["Code"] == "ERROR_REQUEST_LIMIT_REACHED"
    assert refused["multiValueHeaders"]["X-Bazaarvoice-Quota-Reset"] == ["Tue, 11 Aug 2026 21:07:00 GMT"]
    assert refused["multiValueHeaders"]["Retry-After"] == ["3"]


def test_each_key_has_its_own_allowance_and_a_new_one_each_minute(
    limited: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [respond(limited)["statusCode"] for _ in range(3)] == [200, 200, 429]
    assert respond(limited, "admin")["statusCode"] == 200
    monkeypatch.setattr("time.time_ns", lambda: NOW + limits.MINUTE)
    assert quota(respond(limited)) == ("2", "1")


def test_a_request_that_is_refused_counts_for_nothing(limited: Product) -> None:
    assert [submit(limited, VOTE + user) for user in ("a", "b")] == [[], []]
    status, document = limited.call(
        "POST", "/data/submitfeedback.json", VOTE + "c", "user", "content_feedback"
    )
    assert (status, document["HasErrors"]) == (429, True)
    configure(limited, "RequestsPerMinute=0")
    assert numbers(limited) == (2, 2, 0, 0)


def test_a_key_without_a_limit_has_no_quota_and_no_counter(product: Product) -> None:
    with metered() as meter:
        answer = respond(product)
    assert set(meter.calls) == {"dynamodb.GetItem", "dynamodb.BatchGetItem"}
    assert not [name for name in answer["multiValueHeaders"] if name.startswith("X-Bazaarvoice")]
    table = boto3.client("dynamodb").scan(TableName="ContentTable")["Items"]
    assert not [item for item in table if "#limit#" in item["pk"]["S"]]


def test_a_limit_costs_one_write_a_request_and_none_once_it_is_known_to_be_reached(limited: Product) -> None:
    writes = []
    for _ in range(5):
        with metered() as meter:
            respond(limited)
        writes.append(meter.calls["dynamodb.UpdateItem"])
    assert writes == [1, 1, 1, 0, 0]


def test_a_large_allowance_is_counted_in_parts_and_never_exceeded(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_OF_A_PART", 3)
    caller = Caller("acme", 1, "ann@acme.example", Role.USER, "k1")
    client = Client(caller, Configuration(requests_per_minute=8))
    taken = [limits.take(client, NOW, Random(7).randrange) for _ in range(20)]
    passed = [quota for quota in taken if quota and not quota.exceeded]
    assert len(passed) == 8
    counters = [
        item["used"]["N"]
        for part in range(3)
        if (item := reads.get("ContentTable", keys.limit("acme", "k1", part, NOW // limits.MINUTE)))
    ]
    assert sorted(counters) == ["2", "3", "3"]


# ── The domain's own promises ──


def test_a_vote_that_meets_another_of_the_same_user_decides_anew(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author.of("ann", "")
    votes.cast(CONTENT, author, Vote.POSITIVE, Duplicates.REFUSE, NOW)
    monkeypatch.setattr(votes, "stored", _late(votes.stored, Vote.NEGATIVE))
    votes.cast(CONTENT, author, Vote.UNDO, Duplicates.REFUSE, NOW)
    found = reads.get_many("ContentTable", counts.parts(CONTENT))
    assert counts.total(found) == counts.Counts()


def _late(stored: Any, first: Vote) -> Any:
    """Reads what somebody has just changed, the first time."""
    answers = iter([first])

    def read(content: Content, author: Author) -> Vote | None:
        return next(answers, None) or stored(content, author)

    return read


def test_a_flag_that_meets_a_decision_counts_after_it(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = Configuration(remoderation_threshold=2)
    flags.add(CONTENT, Author.of("ann", ""), None, wishes, NOW)
    stale = cases.before_flag(CONTENT)
    cases.decide(CONTENT, Status.APPROVED)
    seen = iter([stale])
    before_flag = cases.before_flag
    monkeypatch.setattr(cases, "before_flag", lambda content: next(seen, None) or before_flag(content))
    flags.add(CONTENT, Author.of("bob", ""), None, wishes, NOW)
    case = cases.read(CONTENT)
    assert case is not None
    assert (case.status, case.flags) == (Status.APPROVED, 1)


# ── Events as the gateway sends them ──


@pytest.mark.parametrize("case", ["vote", "flag", "statistics", "register", "moderation"])
def test_a_key_that_nobody_has_is_refused_in_the_form_of_the_route(product: Product, case: str) -> None:
    answer = invoke("content_feedback", sample("content_feedback", case))
    assert answer["statusCode"] == 200
    assert "ERROR_PARAM_INVALID_API_KEY" in answer["body"]
    assert answer["body"].startswith({"flag": "<?xml", "statistics": "show({"}.get(case, '{"Data"'))


def test_a_submission_by_another_method_and_an_unknown_route_say_so(product: Product) -> None:
    assert invoke("content_feedback", sample("content_feedback", "no_such_method"))["statusCode"] == 405
    answer = invoke("content_feedback", sample("content_feedback", "no_such_route"))
    assert (answer["statusCode"], json.loads(answer["body"])["HasErrors"]) == (404, True)
