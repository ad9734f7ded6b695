"""Worlds to ask about, drawn by hypothesis before anything is made: what there will be, and what happens to it.

Parents and people are numbers into what is there by then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import hypothesis
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")
Attributes = dict[str, Any]

WORDS = (
    "alpha",
    "Alpha",
    "ALPHABET",
    "a,b",
    "null",
    "50%_off",
    "Straße",
    "STRASSE",
    "x [1] & y=2",
    '"',
    "{",
    "1",
    "",
)
TEXTS = st.sampled_from(WORDS) | st.text("aAbß,é İ😀%&+#'\\/", max_size=6)
NAMES = TEXTS.filter(str.strip)
"""What is required must not be blank."""
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, 1e3]) | TEXTS
VALUES = st.recursive(
    LEAVES | st.sampled_from([["car", "sign"], {"a": 1, "b": [True]}]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
INDEX = st.integers(0, 99)
LOW = st.builds(min, INDEX, INDEX)
"""Mostly among the first, so that some have many."""


def _given(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[Attributes]:
    """Attributes, of which each may be missing."""
    return st.fixed_dictionaries({}, optional=values)


class Event(NamedTuple):
    what: str
    who: int
    attributes: Attributes


class Story(NamedTuple):
    """An entry, and what happens to it, one after the other."""

    dataset: int
    attributes: Attributes
    events: list[Event]


class Plan(NamedTuple):
    projects: list[Attributes]
    roles: list[list[str | None]]
    """Of the people in each project."""
    datasets: list[tuple[int, Attributes]]
    stories: list[Story]
    comments: list[tuple[int, int, Attributes]]
    edits: list[Event]


ROLES = st.sampled_from(["project_owner", "reviewer", "annotator", "annotator", None])
CONFIGURATIONS = st.none() | st.fixed_dictionaries({"sample_rate": st.sampled_from([0, 1])})
ANNOTATIONS = _given(dimensions=VALUES, annotation=VALUES, metadata=VALUES)
FEEDS = _given(content_md=TEXTS, position=VALUES)
NOTHING: st.SearchStrategy[Attributes] = st.just({})


def _event(what: str, attributes: st.SearchStrategy[Attributes] = NOTHING) -> st.SearchStrategy[Event]:
    return st.builds(Event, st.just(what), INDEX, attributes)


ANNOTATED = st.one_of(
    _event("annotate", ANNOTATIONS),
    _event("annotate", ANNOTATIONS),
    _event("annotate by rpc", ANNOTATIONS),
    _event("note", FEEDS),
    _event("note", FEEDS),
)
EVENTS = st.one_of(
    _event("submit", st.sampled_from([{}, {"approved": True}, {"approved": True}, {"approved": False}])),
    _event("assign"),
    _event("error", st.fixed_dictionaries({"message": NAMES})),
    _event("change", _given(priority=st.integers(-2, 2), job_id=st.none() | TEXTS)),
)


WORKED_ON = 16
"""Entries that come to annotations and notes for certain."""


@st.composite
def stories(draw: st.DrawFn, number: int) -> Story:
    """Taken to annotate, assigned, worked on, and then one thing or another; or only the latter."""
    attributes = draw(_given(priority=st.integers(-2, 2), job_id=st.none() | TEXTS))
    attributes["resource"] = f"{draw(TEXTS)}/{number}"
    events: list[Event] = []
    if number < WORKED_ON:
        certain = [_event("submit"), _event("assign"), _event("annotate", ANNOTATIONS), _event("note", FEEDS)]
        events = [*draw(st.tuples(*certain)), *draw(st.lists(ANNOTATED, max_size=3))]
    elif draw(st.booleans()):
        events = [draw(_event("submit"))]
    return Story(draw(LOW), attributes, [*events, *draw(st.lists(EVENTS, max_size=3))])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    def several(strategy: st.SearchStrategy[Drawn], number: int) -> list[Drawn]:
        return draw(st.lists(strategy, min_size=number, max_size=number))

    project = st.fixed_dictionaries({"name": NAMES}, optional={"description": TEXTS})
    dataset = st.fixed_dictionaries(
        {"name": NAMES, "modality": NAMES},
        optional={
            "labels": VALUES,
            "labeling_configuration": VALUES,
            "workflow_configuration": CONFIGURATIONS,
        },
    )
    edits = [
        _event("projects", _given(name=NAMES)),
        _event("project_members", _given(name=TEXTS, role=st.sampled_from(["reviewer", "annotator"]))),
        _event("datasets", _given(name=NAMES, labels=VALUES)),
        _event("annotations", ANNOTATIONS),
        _event("note_feeds", FEEDS),
        _event("resolve"),
        _event("note_comments", _given(content_md=TEXTS)),
    ]
    return Plan(
        several(project, 5),
        several(st.lists(ROLES, min_size=4, max_size=4), 4),
        several(st.tuples(LOW, dataset), 6),
        [draw(stories(number)) for number in range(32)],
        several(st.tuples(LOW, INDEX, _given(content_md=TEXTS)), 20),
        [each for strategy in edits for each in several(strategy, 3)],
    )


def drawn(strategy: Callable[[], st.SearchStrategy[Drawn]], seed: int) -> Drawn:
    """The largest of a few examples: the same for the same seed."""
    found: list[Drawn] = []

    @hypothesis.seed(seed)
    @settings(max_examples=5, database=None, phases=[Phase.generate], deadline=None)
    @given(strategy())
    def keep(example: Drawn) -> None:
        found.append(example)

    keep()
    return max(found, key=lambda each: len(repr(each)))
