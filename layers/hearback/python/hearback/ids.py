"""Identifiers that sort by the time of their making and need no shared counter."""

from __future__ import annotations

import re
from hashlib import blake2b

_MILLISECOND = 1_000_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def uuid7(now: int, randomness: bytes) -> str:
    """A version 7 UUID (RFC 9562): `now` in nanoseconds since 1970, `randomness` of 10 bytes."""
    tail = int.from_bytes(randomness, "big")
    value = (
        (now // 1_000_000) << 80 | 0x7 << 76 | (tail >> 68 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    )
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def tag(parent_id: str) -> str:
    """40 bits that stand for a parent in its children's ids, as 10 hexadecimal digits."""
    return blake2b(parent_id.encode(), digest_size=5).hexdigest()


def child(parent_id: str, now: int, randomness: bytes) -> str:
    """A version 7 UUID that tells its parent's tag, so that a child's partition is known from its id alone.

    `now` in nanoseconds since 1970, `randomness` of 3 bytes. The bits after the milliseconds are the
    fraction of the millisecond (RFC 9562, 6.2, method 3): what one client creates in turn is in order.
    It is greater than its parent's id, also where two servers' clocks differ.
    """
    if _is_version_7(parent_id):
        now = max(now, (int(parent_id[:8] + parent_id[9:13], 16) + 1) * _MILLISECOND)
    milliseconds, rest = divmod(now, _MILLISECOND)
    fraction = rest * 4096 // _MILLISECOND
    chance = int.from_bytes(randomness, "big") & 0x3FFFFF
    digits = f"{milliseconds:012x}7{fraction:03x}{0b10 << 22 | chance:06x}{tag(parent_id)}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def instant(child_id: str) -> int:
    """When a `child` was made: nanoseconds since 1970, whole microseconds. The order of ids is that of these."""
    milliseconds, fraction = int(child_id[:8] + child_id[9:13], 16), int(child_id[15:18], 16)
    return milliseconds * _MILLISECOND + fraction * 1000 // 4096 * 1000


def earliest(now: int) -> str:
    """What every `child` whose `instant` is this one (ns) or later is above, and every other one below."""
    milliseconds, microseconds = divmod(-(-max(0, now) // 1000), 1000)
    digits = f"{milliseconds:012x}"
    return f"{digits[:8]}-{digits[8:]}-7{-(-microseconds * 4096 // 1000):03x}"


def parents_tag(child_id: str) -> str:
    """The tag of the parent of a `child`."""
    return child_id[-10:]


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in its usual form, in lower case."""
    return _UUID.fullmatch(text) is not None


def _is_version_7(text: str) -> bool:
    return is_uuid(text) and text[14] == "7"
