"""Records as items: nothing is lost on the way, and indexes order what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hearback import ids
from hearback.dataset import counting, items, keys
from hearback.dataset.items import LEAVES, leaf_name
from hearback.dataset.model import (
    Annotation,
    Counts,
    Dataset,
    Entry,
    Member,
    MemberRole,
    NoteComment,
    NoteFeed,
    Project,
)
from hearback.dataset.workflow import STATUSES
from hearback.settings import Settings, settings
from hearback.storage.codec import Codec
from hearback.storage.shelves import Tail
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dataset.records import ANN, BOB, ME, NOW, entry

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TAIL = Tail("0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", 4)
IDS: dict[str, Any] = {"id": "i", "organization_id": "acme", "project_id": "p"}
BELOW: dict[str, Any] = {
    "dataset_id": "d",
    "entry_id": "e",
    "created_by_email": "ann@acme.example",
    "block": "b",
}
TIMES: dict[str, Any] = {"created_at": NOW, "updated_at": NOW + 1000}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", f"the-{name}")
    settings.cache_clear()
    yield
    settings.cache_clear()


def returns(codec: Codec[Any], record: Any) -> bool:
    """Whether an item gives back the record from which it was made, types included."""
    back = codec.from_item(codec.to_item(record))
    return bool(back == record) and [type(value) for value in back] == [type(value) for value in record]


@given(value=JSON)
def test_json_values_come_back_as_they_were(value: Any) -> None:
    annotation = Annotation(
        **IDS, **BELOW, **TIMES, dimensions=value, annotation=[value], metadata={"": value}
    )
    assert returns(items.ANNOTATION, annotation)


@pytest.mark.parametrize(
    ("codec", "record"),
    [
        (items.PROJECT, Project("i", "acme", "Garden", None, "a@b", 77, NOW, NOW, "", TAIL)),
        (items.MEMBER, Member(**IDS, account_id=ANN, name="", email="a@b", role=MemberRole.REVIEWER,
                              invited_by_id=ME, disabled_at=None, **TIMES)),
        (items.DATASET, Dataset(**IDS, name="Leaves", labels=["a"], modality="image",
                                labeling_configuration=None, workflow_configuration={"sample_rate": 0.5},
                                block="b", entries_tail=TAIL, annotations_tail=TAIL, note_feeds_tail=TAIL,
                                note_comments_tail=TAIL, **TIMES)),
        (items.ENTRY, entry("review", assigned_to_id=ANN, submitted_by_id=BOB, priority=-3, revision=4,
                            reviewer_id=ME, held_since=NOW, block="b")),
        (items.NOTE_FEED, NoteFeed(**IDS, **BELOW, **TIMES, annotation_id=None, created_by_id=ME,
                                   anchor_type="entry", position={"x": 1}, status="pending",
                                   content_md=None, edited_at=None)),
        (items.NOTE_COMMENT, NoteComment(**IDS, **BELOW, **TIMES, note_feed_id="f", created_by_id=ME,
                                         content_md="hm", edited_at=NOW)),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_record_comes_back_as_it_was(codec: Codec[Any], record: Any) -> None:
    assert returns(codec, record)


# ── Leaves ──


def test_every_leaf_has_a_name_of_its_own_that_tells_what_it_is() -> None:
    assert len(LEAVES) == 2 * sum(map(len, STATUSES.values()))
    for name, (step, status, assigned) in LEAVES.items():
        assert leaf_name(step, status, assigned) == name


@pytest.mark.parametrize(
    ("by_leaf", "counts", "status"),
    [
        ({}, Counts(0, 0, 0, 0), "pending"),
        ({"sp0": 3, "ap0": 2, "ap1": 1}, Counts(6, 0, 0, 0), "pending"),
        ({"sp0": 3, "ai1": 1}, Counts(4, 1, 0, 1), "in_progress"),
        ({"si1": 1}, Counts(1, 1, 0, 1), "in_progress"),
        ({"ap0": 1, "rp0": 2}, Counts(3, 0, 0, 2), "in_progress"),
        ({"ap0": 1, "dc0": 2}, Counts(3, 0, 2, 2), "in_progress"),
        ({"ap0": 1, "ee0": 1}, Counts(2, 0, 1, 1), "in_progress"),
        ({"dc0": 2, "ee0": 1}, Counts(3, 0, 3, 3), "completed"),
    ],
)
def test_a_datasets_counters_and_status_follow_its_entries(
    by_leaf: dict[str, int], counts: Counts, status: str
) -> None:
    found = counting.of(by_leaf)
    assert found == counts
    made = Dataset(**IDS, **TIMES, name="", labels=None, modality="", labeling_configuration=None,
                   workflow_configuration=None, block="", entries_tail=TAIL, annotations_tail=TAIL,
                   note_feeds_tail=TAIL, note_comments_tail=TAIL, counts=found)  # fmt: skip
    assert made.status == status
    assert made.progress == (counts.completed / counts.total if counts.total else 0)


# ── Indexes ──


def urgency(each: Entry) -> str:
    return str(items.entry_index(each)["urgency"]["S"])


def work(each: Entry) -> str | None:
    found: str | None = items.entry_index(each).get("work", {}).get("S")
    return found


@given(st.lists(st.integers(-(10**18), 10**18), min_size=2, max_size=5, unique=True))
def test_what_waits_is_ordered_by_its_priority_the_lower_the_earlier(priorities: list[int]) -> None:
    waiting = [urgency(entry(priority=priority)) for priority in sorted(priorities)]
    assert all(earlier < later for earlier, later in pairwise(waiting))


def test_of_equal_priority_the_older_comes_first() -> None:
    older, newer = (ids.child("d", NOW + more, b"abc") for more in (0, 10_000))
    assert urgency(entry(id=older)) < urgency(entry(id=newer))


@pytest.mark.parametrize(
    ("it", "where"),
    [
        (entry("start"), None),
        (entry("annotate"), "d#annotate"),
        (entry("annotate", assigned_to_id=ANN), f"d#annotate#{ANN}"),
        (entry("review"), "d#review"),
        (entry("review", "in_progress", assigned_to_id=ANN, held_since=NOW), "d#held"),
        (entry("done", "completed"), None),
        (entry("error", "errored"), None),
    ],
)
def test_the_index_of_work_holds_what_waits_and_what_is_held(it: Entry, where: str | None) -> None:
    assert work(it) == where


def test_what_is_held_longest_comes_first() -> None:
    held = [entry("review", "in_progress", assigned_to_id=ANN, held_since=since) for since in (5, 10**10)]
    assert urgency(held[0]) < urgency(held[1])


def test_a_persons_entries_are_found_by_each_thing_they_did() -> None:
    index = items.entry_index(entry(assigned_to_id=ME, submitted_by_id=ANN, reviewed_by_id=None))
    assert (index["assigned"]["S"], index["submitted"]["S"]) == (f"d#{ME}", f"d#{ANN}")
    assert "reviewed" not in index


def test_an_annotation_whose_id_its_client_chose_is_in_a_range_of_its_own() -> None:
    made = Annotation(**IDS, **BELOW, **TIMES, dimensions=1, annotation=1, metadata=None)
    chosen = made._replace(block="")
    assert items.annotation_item(made)["leaf"]["S"] == keys.in_dataset("annotations", "d").partition
    assert items.annotation_item(chosen)["leaf"]["S"] == (
        keys.in_dataset("annotations", "d", own_ids=False).partition
    )


def test_a_member_is_in_three_places() -> None:
    member = Member("12", "acme", "p", ANN, "", "a@b", MemberRole.ANNOTATOR, ME, None, NOW, NOW)
    places = [(item["pk"]["S"], item["sk"]["S"]) for item in items.member_items(member)]
    assert places == [
        ("members#p", "0000000000000012"),
        (f"memberships#acme#{ANN}", "p"),
        ("member#12", "member"),
    ]
