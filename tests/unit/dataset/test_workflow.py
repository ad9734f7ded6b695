"""The workflow of an entry: every event in every state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hearback.dataset import workflow
from hearback.dataset.model import Entry, Status, Step
from hearback.dataset.workflow import Submission
from hearback.errors import Conflict, Forbidden, HearbackError
from hearback.jsonapi.errors import Unprocessable
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dataset.records import ANN, BOB, ME, NOW, entry

NAMES = {None: "", ME: " @me", ANN: " @ann", BOB: " @bob"}


def shown(state: Entry) -> str:
    return f"{state.wf_step} {state.status}{NAMES[state.assigned_to_id]}"


def state(text: str, **given: Any) -> Entry:
    """The entry that `shown` shows as `text`; Bob submitted what is in review."""
    step, status, *rest = text.split(" ")
    people = {name.strip(): account_id for account_id, name in NAMES.items()}
    held_since = NOW - 5 if status == "in_progress" else None
    submitted_by = BOB if step == "review" else None
    return entry(
        step,
        status,
        **{
            "assigned_to_id": people[rest[0]] if rest else None,
            "held_since": held_since,
            "submitted_by_id": submitted_by,
            **given,
        },
    )


def submit(approved: bool | None = None, sampled: bool = True) -> Callable[[Entry], Entry]:
    return lambda before: workflow.submitted(before, Submission(ME, approved, sampled, NOW))


EVENTS: dict[str, Callable[[Entry], Entry]] = {
    "submit": submit(),
    "unsampled": submit(sampled=False),
    "approve": submit(approved=True),
    "decline": submit(approved=False),
    "select": lambda before: workflow.selected(before, ME, NOW),
    "assign": lambda before: workflow.assigned(before, ANN, NOW),
    "error": lambda before: workflow.failed(before, "torn"),
    "release": workflow.released,
}

# "·": the entry stays as it is. The caller is `me`; "assign" gives the entry to Ann; Bob submitted what is
# in review.
TABLE = """
state                     submit            unsampled         approve           decline                    select                    assign                     error          release
start pending             annotate pending  annotate pending  annotate pending  annotate pending           start in_progress @me     start in_progress @ann     Conflict       ·
start processing          annotate pending  annotate pending  annotate pending  annotate pending           ·                         Conflict                   Conflict       ·
start in_progress @me     annotate pending  annotate pending  annotate pending  annotate pending           ·                         start in_progress @ann     Conflict       start pending
annotate pending          review pending    done completed    review pending    review pending             annotate in_progress @me  annotate in_progress @ann  error errored  ·
annotate pending @me      review pending    done completed    review pending    review pending             annotate in_progress @me  annotate in_progress @ann  error errored  annotate pending
annotate pending @ann     review pending    done completed    review pending    review pending             Forbidden                 annotate in_progress @ann  error errored  annotate pending
annotate in_progress @me  review pending    done completed    review pending    review pending             ·                         annotate in_progress @ann  error errored  annotate pending
annotate in_progress @ann review pending    done completed    review pending    review pending             Forbidden                 annotate in_progress @ann  error errored  annotate pending
review pending            Unprocessable     Unprocessable     done completed    annotate in_progress @bob  review in_progress @me    review in_progress @ann    error errored  ·
review pending @me        Unprocessable     Unprocessable     done completed    annotate in_progress @bob  review in_progress @me    review in_progress @ann    error errored  review pending
review in_progress @me    Unprocessable     Unprocessable     done completed    annotate in_progress @bob  ·                         review in_progress @ann    error errored  review pending
review in_progress @ann   Unprocessable     Unprocessable     done completed    annotate in_progress @bob  Forbidden                 review in_progress @ann    error errored  review pending
done completed            Conflict          Conflict          Conflict          Conflict                   ·                         Conflict                   Conflict       ·
error errored             Conflict          Conflict          Conflict          Conflict                   ·                         Conflict                   Conflict       ·
"""  # noqa: E501


def cells() -> list[tuple[str, str, str]]:
    """State, event and outcome; a column begins where its head does."""
    head, *rows = TABLE.strip().splitlines()
    starts = {name: head.index(name) for name in head.split()}
    ends = [*list(starts.values())[1:], 10_000]
    read = [
        {name: row[start:end].strip() for (name, start), end in zip(starts.items(), ends, strict=True)}
        for row in rows
    ]
    return [(row["state"], event, row[event]) for row in read for event in EVENTS]


@pytest.mark.parametrize(("before", "event", "outcome"), cells())
def test_each_event_in_each_state(before: str, event: str, outcome: str) -> None:
    try:
        after = shown(EVENTS[event](state(before)))
    except HearbackError as error:
        after = type(error).__name__
    assert after == (before if outcome == "·" else outcome)


def test_the_table_has_every_state() -> None:
    pairs = {tuple(before.split(" ")[:2]) for before, _, _ in cells()}
    assert pairs == {(step, status) for step, of in workflow.STATUSES.items() for status in of}


# ── What else an event does ──


def test_who_submits_is_remembered() -> None:
    assert submit()(state("annotate in_progress @me")).submitted_by_id == ME


def test_who_approves_is_remembered() -> None:
    done = submit(approved=True)(state("review in_progress @me"))
    assert (done.submitted_by_id, done.reviewed_by_id) == (BOB, ME)


def test_what_was_declined_comes_back_to_its_reviewer() -> None:
    declined = submit(approved=False)(state("review in_progress @me"))
    assert (declined.reviewed_by_id, declined.held_since) == (None, NOW)
    again = workflow.submitted(declined, Submission(BOB, None, sampled=True, now=NOW))
    assert shown(again) == "review pending @me"


def test_what_nobody_submitted_waits_for_anybody_when_it_is_declined() -> None:
    put_there = state("review in_progress @me", submitted_by_id=None)
    assert shown(submit(approved=False)(put_there)) == "annotate pending"


def test_in_review_approved_is_required() -> None:
    with pytest.raises(Unprocessable) as caught:
        submit()(state("review in_progress @me"))
    (fault,) = caught.value.faults
    assert fault.pointer == "/data/attributes/approved"


def test_a_message_is_kept_with_an_error() -> None:
    assert workflow.failed(state("annotate pending"), "torn").error_message == "torn"


def test_the_end_of_start_is_the_end_of_the_media_job() -> None:
    assert submit()(state("start processing", job_id="j")).job_id is None


# ── Set directly, by an owner ──


def set_directly(before: Entry, attributes: dict[str, Any]) -> Entry:
    return workflow.changed(before, before._replace(**attributes), NOW)


@pytest.mark.parametrize(
    ("before", "attributes", "outcome"),
    [
        ("start processing", {"job_id": None}, "annotate pending"),
        ("start pending", {"job_id": "k"}, "start processing"),
        ("start pending", {"wf_step": Step.ANNOTATE}, "annotate pending"),
        ("start pending", {"status": Status.IN_PROGRESS}, "Conflict"),
        ("start pending", {"status": Status.IN_PROGRESS, "assigned_to_id": ANN}, "start in_progress @ann"),
        ("annotate pending", {"priority": 5}, "annotate pending"),
        ("annotate pending", {"job_id": "k"}, "annotate pending"),
        ("annotate pending", {"assigned_to_id": ANN}, "annotate pending @ann"),
        ("annotate pending", {"status": Status.COMPLETED}, "Conflict"),
        ("annotate pending", {"status": Status.PROCESSING}, "Conflict"),
        ("annotate pending", {"wf_step": Step.START}, "start pending"),
        ("annotate pending", {"wf_step": Step.DONE}, "done completed"),
        ("annotate pending @ann", {"wf_step": Step.DONE}, "done completed"),
        ("annotate pending", {"wf_step": Step.REVIEW, "status": Status.COMPLETED}, "Conflict"),
        ("annotate in_progress @ann", {"assigned_to_id": None}, "annotate pending"),
        ("annotate in_progress @ann", {"assigned_to_id": ME}, "annotate in_progress @me"),
        ("annotate in_progress @ann", {"status": Status.PENDING}, "annotate pending @ann"),
        ("annotate in_progress @ann", {"wf_step": Step.REVIEW}, "review in_progress @ann"),
        ("annotate in_progress @ann", {"wf_step": Step.START}, "start pending @ann"),
        ("review in_progress @ann", {"wf_step": Step.ERROR}, "error errored"),
        ("done completed", {"wf_step": Step.ANNOTATE}, "annotate pending"),
        ("done completed", {"status": Status.PENDING}, "Conflict"),
        ("error errored", {"wf_step": Step.ANNOTATE}, "annotate pending"),
        ("error errored", {"wf_step": Step.REVIEW, "status": Status.PENDING}, "review pending"),
        ("error errored", {"wf_step": Step.REVIEW, "status": Status.IN_PROGRESS}, "Conflict"),
    ],
)
def test_an_owner_sets_what_fits_together(before: str, attributes: dict[str, Any], outcome: str) -> None:
    old = state(before, job_id="j" if "processing" in before else None)
    try:
        after = shown(set_directly(old, attributes))
    except Conflict:
        after = "Conflict"
    assert after == outcome


def test_the_way_out_of_error_leaves_the_message_behind() -> None:
    failed = workflow.failed(state("annotate pending"), "torn")
    assert set_directly(failed, {"wf_step": Step.ANNOTATE}).error_message is None


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, "start pending"),
        ({"job_id": "j"}, "start processing"),
        ({"wf_step": Step.ANNOTATE}, "annotate pending"),
        ({"wf_step": Step.ANNOTATE, "assigned_to_id": ANN}, "annotate pending @ann"),
        ({"wf_step": Step.DONE}, "done completed"),
        ({"status": Status.IN_PROGRESS}, "Conflict"),
        ({"status": Status.COMPLETED}, "Conflict"),
    ],
)
def test_an_entry_begins_as_it_says_if_that_fits_together(given: dict[str, Any], outcome: str) -> None:
    try:
        after = shown(workflow.created(entry("start")._replace(**given), NOW))
    except Conflict:
        after = "Conflict"
    assert after == outcome


# ── Whatever happens ──

_DIRECTLY = st.fixed_dictionaries(
    {},
    optional={
        "wf_step": st.sampled_from(Step),
        "status": st.sampled_from(Status),
        "assigned_to_id": st.sampled_from([None, ME, ANN]),
        "job_id": st.sampled_from([None, "j"]),
    },
)


@given(st.lists(st.sampled_from(sorted(EVENTS)) | _DIRECTLY, max_size=12))
def test_an_entry_is_always_of_one_piece(happens: list[str | dict[str, Any]]) -> None:
    now = workflow.created(entry("start", "pending"), NOW)
    for each in happens:
        try:
            now = EVENTS[each](now) if isinstance(each, str) else set_directly(now, each)
        except (Conflict, Forbidden, Unprocessable):
            continue
        assert now.status in workflow.STATUSES[now.wf_step]
        assert (now.held_since is not None) == (now.status is Status.IN_PROGRESS)
        assert now.status is not Status.IN_PROGRESS or now.assigned_to_id is not None
        assert now.wf_step not in (Step.DONE, Step.ERROR) or now.assigned_to_id is None
        assert (now.error_message is None) or now.wf_step is Step.ERROR
