"""Who sees, changes, approves and deletes whose entries."""

from __future__ import annotations

from typing import Any

from tests.flows.organizations import ENG_FRA, FEEDBACK, Organization, answer, change, invite, refusal


def test_the_approval_state_is_an_admins_alone(organization: Organization, entry: dict[str, Any]) -> None:
    path, user = f"{FEEDBACK}/{entry['feedbackId']}", organization.user
    assert "approvalState" in refusal(user.put(path, data={"approvalState": "approved", "comment": "x"}), 403)
    assert user.entry(entry["feedbackId"]) == entry
    form = {"languagePairId": ENG_FRA, "sourceText": "hello", "approvalState": "approved"}
    assert "approvalState" in refusal(user.post(FEEDBACK, data=form), 403)
    assert user.entries() == [entry]


def test_everybody_may_repeat_the_state_that_there_is(
    organization: Organization, entry: dict[str, Any]
) -> None:
    assert change(organization.user, entry, approvalState="awaitingApproval") == entry
    change(organization.admin, entry, approvalState="approved")
    changed = change(organization.user, entry, approvalState="approved", comment="still")
    assert (changed["approvalState"], changed["comment"]) == ("approved", "still")
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    refusal(organization.user.put(path, data={"approvalState": "awaitingApproval"}), 403)
    assert organization.user.give(approvalState="awaitingApproval")["approvalState"] == "awaitingApproval"


def test_a_user_sees_and_touches_only_what_they_gave(
    organization: Organization, entry: dict[str, Any]
) -> None:
    other = invite(organization.admin, "other@example.org")
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    refusal(other.get(path), 404)
    refusal(other.put(path, data={"comment": "mine now"}), 404)
    refusal(other.delete(path), 404)
    assert answer(other.delete(f"{FEEDBACK}/batch-delete", data={"feedbackIds": entry["feedbackId"]})) == 0
    assert answer(other.delete(f"{FEEDBACK}/batch-delete", data={"username": organization.user.email})) == 0
    assert other.entries() == other.entries(username=organization.user.email) == []
    assert b"<tu " not in other.export(feedbackIds=entry["feedbackId"]).content
    assert organization.user.entries() == organization.admin.entries() == [entry]


def test_the_username_filter_is_ignored_for_users(organization: Organization, entry: dict[str, Any]) -> None:
    organization.admin.give("theirs")
    for filters in ({}, {"username": organization.admin.email}, {"username": "nobody"}):
        assert organization.user.entries(**filters) == [entry]
        assert organization.user.export(**filters).content.count(b"<tu ") == 1
    assert len(organization.admin.entries(username=organization.admin.email)) == 1
    assert len(organization.admin.entries()) == 2


def test_an_admin_changes_and_deletes_the_entries_of_all(
    organization: Organization, entry: dict[str, Any]
) -> None:
    changed = change(organization.admin, entry, comment="by the admin")
    assert changed["username"] == organization.user.email
    assert answer(organization.admin.delete(f"{FEEDBACK}/{entry['feedbackId']}")) == changed


def test_another_organizations_entries_do_not_exist(
    organization: Organization, another: Organization, entry: dict[str, Any]
) -> None:
    stranger, path = another.admin, f"{FEEDBACK}/{entry['feedbackId']}"
    refusal(stranger.get(path), 404)
    refusal(stranger.put(path, data={"approvalState": "approved"}), 404)
    refusal(stranger.delete(path), 404)
    assert answer(stranger.delete(f"{FEEDBACK}/batch-delete", data={"feedbackIds": entry["feedbackId"]})) == 0
    assert stranger.entries() == []
    assert b"<tu " not in stranger.export(feedbackIds=entry["feedbackId"]).content
    assert organization.admin.entries() == [entry]
