"""One message is one receive, and at most one attempt: whatever queues, workers and clocks do."""

from __future__ import annotations

import pytest
from botocore.exceptions import ConnectionClosedError
from hearback.callbacks import log, sending
from hearback.callbacks.signing import Request
from hearback.deadline import Deadline
from hearback.timestamps import SECOND

from tests.unit.callbacks.post import BUSY, GOOD, HANGING, Post, dies_at, failing

FAR = Deadline.after(3_600)


# ── Delivered ──


def test_a_callback_is_sent_once_and_is_delivered(post: Post) -> None:
    post.owe()
    assert post.work() is None
    assert (post.state, post.said, post.callback.outcome) == ("delivered", [(1, "204")], "204")
    assert (len(post.sent), post.debts, post.queues["callback"]) == (1, [], [])
    assert post.acknowledged == [(117, "51e77305ff1d8131a4000011", 1)]


def test_what_its_sender_did_not_send_the_sweep_sends(post: Post) -> None:
    post.owe(send=False)
    post.settle()
    assert (post.state, len(post.sent)) == ("delivered", 1)
    assert post.callback.updated_at - post.callback.created_at <= 121 * SECOND


def test_a_queue_that_takes_nothing_is_no_failure_of_its_cause(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionClosedError(endpoint_url="https://sqs")

    monkeypatch.setattr(post, "send_message_batch", refuse)
    post.owe()
    assert post.queues["callback"] == []
    assert len(post.debts) == 1


def test_the_id_that_a_receiver_sees_is_the_same_on_every_attempt_and_in_every_course(post: Post) -> None:
    failing(post)
    post.owe()
    post.settle()
    log.redeliver(117, post.id, post.now)
    post.settle()
    assert [request.headers["X-wsm-nonce"] for request in post.sent] == [post.id] * 10


# ── Five attempts ──


def test_five_failures_and_the_message_rests_with_the_dead_letters(post: Post) -> None:
    failing(post)
    post.owe()
    waits = []
    for _ in range(5):
        again = post.work()
        assert again
        waits.append(again.seconds)
        post.wait(again.seconds)
    assert waits == [45, 180, 720, 2700, 0]
    assert not post.has_work()
    assert (post.state, post.callback.next_at, post.debts) == ("unreachable", None, [])
    assert post.said == [(number, "503") for number in range(1, 6)]
    assert post.dead == [{"project": 117, "callback": post.id, "course": 1}]


def test_a_waiting_callback_tells_when_it_is_tried_again(post: Post) -> None:
    failing(post)
    post.owe()
    again = post.work()
    assert again
    assert post.state == "waiting"
    assert post.callback.next_at == post.now + again.seconds * SECOND + 30_000_000


def test_a_receiver_that_names_a_time_is_left_alone_until_then(post: Post) -> None:
    post.answers = lambda _: BUSY._replace(retry_after=600)
    post.owe()
    again = post.work()
    assert again
    assert 600 <= again.seconds <= 660


def test_a_success_after_failures_ends_it(post: Post) -> None:
    answers = iter([BUSY, HANGING, GOOD])
    post.answers = lambda _: next(answers)
    post.owe()
    post.settle()
    assert (post.state, post.said, post.dead) == ("delivered", [(1, "503"), (2, "timeout"), (3, "204")], [])


def test_a_receiver_that_cannot_be_asked_as_it_is_set_is_an_attempt_like_others(post: Post) -> None:
    post.owe("http://receiver.example/")  # allowed when it was set, and no longer
    post.work()
    assert (post.state, post.said, post.sent) == ("waiting", [(1, "settings")], [])


# ── Crashes ──


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_receive_that_died_before_it_sent_is_an_attempt_that_crashed(post: Post, call: int) -> None:
    post.owe()
    dies_at(post, call)()
    post.wait(360)
    post.work()
    assert (post.state, post.said, len(post.sent)) == ("delivered", [(1, "crashed"), (2, "204")], 1)


def test_an_attempt_whose_end_was_not_kept_is_logged_as_crashed_when_it_began(post: Post) -> None:
    post.owe()
    began = post.now
    dies_at(post, 4)()
    assert (post.state, post.said, len(post.sent)) == ("sending", [(1, "begun")], 1)
    post.wait(360)
    post.work()
    assert (post.said, post.log[0].at) == ([(1, "crashed"), (2, "204")], began)


def test_the_sweep_gives_up_what_died_at_its_fifth_receive(post: Post) -> None:
    post.owe()
    work = dies_at(post, 4)
    for _ in range(5):
        work()
        post.wait(360)
    assert not post.has_work()
    letter = {"project": 117, "callback": post.id, "course": 1}
    assert (post.state, post.dead) == ("sending", [letter])
    post.settle()
    assert (post.state, post.callback.outcome) == ("unreachable", "crashed")
    assert post.said == [(number, "crashed") for number in range(1, 6)]
    assert (len(post.sent), post.dead) == (5, [letter]), "no sixth attempt, and no second letter"


def test_an_attempt_that_the_fifth_receive_did_not_come_to_is_made_by_the_sweeps_message(post: Post) -> None:
    post.owe()
    for call in (4, 4, 4, 4, 3):
        dies_at(post, call)()
        post.wait(360)
    post.settle()
    assert (post.state, post.said[3:]) == ("delivered", [(4, "crashed"), (5, "204")])


def test_what_left_no_trace_at_all_is_sent_all_the_same(post: Post) -> None:
    post.owe()
    for _ in range(5):
        dies_at(post, 1)()
        post.wait(360)
    assert not post.has_work()
    assert (post.state, len(post.dead)) == ("owed", 1)
    post.settle()
    assert (post.state, len(post.sent)) == ("delivered", 1)


def test_a_worker_that_was_taken_for_dead_and_succeeds_is_believed(post: Post) -> None:
    post.owe()

    def slowly(_: Request) -> sending.Attempt:
        post.answers = lambda _: BUSY
        post.wait(400)
        post.work()
        return GOOD

    post.answers = slowly
    post.work()
    assert post.state == "delivered"
    assert post.said == [(1, "204"), (2, "503")], "the attempt that was logged as crashed has ended after all"


# ── Two messages for one callback ──


def test_a_message_that_comes_twice_makes_no_second_attempt_meanwhile(post: Post) -> None:
    post.owe()
    (message,) = post.queues["callback"]

    def doubled(_: Request) -> sending.Attempt:
        message.receives = 1
        post.deliver(message)
        return BUSY

    post.answers = doubled
    post.work()
    assert (post.said, len(post.sent)) == ([(1, "503")], 1)
    message.receives = 1
    post.deliver(message)  # before the time of the second attempt
    assert (post.state, len(post.sent)) == ("waiting", 1)


def test_two_workers_that_begin_at_the_same_moment_make_one_attempt(post: Post) -> None:
    post.owe()
    (message,) = post.queues["callback"]
    calls = [0]

    def at_the_third() -> None:
        calls[0] += 1
        if calls[0] == 3:  # both have read
            message.receives = 1
            post.deliver(message)

    post.between = at_the_third
    post.work()
    assert (post.state, post.said, len(post.sent)) == ("delivered", [(1, "204")], 1)


def test_a_message_that_follows_its_attempt_is_never_taken_for_a_second_one(post: Post) -> None:
    """Though its visibility could not be changed, or it comes at once after a crash."""
    failing(post)
    post.owe()
    post.work()
    (message,) = post.queues["callback"]
    message.visible_at = post.now
    post.work()
    assert post.said == [(1, "503"), (2, "503")]


def test_a_message_that_lags_behind_the_sweeps_leaves_the_attempts_to_it(post: Post) -> None:
    failing(post)
    post.owe()
    post.wait(3_600)
    post.settle()
    assert [number for number, _ in post.said] == [1, 2, 3, 4, 5]
    assert len(post.sent) == 5
