"""What an index that lags behind, a stale reader or a short time may not do to the data."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hearback.access.model import Caller, Role
from hearback.deadline import Deadline
from hearback.storage import reads
from hearback.storage.items import Item
from hearback.storage.reads import Range
from hearback.translation import deleting, entries, feedback, listing
from hearback.translation.entries import Batch, Lost
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Change, Feedback, NewFeedback

from tests.functions.gateway import Product

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"
ADMIN = Caller("acme", 1, "admin@acme.example", Role.ADMIN, "1" * 16)
AWAITING = Filter(approval_states=frozenset((ApprovalState.AWAITING,)))
APPROVE = Change(approval_state=ApprovalState.APPROVED)


def give(suggestion: str) -> Feedback:
    return feedback.create(ADMIN, NewFeedback(PAIR, "hello", "", suggestion), time.time_ns())


def soon() -> Deadline:
    return Deadline.after(20)


class LaggingIndex:
    """Answers index reads as they were when it was made; the table's own are up to date."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = reads.query
        self._then: dict[Range, Any] = {}
        monkeypatch.setattr(reads, "query", self._query)
        monkeypatch.setattr(time, "sleep", lambda _: None)

    def remember(self, *runs: Range) -> None:
        self._then |= {run: self._now(run, 100) for run in runs}

    def _query(self, run: Range, limit: int, backwards: bool = False) -> tuple[list[Item], bool]:
        return self._then.get(run) or self._now(run, limit, backwards)


def leaves(meant: Filter) -> list[Range]:
    return listing.visible(ADMIN, meant)._ranges("0" * 19, "9" * 19, strongly=False)


def test_a_batch_delete_spares_what_has_left_its_filter(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, approved = give("bonjour"), give("salut")
    lagging = LaggingIndex(monkeypatch)
    lagging.remember(*leaves(AWAITING))
    feedback.update(ADMIN, approved.feedback_id, APPROVE, time.time_ns())
    assert deleting.batch_delete(ADMIN, AWAITING, soon(), time.time_ns()) == 1
    assert entries.get("acme", gone.feedback_id) is None
    assert entries.get("acme", approved.feedback_id) is not None


def test_a_batch_delete_ends_only_when_what_the_counters_know_is_gone(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    lagging = LaggingIndex(monkeypatch)
    first = give("bonjour")
    lagging.remember(*leaves(AWAITING))
    late = give("salut")
    assert deleting.batch_delete(ADMIN, AWAITING, soon(), time.time_ns()) == 2
    assert not entries.get_many("acme", (first.feedback_id, late.feedback_id))


def test_an_entry_between_two_leaves_is_listed_once(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = give("bonjour")
    give("salut")
    lagging = LaggingIndex(monkeypatch)
    lagging.remember(*leaves(AWAITING))
    feedback.update(ADMIN, entry.feedback_id, APPROVE, time.time_ns())
    found = listing.visible(ADMIN, Filter(language_pair_id=PAIR)).read(10, soon())
    ids = [each.feedback_id for each in found]
    assert len(ids) == len(set(ids)) == 2


def test_a_writer_with_an_outlived_guard_loses(product: Product) -> None:
    first = give("bonjour")
    sources = entries.sources_of([(None, first)])
    outlived = entries.read_guards("acme", sources)
    feedback.delete(ADMIN, first.feedback_id)
    give("salut")  # a new guard of the same source
    batch = Batch("acme", outlived)
    batch.add(None, first._replace(feedback_id=first.feedback_id + 1))
    with pytest.raises(Lost):
        batch.commit(shard=0)


def test_time_that_is_over_is_noticed_without_a_single_match(product: Product) -> None:
    give("bonjour")
    nothing = Filter(source_text="no entry says this")
    with pytest.raises(listing.TooMuchToRead):
        listing.page(listing.visible(ADMIN, nothing), 1, 25, Deadline.after(-1), time.time_ns())
