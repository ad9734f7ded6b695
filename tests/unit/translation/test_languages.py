"""Languages: from the tags in files to the vendor's own ids, and back."""

from __future__ import annotations

import pytest
from hearback.translation import languages


@pytest.mark.parametrize(
    ("tag", "id"),
    [
        ("en", "eng"),
        ("EN", "eng"),
        ("en-US", "eng"),
        ("en_GB", "eng"),
        ("En-uS", "eng"),
        ("en-AU", "eng"),
        ("de-DE", "ger"),
        ("nl", "dut"),
        ("cs", "cze"),
        ("ro", "rum"),
        ("el", "gre"),
        ("cy-GB", "wel"),
        ("fr", "fra"),
        ("fr-FR", "fra"),
        ("fr-CH", "fra"),
        ("fr-CA", "frc"),
        ("pt-BR", "ptb"),
        ("pt-PT", "ptp"),
        ("pt", "por"),
        ("es-419", "spa"),
        ("es-MX", "spa"),
        ("es-CO", "spa"),
        ("zh", "chi"),
        ("zh-CN", "chi"),
        ("zh-SG", "chi"),
        ("zh-Hans", "chi"),
        ("zh-Hans-HK", "chi"),
        ("zh-Hant", "cht"),
        ("zh-Hant-HK", "cht"),
        ("zh-TW", "cht"),
        ("zh-HK", "cht"),
        ("zh-MO", "cht"),
        ("nb", "nor"),
        ("nn-NO", "nor"),
        ("no", "nor"),
        ("prs-AF", "fad"),
        ("sr-Latn-RS", "srp"),
        ("ger", "ger"),
        ("xx", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_tag_names_a_language(tag: str, id: str | None) -> None:
    assert languages.language_id(tag) == id


def test_a_regional_id_is_kept_where_it_is_installed() -> None:
    assert languages.language_id("en-US", {"ena", "fra"}) == "ena"
    assert languages.language_id("en-GB", {"ena", "fra"}) == "eng"


def test_canadian_french_and_brazilian_portuguese_fall_back_when_nothing_better_is_installed() -> None:
    assert languages.language_id("fr-CA", {"fra"}) == "fra"
    assert languages.language_id("fr-CA", {"fra", "frc"}) == "frc"
    assert languages.language_id("pt-BR", {"por"}) == "por"


def test_varieties_that_are_languages_of_their_own_do_not_fold() -> None:
    assert [languages.generic(id) for id in ("frc", "ptb", "ptp", "cht")] == ["frc", "ptb", "ptp", "cht"]
    assert [languages.generic(id) for id in ("ena", "ene", "esa", "frf", "chn")] == [
        "eng",
        "eng",
        "spa",
        "fra",
        "chi",
    ]


def test_every_language_is_found_again_by_its_tag() -> None:
    for language in languages.languages():
        assert language.id in languages.language_ids(languages.tag(language.id))


def test_names_are_those_of_the_table() -> None:
    assert languages.name("frc") == "French (Canada)"
    assert languages.name("chi") == "Chinese (Simplified, China)"
    assert languages.name("ena") == "English"
    assert (languages.tag("cht"), languages.tag("eng")) == ("zh-TW", "en")
    assert (languages.name("zzz"), languages.tag("zzz"), languages.language("zzz")) == ("zzz", "zzz", None)
