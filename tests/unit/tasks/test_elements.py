"""The elements of a JSON array, however its bytes arrive."""

from __future__ import annotations

import itertools
import json
import math
import tracemalloc
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hearback.tasks import elements as module
from hearback.tasks.elements import Malformed, elements
from hypothesis import example, given
from hypothesis import strategies as st

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def pieces(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The bytes in chunks of these sizes, over and over."""
    start = 0
    for size in itertools.cycle(sizes):
        if start >= len(content):
            return
        yield content[start : start + size]
        start += size


some_sizes = st.lists(st.integers(1, 20), min_size=1, max_size=5)


@given(st.lists(any_json, max_size=8), some_sizes, st.sampled_from([None, 1]), st.booleans())
@example([1.5, -2e30, 10**30, True], [1], None, False)
def test_the_elements_are_those_of_the_array(
    values: list[Any], sizes: list[int], indent: int | None, ascii: bool
) -> None:
    content = json.dumps(values, indent=indent, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
    assert list(elements(pieces(content, sizes))) == values


@given(st.lists(any_json, min_size=1, max_size=4), st.data(), some_sizes)
def test_an_array_that_is_cut_off_is_malformed_behind_its_whole_elements(
    values: list[Any], data: st.DataObject, sizes: list[int]
) -> None:
    content = json.dumps(values).encode()
    cut = data.draw(st.integers(0, len(content) - 1))
    found: list[Any] = []
    with pytest.raises(Malformed):
        found.extend(elements(pieces(content[:cut], sizes)))
    whole = [value for value in found if value in values]
    assert len(whole) >= len(found) - 1  # the end of a number is not seen


@given(
    st.binary(max_size=40)
    | st.text(alphabet='[]{},:"\\ 1.-eatrufnl\ud800', max_size=30).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    ),
    some_sizes,
)
def test_any_bytes_are_an_array_or_malformed(content: bytes, sizes: list[int]) -> None:
    try:
        found = list(elements(pieces(content, sizes)))
    except Malformed:
        return
    assert repr(json.loads(content)) == repr(found)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "begin"),
        (b"{}", "begin"),
        (b'"text"', "begin"),
        (b"[1", "cut off"),
        (b"[1,]", "Expecting value"),
        (b"[1 2]", "belongs"),
        (b"[1] 2", "behind its end"),
        (b'["\xff"]', "UTF-8"),
        (b'["\xc3', "UTF-8"),
        (b"[" * 200_000, "deeply"),
    ],
)
def test_what_is_no_array_is_told_apart(content: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        list(elements([content]))


def test_an_odd_element_does_not_make_the_others_unreadable() -> None:
    content = b'\xef\xbb\xbf[NaN, 1e999, "\\ud800", ' + b"9" * 5_000 + b', "good"]'
    odd, huge, half, long, good = elements([content])
    assert math.isnan(odd)
    assert (huge, half, long, good) == (math.inf, "\ud800", math.inf, "good")


def test_an_element_that_does_not_end_is_given_up() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b'["'
        while True:
            read += 1000
            yield b"x" * 1000

    with mock.patch.object(module, "LARGEST", 50_000), pytest.raises(Malformed, match="50000"):
        list(elements(endless()))
    assert read < 250_000


def test_a_large_array_takes_no_more_memory_than_a_small_one() -> None:
    def rows(number: int) -> Iterator[bytes]:
        yield b"["
        for row in range(number):
            yield b"%s%s" % (
                b"," if row else b"",
                json.dumps({"data": {"url": "x" * 400}, "row": row}).encode(),
            )
        yield b"]"

    def peak(number: int) -> int:
        tracemalloc.start()
        try:
            assert sum(1 for _ in elements(rows(number))) == number
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(10_000) < 2 * peak(100) + 50_000
