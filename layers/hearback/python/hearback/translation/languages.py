"""The languages: three-letter ids of the vendor's own (not ISO 639-3) and the BCP-47 tags they stand for.

The table beside this module is data, never computed from a library. A tag names a chain of ids, from the
most exact to the most general that may stand in for it:

    en-US   → ena, eng         regional ids fold to the generic language …
    fr-CA   → frc, fra         … and some varieties fall back when no pair of their own is installed
    es-CO   → spa              longest known prefix, then the primary subtag
    zh-Hant → cht

`generic(id)` is the language's identity: `ena` and `ene` are both `eng`, while `frc`, `ptb` and `ptp` are
languages of their own.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

_FOLDS: Final = {
    "ena": "eng", "ene": "eng",
    "esa": "spa", "esl": "spa", "esm": "spa", "ess": "spa",
    "frf": "fra", "chn": "chi", "nob": "nor", "nno": "nor",
}  # fmt: skip
_FALLBACKS: Final = {"frc": "fra", "ptb": "por", "ptp": "por"}
_ALIASES: Final = {"zh-hans": "chi", "zh-hant": "cht", "prs": "fad"}
# Which of the table's tags stands for an id that has several.
_CANONICAL: Final = {"chi": "zh-CN", "cht": "zh-TW"}
LONGEST_TAG: Final = 64  # a longer one is no language: it would only fill the cache


class Language(NamedTuple):
    id: str
    tag: str
    name: str
    """English name; the tag where the vendor gives none."""


class _Table(NamedTuple):
    by_id: dict[str, Language]
    ids_by_tag: dict[str, tuple[str, ...]]


def language_id(tag: str, installed: Collection[str] = ()) -> str | None:
    """The id for a BCP-47 tag, in any case, `_` as good as `-`; None for an unknown one.

    It is the most exact id of the chain that is among `installed`; when none is, the language's identity.
    """
    chain = language_ids(tag)
    exact = next((id for id in chain if id in installed), None)
    return exact or (generic(chain[0]) if chain else None)


@lru_cache(maxsize=4096)
def language_ids(tag: str) -> tuple[str, ...]:
    """The ids that may stand for the tag, the most exact first; empty for an unknown tag."""
    known = _known_ids(tag.strip().replace("_", "-").lower()) if len(tag) <= LONGEST_TAG else ()
    wider = [_FOLDS.get(id) or _FALLBACKS.get(id) for id in known]
    return tuple(dict.fromkeys([*known, *(id for id in wider if id)]))


def generic(id: str) -> str:
    """The identity of the language: a regional id folds to its generic one, every other is itself."""
    return _FOLDS.get(id, id)


def language(id: str) -> Language | None:
    """What the table says about an id; a regional one without a name bears its generic language's."""
    return _table().by_id.get(id)


def name(id: str) -> str:
    found = language(id)
    return found.name if found else id


def tag(id: str) -> str:
    """The canonical BCP-47 tag, such that `language_ids(tag(id))` contains `id`; an unknown id is its own."""
    found = language(id)
    return found.tag if found else id


def languages() -> list[Language]:
    return list(_table().by_id.values())


def _known_ids(tag: str) -> tuple[str, ...]:
    """Of the longest prefix in whole subtags that is known; or the tag itself, if it is an id."""
    ids_by_tag = _table().ids_by_tag
    subtags = tag.split("-")
    for length in range(len(subtags), 0, -1):
        prefix = "-".join(subtags[:length])
        if prefix in ids_by_tag:
            return ids_by_tag[prefix]
    return (tag,) if tag in _table().by_id else ()


@cache
def _table() -> _Table:
    text = Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    by_id: dict[str, Language] = {}
    ids_by_tag: dict[str, tuple[str, ...]] = {alias: (id,) for alias, id in _ALIASES.items()}
    for name, id, tag in rows:
        ids_by_tag[tag.lower()] = (*ids_by_tag.get(tag.lower(), ()), id)
        if id not in by_id or tag == _CANONICAL.get(id):
            by_id[id] = Language(id, tag, name)
    named = {id: known.name or by_id[generic(id)].name or known.tag for id, known in by_id.items()}
    return _Table({id: known._replace(name=named[id]) for id, known in by_id.items()}, ids_by_tag)
