"""A slow endpoint holds nobody else up, and its callbacks are attempted like others."""

from __future__ import annotations

import pytest

from tests.unit.callbacks.post import GOOD, HANGING, Post, dies_at, failing


def test_the_callbacks_of_a_slow_endpoint_wait_among_themselves(post: Post) -> None:
    post.answers = lambda _: HANGING
    post.owe()
    post.work()
    post.owe()
    assert post.work() is None
    (message,) = post.queues["slow_callback"]
    assert (post.state, len(post.sent)) == ("owed", 1), "handed over: no attempt"
    assert message.group
    post.answers = lambda _: GOOD
    post.work("slow_callback")
    assert post.state == "delivered"


def test_an_endpoint_that_succeeds_slowly_is_slow_too_and_forgiven_after_a_while(post: Post) -> None:
    post.answers = lambda _: GOOD._replace(milliseconds=9_000)
    post.owe()
    post.work()
    post.owe()
    post.work()
    assert len(post.queues["slow_callback"]) == 1
    post.wait(310)
    post.owe()
    post.work()
    assert post.state == "delivered"


@pytest.mark.parametrize("url", ["https://receiver.example:8443/done", "https://other.example/done"])
def test_another_endpoint_is_not_slow_for_that(post: Post, url: str) -> None:
    post.answers = lambda _: HANGING
    post.owe()
    post.work()
    post.owe(url)
    post.work()
    assert len(post.sent) == 2


def test_the_receives_of_a_message_that_was_handed_over_count(post: Post) -> None:
    failing(post)
    first = post.owe().id
    post.work()
    post.wait(60)
    dies_at(post, 1)()  # the second receive leaves no trace
    post.wait(200)
    post.answers = lambda _: HANGING
    post.owe()
    post.work()  # makes the endpoint slow
    post.wait(160)
    post.answers = lambda _: GOOD
    while post.has_work():
        post.work()
    post.work("slow_callback")
    post.id = first
    assert post.said == [(1, "503"), (2, "crashed"), (3, "204")]


def test_what_fails_through_the_slow_queue_rests_with_the_dead_letters_too(post: Post) -> None:
    post.answers = lambda _: HANGING
    post.owe()
    post.settle()
    assert (post.state, [number for number, _ in post.said]) == ("unreachable", [1, 2, 3, 4, 5])
    (letter,) = post.dead
    assert letter["callback"] == post.id
