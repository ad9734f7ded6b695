"""Many at once on one content: every vote and flag counts once, in whatever order they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hearback.content import cases, configurations, contents, flags, limits, votes
from hearback.content.errors import Duplicate
from hearback.content.model import Configuration, Content, ContentType, Duplicates, Status, Vote
from hearback.errors import HearbackError
from hearback.storage import hot

from local import seed
from local.stack import Stack
from tests.crash.apart import Apart, apart
from tests.crash.content import (
    CLIENT,
    CONTENT,
    NOW,
    THRESHOLD,
    WISHES,
    check_counts,
    flag,
    new_client,
    user,
)
from tests.races.at_once import at_once, unless_refused

USERS = [f"user{number}" for number in range(50)]
VOTES_OF_EACH = 4
Said = dict[str, list[tuple[Vote, bool]]]
"""By user, each vote that they sent and whether it was taken."""


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made:
        yield made


@pytest.fixture
def _client(resources: Apart) -> None:
    resources.clear()
    new_client()


in_process = pytest.mark.usefixtures("_client")


def votes_of_all() -> list[tuple[str, Vote]]:
    """200 votes, opposite votes and undos, in no order."""
    chance = Random(5)
    sent = [(name, chance.choice(list(Vote))) for name in USERS for _ in range(VOTES_OF_EACH)]
    chance.shuffle(sent)
    return sent


def vote_all(cast: Callable[[str, Vote], bool], at_a_time: int) -> Said:
    """Send all of them, so many at a time; `cast` says whether the vote was taken."""
    sent = votes_of_all()
    with ThreadPoolExecutor(at_a_time) as threads:
        taken = list(threads.map(lambda one: cast(*one), sent))
    said: Said = {name: [] for name in USERS}
    for (name, vote), was_taken in zip(sent, taken, strict=True):
        said[name].append((vote, was_taken))
    return said


def check_against_the_model(said: Said, content: Content) -> None:
    """Each user's votes were taken and refused as in some order of theirs, of which the last one is left."""
    left = {name: votes.stored(content, user(name)) for name in USERS}
    for name, sent in said.items():
        assert left[name] in _possible(sent), f"{name} sent {sent} and has {left[name]}"
    found = contents.statistics(CLIENT, content)
    counted = Counter(left.values())
    assert (found.positive, found.negative) == (counted[Vote.POSITIVE], counted[Vote.NEGATIVE])
    check_counts(content)


def _possible(sent: list[tuple[Vote, bool]]) -> set[Vote | None]:
    """The votes that can be left, in the orders in which the model answers as the product did."""
    ends: set[Vote | None] = set()
    for order in permutations(sent):
        before: Vote | None = None
        for vote, was_taken in order:
            after, would_be_taken = _model(before, vote)
            if would_be_taken != was_taken:
                break
            before = after
        else:
            ends.add(before)
    return ends


def _model(before: Vote | None, vote: Vote) -> tuple[Vote | None, bool]:
    """One vote of one user, as the contract has it: what is left, and whether it was taken."""
    if vote is Vote.UNDO:
        return None, True
    return vote, vote is not before


# ─── Votes ───


@in_process
def test_200_votes_of_50_users_at_once_count_as_in_some_order_of_each_user() -> None:
    def cast(name: str, vote: Vote) -> bool:
        try:
            votes.cast(CONTENT, user(name), vote, Duplicates.REFUSE, NOW)
        except Duplicate:
            return False
        return True

    check_against_the_model(vote_all(cast, at_a_time=24), CONTENT)


@in_process
def test_of_equal_votes_of_one_user_at_once_one_counts() -> None:
    cast = unless_refused(lambda: votes.cast(CONTENT, user("ann"), Vote.POSITIVE, Duplicates.REFUSE, NOW))
    answers = at_once(*[cast] * 8)
    assert Counter(type(answer) for answer in answers) == {type(None): 1, Duplicate: 7}
    assert check_counts().positive == 1


@in_process
def test_of_different_votes_of_one_user_where_only_one_is_allowed_one_counts() -> None:
    def cast(vote: Vote) -> Callable[[], HearbackError | None]:
        return unless_refused(lambda: votes.cast(CONTENT, user("ann"), vote, Duplicates.ONCE, NOW))

    answers = at_once(*[cast(Vote.POSITIVE)] * 4, *[cast(Vote.NEGATIVE)] * 4)
    assert answers.count(None) == 1
    found = check_counts()
    assert found.votes == 1


