"""What is read often is read a few times a second, and never late once the second is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hearback.errors import NotFound
from hearback.storage import hot

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    hot.forget()
    yield
    hot.forget()


class Shelf:
    """Gives what lies on it, and counts how often somebody looks."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.looks = 0

    def look(self) -> str:
        self.looks += 1
        return self.content


def test_what_is_read_now_and_then_is_always_read() -> None:
    shelf = Shelf("old")
    for second in range(3):
        for _ in range(hot.MOST_READS):
            assert hot.read("shelf", NOW + second * SECOND, shelf.look) == "old"
    assert shelf.looks == 3 * hot.MOST_READS


def test_a_change_is_seen_at_once_below_that_rate() -> None:
    shelf = Shelf("old")
    assert hot.read("shelf", NOW, shelf.look) == "old"
    shelf.content = "new"
    assert hot.read("shelf", NOW, shelf.look) == "new"


def test_what_is_read_more_often_is_remembered_until_the_second_is_over() -> None:
    shelf = Shelf("old")
    for _ in range(10 * hot.MOST_READS):
        hot.read("shelf", NOW, shelf.look)
    assert shelf.looks == hot.MOST_READS
    shelf.content = "new"
    assert hot.read("shelf", NOW + SECOND - 1, shelf.look) == "old"
    assert hot.read("shelf", NOW + SECOND, shelf.look) == "new"


def test_one_thing_is_not_another() -> None:
    for _ in range(2 * hot.MOST_READS):
        hot.read("shelf", NOW, Shelf("one").look)
    assert hot.read("table", NOW, Shelf("other").look) == "other"


def test_a_refusal_is_not_remembered() -> None:
    def refuse() -> str:
        raise NotFound("Nothing is here.")

    for _ in range(2 * hot.MOST_READS):
        with pytest.raises(NotFound):
            hot.read("shelf", NOW, refuse)
    assert hot.read("shelf", NOW, Shelf("here now").look) == "here now"
