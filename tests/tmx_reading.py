"""A TMX file read as the importer reads it, for several tests."""

from __future__ import annotations

from hearback.tmx.errors import TmxError
from hearback.tmx.reader import TmxReader
from hearback.tmx.units import Limits, Unit


def outcome(data: bytes, size: int = 0, limits: Limits | None = None) -> tuple[list[Unit], str]:
    """The units, and the fault behind them."""
    size = size or len(data) or 1
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    units = []
    try:
        for unit in TmxReader(limits=limits).read(pieces):
            units.append(unit)  # noqa: PERF402 - those before the fault
    except TmxError as error:
        return units, str(error)
    return units, ""