# ─── Flags and decisions ───


@in_process
def test_the_status_flips_once_at_the_threshold_however_many_flag_at_once() -> None:
    at_once(*[lambda name=name: flag(name) for name in USERS[:12]])
    found = check_counts()
    assert (found.inappropriate, found.status) == (12, Status.PENDING)
    case = cases.read(CONTENT)
    assert case is not None
    assert case.flags == THRESHOLD


@in_process
def test_one_flag_less_than_the_threshold_leaves_the_content_approved() -> None:
    at_once(*[lambda name=name: flag(name) for name in USERS[: THRESHOLD - 1]])
    assert check_counts().status is Status.APPROVED


@in_process
def test_of_flags_of_one_user_at_once_one_counts() -> None:
    answers = at_once(*[unless_refused(lambda: flag("ann"))] * 8)
    assert Counter(type(answer) for answer in answers) == {type(None): 1, Duplicate: 7}
    assert check_counts().inappropriate == 1


@in_process
def test_flags_and_decisions_at_once_leave_a_queue_that_says_what_the_status_says() -> None:
    decide = [lambda: cases.decide(CONTENT, Status.APPROVED), lambda: cases.decide(CONTENT, Status.REJECTED)]
    at_once(*[lambda name=name: flag(name) for name in USERS[:9]], *decide)
    found = check_counts()
    assert found.inappropriate == 9
    cases.decide(CONTENT, Status.APPROVED)
    assert check_counts().status is Status.APPROVED


@in_process
def test_nameless_users_at_once_all_count() -> None:
    nobody = Configuration(user_required=False, remoderation_threshold=0)
    at_once(*[lambda n=n: flags.add(CONTENT, user(f"chance {n}"), None, nobody, NOW) for n in range(12)])
    assert check_counts().inappropriate == 12


# ─── Clients ───


@in_process
@pytest.mark.parametrize("of_a_part", [limits.MOST_OF_A_PART, 4])
def test_of_a_burst_exactly_the_allowance_passes(monkeypatch: pytest.MonkeyPatch, of_a_part: int) -> None:
    monkeypatch.setattr(limits, "MOST_OF_A_PART", of_a_part)
    client = CLIENT._replace(configuration=WISHES._replace(requests_per_minute=10))
    chance = Random(3)
    with ThreadPoolExecutor(16) as threads:
        taken = list(threads.map(lambda _: limits.take(client, NOW, chance.randrange), range(60)))
    assert Counter(quota.exceeded for quota in taken if quota) == {False: 10, True: 50}


@in_process
def test_admins_who_change_different_things_at_once_both_get_their_wish() -> None:
    changes: list[dict[str, Any]] = [
        {"requests_per_minute": 7},
        {"reason_required": True},
        {"duplicates": Duplicates.ONCE},
        {"content_types": [ContentType.STORY]},
    ]
    at_once(*[lambda change=change: configurations.change("acme", change) for change in changes])
    hot.forget()
    assert configurations.of("acme", NOW) == WISHES._replace(
        requests_per_minute=7,
        reason_required=True,
        duplicates=Duplicates.ONCE,
        content_types=(ContentType.STORY,),
    )


# ─── Over HTTP, against the deployed function ───


def test_200_votes_of_50_users_at_once_over_http_count_as_in_some_order_of_each_user(stack: Stack) -> None:
    seed.use(stack)
    content = Content("globex", ContentType.REVIEW, f"viral-{uuid4().hex[:8]}")
    contents.register([content])
    form = {"ApiVersion": "5.4", "ContentType": "review", "FeedbackType": "helpfulness"}
    form |= {"PassKey": stack.keys["other_admin"]["key"], "ContentId": content.content_id}
    with httpx.Client(base_url=stack.base_url, timeout=60) as http:

        def cast(name: str, vote: Vote) -> bool:
            told = http.post("/data/submitfeedback.json", data={**form, "UserId": name, "Vote": vote}).json()
            assert [error["Code"] for error in told["Errors"]] in ([], ["ERROR_DUPLICATE_SUBMISSION"])
            return not told["HasErrors"]

        said = vote_all(cast, at_a_time=6)  # each of them has a process of its own
    check_against_the_model(said, content)
