"""What one file may ask for: never more memory than its largest unit is allowed."""

from __future__ import annotations

import pytest
from hearback.tmx.reader import Limits, TmxError, TmxReader
from hearback.translation.mapping import Mapper

from tests.tmx_fixtures import EN_FR, fixtures

LIMITS = Limits(unit=5_000)


def unit(text: str, variants: int) -> str:
    segments = "".join(f'<tuv xml:lang="fr"><seg>{text}</seg></tuv>' for _ in range(variants))
    return f'<tu><tuv xml:lang="en"><seg>hello</seg></tuv>{segments}</tu>'


def read(body: str, limits: Limits) -> None:
    reader = TmxReader(limits=limits)
    # The comment takes every unit the long way, as anything unusual does.
    reader.feed(f'<tmx version="1.4"><header srclang="en"/><body><!-- -->{body}'.encode())
    reader.feed(b"</body></tmx>")
    reader.close()


def test_a_unit_of_too_many_characters_is_refused_with_its_line() -> None:
    with pytest.raises(TmxError, match=r"translation unit of more than 5000 characters \(line 1\)"):
        read(EN_FR + unit("x" * 1000, 6), LIMITS)


def test_many_units_that_are_small_enough_are_not() -> None:
    read((EN_FR + unit("x" * 900, 5)) * 20, LIMITS)


def test_what_a_file_names_does_not_stay_in_memory() -> None:
    pairs = next(fixture.pairs for fixture in fixtures() if fixture.pairs)
    mapper = Mapper(pairs)
    reader = TmxReader()
    props = "".join(f'<tu><prop type="language_pair_id">{n}{"x" * 5000}</prop>{EN_FR[4:]}' for n in range(50))
    units = reader.feed(f'<tmx version="1.4"><header srclang="en"/><body>{props}</body></tmx>'.encode())
    for each in units + reader.close():
        mapper.map(each)
    assert not mapper._plans
