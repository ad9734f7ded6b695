"""Many at once on the same entries: nothing is lost, nothing is there twice, and all counts are exact."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest import mock

import httpx
import pytest
from hearback.errors import Invalid, NotFound
from hearback.translation import (
    arriving,
    catalogue,
    deleting,
    exporting,
    feedback,
    importing,
    imports,
    listing,
)
from hearback.translation.filters import Filter
from hearback.translation.imports import Options
from hearback.translation.model import ApprovalState, Change, Feedback, LanguagePair, NewFeedback

from local import seed
from local.stack import Stack
from tests.crash.apart import WHENEVER, Apart, Brief, apart
from tests.crash.recount import check_consistent, contents
from tests.crash.translation import (
    ADMIN,
    FRENCH,
    ORGANIZATION,
    SPANISH,
    put_file,
    read,
    settle_all,
    tmx,
)
from tests.races.at_once import at_once, unless_refused

AT_ONCE = 6
ALL = Filter(end_time_created=2**62)
"""Every entry, by a filter that says so."""


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with (
        apart(stack) as made,
        mock.patch.object(importing, "WINDOW", 4),
        mock.patch.object(deleting, "STEP", 4),
    ):
        yield made


@pytest.fixture
def _organization(resources: Apart) -> None:
    resources.clear()
    catalogue.install(ORGANIZATION, FRENCH)
    catalogue.install(ORGANIZATION, SPANISH)


in_process = pytest.mark.usefixtures("_organization")


def give(number: int, source: str = "source") -> list[Feedback]:
    return [create(f"{source} {index}", "suggestion") for index in range(number)]


def create(source: str, suggestion: str, pair: str = "EngFra") -> Feedback:
    return feedback.create(ADMIN, NewFeedback(pair, source, "machine", suggestion), time.time_ns())


def units(number: int) -> bytes:
    unit = (
        '<tu><tuv xml:lang="en"><seg>source {0}</seg></tuv><tuv xml:lang="fr"><seg>cible {0}</seg></tuv></tu>'
    )
    return tmx("".join(unit.format(index) for index in range(number)))


def import_units(number: int) -> imports.Import:
    options = Options.of(ADMIN, apply_all=False, approve_all=True)
    return arriving.import_now(ADMIN, units(number), options, WHENEVER, time.time_ns())


# ─── Imports ───


@in_process
def test_of_two_imports_of_one_file_only_one_adds_each_entry() -> None:
    records = at_once(*[lambda: import_units(30)] * 2)
    assert sum(record.counts.successful for record in records) == 30
    assert [record.counts.successful + record.counts.duplicate for record in records] == [30, 30]
    found = check_consistent(ORGANIZATION)
    assert Counter(entry.source_text for entry in found) == {f"source {index}": 1 for index in range(30)}
    assert {entry.approval_state for entry in found} == {ApprovalState.APPROVED}


@in_process
def test_two_workers_on_one_import_add_each_entry_once_and_count_it_once() -> None:
    event = put_file(content=units(30))

    def work() -> None:
        arriving.receive(event, Brief(looks=3), time.time_ns())

    at_once(*[work] * 3)
    settle_all()
    (record,) = imports.latest(ADMIN)
    assert record.counts == imports.Counts(successful=30)
    assert len(check_consistent(ORGANIZATION)) == 30


@in_process
def test_two_imports_that_share_a_source_approve_one_suggestion_of_it() -> None:
    unit = '<tu><tuv xml:lang="en"><seg>same</seg></tuv><tuv xml:lang="fr"><seg>{}</seg></tuv></tu>'
    options = Options.of(ADMIN, apply_all=False, approve_all=True)

    def import_one(suggestion: str) -> imports.Import:
        content = tmx(unit.format(suggestion))
        return arriving.import_now(ADMIN, content, options, WHENEVER, time.time_ns())

    at_once(*[lambda index=index: import_one(f"one of {index}") for index in range(AT_ONCE)])
    states = Counter(entry.approval_state for entry in check_consistent(ORGANIZATION))
    assert states == {ApprovalState.APPROVED: 1, ApprovalState.AWAITING: AT_ONCE - 1}


# ─── Single entries ───


@in_process
def test_entries_created_at_once_are_all_there_with_ids_of_their_own() -> None:
    different = [lambda index=index: create(f"source {index}", "suggestion") for index in range(AT_ONCE)]
    identical = [lambda: create("the same", "for all")] * AT_ONCE
    made = at_once(*different, *identical)
    assert len({entry.feedback_id for entry in made}) == 2 * AT_ONCE
    assert contents(check_consistent(ORGANIZATION)) == contents(made)


@in_process
def test_of_approvals_at_once_one_counts_and_all_agree() -> None:
    (entry,) = give(1)
    approve = Change(approval_state=ApprovalState.APPROVED)
    works = [lambda: feedback.update(ADMIN, entry.feedback_id, approve, time.time_ns())] * AT_ONCE
    answers = at_once(*works)
    assert len(set(answers)) == 1
    assert check_consistent(ORGANIZATION) == answers[:1]


@in_process
def test_of_edits_at_once_none_is_lost_that_others_do_not_touch() -> None:
    (entry,) = give(1)
    changes = [
        Change(suggested_translation="better"),
        Change(comment="said so"),
        Change(approval_state=ApprovalState.REJECTED),
    ]
    at_once(*[lambda c=c: feedback.update(ADMIN, entry.feedback_id, c, time.time_ns()) for c in changes])
    (after,) = check_consistent(ORGANIZATION)
    assert (after.suggested_translation, after.comment) == ("better", "said so")
    assert (after.approval_state, after.revision) == (ApprovalState.REJECTED, 3)


@in_process
def test_of_deletes_at_once_one_finds_the_entry() -> None:
    (entry, other) = give(2, "same source")
    answers = at_once(*[unless_refused(lambda: feedback.delete(ADMIN, entry.feedback_id))] * AT_ONCE)
    assert Counter(type(answer) for answer in answers) == {Feedback: 1, NotFound: AT_ONCE - 1}
    assert check_consistent(ORGANIZATION) == [other]


@in_process
def test_edits_approvals_and_deletes_of_the_same_entries_leave_exact_counts() -> None:
    made = give(4, "source") + [create("source 0", f"other {index}") for index in range(4)]
    deleted = {entry.feedback_id for entry in made[::2]}
    approve = Change(approval_state=ApprovalState.APPROVED)
    changes = (approve, Change("the same for all"))
    updates = [
        partial(feedback.update, ADMIN, entry.feedback_id, change, time.time_ns())
        for entry in made
        for change in changes
    ]
    deletes = [partial(feedback.delete, ADMIN, feedback_id) for feedback_id in deleted]
    at_once(*map(unless_refused, [*updates, *deletes]))
    left = check_consistent(ORGANIZATION)
    assert {entry.feedback_id for entry in left} == {entry.feedback_id for entry in made} - deleted
    assert {(entry.approval_state, entry.suggested_translation) for entry in left} == {
        (ApprovalState.APPROVED, "the same for all")
    }


# ─── Batch-deletes, exports, pairs ───


def delete_all() -> int:
    return deleting.batch_delete(ADMIN, ALL, WHENEVER, time.time_ns())


@in_process
def test_batch_deletes_at_once_remove_each_entry_once() -> None:
    give(20)
    assert sum(at_once(*[delete_all] * 3)) == 20
    assert check_consistent(ORGANIZATION) == []


@in_process
def test_a_batch_delete_during_an_import_leaves_exact_counts() -> None:
    give(10, "old")
    deleted, record = at_once(delete_all, lambda: import_units(30))
    settle_all()
    assert isinstance(record, imports.Import)
    left = check_consistent(ORGANIZATION)
    assert record.counts == imports.Counts(successful=30)
    assert not [entry for entry in left if entry.source_text.startswith("old")]
    assert deleted == 10 + 30 - len(left)


@in_process
def test_a_batch_delete_during_creates_takes_each_entry_or_leaves_it() -> None:
    give(10, "old")
    creates = [lambda index=index: create(f"new {index}", "suggestion") for index in range(AT_ONCE)]
    deleted, *made = at_once(delete_all, *creates)
    left = check_consistent(ORGANIZATION)
    assert set(left) <= set(made)
    assert deleted == 10 + len(made) - len(left)
    page = listing.page(listing.visible(ADMIN, Filter()), 1, 100, WHENEVER, time.time_ns())
    assert (page.total, page.entries) == (len(left), left)


@in_process
def test_two_workers_on_one_export_write_every_entry_once() -> None:
    give(30)
    with mock.patch.object(exporting, "PART", 1500):
        record = exporting.begin(ADMIN, Filter(), time.time_ns())

        def work() -> None:
            exporting.carry_on(record.message, Brief(looks=3), time.time_ns())

        at_once(*[work] * 3)
        settle_all()
    content = read(record.object_key)
    assert content.count(b"</tu>") == 30
    assert all(content.count(b"<seg>source %d</seg>" % index) == 1 for index in range(30))


@in_process
def test_a_pair_is_removed_or_has_entries_but_never_both() -> None:
    remove = unless_refused(lambda: catalogue.remove(ORGANIZATION, "EngSpa"))
    creates = [unless_refused(lambda: create("one", "uno", "EngSpa")) for _ in range(AT_ONCE)]
    removed, *made = at_once(remove, *creates)
    entries = [answer for answer in made if isinstance(answer, Feedback)]
    assert isinstance(removed, LanguagePair) == (not entries)
    assert all(isinstance(answer, (Feedback, Invalid)) for answer in made)
    assert len(check_consistent(ORGANIZATION)) == len(entries)


@in_process
def test_of_installations_of_one_pair_at_once_one_succeeds() -> None:
    german = LanguagePair("EngGer", "eng", "ger")
    answers = at_once(*[unless_refused(lambda: catalogue.install(ORGANIZATION, german))] * AT_ONCE)
    assert Counter(type(answer) for answer in answers) == {type(None): 1, Invalid: AT_ONCE - 1}
    check_consistent(ORGANIZATION)


# ─── The same over HTTP, against the deployed functions ───


@pytest.fixture
def client(stack: Stack) -> Iterator[Callable[..., Any]]:
    """Calls the API as the admin of the second demo organization."""
    seed.use(stack)
    admin = stack.keys["other_admin"]
    with httpx.Client(base_url=stack.base_url, auth=(admin["key"], ""), timeout=60) as http:

        def call(method: str, path: str, **request: Any) -> Any:
            answer = http.request(method, f"/api/v2{path}", **request)
            return answer.json() if answer.status_code == 200 else answer.status_code

        yield call
        call("DELETE", "/feedback/batch-delete", params={"languagePairId": seed.PAIRS[0][0]})


def entries_of(stack: Stack) -> list[Feedback]:
    found = check_consistent(stack.keys["other_admin"]["organization_id"])
    return [entry for entry in found if entry.language_pair_id == seed.PAIRS[0][0]]


def test_two_imports_of_one_file_over_http_add_each_entry_once(
    stack: Stack, client: Callable[..., Any]
) -> None:
    files = {"file": ("a.tmx", units(40))}
    answers = at_once(*[lambda: client("POST", "/feedback/import", files=files)] * 2)
    assert sum(answer["successful"] for answer in answers) == 40
    assert [answer["successful"] + answer["duplicate"] for answer in answers] == [40, 40]
    assert len(entries_of(stack)) == 40


def test_creates_approvals_and_deletes_over_http_lose_nothing(
    stack: Stack, client: Callable[..., Any]
) -> None:
    form = {"languagePairId": seed.PAIRS[0][0], "sourceText": "one", "suggestedTranslation": "un"}
    made = at_once(*[lambda: client("POST", "/feedback", data=form)] * 4)
    ids = sorted({entry["feedbackId"] for entry in made})
    assert [str(entry.feedback_id) for entry in entries_of(stack)] == ids
    first, second = f"/feedback/{ids[0]}", f"/feedback/{ids[1]}"
    approve = {"approvalState": "approved"}
    at_once(
        *[lambda: client("PUT", first, data=approve)] * 2,
        *[lambda: client("PUT", second, data=approve), lambda: client("DELETE", second)],
    )
    assert client("GET", second) == 404
    states = {str(entry.feedback_id): entry.approval_state for entry in entries_of(stack)}
    assert states.pop(ids[0]) is ApprovalState.APPROVED
    assert states == dict.fromkeys(ids[2:], ApprovalState.AWAITING)
