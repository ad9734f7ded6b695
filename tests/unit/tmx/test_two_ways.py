"""The reader's short way and its long way give the same units and the same faults, whatever they read."""

from __future__ import annotations

import pytest
from hearback.tmx import reader as reader_module
from hearback.tmx.plain import plain_units
from hearback.tmx.reader import Limits
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tmx_fixtures import EN_FR, Fixture, document, fixtures
from tests.tmx_reading import outcome


@pytest.mark.parametrize(
    "fixture", [f for f in fixtures() if len(f.data) < 100_000], ids=lambda fixture: fixture.name
)
def test_the_short_way_and_the_long_way_agree(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    many = Limits(slice=256)
    short = outcome(fixture.data, limits=many)
    monkeypatch.setattr(reader_module, "plain_units", lambda *_: None)
    assert outcome(fixture.data, limits=many) == short == outcome(fixture.data)


markup = st.lists(
    st.sampled_from(
        [
            "<tu>",
            "</tu>",
            '<tu srclang="fr">',
            '<tuv xml:lang="en">',
            "</tuv>",
            "<seg>",
            "</seg>",
            "text",
            "&lt;b&gt;",
            "&#38;",
            "&nbsp;",
            "<!-- c -->",
            "<![CDATA[<tu>]]>",
            '<prop type="a">',
            "</prop>",
            "<note>",
            "</note>",
            "\n",
            '<ph x="1">',
            "</ph>",
            "<ph/>",
            "<hi>",
            "</hi>",
            "<x:y>",
            "</x:y>",
            "<tu/>",
            "</body>",
            "<body>",
            "\r\n",
            "é",
            EN_FR,
            EN_FR,
            "<tu ><tuv lang='en' ><seg >x</seg ></tuv ></tu >",
            '<prop type="b">&amp;</prop>',
            "</tmx>",
            "<tu tuid='a>b' srclang='fr'>",
            '<hi x="a>b">',
            '<ph x="/>"/>',
        ]
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=400)
@given(markup, st.integers(20, 400), st.integers(1, 400))
def test_the_two_ways_agree_on_any_markup(pieces: list[str], slice_size: int, size: int) -> None:
    both_ways_agree(document(EN_FR + "".join(pieces) + EN_FR).encode(), slice_size, size)


def both_ways_agree(data: bytes, slice_size: int, size: int) -> None:
    limits = Limits(slice=slice_size)
    short = outcome(data, size, limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_module, "plain_units", lambda *_: None)
        assert outcome(data, size, limits) == short == outcome(data)


RICH = (
    '<tu tuid="1" srclang="en"><note>n</note><prop type="a">b &amp; c</prop><tuv xml:lang="en"><prop type="c">d'
    '</prop><seg>e<bpt i="1">&lt;f&gt;</bpt>g<ph x="2"/><hi>h</hi></seg></tuv><tuv creationid="MT!" '
    'xml:lang="fr"><seg>\u00ef &#13;</seg></tuv></tu>\r\n'
)


@settings(deadline=None, max_examples=600)
@given(
    st.integers(0, len(RICH)),
    st.integers(0, 8),
    st.lists(
        st.sampled_from(
            [b"<", b">", b"&", b'"', b"'", b"/", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"\0", b"\x0c", b"\r", b"=",
             b"\n", b"\xef\xbf\xbf", b"\xff", b"\xee\x80\x80", b"&#0;", b"&#xFFFE;", b"&x;", b"<seg>", b"</tu >",
             b"a", b" "]
        ),
        max_size=3,
    ),
)  # fmt: skip
def test_the_two_ways_agree_on_any_damage(at: int, length: int, inserted: list[bytes]) -> None:
    rich = RICH.encode()
    damaged = rich[:at] + b"".join(inserted) + rich[at + length :]
    data = document("{}").encode().replace(b"{}", rich + damaged + rich)
    both_ways_agree(data, len(rich), 100)


def test_the_short_way_takes_units_of_known_shape() -> None:
    stretch = (RICH.strip() * 2).encode()
    long, _ = outcome(document(RICH.strip() * 2).encode())
    units = plain_units(stretch, 0, "en", long[0].offset, long[0].line, Limits())
    assert units == long


def test_the_short_way_leaves_the_end_of_no_unit_to_the_long_way() -> None:
    assert plain_units(b"</tu>", 0, "en", 0, 1, Limits()) is None


@pytest.mark.parametrize(("start", "end"), [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?a ", "?>")])
@pytest.mark.parametrize("slice_size", [1, 21, 100, 200, 300, 400, 1 << 15])
def test_what_is_hidden_stays_hidden(slice_size: int, start: str, end: str) -> None:
    hidden = document(EN_FR + start + EN_FR * 6)
    cut_short = hidden.removesuffix("</body></tmx>\n")
    units, fault = outcome(
        (cut_short + end + EN_FR + "</body></tmx>").encode(), limits=Limits(slice=slice_size)
    )
    assert (len(units), fault) == (2, "")
    _, fault = outcome(hidden.encode(), limits=Limits(slice=slice_size))
    assert "truncated" in fault
