"""The translation API's Lambda, from the gateway's event to its answer."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hearback.deadline import Deadline
from hearback.translation import listing
from hearback.translation.model import Feedback

from tests.functions.conftest import NOW
from tests.functions.gateway import Product, invoke, sample

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"
ENTRY = f"languagePairId={PAIR}&sourceText=hello&suggestedTranslation=bonjour&machineTranslation=salut"


def signed(product: Product, case: str) -> dict[str, object]:
    """A documented event with a key that the product under test knows."""
    event = sample("translation_feedback", case)
    basic = base64.b64encode(f"{product.keys['admin']}:".encode()).decode()
    event["headers"]["Authorization"] = f"Basic {basic}"
    return event


def test_an_entry_is_created_listed_changed_and_deleted(product: Product) -> None:
    status, entry = product.call("POST", "/api/v2/feedback", ENTRY)
    assert (status, entry["approvalState"], entry["username"]) == (
        200,
        "awaitingApproval",
        "admin@acme.example",
    )
    path = f"/api/v2/feedback/{entry['feedbackId']}"
    assert product.call("GET", path) == (200, entry)
    assert product.call("PUT", path, "approvalState=approved")[1]["reviewer"] == "admin@acme.example"
    assert product.call("GET", "/api/v2/feedback?approvalStates=approved")[1]["totalItems"] == 1
    assert product.call("DELETE", path)[1]["approvalState"] == "approved"
    assert product.call("GET", path)[0] == 404
    assert product.call("GET", "/api/v2/feedback")[1]["feedback"] == []


def test_the_documented_events_are_answered(product: Product) -> None:
    created = invoke("translation_feedback", signed(product, "create"))
    assert json.loads(created["body"])["suggestedTranslation"] == "Ceci est un exemple de texte d'entrée."
    listed = invoke("translation_feedback", signed(product, "list"))
    assert json.loads(listed["body"])["totalItems"] == 1
    imported = invoke("translation_feedback", signed(product, "import"))
    assert json.loads(imported["body"]) == {"successful": 1, "duplicate": 0, "invalid": 0, "warnings": []}
    begun = json.loads(invoke("translation_feedback", signed(product, "start_upload"))["body"])
    assert [part["sizeInBytes"] for part in begun["parts"]] == [8 << 20, 4 << 20]
    assert invoke("translation_feedback", signed(product, "complete_upload"))["statusCode"] == 404
    assert invoke("translation_feedback", signed(product, "no_such_route"))["statusCode"] == 404
    assert invoke("translation_feedback", sample("translation_feedback", "system_info"))["statusCode"] == 200


def test_a_user_sees_neither_others_entries_nor_other_organizations(product: Product) -> None:
    _, entry = product.call("POST", "/api/v2/feedback", ENTRY)
    path = f"/api/v2/feedback/{entry['feedbackId']}"
    for stranger in ("user", "other_admin"):
        assert product.call("GET", path, key=stranger)[0] == 404
        assert product.call("PUT", path, "comment=x", key=stranger)[0] == 404
        assert product.call("DELETE", path, key=stranger)[0] == 404
        assert product.call("GET", "/api/v2/feedback", key=stranger)[1]["totalItems"] == 0


def test_only_an_admin_approves(product: Product) -> None:
    _, entry = product.call("POST", "/api/v2/feedback", ENTRY, key="user")
    path = f"/api/v2/feedback/{entry['feedbackId']}"
    status, error = product.call("PUT", path, "approvalState=approved", key="user")
    assert (status, error["error"]["code"]) == (403, 403)
    assert product.call("PUT", path, "approvalState=awaitingApproval&comment=mine", key="user")[0] == 200
    assert product.call("POST", "/api/v2/feedback", f"{ENTRY}&approvalState=approved", key="user")[0] == 403


def test_a_batch_delete_answers_the_bare_number(product: Product) -> None:
    for _ in range(3):
        product.call("POST", "/api/v2/feedback", ENTRY)
    assert product.call("DELETE", "/api/v2/feedback/batch-delete")[0] == 400
    assert product.call("DELETE", "/api/v2/feedback/batch-delete", f"languagePairId={PAIR}") == (200, 3)
    assert product.call("GET", "/api/v2/feedback")[1]["totalItems"] == 0


def test_a_language_pair_with_entries_is_not_removed(product: Product) -> None:
    _, entry = product.call("POST", "/api/v2/feedback", ENTRY)
    assert product.call("DELETE", f"/api/v2/language-pairs/{PAIR}")[0] == 400
    product.call("DELETE", f"/api/v2/feedback/{entry['feedbackId']}")
    assert product.call("DELETE", f"/api/v2/language-pairs/{PAIR}")[1]["languagePairId"] == PAIR
    assert product.call("POST", "/api/v2/feedback", ENTRY)[0] == 400


def test_a_token_acts_for_its_key_until_that_is_revoked(product: Product) -> None:
    form = f"username=user%40acme.example&password={product.keys['user']}"
    event = sample("translation_feedback", "create") | {"path": "/api/v2/auth", "resource": "/api/v2/auth"}
    event |= {"body": form, "isBase64Encoded": False}
    token = invoke("translation_feedback", event)["body"]
    product.keys["token"] = token
    assert product.call("GET", "/api/v2/users/me/permissions", key="token")[1] == {
        "MANAGE_FEEDBACK": False,
        "SUBMIT_FEEDBACK": True,
    }
    product.call("DELETE", "/api/v1/access/keys/" + "2" * 16, key="admin", function="access")
    assert product.call("GET", "/api/v2/users/me/permissions", key="token")[0] == 401


# ── Reading on ──


def give(product: Product, *sources: str) -> list[str]:
    """The ids of new entries that wait for approval."""
    form = f"languagePairId={PAIR}&suggestedTranslation=x&sourceText="
    return [product.call("POST", "/api/v2/feedback", form + source)[1]["feedbackId"] for source in sources]


def read_on(product: Product, after: str = "0", **parameters: str) -> tuple[list[str], dict[str, Any]]:
    """The ids of a run of two entries, and the whole answer."""
    query = urlencode({"perPage": "2", "after": after} | parameters)
    status, answer = product.call("GET", f"/api/v2/feedback?{query}")
    assert status == 200, answer
    return [entry["feedbackId"] for entry in answer["feedback"]], answer


def test_a_reviewer_reads_on_behind_an_entry_until_there_is_no_more(product: Product) -> None:
    first, second, third, fourth, fifth = give(product, "1", "2", "3", "4", "5")
    ids, answer = read_on(product)
    assert (ids, answer["next"], answer["totalItems"]) == ([first, second], second, 5)
    assert set(answer) == {"feedback", "perPage", "totalItems", "next"}
    ids, answer = read_on(product, answer["next"])
    assert (ids, answer["next"]) == ([third, fourth], fourth)
    assert read_on(product, fourth) == (
        [fifth],
        answer | {"feedback": [answer_of(product, fifth)], "next": ""},
    )
    assert read_on(product, fifth)[0] == []


def answer_of(product: Product, feedback_id: str) -> Any:
    return product.call("GET", f"/api/v2/feedback/{feedback_id}")[1]


def test_what_others_decide_meanwhile_hides_nothing_that_waits(product: Product) -> None:
    first, second, third, fourth = give(product, "1", "2", "3", "4")
    _, answer = read_on(product, approvalStates="awaitingApproval")
    for decided in (first, second, third):
        product.call("PUT", f"/api/v2/feedback/{decided}", "approvalState=approved")
    ids, answer = read_on(product, answer["next"], approvalStates="awaitingApproval")
    assert (ids, answer["next"], answer["totalItems"]) == ([fourth], "", 1)


def test_reading_on_counts_nothing_by_reading_it(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = give(product, *"123456")
    looked_at: list[str] = []
    matches = listing.Selection.matches

    def look(selection: listing.Selection, entry: Feedback) -> bool:
        looked_at.append(str(entry.feedback_id))
        return matches(selection, entry)

    monkeypatch.setattr(listing.Selection, "matches", look)
    run, answer = read_on(product, startTimeCreated="2001-01-01")
    assert (run, answer["next"], "totalItems" in answer) == (ids[:2], ids[1], False)
    assert looked_at == ids[:3]


def test_a_run_whose_time_is_over_says_where_to_go_on(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = give(product, *"1234")
    monkeypatch.setattr(listing, "_READ_BETWEEN_LOOKS", 2)
    looks = iter([False, True])
    monkeypatch.setattr(Deadline, "passed", property(lambda _: next(looks, False)))
    found, answer = read_on(product, sourceText="4")
    assert (found, answer["next"]) == ([], str(int(ids[2]) - 1))
    found, answer = read_on(product, answer["next"], sourceText="4")
    assert (found, answer["next"]) == ([ids[3]], "")


@pytest.mark.parametrize("after", ["-1", "x", str(2**63)])
def test_nobody_reads_on_behind_what_is_no_id(product: Product, after: str) -> None:
    status, answer = product.call("GET", f"/api/v2/feedback?after={after}")
    assert (status, "after" in answer["error"]["details"]) == (400, True)


@pytest.mark.parametrize("as_list", [True, False])
def test_a_list_that_no_address_holds_is_taken_in_the_body(product: Product, as_list: bool) -> None:
    many = [str(NOW + number) for number in range(1000)]
    told = json.dumps({"feedbackIds": many if as_list else ",".join(many)})
    assert len(",".join(many)) > 10_240
    assert delete_by_json(product, told) == (200, 0)


@pytest.mark.parametrize("ids", [[], [str(NOW)] * 1001, [[str(NOW)]], ["x"]])
def test_a_list_that_names_none_or_too_many_deletes_nothing(product: Product, ids: list[Any]) -> None:
    status, refused = delete_by_json(product, json.dumps({"feedbackIds": ids}))
    assert (status, "feedbackIds" in refused["error"]["details"]) == (400, True)


def delete_by_json(product: Product, body: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {product.keys['admin']}", "Content-Type": "application/json"}
    path = "/api/v2/feedback/batch-delete"
    reply = product.ask("translation_feedback", "DELETE", path, body, headers)
    return reply.status, reply.document
