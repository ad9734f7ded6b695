"""JSON as bodies bring it: what is malformed is refused with its place, what passes can be kept."""

from __future__ import annotations

import json

import pytest
from hearback.errors import Invalid
from hearback.jsonapi import strict
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_every_json_value_is_read_as_it_was_written(value: object) -> None:
    assert strict.read(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": 1} x', "line 1, column 10"),
        (b"[1, 2", "line 1, column 6"),
        (b'"\xff"', "byte 1 is not UTF-8"),
        (b'"\xed\xa0\x80"', "byte 1 is not UTF-8"),  # half of a surrogate pair, as bytes
        (b"NaN", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"1e999", "out of range"),
        (b"-1e999", "out of range"),
        (b"1" * 39, "more than 38 digits"),
        (b"1" * 5_000, "more than 38 digits"),
        (b"[" * 101 + b"]" * 101, "100 levels"),
        (b"[" * 100_000, "100 levels"),
        (b'{"a":' * 3_000 + b"1" + b"}" * 3_000, "100 levels"),
        (b'"\x01"', "Invalid control character"),
        ("{'a': 1}".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(body: bytes, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        strict.read(body)
    assert place in refused.value.details


def test_a_hundred_levels_are_fine() -> None:
    assert strict.read(b"[" * 100 + b"]" * 100) is not None


def test_wide_is_not_deep() -> None:
    assert len(strict.read(json.dumps([[{}]] * 500).encode())) == 500


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert strict.read(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'),
        ("1.0", "1"),
        ("[1e2]", "[100]"),
        ('"\\u00e9"', '"é"'),
        ("-0.0", "0"),
    ],
)
def test_the_same_value_has_one_text(one: str, other: str) -> None:
    assert strict.canonical(strict.read(one)) == strict.canonical(strict.read(other))


@pytest.mark.parametrize(("one", "other"), [("true", "1"), ("[1, 2]", "[2, 1]"), ('"1"', "1"), ("null", "0")])
def test_different_values_have_different_texts(one: str, other: str) -> None:
    assert strict.canonical(strict.read(one)) != strict.canonical(strict.read(other))


@given(JSON)
def test_the_canonical_text_is_json_of_the_same_value(value: object) -> None:
    assert json.loads(strict.canonical(value)) == value
