"""What is over is sent again when a person asks for it, and not otherwise."""

from __future__ import annotations

import pytest
from hearback.callbacks import log, store
from hearback.callbacks.delivering import Again
from hearback.callbacks.model import Kind, Receiver
from hearback.deadline import Deadline
from hearback.errors import Conflict, NotFound
from hearback.storage import owed

from tests.unit.callbacks.post import GOOD, Post, failing

FAR = Deadline.after(3_600)


def test_an_unreachable_callback_is_sent_again_for_five_attempts(post: Post) -> None:
    failing(post)
    post.owe()
    post.settle()
    assert log.redeliver(117, post.id, post.now).callback.delivery.state == "owed"
    with pytest.raises(Conflict):
        log.redeliver(117, post.id, post.now)
    post.settle()
    assert (post.state, len(post.sent), len(post.log), len(post.dead)) == ("unreachable", 10, 10, 2)
    assert [(each.course, each.number) for each in post.log] == [(c, n) for c in (1, 2) for n in range(1, 6)]


def test_a_delivered_callback_can_be_told_again(post: Post) -> None:
    post.owe()
    post.settle()
    log.redeliver(117, post.id, post.now)
    post.settle()
    assert (post.state, len(post.sent)) == ("delivered", 2)


def test_what_is_sent_again_goes_to_the_receiver_as_it_is_set_now(post: Post) -> None:
    failing(post)
    one, other = post.owe(), post.owe()
    post.settle()
    post.answers = lambda _: GOOD
    moved = {
        Kind.DELIVERY: Receiver("https://moved.example/done"),
        Kind.CREATION: Receiver("https://no.example/"),
    }
    log.redeliver(117, one.id, post.now, moved)
    assert log.redeliver_all(117, None, post.now, FAR, moved) == (1, False)
    post.settle()
    assert [request.target.host for request in post.sent[10:]] == ["moved.example"] * 2
    log.redeliver(117, other.id, post.now, {Kind.CREATION: moved[Kind.CREATION]})
    post.settle()
    assert post.sent[-1].target.host == "moved.example"


def test_what_does_not_exist_is_not_sent_again(post: Post) -> None:
    with pytest.raises(NotFound):
        log.redeliver(117, "nothing", post.now)
    post.owe()
    with pytest.raises(NotFound):
        log.redeliver(118, post.id, post.now)


def test_all_that_were_unreachable_since_a_time_are_sent_again(post: Post) -> None:
    failing(post)
    ids = []
    for _ in range(4):
        post.owe()
        ids.append(post.id)
        post.wait(60)
    post.settle()
    post.answers = lambda _: GOOD
    since = store.read(117, ids[1]).created_at  # type: ignore[union-attr]
    assert log.redeliver_all(117, since, post.now, FAR) == (3, False)
    assert log.redeliver_all(117, since, post.now, FAR) == (0, False)
    post.settle()
    states = [store.read(117, each).delivery.state for each in ids]  # type: ignore[union-attr]
    assert states == ["unreachable", "delivered", "delivered", "delivered"]


def test_a_request_that_has_no_time_for_all_says_that_there_are_more(post: Post) -> None:
    failing(post)
    post.owe()
    post.settle()
    assert log.redeliver_all(117, None, post.now, Deadline.after(-1)) == (0, True)
    assert post.state == "unreachable"


def test_a_dead_letter_that_is_put_back_is_sent_again(post: Post) -> None:
    failing(post)
    post.owe()
    post.settle()
    post.answers = lambda _: GOOD
    post.wait(3_600)
    post.dead *= 2  # and a second one, of whatever kind, adds nothing
    for letter in post.dead:
        owed.send("callback", letter)
    post.settle()
    assert (post.state, post.callback.delivery.course, len(post.sent)) == ("delivered", 2, 6)


def test_a_message_that_comes_after_all_is_over_changes_nothing(post: Post) -> None:
    post.owe()
    (message,) = post.queues["callback"]
    post.settle()
    post.deliver(message)
    failing(post)
    post.owe()
    (message,) = post.queues["callback"]
    post.settle()
    message.receives = 1
    post.deliver(message)
    message.receives = 4
    with pytest.raises(Again):
        post.deliver(message)
    assert (post.state, len(post.sent)) == ("unreachable", 6)
