"""Reading TMX: real-world files, hostile files, any chunking, any interruption."""

from __future__ import annotations

import contextlib
import json
import sys
import tracemalloc

import pytest
from hearback.tmx import writer
from hearback.tmx.reader import Limits, Position, TmxError, TmxReader, Unit
from hearback.translation.mapping import Mapper
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tmx_fixtures import EN_FR, Fixture, bomb, document, fixtures, studio, tu, workbench
from tests.tmx_reading import outcome

ALL = fixtures()
GOOD = [fixture for fixture in ALL if not fixture.reason]
BAD = [fixture for fixture in ALL if fixture.reason]


def named(fixture: Fixture) -> str:
    return fixture.name


def read(
    data: bytes, size: int = 0, limits: Limits | None = None, resume: Position | None = None
) -> list[Unit]:
    reader = TmxReader(resume, limits)
    units = []
    for start in range(0, len(data), size or len(data) or 1):
        units += reader.feed(data[start : start + (size or len(data))])
    return units + reader.close()


def segments(markup: str) -> list[str]:
    return [variant.text for unit in read(markup.encode()) for variant in unit.variants]


@pytest.mark.parametrize("fixture", GOOD, ids=named)
def test_every_kind_of_real_file_gives_its_exact_counts(fixture: Fixture) -> None:
    mapper = Mapper(fixture.pairs, fixture.options.apply_all)
    seen = set()
    found = invalid = 0
    for unit in read(fixture.data):
        candidates, rejections = mapper.map(unit)
        invalid += len(rejections)
        found += len(candidates)
        seen |= {(c.language_pair_id, c.source_text, c.suggested_translation) for c in candidates}
    counts = len(seen), found - len(seen), invalid
    assert counts == (fixture.successful, fixture.duplicate, fixture.invalid)


@pytest.mark.timeout(60)  # a bomb that goes off never ends: this is no measurement
@pytest.mark.parametrize("fixture", BAD, ids=named)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(fixture: Fixture) -> None:
    with pytest.raises(TmxError, match=fixture.reason):
        read(fixture.data, 1 << 16)


@pytest.mark.parametrize("fixture", [f for f in ALL if len(f.data) < 20_000], ids=named)
@pytest.mark.parametrize("slice_size", [1, 7])
def test_the_cut_of_the_input_changes_nothing(fixture: Fixture, slice_size: int) -> None:
    assert outcome(fixture.data, 1, Limits(slice=slice_size)) == outcome(fixture.data)


@pytest.mark.parametrize("fixture", [f for f in BAD if len(f.data) < 100_000], ids=named)
def test_a_fault_comes_behind_the_same_units_whatever_the_cut(fixture: Fixture) -> None:
    units = document(f"{EN_FR}\n" * 40).encode().partition(b"</body>")[0]
    broken = units + fixture.data.rpartition(b"<body>")[2]
    whole = outcome(broken)
    assert len(whole[0]) >= 40
    assert whole[1] or "encoding" in fixture.name
    for size in (13, 1000, 1 << 16):
        assert outcome(broken, size) == whole
        assert outcome(broken, size, Limits(slice=300)) == whole


def test_what_is_fed_gives_the_units_before_a_fault_and_the_next_call_the_fault() -> None:
    reader = TmxReader(limits=Limits(slice=64))
    fed = document(f"{EN_FR}&nbsp;{EN_FR}").encode()
    assert len(reader.feed(fed)) == 1
    with pytest.raises(TmxError, match="undefined entity"):
        reader.feed(fed)
    with pytest.raises(TmxError, match="undefined entity"):
        reader.close()


@pytest.mark.parametrize("fixture", [f for f in GOOD if len(f.data) < 100_000], ids=named)
def test_reading_resumes_behind_any_unit(fixture: Fixture) -> None:
    reader = TmxReader()
    units = reader.feed(fixture.data) + reader.close()
    for unit in units:
        position = Position(**json.loads(json.dumps(reader.position_after(unit)._asdict())))
        rest = read(fixture.data[position.offset :], resume=position)
        assert rest == units[unit.number :]


@pytest.mark.parametrize("markup", [studio().encode(), workbench()], ids=["studio", "workbench"])
def test_lines_and_offsets_are_those_of_the_file(markup: bytes) -> None:
    wide = markup.startswith(b"\xff\xfe")
    for unit in read(markup):
        before = markup[: unit.offset].decode("utf-16-le" if wide else "utf-8")
        assert unit.line == before.count("\n") + 1
        assert markup[unit.offset :].startswith("<tu ".encode("utf-16-le" if wide else "utf-8"))


def test_an_error_after_a_resumption_names_the_line_of_the_file() -> None:
    data = document(f"{EN_FR}\n{EN_FR}\n<tu>&nbsp;</tu>").encode()
    reader = TmxReader(limits=Limits(slice=80))
    with pytest.raises(TmxError) as undisturbed:
        reader.feed(data) + reader.close()
    first = read(document(f"{EN_FR}\n{EN_FR}\n").encode())[0]
    position = Position(first.offset, first.line, 1, "utf-8", "en")
    with pytest.raises(TmxError) as resumed:
        read(data[position.offset :], resume=position)
    assert (str(resumed.value), resumed.value.line) == (str(undisturbed.value), 5)


