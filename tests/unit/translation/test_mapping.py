"""From translation units to feedback entries."""

from __future__ import annotations

import pytest
from hearback import timestamps
from hearback.tmx import writer
from hearback.tmx.reader import TmxReader
from hearback.translation import languages
from hearback.translation.mapping import Candidate, Mapper, Rejection

from tests.tmx_fixtures import ENG_FRA, ENG_FRA_2, ENG_FRC, ENG_GER, ENG_SPA, Pair, document, tu

ENA_FRA = Pair("EnaFra", "ena", "fra")
ENA_ENE = Pair("EnaEne", "ena", "ene")
NO_PAIR = "no valid language pairs could be determined"


def mapped(
    data: str | bytes, *pairs: Pair, apply_all: bool = False
) -> tuple[list[Candidate], list[Rejection]]:
    reader = TmxReader()
    units = reader.feed(data.encode() if isinstance(data, str) else data) + reader.close()
    mapper = Mapper(pairs, apply_all)
    both = [mapper.map(unit) for unit in units]
    return [one for found, _ in both for one in found], [one for _, refused in both for one in refused]


def pair_ids(units: str, *pairs: Pair, apply_all: bool = False) -> list[str]:
    return [one.language_pair_id for one in mapped(document(units), *pairs, apply_all=apply_all)[0]]


def entry(**changes: object) -> bytes:
    fields: dict[str, object] = {
        "source_language": "en",
        "target_language": "fr",
        "source_text": "a & b\r",
        "suggested_translation": " c ",
        "machine_translation": "m",
        "comment": "<n>",
        "language_pair_id": "EngFra_Legal",
        "username": "u@x",
        "approval_state": "rejected",
        "reviewer": "r@x",
        "reviewed": 3,
        "created": 1,
        "modified": 2,
    }
    unit = writer.unit(**{**fields, **changes})  # type: ignore[arg-type]
    return writer.header("en") + unit + writer.FOOTER


def test_an_exported_entry_comes_back_whole() -> None:
    (found,), _ = mapped(entry(), ENG_FRA, ENG_FRA_2)
    expected = (
        1,
        5,
        "EngFra_Legal",
        "eng",
        "fra",
        "a & b\r",
        " c ",
        "m",
        "<n>",
        "u@x",
        "rejected",
        "r@x",
        *map(timestamps.format, (3, 1, 2)),
    )
    assert found == expected


def test_an_exported_entry_without_suggestion_comes_back_too() -> None:
    (found,), refused = mapped(
        entry(suggested_translation="", reviewer="", reviewed=None), ENG_FRA, ENG_FRA_2
    )
    assert (found.suggested_translation, found.machine_translation, found.language_pair_id, refused) == (
        "",
        "m",
        "EngFra_Legal",
        [],
    )
    assert (found.reviewer, found.reviewed) == (None, None)


def test_a_unit_without_suggestion_needs_its_pair_installed() -> None:
    _, (refused,) = mapped(entry(suggested_translation=""), ENG_FRA)
    assert str(refused) == f"translation unit 1 (line 5): {NO_PAIR}"


@pytest.mark.parametrize("id", [language.id for language in languages.languages()])
def test_an_export_in_any_language_is_recognized_again(id: str) -> None:
    pair = Pair("the pair", "eng" if languages.generic(id) != "eng" else "ger", id)
    tags = {"source_language": languages.tag(pair.source_language_id), "target_language": languages.tag(id)}
    (found,), _ = mapped(entry(**tags, language_pair_id="the pair"), pair)
    assert found.target_language_id == id


def test_a_foreign_unit_says_nothing_of_users_reviews_and_times() -> None:
    (found,), _ = mapped(document(tu(("en", "a"), ("fr", "b"))), ENG_FRA)
    assert found[7:] == ("", "", None, "awaitingApproval", None, None, None, None)


