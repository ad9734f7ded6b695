"""One feedback entry at a time: given, looked at, changed, taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.flows.organizations import ENG_FRA, ENG_SPA, FEEDBACK, Organization, answer, change, refusal

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}Z")


# ── Giving feedback ──


def test_a_created_entry_is_answered_as_it_will_be_read(organization: Organization) -> None:
    given = organization.user.give("hello", "bonjour", machineTranslation="salut", comment="warmer")
    assert given == organization.user.entry(given["feedbackId"])
    assert (given["username"], given["approvalState"]) == (organization.user.email, "awaitingApproval")


def test_only_pair_and_source_text_are_needed(organization: Organization) -> None:
    form = {"languagePairId": ENG_FRA, "sourceText": "hello"}
    given = answer(organization.user.post(FEEDBACK, data=form))
    assert [
        given[name] for name in ("machineTranslation", "suggestedTranslation", "comment", "reviewer")
    ] == [""] * 4


def test_a_json_body_is_as_good_as_a_form(organization: Organization) -> None:
    texts = {
        "sourceText": "a & b = c + d",
        "suggestedTranslation": "ünïcödé \U0001f44d",
        "comment": "x\r\ny\tz",
    }
    by_form = answer(organization.user.post(FEEDBACK, data={"languagePairId": ENG_FRA, **texts}))
    by_json = answer(organization.user.post(FEEDBACK, json={"languagePairId": ENG_FRA, **texts}))
    own = {"feedbackId", "timestamps"}
    assert {n: v for n, v in by_form.items() if n not in own} == {
        n: v for n, v in by_json.items() if n not in own
    }
    assert {name: by_json[name] for name in texts} == texts


def test_a_form_may_name_its_charset_and_write_spaces_as_plus(organization: Organization) -> None:
    given = organization.user.post(
        FEEDBACK,
        data=f"languagePairId={ENG_FRA}&sourceText=good+morning&suggestedTranslation=bien+%2B+bon".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    assert answer(given)["sourceText"] == "good morning"
    assert given.json()["suggestedTranslation"] == "bien + bon"


def test_form_fields_that_the_reference_does_not_name_are_ignored(organization: Organization) -> None:
    given = organization.user.give(
        model="Generic", sourceLanguageId="eng", feedbackId="7", username="x", page="no"
    )
    assert given["username"] == organization.user.email
    assert given["feedbackId"] != "7"


def test_the_same_feedback_twice_is_two_entries(organization: Organization) -> None:
    first, second = organization.user.give(), organization.user.give()
    assert [entry["feedbackId"] for entry in organization.user.entries()] == [
        first["feedbackId"],
        second["feedbackId"],
    ]


def test_ids_are_decimal_and_grow_with_time(organization: Organization) -> None:
    ids = [organization.user.give(f"source {n}")["feedbackId"] for n in range(5)]
    assert all(re.fullmatch(r"[1-9]\d{0,18}", feedback_id) for feedback_id in ids)
    assert sorted(ids, key=int) == ids
    assert len(set(ids)) == 5


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"sourceText": "hello"}, "languagePairId"),
        ({"languagePairId": ENG_FRA}, "sourceText"),
        ({"languagePairId": ENG_FRA, "sourceText": ""}, "sourceText"),
        ({"languagePairId": ENG_FRA, "sourceText": " \n "}, "sourceText"),
        ({"languagePairId": "EngXxx_Unknown", "sourceText": "hello"}, "EngXxx_Unknown"),
        ({"languagePairId": "", "sourceText": "hello"}, "languagePairId"),
        ({"languagePairId": ENG_FRA, "sourceText": "hello", "approvalState": "perfect"}, "approvalState"),
        (
            {
                "languagePairId": ENG_FRA,
                "sourceText": "a",
                "machineTranslation": "b",
                "suggestedTranslation": "b",
            },
            "suggestedTranslation",
        ),
    ],
)
def test_what_is_wrong_with_a_new_entry_is_named(
    bystanders: Organization, form: dict[str, str], fault: str
) -> None:
    assert fault in refusal(bystanders.admin.post(FEEDBACK, data=form), 400)
    assert fault in refusal(bystanders.admin.post(FEEDBACK, json=form), 400)
    assert bystanders.admin.entries() == []


# ── Changing it ──


def test_absent_fields_stay_and_empty_ones_are_cleared(
    organization: Organization, entry: dict[str, Any]
) -> None:
    changed = change(organization.user, entry, comment="")
    assert (changed["suggestedTranslation"], changed["comment"]) == ("bonjour", "")
    changed = change(organization.user, entry, suggestedTranslation="")
    assert (changed["suggestedTranslation"], changed["machineTranslation"]) == ("", "salut")
    assert changed == organization.user.entry(entry["feedbackId"])


def test_immutable_fields_may_be_sent_and_are_not_changed(
    organization: Organization, entry: dict[str, Any]
) -> None:
    sent = {
        "sourceText": "other",
        "languagePairId": ENG_SPA,
        "machineTranslation": "x",
        "username": "x",
        "model": "y",
    }
    changed = change(organization.user, entry, **sent, comment="better")
    assert {name: changed[name] for name in sent if name in entry} == {
        n: entry[n] for n in sent if n in entry
    }
    assert changed["comment"] == "better"


def test_an_update_that_changes_nothing_leaves_the_times_alone(
    organization: Organization, entry: dict[str, Any]
) -> None:
    assert change(organization.user, entry) == entry
    assert change(organization.user, entry, comment="warmer") == entry


def test_any_change_moves_modified_and_nothing_else(
    organization: Organization, entry: dict[str, Any]
) -> None:
    changed = change(organization.user, entry, comment="colder")
    assert changed["timestamps"]["modified"] > entry["timestamps"]["modified"]
    assert changed["timestamps"]["created"] == entry["timestamps"]["created"]
    assert (changed["timestamps"]["reviewed"], changed["reviewer"]) == ("", "")


def test_a_suggestion_cannot_become_the_machine_translation(
    organization: Organization, entry: dict[str, Any]
) -> None:
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    assert "suggestedTranslation" in refusal(
        organization.user.put(path, data={"suggestedTranslation": "salut"}), 400
    )
    assert organization.user.entry(entry["feedbackId"]) == entry


@pytest.mark.parametrize("state", ["approved", "rejected"])
def test_a_review_records_who_and_when(organization: Organization, entry: dict[str, Any], state: str) -> None:
    reviewed = change(organization.admin, entry, approvalState=state)
    assert (reviewed["approvalState"], reviewed["reviewer"]) == (state, organization.admin.email)
    assert reviewed["timestamps"]["reviewed"] == reviewed["timestamps"]["modified"]
    assert TIMESTAMP.fullmatch(reviewed["timestamps"]["reviewed"])
    assert reviewed["username"] == organization.user.email


def test_a_change_without_approval_state_keeps_the_review(
    organization: Organization, entry: dict[str, Any]
) -> None:
    reviewed = change(organization.admin, entry, approvalState="approved")
    for fields in ({"comment": "x"}, {"comment": "y", "approvalState": ""}):
        changed = change(organization.user, entry, **fields)
        assert (changed["approvalState"], changed["reviewer"]) == ("approved", organization.admin.email)
        assert changed["timestamps"]["reviewed"] == reviewed["timestamps"]["reviewed"]


def test_back_to_awaiting_there_is_no_review(organization: Organization, entry: dict[str, Any]) -> None:
    change(organization.admin, entry, approvalState="rejected")
    waiting = change(organization.admin, entry, approvalState="awaitingApproval")
    assert (waiting["approvalState"], waiting["reviewer"], waiting["timestamps"]["reviewed"]) == (
        "awaitingApproval", "", "",
    )  # fmt: skip


def test_an_admin_may_approve_at_once(organization: Organization) -> None:
    given = organization.admin.give(approvalState="approved")
    assert (given["approvalState"], given["reviewer"]) == ("approved", organization.admin.email)
    assert given["timestamps"]["reviewed"] == given["timestamps"]["created"]


def test_an_unknown_approval_state_is_refused(organization: Organization, entry: dict[str, Any]) -> None:
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    assert "approvalState" in refusal(organization.admin.put(path, data={"approvalState": "APPROVED"}), 400)


# ── Taking it back ──


def test_a_deleted_entry_is_answered_as_it_was_and_gone(
    organization: Organization, entry: dict[str, Any]
) -> None:
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    assert answer(organization.user.delete(path)) == entry
    for response in (
        organization.user.get(path),
        organization.user.delete(path),
        organization.user.put(path),
    ):
        refusal(response, 404)
    assert organization.user.entries() == []


@pytest.mark.parametrize("feedback_id", ["0", "1", str(2**63 - 1), "9" * 30, "-1", "1.0", "abc"])
def test_an_id_of_no_entry_is_not_found(bystanders: Organization, feedback_id: str) -> None:
    path = f"{FEEDBACK}/{feedback_id}"
    for response in (bystanders.admin.get(path), bystanders.admin.put(path), bystanders.admin.delete(path)):
        assert "feedbackId" in refusal(response, 404)
