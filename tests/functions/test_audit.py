"""The audit trail: every change has its line, and an admin finds it by time, by actor and by action."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hearback.deadline import Deadline
from hearback.organization import audit, keys
from hearback.storage import reads
from hearback.timestamps import DAY, SECOND

from tests.functions.gateway import Product, invoke, sample
from tests.functions.labelling import Team
from tests.functions.tasking import Desk, work

FEEDBACK = "/api/v2/feedback"
FOREVER = Deadline.after(10**6)
NOW = 1_786_482_417_242_393_801
PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"


def trail(product: Product, query: str = "", key: str = "admin") -> list[dict[str, Any]]:
    path = f"/api/v1/organization/audit?{query}"
    status, document = product.call("GET", path, key=key, function="organization")
    assert status == 200, document
    return list(document["lines"])


def write(at: int, account: int = 7, action: str = "approve_task", organization: str = "acme") -> audit.Line:
    return audit.write(organization, account, "k1", action, {}, at)


def take_out(product: Product, **meant: str) -> None:
    """Export translation feedback at once, as a file."""
    event = sample("translation_feedback", "list")
    event |= {"path": f"{FEEDBACK}/export", "resource": f"{FEEDBACK}/export"}
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in meant.items()}
    event["headers"]["Authorization"] = f"Bearer {product.keys['admin']}"
    assert invoke("translation_feedback", event)["statusCode"] == 200


def every(wanted: audit.Wanted, limit: int) -> list[audit.Line]:
    """All pages."""
    lines: list[audit.Line] = []
    after: str | None = ""
    while after is not None:
        page = audit.page("acme", wanted, after, limit, FOREVER)
        lines += page.lines
        after = page.after
    return lines


def test_it_says_who_approved_and_deleted_and_by_which_key(product: Product) -> None:
    body = f"languagePairId={PAIR}&sourceText=hello&suggestedTranslation=bonjour"
    _, made = product.call("POST", FEEDBACK, body, "user")
    product.call("PUT", f"{FEEDBACK}/{made['feedbackId']}", "approvalState=approved")
    product.call("DELETE", f"{FEEDBACK}/{made['feedbackId']}")
    lines = trail(product)
    assert [(line["email"], line["keyId"], line["action"]) for line in lines] == [
        ("admin@acme.example", "1" * 16, "delete_feedback"),
        ("admin@acme.example", "1" * 16, "update_feedback"),
        ("user@acme.example", "2" * 16, "create_feedback"),
    ]
    approved = {"feedbackId": made["feedbackId"], "approvalState": "approved"}
    assert lines[1]["about"] == approved
    assert [line["outcome"] for line in lines] == ["", "", ""]


def test_it_says_what_was_refused(product: Product) -> None:
    product.call("DELETE", f"{FEEDBACK}/41", key="user")
    product.call("PATCH", "/api/v1/access/accounts/41", "role=admin", "user", "access")
    assert [(line["action"], line["outcome"]) for line in trail(product)] == [
        ("change_account", "Forbidden"),
        ("delete_feedback", "NotFound"),
    ]


def test_it_says_who_took_everything_out(product: Product) -> None:
    take_out(product, sourceText="secret", username="user@acme.example", approvalStates="approved")
    product.call("GET", f"{FEEDBACK}/exports/41")  # what is done has a link to the file
    product.call("POST", "/api/v1/organization/exports", function="organization")
    assert [(line["action"], line["about"], line["outcome"]) for line in trail(product)] == [
        ("export_organization", {}, ""),
        ("get_export", {"exportId": "41"}, "NotFound"),
        (
            "export_feedback",
            {"sourceText": "(given)", "username": "user@acme.example", "approvalStates": "approved"},
            "",
        ),
    ]


def test_it_says_what_was_deleted_by_ids_or_by_filter(desk: Desk) -> None:
    product = desk.team.product
    tasks = [f"51e77305ff1d8131a4{number:06d}" for number in range(1000)]
    desk.post("tasks/delete_tasks.json", {"task_ids": tasks})
    product.call(
        "DELETE", f"{FEEDBACK}/batch-delete", f"approvalStates=rejected&languagePairId={PAIR}&comment=x"
    )
    entries = ",".join(str(1_786_482_417_242_393_801 + number) for number in range(100))
    product.call("DELETE", f"{FEEDBACK}/batch-delete?feedbackIds={entries}")
    lines = [line["about"] for line in trail(product)][:3]
    assert lines == [
        {"feedbackIds": entries},
        {"approvalStates": "rejected", "languagePairId": PAIR, "comment": "(given)"},
        {"project": str(desk.number), "task_ids": ",".join(tasks)},
    ]


def test_it_says_how_an_import_was_meant(product: Product) -> None:
    event = sample("translation_feedback", "import")
    event["headers"]["Authorization"] = f"Bearer {product.keys['admin']}"
    event["multiValueQueryStringParameters"] = {"approveAll": ["true"]}
    invoke("translation_feedback", event)
    product.call("POST", f"{FEEDBACK}/import/uploads", "applyAll=true&approveAll=false")
    assert [(line["action"], line["about"]) for line in trail(product)] == [
        ("start_upload", {"applyAll": "true", "approveAll": "false"}),
        ("import_feedback", {"approveAll": "true"}),
    ]


def test_it_says_what_became_of_entries_and_members(team: Team) -> None:
    before = {line["lineId"] for line in trail(team.product)}
    entry = team.entry()
    team.annotator.get(f"entries/{entry}/select")
    team.annotator.act(f"entries/{entry}/submit")
    team.reviewer.get(f"entries/{entry}/select")
    team.reviewer.act(f"entries/{entry}/submit", approved=True)
    members = team.owner.get("project_members").document["data"]
    one = next(each for each in members if each["attributes"]["email"] == team.annotator.email)
    team.owner.patch(f"project_members/{one['id']}", {"role": "reviewer", "disabled_at": None, "name": "Ann"})
    lines = [line for line in trail(team.product) if line["lineId"] not in before]
    assert [(line["action"], line["about"]) for line in lines] == [
        (
            "update_project_member",
            {"resource_id": one["id"], "role": "reviewer", "disabled_at": "null", "name": "(given)"},
        ),
        ("submit_entry", {"resource_id": entry, "approved": "true"}),
        ("select_entry", {"resource_id": entry}),
        ("submit_entry", {"resource_id": entry}),
        ("select_entry", {"resource_id": entry}),
        ("create_entry", {"dataset": team.leaves, "wf_step": "annotate", "resource": "(given)"}),
    ]


def test_each_call_that_changes_something_has_its_line_and_its_outcome(team: Team) -> None:
    entry, nothing = team.taken(), "11111111-1111-4111-8111-111111111111"
    before = {line["lineId"] for line in trail(team.product)}

    def call(method: str, **params: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    team.annotator.rpc(call("show", id=nothing))
    made = team.annotator.rpc(call("create", entry_id=entry, dimensions={}, annotation={"label": "secret"}))
    its_id = made.document["result"]["id"]
    calls = [
        call("update", id=its_id, metadata={"x": 1}),
        call("delete", id=nothing),
        call("delete", id=its_id),
    ]
    team.annotator.rpc(calls)
    lines = [line for line in trail(team.product) if line["lineId"] not in before]
    assert {line["action"] for line in lines} == {"annotations_rpc"}
    told = [(line["about"], line["outcome"]) for line in lines]
    assert sorted(told, key=str) == sorted(
        [
            ({"method": "create", "entry_id": entry}, ""),
            ({"method": "update", "id": its_id}, ""),
            ({"method": "delete", "id": nothing}, "NotFound"),
        ],
        key=str,
    )


def test_a_page_of_long_lines_ends_before_an_answer_is_full(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LARGEST_PAGE", 1000)
    for number in range(5):
        audit.write("acme", 7, "k1", "delete_tasks", {"task_ids": "x" * 600}, NOW - number * DAY)
    wanted = audit.Wanted(NOW - 30 * DAY, NOW)
    page = audit.page("acme", wanted, "", 100, FOREVER)
    assert (len(page.lines), page.after is None) == (2, False)
    assert len(every(wanted, 100)) == 5


def test_who_is_erased_is_in_no_filter_of_a_line(product: Product) -> None:
    take_out(product, username="user@acme.example")
    product.call("POST", "/api/v1/organization/erasures", "email=user@acme.example", function="organization")
    work("lifecycle", "lifecycle")
    (line,) = [line for line in trail(product) if line["action"] == "export_feedback"]
    assert line["about"]["username"].startswith("erased-")


def test_every_family_leaves_its_lines(desk: Desk) -> None:
    team, product = desk.team, desk.team.product
    before = {line["lineId"] for line in trail(product)}
    task = desk.task(submit=True)
    desk.approve(task)
    entry = team.taken()
    params = {"entry_id": entry, "dimensions": {}, "annotation": {}}
    team.annotator.rpc({"jsonrpc": "2.0", "id": 1, "method": "create", "params": params})
    form = "ContentType=review&ContentId=product1&ModerationStatus=Rejected"
    product.call("POST", "/data/moderation.json", form, function="content_feedback")
    lines = [line for line in trail(product) if line["lineId"] not in before]
    assert [(line["action"], line["email"].partition("@")[0]) for line in lines] == [
        ("moderate_content", "admin"),
        ("annotations_rpc", "annotator"),
        ("create_entry", "owner"),
        ("approve_task", "reviewer"),
        ("create_task", "owner"),
    ]
    assert lines[0]["about"]["ModerationStatus"] == "Rejected"
    assert lines[3]["about"] == {"project": str(desk.number), "task": task}


def test_a_vote_leaves_no_line(product: Product) -> None:
    vote = "ApiVersion=5.4&ContentType=review&ContentId=p1&FeedbackType=helpfulness&Vote=Positive&UserId=ann"
    product.call("POST", "/data/submitfeedback.json", vote, "user", "content_feedback")
    assert trail(product) == []


def test_lines_are_found_by_actor_action_and_time(product: Product) -> None:
    now = time.time_ns()
    ann, bob = write(now - 3 * DAY, 7), write(now - 2 * DAY, 8)
    rejected = write(now - DAY, 7, "reject_task")
    found = {
        "": [rejected, bob, ann],
        "accountId=7": [rejected, ann],
        "action=approve_task": [bob, ann],
        "accountId=7&action=reject_task": [rejected],
        f"from={_day(now - 2 * DAY)}": [rejected, bob],
        f"to={_day(now - 2 * DAY)}": [bob, ann],
        f"from={_day(now - 3 * DAY)}&to={_day(now - 2 * DAY)}": [bob, ann],
    }
    for query, lines in found.items():
        assert [line["lineId"] for line in trail(product, query)] == [line.id for line in lines], query


def _day(instant: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(instant // SECOND))


def test_pages_follow_each_other_over_days_without_loss_or_repetition(product: Product) -> None:
    written = [write(NOW - number * DAY // 3 - number % 2) for number in range(12)]
    wanted = audit.Wanted(NOW - 30 * DAY, NOW)
    for limit in (1, 5, 12, 100):
        assert [line.id for line in every(wanted, limit)] == [line.id for line in written]


def test_lines_of_one_millisecond_are_all_shown(product: Product) -> None:
    written = {write(NOW).id for _ in range(30)}
    found = every(audit.Wanted(NOW, NOW), 4)
    assert {line.id for line in found} == written
    assert len(found) == 30


def test_a_page_that_looks_at_much_says_where_it_goes_on(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = write(NOW - 10 * DAY, account=8)
    for number in range(10):
        write(NOW - number * DAY)
    monkeypatch.setattr(audit, "MOST_READ", 3)
    wanted = audit.Wanted(NOW - 30 * DAY, NOW, account_id=8)
    page = audit.page("acme", wanted, "", 5, FOREVER)
    assert (page.lines, page.after is None) == ([], False)
    assert [line.id for line in every(wanted, 5)] == [last.id]


def test_a_request_without_time_ends_where_it_is(product: Product) -> None:
    write(NOW), write(NOW - DAY)
    page = audit.page("acme", audit.Wanted(NOW - 5 * DAY, NOW), "", 5, Deadline.after(0))
    assert (len(page.lines), page.after is None) == (1, False)


def test_a_line_expires_after_a_year_and_a_month(product: Product) -> None:
    line = write(NOW)
    assert audit.KEPT == 400 * DAY
    found = [item for run in keys.lines("acme", "2026-08-11") for item in reads.every(run)]
    (item,) = found
    assert int(item["expires"]["N"]) == (line.at + audit.KEPT) // SECOND


def test_the_trail_is_an_admins_and_of_their_organization_alone(product: Product) -> None:
    write(time.time_ns())
    path = "/api/v1/organization/audit"
    assert product.call("GET", path, key="user", function="organization")[0] == 403
    assert trail(product, key="other_admin") == []


@pytest.mark.parametrize("query", ["from=soon", "perPage=0", "perPage=1001", "accountId=me", "after=x"])
def test_a_question_that_cannot_be_read_is_refused(product: Product, query: str) -> None:
    path = f"/api/v1/organization/audit?{query}"
    assert product.call("GET", path, function="organization")[0] == 400


def test_who_is_gone_is_a_number(product: Product) -> None:
    write(time.time_ns(), account=41)
    assert [(line["accountId"], line["email"]) for line in trail(product)] == [(41, "")]


def test_the_documented_events_are_answered(product: Product) -> None:
    for case in ("audit", "erase"):
        event = sample("organization", case)
        event["headers"]["Authorization"] = f"Bearer {product.keys['admin']}"
        answer = invoke("organization", event)
        assert answer["statusCode"] == 200, answer["body"]
        assert json.loads(answer["body"])
