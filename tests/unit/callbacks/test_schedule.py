"""Five attempts, further and further apart; and a delivery that is never lost on its way."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hearback.callbacks import schedule
from hearback.callbacks.schedule import ATTEMPTS, USUAL, BackOff, Delivery, State
from hearback.errors import Conflict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

attempts = st.integers(1, ATTEMPTS - 1)
chances = st.floats(0, 1)


def test_the_wait_grows_with_each_attempt_up_to_an_hour() -> None:
    assert [schedule.delay(attempt, 1) for attempt in range(1, ATTEMPTS)] == [60, 240, 960, 3600]


@given(attempts)
def test_chance_spreads_the_upper_half_of_the_wait(attempt: int) -> None:
    shortest, middle, longest = (schedule.delay(attempt, chance) for chance in (0, 0.5, 1))
    assert shortest * 2 == longest
    assert shortest < middle < longest


@given(st.integers(1, ATTEMPTS - 2), chances, chances)
def test_each_wait_is_longer_than_the_one_before_whatever_chance_says(
    attempt: int, one: float, another: float
) -> None:
    assert schedule.delay(attempt, one) < schedule.delay(attempt + 1, another)


def test_where_it_is_said_the_waits_begin_shorter() -> None:
    short = BackOff(first=0.25)
    assert [schedule.delay(attempt, 1, bounds=short) for attempt in range(1, ATTEMPTS)] == [1, 1, 4, 16]
    assert schedule.delay(1, 0, 120, short) == 120, "a receiver's own wish is not shortened"


@given(attempts, chances, st.none() | st.integers(0, 10**10))
def test_a_wait_is_neither_too_short_nor_longer_than_the_queue_can_hide_a_message(
    attempt: int, chance: float, asked: int | None
) -> None:
    assert USUAL.first / 2 <= schedule.delay(attempt, chance, asked) <= USUAL.most * 1.1 + 1 < 12 * 3600


@given(attempts, chances, st.integers(0, 3600))
def test_a_receiver_is_not_tried_before_the_time_it_asks_for(attempt: int, chance: float, asked: int) -> None:
    assert schedule.delay(attempt, chance, asked) >= asked


def test_those_who_were_told_the_same_time_do_not_all_come_at_once() -> None:
    assert schedule.delay(1, 0, 3000) < schedule.delay(1, 1, 3000)


def test_a_receiver_cannot_ask_for_more_than_an_hour() -> None:
    assert schedule.delay(1, 0, 86_400) == 3600


NOW = 1_373_863_557


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("9" * 4000, 9_999_999_999),
        ("Mon, 15 Jul 2013 04:47:57 GMT", 120),
        ("Mon, 15 Jul 2013 04:47:57 -0000", 120),
        ("Mon, 15 Jul 2013 04:44:57 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("١٢", None),
        ("Mon, 15 Jul 99999999 04:47:57 GMT", None),
        ("Mon, 99 Jul 2013 04:47:57 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    assert schedule.retry_after(value, NOW) == seconds


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_http_date_is_read(date: datetime) -> None:
    expected = max(0, int(date.timestamp()) - NOW)
    assert schedule.retry_after(format_datetime(date, usegmt=True), NOW) == expected


@given(st.text() | st.text('Mon, 15Jul:+-GT()"<@'))
def test_no_retry_after_is_too_strange(value: str) -> None:
    assert (schedule.retry_after(value, NOW) or 0) >= 0


def test_the_first_attempt_that_succeeds_ends_the_delivery() -> None:
    step = schedule.begin(Delivery(), 1, 1)
    assert (step.number, step.crashed) == (1, ())
    assert step.delivery == Delivery(State.SENDING, 1)
    assert schedule.finish(step.delivery, 1, 1, True).state is State.DELIVERED


def test_five_failures_make_a_delivery_unreachable() -> None:
    delivery, states = Delivery(), []
    for receive in range(1, ATTEMPTS + 1):
        step = schedule.begin(delivery, 1, receive)
        assert (step.number, step.crashed) == (receive, ())
        delivery = schedule.finish(step.delivery, 1, receive, False)
        states.append(delivery.state)
    assert states == [State.WAITING] * 4 + [State.UNREACHABLE]


def test_receives_that_died_are_attempts_that_crashed() -> None:
    waiting = Delivery(State.WAITING, 1)
    assert schedule.begin(waiting, 1, 4) == (Delivery(State.SENDING, 4), 4, (2, 3))
    sending = Delivery(State.SENDING, 1)
    assert schedule.begin(sending, 1, 2) == (Delivery(State.SENDING, 2), 2, (1,))


@pytest.mark.parametrize(
    ("delivery", "crashed"),
    [
        (Delivery(State.SENDING, 5), (5,)),
        (Delivery(State.WAITING, 3), (4, 5)),
        (Delivery(State.OWED), (1, 2, 3, 4, 5)),
    ],
)
def test_a_delivery_whose_message_died_is_given_up_with_every_receive_accounted_for(
    delivery: Delivery, crashed: tuple[int, ...]
) -> None:
    assert schedule.give_up(delivery) == (Delivery(State.UNREACHABLE, 5), None, crashed)


def test_a_sixth_attempt_is_never_made() -> None:
    step = schedule.begin(Delivery(State.SENDING, 5), 1, 2)
    assert step == (Delivery(State.UNREACHABLE, 5), None, (5,))


@pytest.mark.parametrize("delivery", [Delivery(State.SENDING, 2), Delivery(State.UNREACHABLE, 5)])
def test_a_success_counts_however_late_it_is_told(delivery: Delivery) -> None:
    assert schedule.finish(delivery, 1, 1, True) == delivery._replace(state=State.DELIVERED)


@pytest.mark.parametrize(
    ("delivery", "number"),
    [
        (Delivery(State.SENDING, 2), 1),
        (Delivery(State.WAITING, 2), 1),
        (Delivery(State.DELIVERED, 2), 2),
        (Delivery(State.UNREACHABLE, 5), 2),
    ],
)
def test_a_failure_that_was_overtaken_changes_nothing(delivery: Delivery, number: int) -> None:
    assert schedule.finish(delivery, 1, number, False) == delivery


@pytest.mark.parametrize("succeeded", [True, False])
def test_the_end_of_an_attempt_before_a_redelivery_changes_nothing(succeeded: bool) -> None:
    again = Delivery(State.SENDING, 1, 2)
    assert schedule.finish(again, 1, 1, succeeded) == again


@pytest.mark.parametrize("state", [State.DELIVERED, State.UNREACHABLE])
def test_a_message_for_what_is_finished_has_nothing_to_do(state: State) -> None:
    finished = Delivery(state, 3)
    assert schedule.begin(finished, 1, 4) == (finished, None, ())
    assert schedule.give_up(finished) == (finished, None, ())


@pytest.mark.parametrize("state", [State.DELIVERED, State.UNREACHABLE])
def test_what_is_finished_can_be_sent_again_with_five_new_attempts(state: State) -> None:
    again = schedule.redeliver(Delivery(state, 5))
    assert again == Delivery(State.OWED, 0, 2)
    assert schedule.begin(again, 1, 5).number is None
    assert schedule.begin(again, 2, 1).number == 1


@pytest.mark.parametrize("state", [State.OWED, State.SENDING, State.WAITING])
def test_what_is_under_way_is_not_sent_again(state: State) -> None:
    with pytest.raises(Conflict, match=state):
        schedule.redeliver(Delivery(state, 1))


class Deliveries(RuleBasedStateMachine):
    """One delivery, its queue and its workers: any of them may die, come late, or be doubled."""

    def __init__(self) -> None:
        super().__init__()
        self.delivery = Delivery()
        self.log: dict[tuple[int, int], str] = {}
        self.queue = [(1, 0)]  # course and receives of each message
        self.arrived = set[int]()
        self.begun: list[tuple[int, int]] = []

    workers = Bundle("workers")

    def _store(self, step: schedule.Step) -> None:
        course = self.delivery.course
        self.delivery = step.delivery
        self.log |= {(course, number): "crashed" for number in step.crashed}

    def _receive(self, which: int) -> tuple[int, int]:
        course, receives = self.queue.pop(which % len(self.queue))
        if receives + 1 < ATTEMPTS:
            self.queue.append((course, receives + 1))
        return course, receives + 1

    @rule()
    @precondition(lambda self: self.queue)
    def the_message_is_doubled(self) -> None:
        self.queue.append((self.queue[0][0], 0))

    @rule(which=st.integers(0, 9))
    @precondition(lambda self: self.queue)
    def a_worker_dies_before_it_has_begun(self, which: int) -> None:
        self._receive(which)

    @rule(target=workers, which=st.integers(0, 9))
    @precondition(lambda self: self.queue)
    def a_worker_begins(self, which: int) -> tuple[int, int] | None:
        course, receive = self._receive(which)
        step = schedule.begin(self.delivery, course, receive)
        self._store(step)
        if step.number is None:
            return None
        self.begun.append((course, step.number))
        self.log[course, step.number] = "begun"
        return course, step.number

    @rule(worker=consumes(workers), succeeded=st.booleans())
    def a_worker_ends(self, worker: tuple[int, int] | None, succeeded: bool) -> None:
        if worker:
            course, number = worker
            self.log[worker] = "delivered" if succeeded else "failed"
            if succeeded:
                self.arrived.add(course)
            self.delivery = schedule.finish(self.delivery, course, number, succeeded)

    @rule(worker=consumes(workers))
    def a_worker_dies(self, worker: tuple[int, int] | None) -> None:
        """Without a word."""

    @rule()
    @precondition(lambda self: not self.queue)
    def the_sweep_finds_no_message_left(self) -> None:
        self._store(schedule.give_up(self.delivery))

    @rule()
    @precondition(lambda self: self.delivery.state.finished)
    def somebody_asks_for_it_again(self) -> None:
        self.delivery = schedule.redeliver(self.delivery)
        self.queue.append((self.delivery.course, 0))

    @invariant()
    def no_course_makes_more_than_five_attempts_nor_one_twice(self) -> None:
        assert len(set(self.begun)) == len(self.begun)
        assert all(1 <= number <= ATTEMPTS for _, number in self.begun)

    @invariant()
    def what_arrived_is_delivered_and_nothing_else(self) -> None:
        assert (self.delivery.state is State.DELIVERED) == (self.delivery.course in self.arrived)

    @invariant()
    def a_waiting_delivery_waits_because_its_last_attempt_failed(self) -> None:
        if self.delivery.state is State.WAITING:
            assert self.log[self.delivery.course, self.delivery.attempts] == "failed"

    @invariant()
    def an_unreachable_delivery_accounts_for_five_attempts(self) -> None:
        if self.delivery.state is State.UNREACHABLE:
            assert self.delivery.attempts == ATTEMPTS

    @invariant()
    def no_receive_before_the_last_is_missing_in_the_log(self) -> None:
        numbers = range(1, self.delivery.attempts + 1)
        assert all((self.delivery.course, number) in self.log for number in numbers)

    def teardown(self) -> None:
        """Whatever has happened: the remaining messages and the sweep bring it to an end."""
        while self.queue:
            self.a_worker_dies_before_it_has_begun(0)
        self.the_sweep_finds_no_message_left()
        assert self.delivery.state.finished
        self.an_unreachable_delivery_accounts_for_five_attempts()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=300, stateful_step_count=30)
