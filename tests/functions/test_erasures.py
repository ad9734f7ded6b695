"""Erasures: after one, a search of every table and file finds the person nowhere."""

from __future__ import annotations

import json
import re
import time
from threading import Lock
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import ApiKey, Role, write_key
from hearback.content import keys as content_keys
from hearback.content.model import Author, Content, ContentType
from hearback.deadline import Deadline
from hearback.organization import erasing, walking
from hearback.organization.person import Person
from hearback.settings import settings
from hearback.storage import reads
from hearback.translation import arriving, entries, exporting, exports, imports
from hearback.translation.filters import Filter
from hearback.translation.imports import Import, Options, State

from tests.functions.conftest import NOW, PAIRS
from tests.functions.gateway import Context, Product, Reply, invoke, sample
from tests.functions.labelling import Team
from tests.functions.searching import places
from tests.functions.tasking import Desk, work

GONE = "annotator@acme.example"
USER_ID = "reader-4711"
OTHERS = "second_annotator@acme.example"
"""Somebody else, whose address has the person's inside."""
PAIR = next(iter(PAIRS))
CONTENT = Content("acme", ContentType.REVIEW, "product1")
FEEDBACK = "/api/v2/feedback"
ENCODED = GONE.replace("@", "%40")
WRITTEN = (
    f"Kind regards,\n{GONE}",
    f"{GONE}\twrote",
    f"_{GONE}_",
    f"...{GONE}",
    f"{GONE}--",
    f"请联系{GONE}吧",
    f"https://acme.example/?from={ENCODED}&to=",
    f"mailto%3A{ENCODED}%0A",
    f"notes/{GONE}.json",
    json.dumps({"signed": f"\n{GONE}"}),
)
"""As people and programs write it."""
LONGER = (OTHERS, f"\n{OTHERS}", f"jo.{GONE}", f"jo%2b{ENCODED}", f"{GONE}.org", f"{GONE}-gmbh.example")
"""Somebody else's addresses, which stay."""


def call(product: Product, method: str, path: str, body: str = "", key: str = "admin") -> tuple[int, Any]:
    return product.call(method, f"/api/v1/organization/{path}", body, key, "organization")


def erase(product: Product, body: str, key: str = "admin") -> dict[str, Any]:
    """The erasure when it is over."""
    status, begun = call(product, "POST", "erasures", body, key)
    assert (status, begun["state"]) == (200, "running")
    work("lifecycle", "lifecycle")
    return dict(call(product, "GET", f"erasures/{begun['erasureId']}", key=key)[1])


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor anything at once: moto's transactions disturb each other."""
    monkeypatch.setattr(erasing, "PAUSE", 0)
    one_at_a_time, call = Lock(), BaseClient._make_api_call  # type: ignore[attr-defined]

    def make(*arguments: Any) -> Any:
        with one_at_a_time:
            return call(*arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", make)


def give(
    product: Product, key: str, source: str = "hello", comment: str = "so I say", suggested: str = "bonjour"
) -> dict[str, Any]:
    body = json.dumps(
        {
            "languagePairId": PAIR,
            "sourceText": source,
            "suggestedTranslation": suggested,
            "machineTranslation": "salut",
            "comment": comment,
        }
    )
    headers = {"Authorization": f"Bearer {product.keys[key]}", "Content-Type": "application/json"}
    reply = product.ask("translation_feedback", "POST", FEEDBACK, body, headers)
    assert reply.status == 200, reply.document
    return dict(reply.document)


def submit(product: Product, body: str, key: str = "user") -> None:
    form = f"ApiVersion=5.4&ContentType=review&ContentId=product1&{body}"
    document = product.call("POST", "/data/submitfeedback.json", form, key, "content_feedback")[1]
    assert document["HasErrors"] is False, document


def put_file(name: str, content: bytes, **metadata: str) -> None:
    boto3.client("s3").put_object(Bucket="transfer", Key=name, Body=content, Metadata=metadata)


def post_review(desk: Desk, task: str) -> Reply:
    entry = {"type": "field", "error_type": "Missing Metadata", "field": "weather", "comment": "so I say"}
    path = f"/v2/projects/{desk.number}/tasks/{task}/rounds/1/feedbacks.json"
    headers = {"X-Auth-Token": desk.team.product.keys["reviewer"], "Content-Type": "application/json"}
    return desk.team.product.ask("task_feedback", "POST", path, json.dumps({"feedbacks": [entry]}), headers)


def one_round() -> dict[str, Any]:
    """Let the worker do one message of its queue; the erasure as it is then."""
    url, sqs = settings().lifecycle_queue, clients.sqs()
    (found,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]
    event = sample("lifecycle", "next_round")
    event["Records"][0] |= {"body": found["Body"], "receiptHandle": found["ReceiptHandle"]}
    assert invoke("lifecycle", event) == {"batchItemFailures": []}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=found["ReceiptHandle"])
    (item,) = (item for item in scanned("OrganizationTable") if item["pk"]["S"] == "jobs#acme#erasures")
    return {name: next(iter(value.values())) for name, value in item.items()}