def test_unreadable_values_count_as_unsaid() -> None:
    more = '<prop type="approval_state">great</prop><prop type="creation_date">today</prop>'
    (found,), _ = mapped(document(tu(("en", "a"), ("fr", "b"), more=more)), ENG_FRA)
    assert (found.approval_state, timestamps.parse_or_none(found.created)) == ("awaitingApproval", None)


def test_props_of_a_variant_are_read_for_it() -> None:
    props = '<note>n</note><seg>b</seg><prop type="creation_date">1970-01-02</prop>'
    markup = f'<tu><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="fr">{props}</tuv></tu>'
    (found,), _ = mapped(document(markup), ENG_FRA)
    assert (found.comment, found.created) == ("n", "1970-01-02")


def test_the_named_pair_is_used_when_it_matches() -> None:
    named = '<prop type="language_pair_id">EngFra_Legal</prop>'
    both = tu(("en", "a"), ("fr", "b"), ("es", "c"), more=named)
    assert pair_ids(both, ENG_FRA, ENG_FRA_2, ENG_SPA) == ["EngFra_Legal", "EngSpa_Generic"]
    assert pair_ids(both, ENG_FRA, ENG_SPA) == ["EngFra_Generic", "EngSpa_Generic"]


def test_without_a_named_pair_the_first_or_with_apply_all_every_one_is_used() -> None:
    unit = tu(("en", "a"), ("fr", "b"))
    assert pair_ids(unit, ENG_FRA, ENG_FRA_2) == ["EngFra_Generic"]
    assert pair_ids(unit, ENG_FRA, ENG_FRA_2, apply_all=True) == ["EngFra_Generic", "EngFra_Legal"]


def test_a_pair_of_the_exact_region_comes_before_the_generic_one() -> None:
    assert pair_ids(tu(("en-US", "a"), ("fr", "b")), ENG_FRA, ENA_FRA) == ["EnaFra"]
    assert pair_ids(tu(("en-GB", "a"), ("fr", "b")), ENG_FRA, ENA_FRA) == ["EngFra_Generic"]
    assert pair_ids(tu(("en-GB", "a"), ("fr", "b")), ENA_FRA) == ["EnaFra"]
    assert pair_ids(tu(("en", "a"), ("fr-CA", "b")), ENG_FRA, ENG_FRC) == ["EngFrc_Generic"]


def test_a_regional_variant_of_the_source_is_a_target_only_where_a_pair_leads_to_it() -> None:
    unit = tu(("en-US", "a"), ("en-GB", "b"), ("fr", "c"))
    assert mapped(document(unit), ENG_FRA)[1] == []
    assert pair_ids(unit, ENG_FRA, ENA_ENE) == ["EnaEne", "EngFra_Generic"]


def test_machine_translations_belong_to_their_language_alone() -> None:
    machine = '<tuv creationid="MT!" xml:lang="es"><seg>m</seg></tuv>'
    unit = tu(("en", "a"), ("fr", "b"), ("es", "c")).replace("</tu>", machine + "</tu>")
    found, _ = mapped(document(unit), ENG_FRA, ENG_SPA)
    assert [(one.target_language_id, one.machine_translation) for one in found] == [("fra", ""), ("spa", "m")]


def test_a_warning_names_unit_line_and_reason() -> None:
    units = "\n".join(
        [tu(("en", "a"), ("fr", "b")), tu(("en", "a"), ("ja", "b")), tu(("en", " "), ("fr", "b"))]
    )
    _, refused = mapped(document(units), ENG_FRA)
    assert [str(one) for one in refused] == [
        f"translation unit 2 (line 4): {NO_PAIR}",
        "translation unit 3 (line 5): the source segment is blank",
    ]


def test_a_unit_that_yields_nothing_counts_once_and_a_target_within_a_good_one_each() -> None:
    nothing = tu(("en", "a"), ("ja", "b"), ("fr", " "))
    something = tu(("en", "a"), ("ja", "b"), ("fr", " "), ("de", "c"))
    assert len(mapped(document(nothing), ENG_FRA, ENG_GER)[1]) == 1
    assert len(mapped(document(something), ENG_FRA, ENG_GER)[1]) == 2
