"""Lists page by page, what their filters take, and batch-deletes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.flows.organizations import (
    ENG_FRA,
    ENG_SPA,
    FEEDBACK,
    GER_ENG,
    Organization,
    Person,
    answer,
    refusal,
)

BATCH_DELETE = f"{FEEDBACK}/batch-delete"

Entry = dict[str, Any]
Filters = dict[str, str]


# ── Pages ──


def test_a_page_past_the_end_is_empty_and_knows_the_total(organization: Organization) -> None:
    organization.user.give()
    page = answer(organization.user.get(FEEDBACK, params={"page": 1_000_000, "perPage": 1000}))
    assert page == {"feedback": [], "page": 1_000_000, "perPage": 1000, "totalPages": 1, "totalItems": 1}


def test_nothing_given_is_no_pages(organization: Organization) -> None:
    page = answer(organization.user.get(FEEDBACK))
    assert page == {"feedback": [], "page": 1, "perPage": 25, "totalPages": 0, "totalItems": 0}


@pytest.mark.parametrize("name", ["page", "perPage"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "", "1e3", "99999999999999999999", "٣", "NaN"])
def test_a_page_that_cannot_be_is_refused(bystanders: Organization, name: str, value: str) -> None:
    assert name in refusal(bystanders.admin.get(FEEDBACK, params={name: value}), 400)


def test_a_page_is_as_long_as_was_asked_or_refused(bystanders: Organization) -> None:
    assert answer(bystanders.admin.get(FEEDBACK, params={"perPage": 1000}))["perPage"] == 1000
    assert "perPage" in refusal(bystanders.admin.get(FEEDBACK, params={"perPage": 1001}), 400)


def test_deep_pages_stay_right_when_entries_come_and_go(organization: Organization) -> None:
    admin = organization.admin
    unit = '<tu><tuv xml:lang="en"><seg>a {0}</seg></tuv><tuv xml:lang="fr"><seg>b {0}</seg></tuv></tu>'
    units = "".join(unit.format(number) for number in range(2600))
    answer(admin.import_tmx(f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'.encode()))
    ids = [entry["feedbackId"] for entry in admin.entries()]
    for _ in range(2):
        assert _ids(admin, page=5, perPage=500) == ids[2000:2500]
        assert _ids(admin, page=6, perPage=500) == ids[2500:]
    answer(admin.delete(f"{FEEDBACK}/{ids.pop(0)}"))
    assert _ids(admin, page=6, perPage=500) == ids[2500:]
    assert answer(admin.delete(BATCH_DELETE, data={"feedbackIds": ",".join(ids[:50])})) == 50
    del ids[:50]
    assert _ids(admin, page=6, perPage=500) == ids[2500:]
    ids.append(admin.give()["feedbackId"])
    assert _ids(admin, page=6, perPage=500) == ids[2500:]
    assert [entry["feedbackId"] for entry in admin.entries()] == ids


def _ids(person: Person, **query: Any) -> list[str]:
    return [entry["feedbackId"] for entry in answer(person.get(FEEDBACK, params=query))["feedback"]]


# ── Filters ──


@pytest.mark.parametrize(
    ("filters", "fault"),
    [
        ({"languagePairId": ENG_FRA, "sourceLanguageId": "eng"}, "languagePairId"),
        ({"languagePairId": ENG_FRA, "targetLanguageId": "fra"}, "languagePairId"),
        ({"approvalStates": "approved,perfect"}, "approvalStates"),
        ({"approvalStates": "Approved"}, "approvalStates"),
        ({"approvalStates": ""}, "approvalStates"),
        ({"approvalStates": "approved,"}, "approvalStates"),
        ({"startTimeCreated": "yesterday"}, "startTimeCreated"),
        ({"startTimeCreated": "2021-13-01"}, "startTimeCreated"),
        ({"endTimeCreated": "2021-02-30 00:00:00Z"}, "endTimeCreated"),
        ({"endTimeCreated": "2021-05-25 00:14:01.3632210189Z"}, "endTimeCreated"),
        ({"endTimeCreated": "1621901641"}, "endTimeCreated"),
        ({"endTimeCreated": ""}, "endTimeCreated"),
    ],
)
def test_a_malformed_filter_is_refused_wherever_it_comes(
    bystanders: Organization, filters: Filters, fault: str
) -> None:
    assert fault in refusal(bystanders.admin.get(FEEDBACK, params=filters), 400)
    assert fault in refusal(bystanders.admin.get(f"{FEEDBACK}/export", params=filters), 400)
    assert fault in refusal(bystanders.admin.delete(BATCH_DELETE, data=filters), 400)


def test_a_parameter_may_be_repeated_but_not_contradicted(organization: Organization) -> None:
    entry = organization.admin.give()
    twice = [("username", organization.admin.email)] * 2
    assert answer(organization.admin.get(FEEDBACK, params=twice))["feedback"] == [entry]
    several = [("username", organization.admin.email), ("username", organization.user.email)]
    assert "username" in refusal(organization.admin.get(FEEDBACK, params=several), 400)
    assert "comment" in refusal(
        organization.admin.post(FEEDBACK, data=[("comment", "a"), ("comment", "b")]), 400
    )
    twice_in_json = b'{"comment": "a", "comment": "b"}'
    refused = organization.admin.delete(
        BATCH_DELETE, data=twice_in_json, headers={"Content-Type": "application/json"}
    )
    assert "comment" in refusal(refused, 400)
    path = f"{BATCH_DELETE}?feedbackIds=1"
    refused = organization.admin.delete(path, data={"feedbackIds": entry["feedbackId"]})
    assert "feedbackIds" in refusal(refused, 400)


def test_unknown_parameters_of_a_list_are_ignored(organization: Organization) -> None:
    entry = organization.admin.give()
    assert organization.admin.entries(model="Generic", sort="-created") == [entry]


@pytest.mark.parametrize(
    "form", ["{day} {time}.{ns}Z", "{day}T{time}.{ns}Z", "{day} {time}.{ns}", "{day}T{time}.{ns}+00:00"]
)
def test_creation_times_are_compared_to_the_nanosecond(organization: Organization, form: str) -> None:
    entry = organization.admin.give()
    day, _, rest = entry["timestamps"]["created"].partition(" ")
    time, _, fraction = rest.removesuffix("Z").partition(".")

    def listed(name: str, nanoseconds: int) -> list[Entry]:
        return organization.admin.entries(**{name: form.format(day=day, time=time, ns=f"{nanoseconds:09d}")})

    exact = min(max(int(fraction), 1), 999_999_998)
    assert exact == int(fraction), "the clock stood on the edge of a second"
    assert listed("startTimeCreated", exact) == listed("endTimeCreated", exact) == [entry]
    assert listed("startTimeCreated", exact + 1) == listed("endTimeCreated", exact - 1) == []


@pytest.mark.parametrize(
    ("start", "end", "is_meant"),
    [
        ("2021-05-25", "2021-05-25", True),
        ("2021-05-25T00:14:01Z", "2021-05-25 00:14:01.4Z", True),
        ("2021-05-25T02:14:01.363221018+02:00", "2021-05-25T02:14:01.363221018 02:00", True),
        ("2021-05-24 19:44:01.363221018-04:30", "2021-05-25 02:14:01.363221018+0200", True),
        ("2021-05-25 02:14:01.363221019+02", "2021-05-26", False),
        ("2021-05-24", "2021-05-25 00:14:01", False),
        ("2021-05-26", "2021-05-24", False),
    ],
)
def test_every_form_of_a_timestamp_is_read(
    organization: Organization, start: str, end: str, is_meant: bool
) -> None:
    tmx = """<tmx version="1.4"><header srclang="en"/><body><tu>
        <prop type="creation_date">2021-05-25 00:14:01.363221018Z</prop>
        <tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="fr"><seg>b</seg></tuv></tu></body></tmx>"""
    answer(organization.admin.import_tmx(tmx.encode()))
    # As a careless client writes it: `+` unescaped, which arrives as a space.
    query = "&".join(f"{name}={quote(value, safe=':+')}" for name, value in
                     (("startTimeCreated", start), ("endTimeCreated", end)))  # fmt: skip
    assert answer(organization.admin.get(f"{FEEDBACK}?{query}"))["totalItems"] == int(is_meant)
    filters = {"startTimeCreated": start, "endTimeCreated": end}
    assert len(organization.admin.entries(**filters)) == int(is_meant)


# ── Batch-delete ──


def test_a_batch_delete_without_any_filter_is_refused(organization: Organization) -> None:
    organization.admin.give()
    asked: list[dict[str, Any]] = [{}, {"json": {}}, {"params": {"page": "1"}}]
    for request in [*asked, {"data": {"model": "x"}}, {"data": {"comment": ""}}]:
        for person in (organization.admin, organization.user):
            refusal(person.delete(BATCH_DELETE, **request), 400)
    assert len(organization.admin.entries()) == 1


@pytest.mark.parametrize("where", ["data", "params", "json"])
def test_a_batch_delete_takes_its_filter_from_form_query_and_json(
    organization: Organization, where: str
) -> None:
    ids = [organization.admin.give(f"source {number}")["feedbackId"] for number in range(3)]
    gone = organization.admin.delete(BATCH_DELETE, **{where: {"feedbackIds": f"{ids[0]}, {ids[2]},1"}})
    assert answer(gone) == 2
    assert type(gone.json()) is int
    assert [entry["feedbackId"] for entry in organization.admin.entries()] == [ids[1]]


def test_ids_and_other_filters_must_both_hold(organization: Organization) -> None:
    ids = [organization.admin.give(languagePairId=pair)["feedbackId"] for pair in (ENG_FRA, ENG_SPA, GER_ENG)]
    filters = {"feedbackIds": ",".join(ids), "sourceLanguageId": "eng"}
    assert organization.admin.export(**filters).content.count(b"<tu ") == 2
    path = f"{BATCH_DELETE}?feedbackIds={','.join(ids)}"
    assert answer(organization.admin.delete(path, data={"sourceLanguageId": "eng"})) == 2
    assert [entry["feedbackId"] for entry in organization.admin.entries()] == [ids[2]]


@pytest.mark.parametrize("ids", ["x", "1,x", "", "1,,2", "-1", "1.5", "9" * 40, ",".join(["1"] * 1001)])
def test_malformed_ids_are_refused(bystanders: Organization, ids: str) -> None:
    assert "feedbackIds" in refusal(bystanders.admin.delete(BATCH_DELETE, data={"feedbackIds": ids}), 400)


def test_deleted_feedback_can_be_given_again_and_is_counted_again(organization: Organization) -> None:
    for round_ in range(3):
        organization.user.give()
        organization.user.give(languagePairId=ENG_SPA)
        assert len(organization.admin.entries(approvalStates="awaitingApproval")) == 2 + round_
        assert answer(organization.user.delete(BATCH_DELETE, data={"languagePairId": ENG_FRA})) == 1
    assert answer(organization.admin.delete(BATCH_DELETE, data={"approvalStates": "awaitingApproval"})) == 3
    assert organization.admin.entries() == []
