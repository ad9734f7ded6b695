"""Terminals: one of somebody who is logged in, and one of somebody who is not yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.terminal import INFO, ME, Line, Terminal


@pytest.fixture
def stranger(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Nobody has logged in yet; the service would accept them."""
    terminal = Terminal(tmp_path / "config" / "hearback", capsys, monkeypatch)
    terminal.line.on("GET /api/v2/system/info", INFO)
    terminal.line.on("GET /api/v1/access/me", ME)
    return terminal


@pytest.fixture
def terminal(stranger: Terminal) -> Terminal:
    """Somebody is logged in."""
    stranger.log_in()
    return stranger


@pytest.fixture
def line(stranger: Terminal) -> Line:
    return stranger.line
