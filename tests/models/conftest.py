"""Tables of the models' own, in which blocks, pages and bounds are so small that tens of records reach them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from unittest import mock

import pytest
from hearback.dataset import listing
from hearback.storage import blocks, ordered, shelves

from local.stack import Stack
from tests.crash.apart import Apart, apart

COUNTED_PAST = 12
"""So many records behind a page are counted: in the product 1000."""

SMALL = {
    (shelves, "BLOCK"): 6,
    (blocks, "_FIRST_PAGE"): 4,
    (ordered, "_FEW"): 2,
    (listing, "_COUNTED_PAST"): COUNTED_PAST,
}


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made, ExitStack() as small:
        for (module, name), value in SMALL.items():
            small.enter_context(mock.patch.object(module, name, value))
        yield made
