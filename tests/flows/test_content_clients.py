"""What a client's admins set and see: wishes, known contents, the queue, and how often a key may ask."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.flows.content import ABOUT, FLAG, JSON, VOTE, Site, codes, document, fine
from tests.flows.organizations import Organization

DEFAULTS = {
    "UserRequired": True,
    "ReasonRequired": False,
    "Duplicates": "refuse",
    "RemoderationThreshold": 5,
    "RequestsPerMinute": 0,
    "ContentTypes": ["review", "story", "question", "answer", "review_comment", "story_comment"],
    "UnknownContents": True,
    "HasErrors": False,
    "Errors": [],
}


@pytest.fixture
def site(organization: Organization) -> Site:
    return Site(organization.user)


@pytest.fixture
def office(organization: Organization) -> Site:
    return Site(organization.admin)


# ── Wishes ──


def test_a_client_begins_with_wishes_that_suit_most(office: Site) -> None:
    assert fine(office.ask("GET", "/data/configuration.json")) == DEFAULTS


def test_an_admin_changes_what_they_name_for_all_keys_at_once(
    site: Site, office: Site, another: Organization
) -> None:
    changed = office.configure(ContentTypes=["review"], UserRequired=False)
    assert changed == {**DEFAULTS, "ContentTypes": ["review"], "UserRequired": False}
    assert codes(site.submit(VOTE, ContentType="story")) == ["ERROR_UNSUPPORTED"]
    assert codes(site.submit(VOTE, UserId="")) == []
    by_form = office.ask("PATCH", "/data/configuration.json", data={"contenttypes": "review,STORY"})
    assert fine(by_form)["ContentTypes"] == ["review", "story"]
    assert codes(site.submit(VOTE, ContentType="story")) == []
    assert fine(Site(another.admin).ask("GET", "/data/configuration.json")) == DEFAULTS


@pytest.mark.parametrize(
    ("wish", "value"),
    [
        ("UserRequired", "perhaps"),
        ("Duplicates", "ignore"),
        ("RemoderationThreshold", -1),
        ("RequestsPerMinute", "many"),
        ("ContentTypes", ["video"]),
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(office: Site, wish: str, value: object) -> None:
    refused = document(
        office.ask("PATCH", "/data/configuration.json", json={"ReasonRequired": True, wish: value})
    )
    assert codes(refused) == ["ERROR_PARAM_INVALID_PARAMETERS"]
    assert wish.lower() in refused["Errors"][0]["Message"]
    assert fine(office.ask("GET", "/data/configuration.json")) == DEFAULTS


def test_users_need_no_name_where_the_client_wants_none(site: Site, office: Site) -> None:
    office.configure(UserRequired=False)
    answered = [site.submit({**form, "UserId": ""}) for form in (VOTE, VOTE, FLAG, FLAG)]
    assert [codes(each) for each in answered] == [[], [], [], []]
    assert answered[0]["Feedback"]["Helpfulness"]["AuthorId"] is None
    assert site.counts() == (2, 2, 0, 2)


def test_a_reason_is_needed_where_the_client_wants_one(site: Site, office: Site) -> None:
    assert site.submit({**FLAG, "ReasonText": ""})["Feedback"]["Inappropriate"]["ReasonText"] is None
    office.configure(ReasonRequired=True)
    refused = site.submit({**FLAG, "UserId": "another", "ReasonText": " "})
    assert codes(refused) == ["ERROR_FORM_REQUIRED"]
    assert codes(site.submit(FLAG, UserId="another")) == []


@pytest.mark.parametrize(
    ("policy", "same", "opposite", "counted"),
    [
        ("refuse", ["ERROR_DUPLICATE_SUBMISSION"], [], (1, 0, 1, 1)),
        ("accept", [], [], (1, 0, 1, 1)),
        ("once", ["ERROR_PARAM_DUPLICATE_SUBMISSION"], ["ERROR_PARAM_DUPLICATE_SUBMISSION"], (1, 1, 0, 1)),
    ],
)
def test_a_second_word_is_treated_as_the_client_wants(
    site: Site, office: Site, policy: str, same: list[str], opposite: list[str], counted: tuple[int, ...]
) -> None:
    office.configure(Duplicates=policy)
    assert codes(site.submit(VOTE)) == codes(site.submit(FLAG)) == []
    assert codes(site.submit(VOTE)) == codes(site.submit(FLAG)) == same
    assert codes(site.submit(VOTE, Vote="Negative")) == opposite
    assert site.counts() == counted


# ── Known contents ──


def test_a_strict_client_takes_feedback_on_registered_contents_alone(site: Site, office: Site) -> None:
    office.configure(UnknownContents=False)
    for form in (VOTE, FLAG):
        assert codes(site.submit(form)) == ["ERROR_PARAM_INVALID_PARAMETERS"]
    assert document(site.ask("GET", "/data/feedback.json", params=ABOUT))["HasErrors"] is True
    assert office.register("review", "product1", "Product1", "product2") == 2
    assert codes(site.submit(VOTE)) == codes(site.submit(FLAG, ContentId="PRODUCT2")) == []
    assert codes(site.submit(VOTE, ContentType="answer")) == ["ERROR_PARAM_INVALID_PARAMETERS"]
    assert site.counts() == (1, 1, 0, 0)


def test_registering_again_changes_nothing_that_was_counted(site: Site, office: Site) -> None:
    office.configure(UnknownContents=False)
    office.register("review", "product1")
    site.submit(VOTE)
    office.decide("Rejected")
    office.register("review", "product1")
    assert site.counts() == (1, 1, 0, 0)
    assert site.statistics()["ModerationStatus"] == "REJECTED"


def test_a_catalogue_is_registered_in_one_request(site: Site, office: Site) -> None:
    office.configure(UnknownContents=False)
    ids = [f"product{number}" for number in range(1000)]
    assert office.register("question", *ids) == 1000
    for content_id in (ids[0], ids[500], ids[999]):
        assert codes(site.submit(VOTE, ContentType="question", ContentId=content_id)) == []


# ── Moderation ──


def test_enough_flags_make_a_content_pending_until_an_admin_decides(site: Site, office: Site) -> None:
    office.configure(RemoderationThreshold=3)
    statuses = []
    for user in ("a", "b", "c", "d"):
        site.submit(FLAG, UserId=user)
        statuses.append(site.statistics()["ModerationStatus"])
    assert statuses == ["APPROVED", "APPROVED", "PENDING", "PENDING"]
    [waiting] = office.queue()
    assert {name: waiting[name] for name in ABOUT} == ABOUT
    assert office.decide("approved") == {
        **ABOUT,
        "ModerationStatus": "APPROVED",
        "HasErrors": False,
        "Errors": [],
    }
    assert office.queue() == []
    for user, status in (("e", "APPROVED"), ("f", "APPROVED"), ("g", "PENDING")):
        site.submit(FLAG, UserId=user)
        assert site.statistics()["ModerationStatus"] == status
    assert len(office.queue()) == 1
    office.decide("rejected")
    assert (site.statistics()["ModerationStatus"], office.queue()) == ("REJECTED", [])
    assert site.counts() == (0, 0, 0, 7)


def test_what_waits_longest_is_first_in_the_queue(site: Site, office: Site) -> None:
    office.configure(RemoderationThreshold=1)
    ids = [f"product{number}" for number in (3, 1, 2)]
    for content_id in ids:
        site.submit(FLAG, ContentId=content_id)
    assert [waiting["ContentId"] for waiting in office.queue()] == ids
    pages, after = [], ""
    for _ in ids:
        page = fine(office.ask("GET", "/data/moderation.json", params={"Limit": 1, "After": after}))
        pages += page["Contents"]
        after = page["Next"]
    assert pages == office.queue()


def test_admins_see_each_flag_with_its_reason(site: Site, office: Site) -> None:
    for number in range(4):
        site.submit(FLAG, UserId=f"user{number}", ReasonText=f"reason {number}")
    flags = office.statistics()["InappropriateFeedbackList"]
    assert [(flag["AuthorId"], flag["ReasonText"]) for flag in flags] == [
        (f"user{number}", f"reason {number}") for number in range(4)
    ]
    assert [flag["SubmissionTime"] for flag in flags] == sorted(flag["SubmissionTime"] for flag in flags)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = office.statistics(Limit="3", After=after)
        seen += [flag["AuthorId"] for flag in page["InappropriateFeedbackList"]]
        after = page["Next"]
    assert sorted(seen) == [f"user{number}" for number in range(4)]
    assert "InappropriateFeedbackList" not in site.statistics()


# ── Requests a minute ──


def burst(site: Site, number: int) -> list[requests.Response]:
    with ThreadPoolExecutor(8) as threads:
        forms = [{**VOTE, "UserId": f"user{each}"} for each in range(number)]
        return list(threads.map(lambda form: site.post(JSON, form), forms))


def test_of_a_burst_exactly_the_allowance_passes_in_each_minute_and_counts(site: Site, office: Site) -> None:
    office.configure(RequestsPerMinute=10)
    answers = burst(site, 30)
    by_minute = defaultdict(list)
    for answer in answers:
        assert answer.headers["X-Bazaarvoice-QPM-Allotted"] == "10"
        by_minute[answer.headers["X-Bazaarvoice-Quota-Reset"]].append(answer)
    for minute in by_minute.values():
        passed = [answer for answer in minute if answer.status_code == 200]
        refused = [answer for answer in minute if answer.status_code == 429]
        assert len(passed) == min(10, len(minute))
        assert len(passed) + len(refused) == len(minute)
        currents = sorted(int(answer.headers["X-Bazaarvoice-QPM-Current"]) for answer in passed)
        assert currents == list(range(1, len(passed) + 1))
        assert {answer.headers["X-Bazaarvoice-QPM-Current"] for answer in refused} <= {"10"}
    assert office.counts()[0] == sum(answer.status_code == 200 for answer in answers)


def test_each_key_has_an_allowance_of_its_own(site: Site, office: Site) -> None:
    office.configure(RequestsPerMinute=1)
    assert 429 in {answer.status_code for answer in burst(site, 4)}
    answered = office.post(JSON, {**VOTE, "UserId": "somebody"})
    assert answered.headers["X-Bazaarvoice-QPM-Current"] == "1"


def test_every_answer_to_a_key_with_a_limit_says_how_much_is_left(site: Site, office: Site) -> None:
    office.configure(RequestsPerMinute=1000)
    answers = [
        site.post(JSON, VOTE),
        site.post(JSON, VOTE),
        site.post(JSON, {**VOTE, "ContentType": "video"}),
        site.ask("GET", "/data/feedback.json", params=ABOUT),
        site.ask("GET", "/data/moderation.json"),
        office.ask("GET", "/data/configuration.json"),
    ]
    names = {f"X-Bazaarvoice-{name}" for name in ("QPM-Allotted", "QPM-Current", "Quota-Reset")}
    assert all(names <= set(answer.headers) for answer in answers)


def test_a_key_without_a_limit_is_not_counted(site: Site) -> None:
    answered = site.post(JSON, VOTE)
    assert not [name for name in answered.headers if name.lower().startswith("x-bazaarvoice")]
