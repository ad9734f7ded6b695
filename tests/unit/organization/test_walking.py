"""Large objects are read in windows: what begins in one of them begins in no other, and has its surroundings there."""

from __future__ import annotations

import io

import pytest
from hearback.organization import walking
from hearback.organization.person import Person
from hearback.organization.walking import Window

EVE = Person("eve@acme.example", (), "erased-1f2e3d4c5b6a")
MARGIN = 24


def windows(content: bytes, offset: int = 0) -> list[Window]:
    first = max(0, offset - MARGIN)
    return list(walking._windows(io.BytesIO(content[first:]), first, offset, MARGIN))


def found(content: bytes, offset: int = 0) -> list[int]:
    """Behind which windows' beginning the address is."""
    several = windows(content, offset)
    return [w.behind for w in several if EVE.is_in_bytes(w.content, w.start, w.end)]


@pytest.mark.parametrize("block", [1, 7, 32, 100, 10_000])
def test_windows_are_the_whole_object_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(walking, "_BLOCK", block)
    content = bytes(range(251)) * 3
    for offset in (0, 1, MARGIN, 400, len(content)):
        several = windows(content, offset)
        assert b"".join(w.content[w.start : w.end] for w in several) == content[offset:]
        assert [w.is_last for w in several] == [False] * (len(several) - 1) + [True]
        assert several[-1].behind == len(content)


@pytest.mark.parametrize("block", [16, 32, 50])
def test_an_address_is_found_once_wherever_windows_meet(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(walking, "_BLOCK", block)
    for before in range(120):
        assert len(found(b" " * before + b"eve@acme.example" + b" " * 100)) == 1
        assert found(b" " * before + b"steve@acme.example" + b" " * 100) == []
        assert found(b" " * before + b"eve@acme.example.org" + b" " * 100) == []


def test_a_search_goes_on_where_a_window_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "_BLOCK", 32)
    content = b" " * 95 + b"steve@acme.example" + b" " * 95 + b"eve@acme.example" + b" " * 95
    for place in windows(content):
        assert len(found(content, place.behind)) == (place.behind <= 208)