def test_a_reader_that_has_failed_stays_failed() -> None:
    reader = TmxReader()
    with pytest.raises(TmxError):
        reader.feed(b"<tmx>&" * 20_000)
    with pytest.raises(TmxError, match="not well-formed"):
        reader.close()


def test_inline_codes_are_dropped_and_highlights_kept() -> None:
    text = 'a<bpt i="1">(<sub>s</sub>)</bpt><hi>b<ph/></hi><it pos="begin">x</it>c<ut>y</ut><ept i="1"/> d'
    assert segments(document(tu(("en", text)))) == ["abc d"]


def test_unknown_elements_in_a_segment_keep_their_text() -> None:
    assert segments(document(tu(("en", "a<x:g>b<y>c</y></x:g>d")))) == ["abcd"]


def test_comments_and_instructions_in_a_segment_lose_nothing() -> None:
    assert segments(document(tu(("en", "a<!-- b -->c<?d e?>f<![CDATA[<g>]]>")))) == ["acf<g>"]


def test_white_space_in_segments_is_kept_exactly() -> None:
    assert segments(document(tu(("en", "  a \n\t b&#13;  ")))) == ["  a \n\t b\r  "]


def test_notes_and_props_are_read_wherever_they_stand() -> None:
    inner = '<tuv lang="en"><note>n2</note><seg>a</seg><prop type="q">2</prop></tuv>'
    markup = f'<tu><prop type="p">1</prop>{inner}<note>n1</note><prop type="p">no</prop><note>n3</note></tu>'
    (unit,) = read(document(markup).encode())
    assert (unit.note, unit.props) == ("n1\nn3", {"p": "1"})
    assert (unit.variants[0].note, unit.variants[0].props) == ("n2", {"q": "2"})


def test_nothing_is_opened_or_fetched() -> None:
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and (event == "open" or event.startswith(("socket.", "urllib."))):
            opened.append(f"{event} {arguments[:1]}")

    hostile = [f.data for f in ALL if "DTD" in f.name or "entity" in f.name or "UTF" in f.name] + [
        bomb().encode()
    ]
    read(document(EN_FR).encode())  # whatever is imported lazily, is now
    sys.addaudithook(hook)
    for data in hostile:
        with contextlib.suppress(TmxError):
            read(data)
    watching = False
    assert opened == []


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(units: int) -> int:
        block = (EN_FR * 200).encode()
        tracemalloc.start()
        reader = TmxReader()
        reader.feed(document("").split("</body>")[0].encode())
        for _ in range(units // 200):
            reader.feed(block)
        reader.feed(b"</body></tmx>")
        reader.close()
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(8_000) < 1.2 * peak(2_000)


@pytest.mark.parametrize("filler", ["<x{}/>", '<a b{}="c"/>'])
def test_a_flood_of_names_is_refused(filler: str) -> None:
    with pytest.raises(TmxError, match="different names"):
        read(f"<tmx><body>{''.join(filler.format(n) for n in range(30_000))}</body></tmx>".encode())


def test_a_flood_of_default_attributes_is_refused() -> None:
    flood = "".join(f'<!ATTLIST tu a{n} CDATA "x">' for n in range(300))
    with pytest.raises(TmxError, match="too many attributes"):
        read(f"<!DOCTYPE tmx [{flood}]><tmx><body/></tmx>".encode())


texts = st.text(st.characters(codec=None), max_size=60)


def exported(source: str, target: str, comment: str = "") -> bytes:
    return writer.unit(
        source_language="en",
        target_language="fr",
        source_text=source,
        suggested_translation=target,
        machine_translation="",
        comment=comment,
        language_pair_id="p",
        username="u",
        approval_state="approved",
        reviewer="",
        reviewed=None,
        created=0,
        modified=1,
    )


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(texts, texts, texts), max_size=8), st.integers(1, 300), st.integers(1, 300))
def test_whatever_is_written_is_read_again(
    rows: list[tuple[str, str, str]], size: int, slice_size: int
) -> None:
    data = writer.header("en") + b"".join(exported(*row) for row in rows) + writer.FOOTER
    units = read(data, size, Limits(slice=slice_size))
    assert units == read(data)
    for unit, (source, target, comment) in zip(units, rows, strict=True):
        assert unit.variants[0].text == writer.clean(source)
        assert unit.note == writer.clean(comment)
        if writer.clean(target).strip():
            assert unit.variants[1].text == writer.clean(target)


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"<?xml ", b"<tmx><body>"]),
)
def test_arbitrary_bytes_never_raise_anything_else(data: bytes, start: bytes) -> None:
    with contextlib.suppress(TmxError):
        read(start + data, 50)
