"""Whatever people do with entries, in whatever order: answers, counters, statuses and rights are the model's.

For a longer run: `MODEL_EXAMPLES=500 MODEL_STEPS=60 pytest --timeout 0 tests/models/test_workflow.py`
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.models.calling import Person, document
from tests.models.sight import Record
from tests.models.steps import Steps
from tests.models.workplace import OTHERS, TEAM, staff

pytestmark = pytest.mark.xdist_group("workflow")

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "12"))
STEPS = int(os.environ.get("MODEL_STEPS", "30"))

SHRINK = () if os.environ.get("MODEL_SHRINK") == "no" else (Phase.shrink,)
PHASES = (Phase.reuse, Phase.generate, *SHRINK)

NAMES = [*TEAM, *OTHERS]
WHO = st.sampled_from(["at it", "at it", "at it", "owner", *NAMES])
INDEX = st.integers(0, 5)
PRIORITY = st.integers(-1, 1)
JOB = st.sampled_from([None, "job"])
STEP_AND_STATUS = st.fixed_dictionaries(
    {"wf_step": st.sampled_from(["start", "annotate", "review", "done", "error"])},
    optional={"status": st.sampled_from(["pending", "processing", "in_progress", "completed", "errored"])},
)
MEMBER = st.fixed_dictionaries({"role": st.sampled_from(sorted(set(TEAM.values())))}) | st.just(
    {"disabled_at": None}
)


def there_are(resource: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return precondition(lambda work: bool(work.place.records[resource]))


class Work(Steps):
    """What there is goes by its number among its kind; people by name, "at it" is who has the entry."""

    @initialize(sample_rate=st.sampled_from([1, 1, 0]), number=st.integers(1, 3))
    def begin(self, sample_rate: int, number: int) -> None:
        self.start(sample_rate)
        self.create("owner", number, 0, None, 0)

    @invariant()
    def agree(self) -> None:
        self.place.check(self.touched)
        self.touched = None

    # ── Entries ──

    @rule(who=WHO, number=st.integers(1, 3), first=st.integers(0, 9), job=JOB, priority=PRIORITY)
    def create(self, who: str, number: int, first: int, job: str | None, priority: int) -> None:
        """One, or some at once; numbers that come again are resources that are taken."""
        place, caller = self.place, self.place.who(who)
        given = [{"resource": f"{first + n}", "job_id": job, "priority": priority} for n in range(number)]
        above = {"dataset": ("dataset:datasets", place.dataset_id)}
        each = [document("dataset:entries", attributes, **above)["data"] for attributes in given]
        answer, expected = place.ask(
            partial(self.flow.create, caller, place.dataset, place.entries.values(), given),
            caller,
            "POST",
            "/entries",
            {"data": each[0] if number == 1 else each},
            201,
        )
        if expected:
            told = [answer.data] if number == 1 else answer.data
            for one, entry in zip(told, expected, strict=True):
                place.keep("entries", answer, one, entry)

    @there_are("entries")
    @rule(who=WHO, index=INDEX, approved=st.sampled_from([None, True, True, False, False]))
    def submit(self, who: str, index: int, approved: bool | None) -> None:
        caller, entry, path = self.entry(who, index)
        given = {} if approved is None else {"approved": approved}
        model = partial(self.flow.submitted, caller, entry, approved)
        self.event(model, caller, "POST", f"{path}/submit", given)

    @there_are("entries")
    @rule(who=WHO, index=INDEX)
    def select(self, who: str, index: int) -> None:
        caller, entry, path = self.entry(who, index)
        self.event(partial(self.flow.selected, caller, entry), caller, "GET", f"{path}/select")

    @there_are("entries")
    @rule(who=WHO, index=INDEX, to=st.sampled_from(NAMES))
    def assign(self, who: str, index: int, to: str) -> None:
        caller, entry, path = self.entry(who, index)
        id = self.people[to].account_id
        model = partial(self.flow.assigned, caller, entry, id)
        self.event(model, caller, "PATCH", f"{path}/assign", {"assigned_to_id": id})

    @there_are("entries")
    @rule(who=WHO, index=INDEX, message=st.sampled_from(["blurred", "blank"]))
    def fail(self, who: str, index: int, message: str) -> None:
        caller, entry, path = self.entry(who, index)
        model = partial(self.flow.failed, caller, entry, message)
        self.event(model, caller, "POST", f"{path}/error", {"message": message})

    @there_are("entries")
    @rule(
        who=WHO,
        index=INDEX,
        given=STEP_AND_STATUS | st.fixed_dictionaries({"job_id": JOB}, optional={"priority": PRIORITY}),
    )
    def change(self, who: str, index: int, given: Record) -> None:
        caller, entry, path = self.entry(who, index)
        self.event(partial(self.flow.changed, caller, entry, given), caller, "PATCH", path, given)

    @there_are("entries")
    @rule(who=WHO, index=INDEX, to=st.sampled_from([None, *NAMES]))
    def reassign(self, who: str, index: int, to: str | None) -> None:
        self.change(who, index, {"assigned_to_id": self.people[to].account_id if to else None})

    @rule(who=st.sampled_from(NAMES), step=st.sampled_from([None, None, "annotate", "review"]))
    def take_next(self, who: str, step: str | None) -> None:
        place, caller = self.place, self.people[who]
        given = {"dataset_id": place.dataset_id} | ({"wf_step": step} if step else {})
        waiting = list(place.entries.values())
        model = partial(self.flow.taken_next, caller, place.project_id, waiting, step)
        self.event(model, caller, "POST", "/entries/next", given)

    @there_are("entries")
    @rule(who=WHO, index=INDEX)
    def delete(self, who: str, index: int) -> None:
        caller, entry, _ = self.entry(who, index)
        self.remove(partial(self.flow.deleted, caller, entry), caller, "entries", entry)

    @rule(who=st.sampled_from(NAMES))
    def delete_dataset(self, who: str) -> None:
        """Another one takes its place."""
        place, caller = self.place, self.people[who]
        model = partial(self.flow.dataset_deleted, caller, place.dataset, place.entries.values())
        self.remove(model, caller, "datasets", place.dataset)
        if not place.records["datasets"]:
            place.begin_dataset()

    # ── Members ──

    @rule(who=WHO, name=st.sampled_from(list(TEAM)))
    def disable(self, who: str, name: str) -> None:
        caller, id = self.place.who(who), self.place.members[name]
        model = partial(self.flow.manage, caller, self.place.project_id)
        answer, _ = self.place.ask(model, caller, "DELETE", f"/project_members/{id}")
        if answer.status == 204:
            self.place.dismiss(id)

    @rule(who=WHO, name=st.sampled_from(list(TEAM)), given=MEMBER)
    def change_member(self, who: str, name: str, given: Record) -> None:
        """Another role, or back again."""
        caller, id = self.place.who(who), self.place.members[name]
        member = self.place.records["project_members"][id]
        body = document("dataset:project_members", given)
        model = partial(self.flow.member_changed, caller, member, given)
        _, expected = self.place.ask(model, caller, "PATCH", f"/project_members/{id}", body)
        if expected:
            self.place.records["project_members"][id] = expected

    # ── Annotations and notes ──

    @there_are("entries")
    @rule(who=WHO, index=INDEX)
    def annotate(self, who: str, index: int) -> None:
        caller, entry, _ = self.entry(who, index)
        body = document("dataset:annotations", {"annotation": index}, entry=("dataset:entries", entry["id"]))
        model = partial(self.notes.annotate, caller, entry)
        self.make_below(model, caller, "annotations", body, {"entry_id": entry["id"]})

    @there_are("annotations")
    @rule(who=WHO, index=INDEX, how=st.sampled_from(["PATCH", "DELETE"]))
    def change_annotation(self, who: str, index: int, how: str) -> None:
        annotation = self.place.nth("annotations", index)
        entry, caller = self.above(annotation, who)
        self.edit(
            partial(self.notes.change_annotation, caller, entry), caller, how, "annotations", annotation
        )

    @there_are("entries")
    @rule(who=WHO, index=INDEX, anchored=st.booleans())
    def note(self, who: str, index: int, anchored: bool) -> None:
        """On the entry, or on one of its annotations."""
        caller, entry, _ = self.entry(who, index)
        given = {"entry_id": entry["id"]}
        inside = [
            each for each in self.place.records["annotations"].values() if each["entry_id"] == entry["id"]
        ]
        if anchored and inside:
            given |= {"annotation_id": inside[0]["id"], "anchor_type": "annotation"}
        body = document("dataset:note_feeds", given)
        expected = {"annotation_id": None, "status": "pending"} | given
        expected.pop("anchor_type", None)
        self.make_below(partial(self.notes.begin_feed, caller, entry), caller, "note_feeds", body, expected)

    @there_are("note_feeds")
    @rule(who=WHO, index=INDEX, how=st.sampled_from(["PATCH", "DELETE"]))
    def change_feed(self, who: str, index: int, how: str) -> None:
        feed = self.place.nth("note_feeds", index)
        entry, caller = self.above(feed, who)
        self.edit(partial(self.notes.change_feed, caller, entry, feed), caller, how, "note_feeds", feed)

    @there_are("note_feeds")
    @rule(who=WHO, index=INDEX)
    def resolve(self, who: str, index: int) -> None:
        feed = self.place.nth("note_feeds", index)
        entry, caller = self.above(feed, who)
        model = partial(self.notes.resolve, caller, entry, feed)
        answer, done = self.place.ask(model, caller, "POST", f"/note_feeds/{feed['id']}/resolve")
        if done:
            self.place.keep("note_feeds", answer, answer.data, feed | {"status": "resolved"})

    @there_are("note_feeds")
    @rule(who=WHO, index=INDEX)
    def comment(self, who: str, index: int) -> None:
        feed = self.place.nth("note_feeds", index)
        entry, caller = self.above(feed, who)
        body = document("dataset:note_comments", {}, note_feed=("dataset:note_feeds", feed["id"]))
        model = partial(self.notes.comment, caller, entry)
        self.make_below(model, caller, "note_comments", body, {"note_feed_id": feed["id"]})

    @there_are("note_comments")
    @rule(who=WHO, index=INDEX, how=st.sampled_from(["PATCH", "DELETE"]))
    def change_comment(self, who: str, index: int, how: str) -> None:
        comment = self.place.nth("note_comments", index)
        entry, caller = self.above(comment, who)
        model = partial(self.notes.change_comment, caller, entry, comment)
        self.edit(model, caller, how, "note_comments", comment)


@pytest.fixture(scope="module")
def people(clear: object) -> dict[str, Person]:
    return staff()


@pytest.mark.timeout(900)  # a failure takes minutes to be told in few steps
def test_every_event_does_what_the_model_does(people: dict[str, Person]) -> None:
    machine = type("Work", (Work,), {"people": people})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
