"""Writes TMX 1.4: an export is `header()`, then `unit()` for each entry, then `FOOTER`, joined.

Element and attribute names are those of the reference's export; inside a `tu` they come in the order of the
TMX 1.4b DTD (`note`, `prop`, `tuv`), against which the whole validates. Plain string building: an export of
a million entries spends its time elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

from hearback import timestamps

FOOTER: Final = b"</body>\n</tmx>\n"
SEVERAL_SOURCES: Final = "*all*"
"""The header's `srclang` when the entries have several source languages."""

_HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    '<header creationtool="Hearback" creationtoolversion="1.0" segtype="sentence" o-tmf="" '
    'adminlang="en-us" srclang="{srclang}" datatype="plaintext"></header>\n<body>\n'
)
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS: Final = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_NONCHARACTERS: Final = ("\ufffe".encode(), "\uffff".encode())


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold.

    Dropped are the C0 controls other than tab, line feed and carriage return, U+FFFE, U+FFFF, and lone
    surrogates. Everything else survives an export and its import unchanged.
    """
    return _UNWRITABLE.sub("", text)


def header(srclang: str) -> bytes:
    return _HEADER.format(srclang=_attribute(clean(srclang))).encode()


def unit(  # noqa: PLR0913 - the fields of an entry
    *,
    source_language: str,
    target_language: str,
    source_text: str,
    suggested_translation: str,
    machine_translation: str,
    comment: str,
    language_pair_id: str,
    username: str,
    approval_state: str,
    reviewer: str,
    reviewed: int | None,
    created: int | None,
    modified: int | None,
) -> bytes:
    """One entry as a `tu`; languages are BCP-47 tags, times nanoseconds.

    What is empty is left out: a blank suggested translation too, which no importer would take.
    """
    source = _attribute(source_language)
    target = _attribute(target_language)
    parts = [f'<tu srclang="{source}">\n']
    if comment:
        parts.append(f"<note>{_text(comment)}</note>\n")
    parts.append(
        f'<prop type="language_pair_id">{_text(language_pair_id)}</prop>\n'
        f'<prop type="username">{_text(username)}</prop>\n'
        f'<prop type="approval_state">{_text(approval_state)}</prop>\n'
    )
    if reviewer:
        parts.append(f'<prop type="reviewer">{_text(reviewer)}</prop>\n')
    if reviewed is not None:
        parts.append(f'<prop type="review_date">{timestamps.format(reviewed)}</prop>\n')
    if created is not None:
        parts.append(f'<prop type="creation_date">{timestamps.format(created)}</prop>\n')
    if modified is not None:
        parts.append(f'<prop type="last_modification_date">{timestamps.format(modified)}</prop>\n')
    parts.append(f'<tuv xml:lang="{source}">\n<seg>{_text(source_text)}</seg>\n</tuv>\n')
    if not _is_blank(suggested_translation):
        parts.append(f'<tuv xml:lang="{target}">\n<seg>{_text(suggested_translation)}</seg>\n</tuv>\n')
    if machine_translation:
        machine = _text(machine_translation)
        parts.append(f'<tuv creationid="MT!" xml:lang="{target}">\n<seg>{machine}</seg>\n</tuv>\n')
    parts.append("</tu>\n")
    return _encode("".join(parts))


def _text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    escaped = _text(text).replace('"', "&quot;")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;")


def _is_blank(text: str) -> bool:
    """As an importer will find it, once the unwritable characters are gone."""
    return not text[:1].isalnum() and not clean(text).strip()


def _encode(markup: str) -> bytes:
    """`clean` for a whole unit at once, at the speed of bytes."""
    try:
        encoded = markup.encode()
    except UnicodeEncodeError:
        return clean(markup).encode()
    encoded = encoded.translate(None, _CONTROLS)
    if b"\xef\xbf" in encoded:
        for noncharacter in _NONCHARACTERS:
            encoded = encoded.replace(noncharacter, b"")
    return encoded
