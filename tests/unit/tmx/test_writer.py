"""Writing TMX: valid against the DTD, whatever the texts hold."""

from __future__ import annotations

from pathlib import Path

from hearback.tmx import writer
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

DTD = etree.DTD(str(Path(__file__).with_name("tmx14b.dtd")))
any_text = st.text(st.characters(codec=None), max_size=40)
instants = st.none() | st.integers(0, 4_000_000_000_000_000_000)


def unit(**changes: object) -> bytes:
    fields: dict[str, object] = {
        "source_language": "en",
        "target_language": "es",
        "source_text": "hello world",
        "suggested_translation": "hola mundo",
        "machine_translation": "hola tierra",
        "comment": "example comment",
        "language_pair_id": "EngSpa_Generic_SRV_TNMV_8_5_x_6",
        "username": "admin@localhost",
        "approval_state": "approved",
        "reviewer": "admin@localhost",
        "reviewed": 1_628_716_017_242_039_142,
        "created": 1_628_716_007_393_801_674,
        "modified": 1_628_716_007_393_801_674,
    }
    return writer.unit(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_unit_is_written_as_documented_in_the_order_of_the_dtd() -> None:
    assert unit().decode() == (
        '<tu srclang="en">\n'
        "<note>example comment</note>\n"
        '<prop type="language_pair_id">EngSpa_Generic_SRV_TNMV_8_5_x_6</prop>\n'
        '<prop type="username">admin@localhost</prop>\n'
        '<prop type="approval_state">approved</prop>\n'
        '<prop type="reviewer">admin@localhost</prop>\n'
        '<prop type="review_date">2021-08-11 21:06:57.242039142Z</prop>\n'
        '<prop type="creation_date">2021-08-11 21:06:47.393801674Z</prop>\n'
        '<prop type="last_modification_date">2021-08-11 21:06:47.393801674Z</prop>\n'
        '<tuv xml:lang="en">\n<seg>hello world</seg>\n</tuv>\n'
        '<tuv xml:lang="es">\n<seg>hola mundo</seg>\n</tuv>\n'
        '<tuv creationid="MT!" xml:lang="es">\n<seg>hola tierra</seg>\n</tuv>\n'
        "</tu>\n"
    )


def test_what_is_empty_is_left_out() -> None:
    written = unit(
        comment="", reviewer="", reviewed=None, suggested_translation="\x0b ", machine_translation=""
    )
    assert b"note" not in written
    assert b"review" not in written
    assert written.count(b"<tuv") == 1


def test_characters_that_xml_cannot_hold_are_dropped_and_all_others_kept() -> None:
    assert writer.clean("a\0b\x0b\x1f\ud800\ufffe\uffff\t\n\rc\x85\u2028😀") == "ab\t\n\rc\x85\u2028😀"
    assert b"<seg>a&#13;b</seg>" in unit(source_text="a\rb")


def test_attributes_are_escaped() -> None:
    assert b'srclang="&lt;&quot;&amp;&#9;&#10;&#13;"' in writer.header('<"&\t\n\r')


@settings(deadline=None)
@given(any_text, any_text, any_text, any_text, any_text, instants)
def test_every_export_is_valid(
    source: str, suggestion: str, machine: str, comment: str, language: str, instant: int | None
) -> None:
    written = unit(
        source_text=source,
        suggested_translation=suggestion,
        machine_translation=machine,
        comment=comment,
        source_language=language,
        username=source,
        reviewer=comment,
        reviewed=instant,
    )
    root = etree.fromstring(writer.header(writer.SEVERAL_SOURCES) + written + unit() + writer.FOOTER)
    assert DTD.validate(root), DTD.error_log
    assert root.findtext("body/tu/tuv/seg") == writer.clean(source)
    assert root[1][0].get("srclang") == writer.clean(language)


def test_an_empty_export_is_valid() -> None:
    assert DTD.validate(etree.fromstring(writer.header("en") + writer.FOOTER))
