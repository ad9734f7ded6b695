"""Tables in which blocks, pages and bounds are so small that tens of records reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from unittest import mock

import pytest
from hearback.dataset import listing
from hearback.storage import blocks, ordered, reads, shelves

from tests.models.database import tables

COUNTED_PAST = 12
"""So many records behind a page are counted: in the product 1000."""

Work = Callable[[Any], Any]


def one_by_one(work: Work, arguments: Sequence[Any]) -> list[Any]:
    """What the product does at once; to start threads takes longer than to read from memory."""
    return [work(argument) for argument in arguments]


SMALL = {
    (shelves, "BLOCK"): 6,
    (blocks, "_FIRST_PAGE"): 4,
    (ordered, "_FEW"): 2,
    (listing, "_COUNTED_PAST"): COUNTED_PAST,
}


@pytest.fixture(scope="module")
def clear() -> Iterator[Callable[[], None]]:
    """Empties the tables."""
    with tables() as emptied, ExitStack() as small:
        for (module, name), value in SMALL.items():
            small.enter_context(mock.patch.object(module, name, value))
        small.enter_context(mock.patch.object(reads, "at_once", one_by_one))
        yield emptied