def scanned(table: str) -> list[Any]:
    return list(boto3.client("dynamodb").scan(TableName=table)["Items"])


def files() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="transfer").get("Contents", [])
    return sorted(found["Key"] for found in listed)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Somebody has left traces everywhere; a namesake in another organization has an account of that address."""
    team, product = desk.team, desk.team.product
    give(product, "annotator")
    exporting.begin(team.annotator.caller, Filter(username=GONE), NOW)
    work("tmx_export", "export")
    submit(product, f"FeedbackType=helpfulness&Vote=Positive&UserId={USER_ID}")
    submit(product, f"FeedbackType=inappropriate&ReasonText=rude&UserId={USER_ID}")
    submit(product, f"FeedbackType=helpfulness&Vote=Negative&UserId={GONE}")
    entry = team.taken()
    made = team.annotator.post("annotations", {"annotation": {"label": "car"}, "dimensions": {}}, entry=entry)
    assert made.status == 201
    note = {"entry_id": entry, "anchor_type": "entry", "content_md": "my word"}
    feed = team.annotator.post("note_feeds", note)
    assert feed.status == 201, feed.document
    comment = team.annotator.post("note_comments", {"content_md": "my word too"}, note_feed=feed.id)
    assert comment.status == 201, comment.document
    task = desk.task()
    desk.put(f"tasks/{task}/submit.json", {"answers": {"weather": "fine"}}, by="annotator")
    assert post_review(desk, task).status in (200, 201)
    desk.waiting(json.dumps([{"data": {"url": f"mailto:{GONE}"}}]).encode(), notification_email=GONE)
    put_file("imports/acme/theirs.tmx", b"<tmx/>", username=GONE)
    put_file("exports/acme/wide.tmx", f"<tmx>{GONE.upper()}</tmx>".encode("utf-16"))
    put_file("exports/acme/others.tmx", OTHERS.encode())
    _namesake()
    return desk


def _namesake() -> None:
    account = accounts.add_account("globex", GONE, "Namesake", Role.USER, NOW)
    store.create_key(account, ApiKey("9" * 16, account.account_id, GONE, "key", NOW, None), "f" * 40)


def test_a_search_of_every_table_and_file_finds_the_person_nowhere(busy: Desk) -> None:
    product = busy.team.product
    tables = {place.partition(":")[0] for place in places(GONE, OTHERS)}
    assert tables == {
        *("AccessTable", "TranslationTable", "ContentTable", "DatasetTable", "TaskTable", "FeedbackTable"),
        "file",
    }
    assert places(USER_ID)
    done = erase(product, f"email={GONE}&userId={USER_ID}")
    assert (done["state"], done["error"]) == ("done", "")
    left = [place for place in places(GONE, OTHERS) if not re.search(r"org#globex|key#9{16}", place)]
    assert left == []
    assert places(OTHERS)
    assert places(USER_ID) == []
    assert places("my word") == places("rude") == []


def test_a_namesake_of_another_organization_stays(busy: Desk) -> None:
    product = busy.team.product
    product.keys["namesake"] = write_key("9" * 16, "f" * 40)
    erase(product, f"email={GONE}&userId={USER_ID}")
    mine = give(product, "namesake")
    assert mine["username"] == GONE


def test_what_is_counted_stays_counted(busy: Desk) -> None:
    product = busy.team.product
    before = _numbers(busy)
    done = erase(product, f"email={GONE}&userId={USER_ID}")
    assert _numbers(busy) == before
    listed = product.call("GET", f"{FEEDBACK}?username={done['pseudonym']}")[1]
    assert {entry["username"] for entry in listed["feedback"]} == {done["pseudonym"]}
    assert [entry["comment"] for entry in listed["feedback"]] == [""]


def _numbers(desk: Desk) -> list[Any]:
    """What each family counts."""
    product = desk.team.product
    listed = product.call("GET", FEEDBACK)[1]
    about = "ContentType=review&ContentId=product1"
    votes = product.call("GET", f"/data/feedback.json?{about}", function="content_feedback")[1]
    headers = {"X-Auth-Token": product.keys["owner"]}
    quality = product.ask(
        "task_feedback", "GET", f"/v2/projects/{desk.number}/quality.json", headers=headers
    ).document
    names = ("TotalFeedbackCount", "TotalPositiveFeedbackCount", "TotalInappropriateFeedbackCount")
    notes = desk.team.admin.get(f"note_comments?filter[dataset_id]={desk.team.leaves}")
    return [
        listed["totalItems"],
        *(votes[name] for name in names),
        desk.stats(),
        json.dumps(quality).count("submitter"),
        notes.status,
    ]


def test_the_key_is_refused_at_once_and_assigned_work_goes_back(busy: Desk) -> None:
    product, team = busy.team.product, busy.team
    entry = team.taken()
    erase(product, f"email={GONE}")
    assert team.annotator.get("entries").status == 401
    shown = team.admin.get(f"entries/{entry}")
    assert shown.attributes["status"] == "pending"
    listed = product.call("GET", "/api/v1/access/accounts", function="access")[1]["accounts"]
    assert GONE not in [account["email"] for account in listed]


def test_a_vote_of_nobody_is_counted_where_the_users_was(product: Product) -> None:
    submit(product, f"FeedbackType=helpfulness&Vote=Positive&UserId={USER_ID}")
    erase(product, f"userId={USER_ID.upper()}")
    known = Author.of(USER_ID, "")
    assert reads.get(settings().content_table, content_keys.vote(CONTENT, known)) is None
    submit(product, f"FeedbackType=helpfulness&Vote=Positive&UserId={USER_ID}")  # somebody new
    about = "ContentType=review&ContentId=product1"
    found = product.call("GET", f"/data/feedback.json?{about}", function="content_feedback")[1]
    assert found["TotalPositiveFeedbackCount"] == 2


def test_what_was_written_behind_the_search_is_found_by_the_next_one(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(product, "user")
    late = iter([True])
    end_pass = erasing._Work._end_pass

    def and_then(self: Any) -> Any:
        if next(late, False):  # an import of a file from before, say
            boto3.client("dynamodb").put_item(
                TableName="DatasetTable",
                Item={"pk": {"S": "x"}, "sk": {"S": "y"}, "organization_id": {"S": "acme"}}
                | {"created_by_email": {"S": "user@acme.example"}},
            )
        return end_pass(self)

    monkeypatch.setattr(erasing._Work, "_end_pass", and_then)
    done = erase(product, "email=user%40acme.example")
    assert (done["state"], done["passes"]) == ("done", 3)
    assert places("user@acme.example") == []


def test_an_erasure_whose_time_is_always_over_gets_to_its_end(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 0)
    monkeypatch.setattr(erasing, "_CHUNK", 12)
    for number in range(3):
        give(product, "user", f"text {number}")
    done = erase(product, "email=user%40acme.example")
    assert done["state"] == "done"
    assert done["found"]["translation"] > 3  # their entries, and the counters of them
    assert places("user@acme.example") == []


def test_files_of_several_projects_are_walked_through_piece_by_piece(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"task-files/{project}/{number}.json" for project in (12, 117, 9) for number in range(3)]
    for name in names:
        put_file(name, b"[]")
    monkeypatch.setattr(walking, "PIECE", 2)
    prefixes = ["task-files/117/", "task-files/12/", "task-files/3/", "task-files/9/"]
    found: list[str] = []
    pieces = 0
    piece = walking.objects(prefixes, None)
    while True:
        found, pieces = found + piece.names, pieces + 1
        if piece.place is None:
            break
        piece = walking.objects(prefixes, piece.place)
    assert (sorted(found), pieces) == (sorted(names), 7)
    assert walking.objects([], None).names == []


def test_counts_of_a_project_that_is_deleted_are_searched_too(product: Product) -> None:
    task = {"pk": {"S": "tasks#341#2"}, "sk": {"S": "6" * 24}, "organization_id": {"S": "acme"}}
    counts = {"pk": {"S": "quality#341"}, "sk": {"S": "2026-11-22#00"}, f"submitter={GONE}": {"N": "3"}}
    theirs = {**counts, "pk": {"S": "quality#342"}}
    for table, item in (("TaskTable", task), ("FeedbackTable", counts), ("FeedbackTable", theirs)):
        boto3.client("dynamodb").put_item(TableName=table, Item=item)
    erase(product, f"email={GONE}")
    assert places(GONE) == ["FeedbackTable: quality#342 / 2026-11-22#00"]


def test_an_address_is_found_however_it_is_written_and_longer_ones_stay(busy: Desk) -> None:
    product, desk = busy.team.product, busy
    for number, text in enumerate((*WRITTEN, *LONGER)):
        desk.task(name=text)
        give(product, "user", comment=text)
        put_file(f"exports/acme/{number}.json", json.dumps([text], ensure_ascii=False).encode())
        put_file(f"exports/acme/{number}.tmx", f"<seg>{text}</seg>".encode("utf-16"))
    done = erase(product, f"email={GONE}")
    assert done["state"] == "done"
    assert not [place for place in places(GONE, *LONGER) if not re.search(r"org#globex|key#9{16}", place)]
    assert places(ENCODED, *LONGER) == []
    kept = [f"exports/acme/{len(WRITTEN) + number}" for number in range(len(LONGER))]
    assert {name for name in files() if re.match(r"exports/acme/\d+\.", name)} == {
        f"{name}.{form}" for name in kept for form in ("json", "tmx")
    }
    texts = {item["comment"]["S"] for item in scanned("TranslationTable") if "comment" in item}
    erased = {text.replace(GONE, done["pseudonym"]).replace(ENCODED, done["pseudonym"]) for text in WRITTEN}
    assert texts == erased | set(LONGER)
    data = [json.loads(item["data"]["S"]) for item in scanned("TaskTable") if "data" in item]
    assert {each["name"] for each in data if "name" in each} == erased | set(LONGER)


def test_a_colleagues_key_or_account_that_is_called_after_the_person_is_called_otherwise(
    product: Product,
) -> None:
    admin = store.get_account_by_email("acme", "admin@acme.example")
    accounts.issue_key(admin, f"{GONE}'s laptop", NOW)
    accounts.add_account("acme", "bob@acme.example", f"Bob, for {GONE}", Role.USER, NOW)
    done = erase(product, f"email={GONE}")
    assert done["state"] == "done"
    assert places(GONE) == []
    names = [key.name for key in store.list_keys("acme")]
    assert f"{done['pseudonym']}'s laptop" in names
    assert f"Bob, for {done['pseudonym']}" in [account.name for account in store.list_accounts("acme")]


def test_a_new_account_of_the_address_is_left_alone(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = call(product, "POST", "erasures", f"email={GONE}")[1]
    account = accounts.add_account("acme", GONE, f"the other {GONE}", Role.USER, NOW)
    accounts.issue_key(account, GONE, NOW)
    work("lifecycle", "lifecycle")
    assert call(product, "GET", f"erasures/{begun['erasureId']}")[1]["state"] == "done"
    assert store.get_account_by_email("acme", GONE).name == f"the other {GONE}"
    assert GONE in [key.name for key in store.list_keys("acme")]


# ── What is found by a hash of the text ──


def test_an_entrys_guard_counts_what_it_says_now(product: Product) -> None:
    asked, told = f"Ask {GONE}", f"Demandez à {GONE}"
    for _ in range(2):
        give(product, "admin", asked, suggested=told)
    done = erase(product, f"email={GONE}")
    new = [text.replace(GONE, done["pseudonym"]) for text in (asked, told)]
    guards = entries.read_guards("acme", [(PAIR, asked), (PAIR, new[0])])
    old, now = (guards[entries.guard_key("acme", PAIR, source)] for source in (asked, new[0]))
    assert (old.entries, sum(now.entries.values()), now.has(new[1])) == ({}, 2, True)
    tmx = f"<tu><tuv xml:lang='en'><seg>{new[0]}</seg></tuv><tuv xml:lang='fr'><seg>{new[1]}</seg></tuv></tu>"
    again = import_of("again.tmx", tmx)
    assert (again.counts.successful, again.counts.duplicate) == (0, 1)


def test_a_resource_is_claimed_as_it_is_called_now(team: Team) -> None:
    names = [f"mailto:{GONE}", f"mailto:{GONE.upper()}"]
    for name in names:
        assert team.owner.post("entries", {"resource": name}, dataset=team.leaves).status == 201
    done = erase(team.product, f"email={GONE}")
    assert done["state"] == "done"
    now = [entry["attributes"]["resource"] for entry in team.owner.get("entries").data]
    assert len(set(now)) == 2
    assert f"mailto:{done['pseudonym']}" in now
    for name in now:
        assert team.owner.post("entries", {"resource": name}, dataset=team.leaves).status == 409
    for name in names:
        assert team.owner.post("entries", {"resource": name}, dataset=team.leaves).status == 201


# ── What is under way ──


def import_of(name: str, units: str, run: bool = True) -> Import:
    """An import whose file is there; when it is over, or before anything was read of it."""
    key = f"imports/acme/{name}"
    content = f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'.encode()
    stored = boto3.client("s3").put_object(Bucket="transfer", Key=key, Body=content)
    options = Options("admin@acme.example", manages=True)
    record = Import("acme", "i1", State.RUNNING, options, NOW, key, stored["ETag"], len(content))
    imports.start(record, 0)
    return run_import(record) if run else record


def run_import(record: Import) -> Import:
    arriving.carry_on(record.message, Deadline.after(60), NOW)
    found = imports.find("acme", record.import_id)
    assert found
    return found


def test_an_import_under_way_keeps_its_file_and_what_it_brings_is_erased(product: Product) -> None:
    unit = (
        f"<tu><prop type='username'>{GONE}</prop>"
        "<tuv xml:lang='en'><seg>hello</seg></tuv><tuv xml:lang='fr'><seg>salut</seg></tuv></tu>"
    )
    record = import_of(f"of {GONE}.tmx", unit, run=False)
    begun = call(product, "POST", "erasures", f"email={GONE}")[1]
    assert one_round()["passes"] == "1"
    waiting = one_round()
    assert (waiting["state"], waiting["waiting_for"]) == ("running", f"import {record.import_id}")
    shown = call(product, "GET", f"erasures/{begun['erasureId']}")[1]
    assert (shown["state"], shown["waitingFor"]) == ("running", f"import {record.import_id}")
    after = run_import(record)
    assert (after.state, after.counts.successful, after.error) == (State.DONE, 1, "")
    assert places(GONE)
    work("lifecycle", "lifecycle")
    shown = call(product, "GET", f"erasures/{begun['erasureId']}")[1]
    assert (shown["state"], shown["waitingFor"], shown["passes"]) == ("done", "", 3)
    assert places(GONE) == []


def test_an_export_under_way_ends_well_and_its_file_is_removed(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(product, "user", source=f"Ask {GONE}")
    admin = store.authenticate(product.keys["admin"])
    record = exporting.begin(admin, Filter(), NOW)
    with monkeypatch.context() as dying:
        dying.setattr(exporting._Work, "_complete", lambda _: 1 / 0)  # all is uploaded, nothing is to be seen
        with pytest.raises(ZeroDivisionError):
            exporting.run("acme", record.export_id, Deadline.after(60))
    put_file(f"exports/acme/{record.export_id}.unfinished-1", GONE.encode())
    call(product, "POST", "erasures", f"email={GONE}")
    one_round()
    assert one_round()["waiting_for"] == f"export {record.export_id}"
    assert files() == [f"exports/acme/{record.export_id}.unfinished-1"]
    exporting.carry_on(record.message, Deadline.after(60), NOW)
    over = exports.find("acme", record.export_id)
    assert over
    assert over.is_done
    assert files() == [
        f"exports/acme/{record.export_id}.tmx",
        f"exports/acme/{record.export_id}.unfinished-1",
    ]
    work("lifecycle", "lifecycle")
    assert files() == []
    assert places(GONE) == []


def test_a_batch_under_way_creates_all_of_its_tasks(desk: Desk) -> None:
    rows = [{"data": {"url": f"s3://{number}", "name": GONE}} for number in range(3)]
    batch_id = int(desk.post("batches.json", {"tasks": rows})["batch_id"])
    begun = call(desk.team.product, "POST", "erasures", f"email={GONE}")[1]
    one_round()
    assert one_round()["waiting_for"] == f"batch {batch_id} of project {desk.number}"
    work()
    assert desk.batch(batch_id)["state"] == "completed"
    work("lifecycle", "lifecycle")
    shown = call(desk.team.product, "GET", f"erasures/{begun['erasureId']}")[1]
    assert (shown["state"], places(GONE, OTHERS)) == ("done", [])
    assert desk.stats()["total"] == 3


def test_what_began_after_a_search_is_not_waited_for_unless_it_names_the_person(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = store.authenticate(product.keys["admin"])
    call(product, "POST", "erasures", f"email={GONE}")
    assert one_round()["passes"] == "1"
    exporting.begin(admin, Filter(), time.time_ns())
    assert one_round()["state"] == "done"


def test_an_erasure_that_waits_for_what_is_stuck_ends_and_says_so(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "LONGEST_WAIT", -1)
    record = exporting.begin(store.authenticate(product.keys["admin"]), Filter(), NOW)
    failed = erase(product, f"email={GONE}")
    assert (failed["state"], failed["passes"]) == ("failed", 1)
    assert f"export {record.export_id}" in failed["error"]
    assert places(GONE) == []


def test_an_erasure_of_somebody_who_is_named_anew_each_time_ends_and_says_so(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "MOST_PASSES", 3)
    end_pass = erasing._Work._end_pass

    def and_then(self: Any) -> Any:
        named = {"pk": {"S": "x"}, "sk": {"S": GONE}, "organization_id": {"S": "acme"}}
        boto3.client("dynamodb").put_item(TableName="DatasetTable", Item=named)
        return end_pass(self)

    monkeypatch.setattr(erasing._Work, "_end_pass", and_then)
    failed = erase(product, f"email={GONE}")
    assert (failed["state"], failed["passes"]) == ("failed", 3)
    assert "named anew" in failed["error"]


def test_large_files_are_searched_in_as_many_rounds_as_they_take(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 0)
    monkeypatch.setattr(walking, "_BLOCK", 10_000)
    put_file("exports/acme/large.tmx", b"x" * 45_000)
    put_file("exports/acme/named.tmx", b"x " * 20_000 + GONE.encode() + b" y" * 10_000)
    put_file("imports/acme/small.tmx", b"")
    call(product, "POST", "erasures", f"email={GONE}")
    offsets = []
    while (job := one_round())["state"] == "running" and job["passes"] == "0":
        offsets.append(json.loads(job.get("place", "null") or "null"))
    within = [place["offset"] for place in offsets if place and "offset" in place]
    assert len(within) > 10
    assert within[0] == 10_000 - Person.MARGIN
    assert files() == ["exports/acme/large.tmx", "imports/acme/small.tmx"]


def test_an_erasure_says_of_itself_how_it_went_and_not_whom_it_was_about(busy: Desk) -> None:
    product = busy.team.product
    done = erase(product, f"email={GONE}")
    assert done["found"]["dataset"] >= 5
    assert done["pseudonym"].startswith("erased-")
    (listed,) = call(product, "GET", "erasures")[1]["erasures"]
    assert listed == done
    assert GONE not in json.dumps(done)


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        ("email=admin%40acme.example", "admin", 409),  # nobody erases themselves
        ("", "admin", 400),
        ("email=nobody", "admin", 400),
        ("userId=%20", "admin", 400),
        ("email=user%40acme.example", "user", 403),
    ],
)
def test_an_erasure_is_refused(product: Product, body: str, key: str, status: int) -> None:
    assert call(product, "POST", "erasures", body, key)[0] == status


def test_an_erasure_of_another_organization_is_not_there(product: Product) -> None:
    done = erase(product, "userId=nobody-knows")
    assert call(product, "GET", f"erasures/{done['erasureId']}", key="other_admin")[0] == 404
    assert call(product, "GET", "erasures", key="other_admin")[1] == {"erasures": []}


def test_of_two_admins_who_erase_each_other_one_stays(product: Product) -> None:
    user = store.get_account_by_email("acme", "user@acme.example")
    store.change_role(user, Role.ADMIN, user.account_id)
    first = call(product, "POST", "erasures", "email=user%40acme.example", "admin")[1]
    second = call(product, "POST", "erasures", "email=admin%40acme.example", "user")[1]
    work("lifecycle", "lifecycle")
    left = [account.email for account in store.list_accounts("acme")]
    assert left in (["admin@acme.example"], ["user@acme.example"])
    admin = "admin" if left[0].startswith("admin") else "user"
    states = {
        call(product, "GET", f"erasures/{it['erasureId']}", key=admin)[1]["state"] for it in (first, second)
    }
    assert states == {"done", "failed"}


def test_a_documented_message_of_a_job_that_is_over_does_nothing(product: Product) -> None:
    assert invoke("lifecycle", sample("lifecycle", "next_round")) == {"batchItemFailures": []}
