"""What the first bytes of a file say: is it XML at all, in which encoding, and where does its content begin?

The bytes win over the declaration: a byte order mark, or the zero bytes that UTF-16 puts beside `<`, decide,
and a declaration of UTF-16 in a file of single bytes is not believed. The declaration itself is not handed
to the parser: the reader writes one of its own, in which `standalone="yes"` makes every undefined entity an
error even where an external DTD is named (XML 1.0, section 4.1).
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from hearback.tmx.errors import TmxError

LONGEST_DECLARATION: Final = 1024  # bytes, from the start of the file
_NEEDED: Final = 4  # bytes that tell every mark and signature apart

_SIGNATURES: Final = (
    (b"\x1f\x8b", "is gzip-compressed: send it uncompressed"),
    (b"PK\x03\x04", "is a zip archive: send the TMX file inside it"),
    (b"BZh", "is bzip2-compressed: send it uncompressed"),
    (b"\xfd7zX", "is xz-compressed: send it uncompressed"),
    (b"7z\xbc\xaf", "is a 7-Zip archive: send the TMX file inside it"),
    (b"%PDF", "is a PDF document, not TMX"),
    (b"\xff\xfe\x00\x00", "is UTF-32, which is not supported: send UTF-8"),
    (b"\x00\x00\xfe\xff", "is UTF-32, which is not supported: send UTF-8"),
    (b"<\x00\x00\x00", "is UTF-32, which is not supported: send UTF-8"),
    (b"\x00\x00\x00<", "is UTF-32, which is not supported: send UTF-8"),
    (b"\x00\x00\x00\x00", "holds zero bytes, no XML"),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
# The names that the parser knows itself, and the single-byte ones that Python's codecs decode for it.
_EIGHT_BIT: Final = re.compile(
    r"utf-8|us-ascii|iso-8859-\d\d?|(windows-|cp)125\d|cp(437|850|852|855|857|862|866|874)|koi8-[ru]"
    r"|macintosh|mac-(roman|cyrillic|greek|turkish|latin2)|tis-620"
)
_SPELLINGS: Final = {"utf8": "utf-8", "ascii": "us-ascii", "latin1": "iso-8859-1", "latin-1": "iso-8859-1"}
_DECLARATION: Final = re.compile(r"<\?xml\s[^?]*\?>")
_DECLARED_ENCODING: Final = re.compile(r"\sencoding\s*=\s*[\"']([^\"'?]*)[\"']")


class Start(NamedTuple):
    encoding: str
    """As the parser names it."""
    offset: int
    """Of the first byte behind byte order mark and declaration."""
    line: int
    """The line which that byte is on, from 1."""


def detect(head: bytes, final: bool = False) -> Start | None:
    """How the file starts, or None while `head` is too short to tell and more is to come (`final` false)."""
    if len(head) < _NEEDED and not final:
        return None
    _refuse_other_formats(head)
    encoding, mark = _from_bytes(head)
    declaration = _declaration(head[mark:], encoding, final)
    if declaration is None:
        return None
    if encoding is None:
        encoding = _from_declaration(declaration)
    width = 2 if encoding.startswith("utf-16") else 1
    lines = declaration.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    return Start(encoding, mark + len(declaration) * width, 1 + lines)


def encode(markup: str, encoding: str) -> bytes:
    """ASCII markup in the encoding of the file, to be parsed ahead of its bytes."""
    return markup.encode(codec_of(encoding) if encoding.startswith("utf-16") else "ascii")


def codec_of(encoding: str) -> str:
    """Python's name for an encoding that bears the parser's."""
    return encoding.replace("utf-16", "utf-16-")


def _refuse_other_formats(head: bytes) -> None:
    if not head:
        raise TmxError("is empty")
    for signature, reason in _SIGNATURES:
        if head.startswith(signature):
            raise TmxError(reason)


def _from_bytes(head: bytes) -> tuple[str | None, int]:
    """The encoding that the bytes show by themselves, and the length of the byte order mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if head[:1] == b"\x00" and head[1:2] not in (b"", b"\x00"):
        return "utf-16be", 0
    if head[1:2] == b"\x00" and head[:1] != b"\x00":
        return "utf-16le", 0
    return None, 0


def _declaration(head: bytes, encoding: str | None, final: bool) -> str | None:
    """The XML declaration, empty if there is none, or None if it may be there but has not ended yet."""
    codec = codec_of(encoding) if encoding else "latin-1"
    known = min(len(head), LONGEST_DECLARATION)
    text = codecs.decode(head[: known - known % 2 if codec.startswith("utf-16") else known], codec, "replace")
    begins = re.match(r"<\?xml\s", text) or (len(text) < 6 and "<?xml".startswith(text[:5]) and not final)
    if not begins:
        return ""
    if found := _DECLARATION.match(text):
        return found[0]
    if len(head) < LONGEST_DECLARATION and not final and "?>" not in text:
        return None
    raise TmxError("is not XML: its XML declaration does not end", 1)


def _from_declaration(declaration: str) -> str:
    declared = _DECLARED_ENCODING.search(declaration)
    if declared is None:
        return "utf-8"
    name = declared[1].strip().lower().replace("_", "-")
    name = _SPELLINGS.get(name, name)
    if name.startswith(("utf-16", "ucs-2", "iso-10646-ucs-2")):
        return "utf-8"  # the bytes are single: whatever wrote the declaration did not write the file
    if not (_EIGHT_BIT.fullmatch(name) and _has_codec(name)):
        raise TmxError(f"is in the encoding {declared[1][:40]!r}, which is not supported: send UTF-8", 1)
    return name


def _has_codec(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False
