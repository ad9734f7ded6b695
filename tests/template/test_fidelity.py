"""docs/fidelity.md speaks of what exists, says where it knows it from, and leaves out no hold on the emulator."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import ROOT

PAGE = ROOT / "docs/fidelity.md"
TEXT = PAGE.read_text(encoding="utf-8")
CITED = sorted(set(re.findall(r"`((?:tests|local|fidelity|infra)/[\w./]+(?:::\w+)?)`", TEXT)))
LINKS = sorted(set(re.findall(r"\]\(([^)]+)\)", TEXT)))
COLUMNS = "| AWS behaviour | source | locally | test | unproven |"
TABLES = [
    [line for line in section.splitlines() if line.startswith("|")]
    for section in TEXT.split("\n## ")[1:]
    if "\n|" in section
]
ROWS = [row for _, _, *rows in TABLES for row in rows]
PLUMBING = {"local/paths.py", "local/asgi.py"}
"""Modules of the chain that know neither AWS nor the emulator."""


@pytest.mark.parametrize("cited", CITED)
def test_what_the_page_names_exists(cited: str) -> None:
    path, _, function = cited.partition("::")
    assert (ROOT / path).exists()
    if function:
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_the_page_leads_somewhere(link: str) -> None:
    if not link.startswith("https://"):
        path, _, anchor = link.partition("#")
        target = (PAGE.parent / path).resolve() if path else PAGE
        assert target.exists()
        assert not anchor or anchor in _anchors(target)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_module_that_reaches_into_the_emulator_is_named() -> None:
    modules = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "local").rglob("*.py")}
    found = {name for name, path in modules.items() if any(_is_ministack(it) for it in _imports(path))}
    chain = {"local/front.py", "local/server.py"}
    for name in sorted(chain):
        chain |= {_file(it) for it in _imports(modules[name]) if it.startswith("local.")}
    assert {"local/guard.py", "local/gateway/api.py", "local/hostile/installing.py"} <= chain
    assert [name for name in sorted(found | chain - PLUMBING) if not _is_named(name)] == []


def _imports(module: Path) -> Iterator[str]:
    """What a module imports, at its top or late by `import_module`."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(name), names=names):
                yield name
                yield from (
                    f"{name}.{it.name}" for it in names if (ROOT / _file(f"{name}.{it.name}")).exists()
                )
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name))]):
                yield name


def _is_ministack(module: str) -> bool:
    return module.partition(".")[0] == "ministack"


def _file(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"


def _is_named(module: str) -> bool:
    """Whether the page names the module, or the folder that it is in."""
    return module in CITED or f"{module.rpartition('/')[0]}/" in CITED


def test_every_table_has_the_same_columns_in_every_row() -> None:
    assert [header for header, *_ in TABLES if header != COLUMNS] == []
    assert [row for row in ROWS if row.count(" | ") != 4] == []


def test_every_row_says_where_its_fact_comes_from() -> None:
    sources = [row.split(" | ")[1] for row in ROWS]
    known = re.compile(r"\]\(https://|^observed: |^not found; from memory$")
    assert [source for source in sources if not known.search(source)] == []


def test_the_page_is_found_from_where_people_begin() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "docs/fidelity.md" in (ROOT / name).read_text(encoding="utf-8"), name
