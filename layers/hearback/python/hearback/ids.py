"""Identifiers that sort by the time of their making and need no shared counter."""

from __future__ import annotations


def uuid7(now: int, randomness: bytes) -> str:
    """A version 7 UUID (RFC 9562): `now` in nanoseconds since 1970, `randomness` of 10 bytes."""
    tail = int.from_bytes(randomness, "big")
    value = (
        (now // 1_000_000) << 80 | 0x7 << 76 | (tail >> 68 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    )
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
