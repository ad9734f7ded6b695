"""Many at once on one task's feedback: nothing final is edited, nothing counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hearback.errors import HearbackError
from hearback.jsonapi.errors import Conflicts
from hearback.quality.model import Entry

from local.stack import Stack
from tests.crash.apart import Apart, apart
from tests.crash.recount_feedback import check
from tests.crash.task_feedback import NUMBER, World, field, place
from tests.races.at_once import at_once, unless_refused

Posted = Callable[[], list[Entry] | HearbackError]


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made:
        yield made


@pytest.fixture
def world(resources: Apart) -> World:
    resources.clear()
    return World(place())


def edit(world: World, number: int) -> Posted:
    return unless_refused(partial(world.post, field("x", f"edit {number}")))


@pytest.mark.parametrize("time", range(3))
def test_no_edit_reaches_an_entry_that_is_final(world: World, time: int) -> None:
    """What the finalizing caller was answered is what stays, whoever edited before or tried after."""
    world.post(field("x"))
    finalize: Posted = unless_refused(world.finalize)
    final, *edits = at_once(finalize, *[edit(world, number) for number in range(8)])
    assert isinstance(final, list)
    assert list(world.entries()) == final
    assert final[0].is_final
    taken = [answer for answer in edits if isinstance(answer, list)]
    refused = [answer for answer in edits if not isinstance(answer, list)]
    assert {type(refusal) for refusal in refused} <= {Conflicts}
    assert not any(entry.is_final for answer in taken for entry in answer)
    assert final[0].comment in {None, *(entry.comment for answer in taken for entry in answer)}
    check(NUMBER)


def test_of_many_who_edit_and_finalize_at_once_one_has_the_last_word(world: World) -> None:
    world.post(field("x"))
    works = [
        unless_refused(partial(world.post, field("x", f"final {number}"), finalize=True))
        for number in range(8)
    ]
    answers = at_once(*works)
    assert Counter(type(answer) for answer in answers) == {list: 1, Conflicts: 7}
    (last,) = [answer for answer in answers if isinstance(answer, list)]
    assert list(world.entries()) == last
    check(NUMBER)


def test_of_equal_external_ids_posted_at_once_one_entry_is_left(world: World) -> None:
    answers = at_once(*[partial(world.post, field("x"), field("y", context="audit"))] * 12)
    assert len({tuple(entry.id for entry in answer) for answer in answers}) == 1
    assert len(world.entries()) == 2
    (review,) = check(NUMBER)
    assert len(review.entries) == 2


def test_everything_that_many_add_at_once_is_there_once(world: World) -> None:
    at_once(*[partial(world.post, field(f"{number}"), field()) for number in range(16)])
    assert len(world.entries()) == 32
    check(NUMBER)


def test_drafts_are_deleted_or_finalized_never_both(world: World) -> None:
    ids = [entry.id for entry in world.post(*[field() for _ in range(6)])]
    deleted: list[str] = []
    final: list[str] = []

    def delete(its_id: str) -> None:
        deleted.extend(world.delete([its_id]).deleted)

    def finalize() -> None:
        final.extend(entry.id for entry in world.finalize())

    at_once(*[partial(delete, its_id) for its_id in ids], finalize)
    assert sorted(deleted + final) == sorted(ids)
    assert [entry.id for entry in world.entries()] == [its_id for its_id in ids if its_id in final]
    check(NUMBER)


def test_rounds_and_tasks_that_are_reviewed_at_once_are_all_counted(world: World) -> None:
    worlds = [World(place(task, round)) for task in range(8) for round in (1, 2, 3)]
    at_once(*[partial(each.post, field(), day=number % 3) for number, each in enumerate(worlds)])
    assert len(check(NUMBER)) == len(worlds)
    drafts = [(each, [entry.id for entry in each.entries()]) for each in worlds[::2]]
    at_once(*[partial(each.delete, ids) for each, ids in drafts])
    assert len(check(NUMBER)) == len(worlds) // 2
