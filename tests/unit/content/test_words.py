"""Which words and signs a reason may not hold."""

from __future__ import annotations

import pytest
from hearback.content.words import has_emoji, has_profanity

EMOJI = ["😀", "👍🏽", "❤️", "❤", "⭐", "🇫🇷", "1️⃣", "☂️", "👩‍👩‍👧", "⌚", "✅", "🫠", "🀄"]
NO_EMOJI = [
    "★★★★☆",
    "5 → 4",
    "✓ done",
    "№ 1",
    "“quoted”",
    "¿por qué?",
    "日本語",
    "العربية",
    "½ ©®™",
    ":-)",
    "a\u200db",
]


@pytest.mark.parametrize("text", EMOJI)
def test_emoji_are_seen_wherever_they_stand(text: str) -> None:
    assert has_emoji(text)
    assert has_emoji(f"this is {text} indeed")


@pytest.mark.parametrize("text", NO_EMOJI)
def test_other_signs_are_no_emoji(text: str) -> None:
    assert not has_emoji(text)


@pytest.mark.parametrize(
    "text",
    [
        "this is shit",
        "What the FUCK",
        "bullshit!",
        "sh1t",
        "$hit happens",
        "fuuuuck",
        "Scheiße",
        "MERDE alors",
        "sal\u0065\u0301 encul\u00e9",
        "a55hole",
        "ＦＵＣＫ",
    ],
)
def test_profanity_is_seen_through_case_accents_and_disguise(text: str) -> None:
    assert has_profanity(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Scunthorpe",
        "a class of assassins",
        "Dickens wrote it",
        "shiitake mushrooms",
        "le retard du train",
        "1,000 for $5!",
        "The wrong product is shown",
    ],
)
def test_words_that_only_look_like_it_are_none(text: str) -> None:
    assert not has_profanity(text)
