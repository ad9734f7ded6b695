"""A callback that found no room in the queue comes back: none is lost, none waits for ever, none is sent too often."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ConnectionClosedError
from hearback.callbacks import admission, log, owing
from hearback.callbacks.model import Admission
from hearback.callbacks.schedule import Delivery, State
from hearback.callbacks.sending import Attempt
from hearback.callbacks.signing import Request
from hearback.deadline import Deadline
from hearback.errors import Conflict
from hearback.storage import owed
from hearback.timestamps import SECOND

from tests.unit.callbacks.post import BUSY, GOOD, HANGING, Post
from tests.unit.callbacks.room import (
    ROOM,
    a_minute_later,
    fail,
    held,
    hidden,
    lanes,
    now,
    occupy,
    parked,
    waiting,
)

pytestmark = pytest.mark.usefixtures("little_room")
FAR = Deadline.after(3_600)


# ── Parked ──


def test_parked_callbacks_cost_the_sweep_one_message_a_minute_and_are_never_given_up(post: Post) -> None:
    made = parked(post, 30)
    post.table.calls.clear()
    minutes = 3 * owed.MOST_SENDS
    assert {a_minute_later(post) for _ in range(minutes)} <= {0, 1}
    assert len(post.table.calls) <= minutes * (owed.SHARDS + 6)
    assert max(int(item["due"]["S"]) for item in post.debts + lanes(post)) <= post.now + 60 * SECOND
    assert (waiting(made), len(post.sent)) == ({Admission.PARKED: 30}, 30)


def test_what_is_parked_enters_within_two_minutes_of_the_room_in_its_order(post: Post) -> None:
    made = parked(post, 3)
    for _ in range(5):
        a_minute_later(post)
    occupy(post, 0)
    post.answers = lambda _: GOOD
    a_minute_later(post)
    a_minute_later(post)
    assert [str(now(each).delivery.state) for each in made] == ["delivered"] * 3
    assert [request.headers["X-wsm-nonce"] for request in post.sent[3:]] == [each.id for each in made]
    assert (held(post), post.debts) == (0, [])


def test_where_one_leaves_the_next_one_enters_at_once(post: Post) -> None:
    made = fail(post, 6)
    post.answers = lambda _: GOOD
    post.wait(60)
    post.work_all()
    assert [str(now(each).delivery.state) for each in made] == ["delivered"] * 6
    assert (held(post), len(post.sent)) == (0, 12)


def test_a_parked_callback_enters_no_sooner_than_its_receiver_asked(post: Post) -> None:
    post.owe()
    occupy(post, ROOM)
    post.answers = lambda _: BUSY._replace(retry_after=600)
    post.work()
    occupy(post, 0)
    for _ in range(9):
        a_minute_later(post)
    assert len(post.sent) == 1
    for _ in range(3):
        a_minute_later(post)
    assert len(post.sent) == 2


def test_a_parked_callback_has_five_attempts_and_a_dead_letter_like_others(post: Post) -> None:
    made = fail(post, 5)
    post.settle()
    for each in made:
        post.id = each.id
        assert post.said == [(number, "503") for number in range(1, 6)]
    assert Counter(letter["callback"] for letter in post.dead) == {each.id: 1 for each in made}
    assert (len(post.sent), held(post)) == (25, 0)


def test_a_slow_endpoints_callbacks_share_the_same_room(post: Post) -> None:
    post.answers = lambda _: HANGING
    made = [post.owe() for _ in range(5)]
    post.work_all()
    assert (hidden(post), waiting(made)[Admission.PARKED]) == (ROOM, 3)
    post.settle()
    assert [str(now(each).delivery.state) for each in made] == ["unreachable"] * 5
    assert held(post) == 0


def test_a_second_message_makes_no_attempt_of_a_parked_callback(post: Post) -> None:
    (callback,) = parked(post, 1)
    post.wait(3_000)
    owed.send("callback", owing.message(callback))
    assert post.work() is None
    assert (len(post.sent), post.callback.admission) == (1, Admission.PARKED)


def test_what_enters_and_is_not_sent_the_sweep_sends(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionClosedError(endpoint_url="https://sqs")

    (callback,) = parked(post, 1)
    post.wait(60)
    occupy(post, 0)
    with monkeypatch.context() as broken:
        broken.setattr(post, "send_message_batch", refuse)
        assert admission.let_in(admission.lane(callback), post.now, 1) == 1
    assert not post.queues["callback"]
    post.answers = lambda _: GOOD
    post.settle()
    assert (post.state, post.said) == ("delivered", [(1, "503"), (2, "204")])


def test_a_parked_callback_is_sent_to_the_corrected_address_at_once(post: Post) -> None:
    """It may wait for days: who has corrected the address does not."""
    (callback,) = parked(post, 1)
    corrected = callback.receiver._replace(url="https://corrected.example/")
    post.answers = lambda _: GOOD
    log.redeliver(117, callback.id, post.now, {callback.kind: corrected})
    post.settle()
    after = now(callback)
    assert (after.delivery, after.receiver.url) == (Delivery(State.DELIVERED, 1, 2), corrected.url)
    assert after.admission is None
    assert list(owed.parked(admission.lane(callback), post.now + 10 * admission.KEPT)) == []


def test_all_that_are_parked_or_unreachable_are_sent_again_and_none_that_is_under_way(post: Post) -> None:
    made = fail(post, 3)
    waiting = [each for each in made if now(each).admission is Admission.ADMITTED]
    assert len(waiting) == 2
    with pytest.raises(Conflict):
        log.redeliver(117, waiting[0].id, post.now)
    assert log.redeliver_all(117, None, post.now, FAR) == (1, False)
    post.settle()
    post.answers = lambda _: GOOD
    assert log.redeliver_all(117, None, post.now, FAR) == (3, False)
    post.settle()
    assert {now(each).delivery.state for each in made} == {"delivered"}
    assert held(post) == 0


def test_a_worker_that_was_taken_for_dead_delivers_what_was_parked_meanwhile(post: Post) -> None:
    post.owe()
    occupy(post, ROOM)

    def slowly(_: Request) -> Attempt:
        post.answers = lambda _: BUSY
        post.wait(400)
        post.work()
        assert post.callback.admission is Admission.PARKED
        return GOOD

    post.answers = slowly
    post.work()
    assert (post.state, post.callback.admission, post.debts) == ("delivered", None, [])


# ── The lane's own debt ──


def test_a_lane_is_over_when_nothing_was_parked_in_it_for_an_hour(post: Post) -> None:
    fail(post, 3)
    post.answers = lambda _: GOOD
    for _ in range(58):
        a_minute_later(post)
    assert (post.debts, len(lanes(post))) == ([], 1)
    for _ in range(5):
        a_minute_later(post)
    assert lanes(post) == []


def test_a_lane_goes_on_for_as_long_as_something_is_parked_in_it(post: Post) -> None:
    parked(post, 1)
    for _ in range(70):
        a_minute_later(post)
    assert len(lanes(post)) == 1


def test_a_lane_that_is_announced_anew_is_not_over_for_an_older_message(post: Post) -> None:
    (callback,) = parked(post, 1)
    of = admission.lane(callback)
    old = owed.message_of(f"lane#{of}")
    assert old
    occupy(post, 0)
    post.answers = lambda _: GOOD
    for _ in range(5):
        a_minute_later(post)
    post.wait(4_000)
    admission.announce(of, post.now)
    admission.carry_on(old, post.now)
    assert len(lanes(post)) == 1, "another callback is about to be parked"


def test_ten_minutes_of_parking_announce_once(post: Post) -> None:
    parked(post, 1)
    of = admission.lane(post.callback)
    post.table.calls.clear()
    for _ in range(9):
        post.wait(60)
        admission.announce(of, post.now)
    assert post.table.calls == ["get"] * 9
