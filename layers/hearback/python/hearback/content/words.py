"""What a text may not hold: emoji, and inappropriate language."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

# Characters that are shown as emoji by themselves (Unicode's Emoji_Presentation), and what makes others
# so: the variation selector 16, the enclosing keycap, and the heart that people type without either.
_EMOJI = re.compile(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c"
    "\u274e\u2753-\u2755\u2757\u2764\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u20e3\ufe0f"
    "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f201\U0001f21a\U0001f22f"
    "\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff]"
)
_DISGUISES = str.maketrans("013457@$!", "oieastasi")
_DISGUISED = re.compile(r"[013457@$!](?=[^\W_])")
"""A digit or sign that a letter follows: `sh1t`, `$hit`; not the exclamation mark at the end."""
_WORD = re.compile(r"[^\W\d_]+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")


def has_emoji(text: str) -> bool:
    return _EMOJI.search(text) is not None


def has_profanity(text: str) -> bool:
    """Whether one of its words is in the list, whatever its accents, case and disguise."""
    letters = "".join(
        c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
    ).casefold()
    plain = _DRAWN_OUT.sub(r"\1", _DISGUISED.sub(lambda sign: sign[0].translate(_DISGUISES), letters))
    return not _profanities().isdisjoint(_WORD.findall(plain))


@cache
def _profanities() -> frozenset[str]:
    lines = Path(__file__).with_name("profanities.txt").read_text(encoding="utf-8").split()
    return frozenset(lines)
