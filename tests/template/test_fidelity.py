"""docs/fidelity.md speaks of tests and files that exist, and leaves out no patch of the emulator."""

from __future__ import annotations

import re

import pytest

from local.paths import ROOT

TEXT = (ROOT / "docs/fidelity.md").read_text(encoding="utf-8")
CITED = sorted(set(re.findall(r"`((?:tests|local|fidelity|infra)/[\w./]+(?:::\w+)?)`", TEXT)))
COLUMNS = "| AWS behaviour | source | locally | test | unproven |"


@pytest.mark.parametrize("cited", CITED)
def test_what_the_page_names_exists(cited: str) -> None:
    path, _, function = cited.partition("::")
    assert (ROOT / path).exists()
    if function:
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_patch_of_the_emulator_is_named() -> None:
    patches = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "local").rglob("*.py")
        if re.match(r'"""[^"]*MiniStack', path.read_text(encoding="utf-8"))
    ]
    at_its_life = {"local/__init__.py", "local/server.py"}  # these start it, and apply the patches
    assert sorted(set(patches) - set(CITED) - at_its_life) == []


def test_every_section_has_the_same_columns_in_every_row() -> None:
    for section in TEXT.split("\n## ")[1:]:
        header, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
        assert header == COLUMNS
        assert [row for row in rows if row.count(" | ") != 4] == []


def test_the_page_is_found_from_where_people_begin() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "docs/fidelity.md" in (ROOT / name).read_text(encoding="utf-8"), name
