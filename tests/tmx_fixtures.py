"""TMX of every kind that is met in the wild, and what importing it into an empty organization reports.

All are made here. `reason` is a pattern for the refusal of a whole file; the counts are then zero.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import NamedTuple


class Pair(NamedTuple):
    language_pair_id: str
    source_language_id: str
    target_language_id: str


class Options(NamedTuple):
    apply_all: bool = False


class Fixture(NamedTuple):
    name: str
    data: bytes
    successful: int = 0
    duplicate: int = 0
    invalid: int = 0
    reason: str = ""
    pairs: tuple[Pair, ...] = ()
    options: Options = Options()


ENG_FRA = Pair("EngFra_Generic", "eng", "fra")
ENG_FRA_2 = Pair("EngFra_Legal", "eng", "fra")
ENG_FRC = Pair("EngFrc_Generic", "eng", "frc")
ENG_SPA = Pair("EngSpa_Generic", "eng", "spa")
GER_ENG = Pair("GerEng_Generic", "ger", "eng")
ENG_GER = Pair("EngGer_Generic", "eng", "ger")
PAIRS = (ENG_FRA, ENG_FRA_2, ENG_SPA, GER_ENG, ENG_GER)

UTF8 = '<?xml version="1.0" encoding="UTF-8"?>\n'
EN_FR = '<tu><tuv xml:lang="en"><seg>one</seg></tuv><tuv xml:lang="fr"><seg>un</seg></tuv></tu>'


def document(units: str, header: str = '<header srclang="en"/>', start: str = '<tmx version="1.4">') -> str:
    return f"{UTF8}{start}{header}<body>\n{units}\n</body></tmx>\n"


def tuv(language: str, text: str) -> str:
    return f'<tuv xml:lang="{language}"><seg>{text}</seg></tuv>'


def tu(*variants: tuple[str, str], attributes: str = "", more: str = "") -> str:
    return f"<tu{attributes}>{more}{''.join(tuv(*variant) for variant in variants)}</tu>"


def ok(
    name: str, markup: str | bytes, successful: int = 1, duplicate: int = 0, invalid: int = 0, **more: object
) -> Fixture:
    data = markup.encode() if isinstance(markup, str) else markup
    pairs = more.get("pairs", PAIRS)
    options = more.get("options", Options())
    assert isinstance(pairs, tuple)
    assert isinstance(options, Options)
    return Fixture(name, data, successful, duplicate, invalid, "", pairs, options)


def refused(name: str, markup: str | bytes, reason: str) -> Fixture:
    data = markup.encode() if isinstance(markup, str) else markup
    return Fixture(name, data, reason=reason, pairs=PAIRS)


def zipped(data: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("memory.tmx", data)
    return into.getvalue()


def workbench() -> bytes:
    """Trados Workbench: UTF-16LE with byte order mark, CRLF, the RTF font table in a header prop."""
    rtf = r"{\rtf1 {\fonttbl " + "".join(rf"{{\f{n} \fmodern\fprq1 Font {n};}}" for n in range(900)) + "}"
    header = (
        '<header creationtool="TRADOS Translator\'s Workbench" creationtoolversion="Edition 8" '
        'segtype="sentence" o-tmf="TW4Win 2.0 Format" adminlang="EN-US" srclang="EN-GB" datatype="rtf" '
        f'creationdate ="20050112T101112Z">\n<prop type="RTFFontTable">{rtf}</prop>\n'
        '<prop type="RTFStyleSheet"></prop></header>'
    )
    code = r"<ut>{\b </ut>bold<ut>}</ut>"
    units = "\n".join(
        tu(
            ("EN-US", f"Sentence {n} {code}"),
            ("FR-FR", f"Phrase {n} {code}"),
            attributes=' creationdate ="x"',
        )
        for n in range(3)
    )
    markup = document(units, header).replace("UTF-8", "UTF-16").replace("\n", "\r\n")
    return b"\xff\xfe" + markup.encode("utf-16-le")


def studio() -> str:
    """Trados Studio: byte order mark, indented, fields as props, empty inline codes."""
    units = "".join(
        f"""    <tu creationdate="20130710T093403Z" creationid="GLOBAL\\someone" changeid="A (updated 5)">
      <prop type="x-LastUsedBy">A (updated 5)</prop>
      <prop type="x-Year:Integer"></prop>
      <tuv xml:lang="de-DE">
        <seg><ph x="1" type="1" />Satz {n}<bpt i="2" type="x" /> fett<ept i="2" /></seg>
      </tuv>
      <tuv xml:lang="en-GB">
        <seg><ph x="1" type="1" />Sentence {n}</seg>
        <prop type="x-status">done</prop>
      </tuv>
    </tu>
"""
        for n in range(4)
    )
    return "\ufeff" + document(
        units, '\n  <header srclang="de-DE">\n    <prop type="x-Empty"></prop>\n</header>'
    )


def bomb() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return UTF8 + f'<!DOCTYPE tmx [<!ENTITY l0 "ha">{levels}]><tmx><body>{tu(("en", "&l8;"))}</body></tmx>'


def fixtures() -> list[Fixture]:
    return [*_headers(), *_languages(), *_segments(), *_encodings(), *_exports(), *_refused()]


def _headers() -> list[Fixture]:
    return [
        ok("header EN-GB, tuv EN-US", document(tu(("EN-US", "a"), ("FR", "b")), '<header srclang="EN-GB"/>')),
        ok("header de-DE, tuv de", document(tu(("de", "a"), ("en", "b")), '<header srclang="de-DE"/>')),
        ok("odd case", document(tu(("fr", "b"), ("En-uS", "a")), '<header srclang="eN"/>')),
        ok("*all*", document(tu(("de", "a"), ("en", "b")), '<header srclang="*all*"/>')),
        ok("*", document(tu(("de", "a"), ("en", "b")), '<header srclang="*"/>')),
        ok("no header", document(tu(("en", "a"), ("fr", "b")), "")),
        ok("header of 2 attributes", document(EN_FR, '<header srclang="en" segtype="sentence"/>')),
        ok("tu srclang wins", document(tu(("en", "a"), ("de", "b"), attributes=' srclang="de"'))),
        ok("no version", document(EN_FR, start="<tmx>")),
        ok("a DTD is named", document(EN_FR).replace("<tmx ", '<!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx ')),
        ok("empty body", document(""), 0),
        ok("TMX 1.1 lang", document(EN_FR.replace("xml:lang", "lang"), start='<tmx version="1.1">')),
        ok("identical tuids", document(tu(("en", "a"), ("fr", "b"), attributes=' tuid="1"') * 3), 1, 2),
        ok('creationdate ="…"', document(EN_FR.replace("<tu>", '<tu creationdate ="20200101T000000Z">'))),
        ok("namespace of its own", document(EN_FR, start='<tmx xmlns="http://www.lisa.org/tmx14">')),
    ]


def _languages() -> list[Fixture]:
    five = [("de", "eins"), ("fr", "un"), ("en", "one"), ("es", "uno"), ("it", "uno")]
    two = document(tu(("EN", "mail"), ("FR-CA", "courriel"), ("FR-CA", "courrier")))
    return [
        ok("five languages, the source third", document(tu(*five)), 3, 0, 1),
        ok("two FR-CA variants", two, 2, pairs=(ENG_FRC, ENG_FRA)),
        ok("FR-CA falls back to French", two, 2, pairs=(ENG_FRA,)),
        ok("apply to all pairs", document(EN_FR), 2, options=Options(apply_all=True)),
        ok("all tuv in one language", document(tu(("en", "a"), ("en-US", "b"), ("en-GB", "c"))), 0, 0, 1),
        ok("single tuv", document(tu(("en", "a")) + EN_FR), 1, 0, 1),
        ok("no pair", document(tu(("en", "a"), ("ja", "b"))), 0, 0, 1),
        ok("source missing", document(tu(("fr", "a"), ("ja", "b"))), 0, 0, 1),
        ok("a regional variant of the source", document(tu(("en-US", "a"), ("en-GB", "b"), ("fr", "c")))),
        ok("no language", document("<tu><tuv><seg>a</seg></tuv><tuv><seg>b</seg></tuv></tu>"), 0, 0, 1),
    ]


def _segments() -> list[Fixture]:
    codes = '<ph x="1">code</ph><bpt i="1">b<sub>deep</sub></bpt><ept i="1">e</ept>'
    before = '<ept i="1">]</ept>x<bpt i="1">[</bpt>'
    machine = '<tuv creationid="MT!" xml:lang="fr"><seg>machine</seg></tuv>'
    rtf = r"{\rtf1 \ansi }" * 1800
    return [
        ok("codes only", document(tu(("en", codes), ("fr", "b")) + tu(("en", "a"), ("fr", codes))), 0, 0, 2),
        ok("ept before bpt", document(tu(("en", before), ("fr", before)))),
        ok("prop after seg", document(EN_FR.replace("</seg>", '</seg><prop type="a">b</prop>'))),
        ok(
            "no seg",
            document(EN_FR + '<tu><tuv xml:lang="en">a</tuv><tuv xml:lang="fr">b</tuv></tu>'),
            1,
            0,
            1,
        ),
        ok("undeclared prefix", document(tu(("en", 'a <x:g id="1">b</x:g>'), ("fr", "c")))),
        ok(
            "RTF in a header prop",
            document(EN_FR, f'<header srclang="en"><prop type="r">{rtf}</prop></header>'),
        ),
        ok("empty prop", document(EN_FR.replace("<tu>", '<tu><prop type="a"></prop><prop type="b"/>'))),
        ok("comment and PI in seg", document(tu(("en", "a<!-- b -->c<?d e?>f"), ("fr", "<!--x-->g")))),
        ok("CDATA", document(tu(("en", "<![CDATA[a <b> &nbsp;]]>"), ("fr", "<![CDATA[<seg>]]>")))),
        ok("blank target beside a good one", document(tu(("en", "a"), ("fr", " \n "), ("es", "b"))), 1, 0, 1),
        ok("machine translation", document(EN_FR.replace("</tu>", machine + "</tu>"))),
        ok(
            "equals machine translation",
            document(EN_FR.replace("</tu>", machine + "</tu>").replace("machine", "un")),
            0,
            0,
            1,
        ),
        ok(
            "duplicates differ in their comment",
            document(EN_FR + EN_FR.replace("<tu>", "<tu><note>x</note>")),
            1,
            1,
        ),
        ok("empty units", document("<tu/><tu></tu ><tu>\n</tu\n>" + EN_FR), 1, 0, 3),
    ]


def _encodings() -> list[Fixture]:
    accents = document(tu(("en", "café 😀"), ("fr", "été 😀")))
    ascii_only = accents.encode("ascii", "xmlcharrefreplace").replace(b"UTF-8", b"US-ASCII")
    latin = document(tu(("en", "café"), ("fr", "été"))).replace("UTF-8", "windows-1252")
    wide = accents.replace("UTF-8", "UTF-16")
    return [
        ok("UTF-8", accents),
        ok("UTF-8 with byte order mark", "\ufeff" + accents),
        ok("UTF-16LE with byte order mark", b"\xff\xfe" + wide.encode("utf-16-le")),
        ok("UTF-16BE with byte order mark", b"\xfe\xff" + wide.encode("utf-16-be")),
        ok("UTF-16BE without byte order mark", wide.encode("utf-16-be")),
        ok("UTF-16LE without byte order mark", wide.encode("utf-16-le")),
        ok("byte order mark against the declaration", b"\xff\xfe" + accents.encode("utf-16-le")),
        ok("UTF-8 mark, UTF-16 declared", "\ufeff" + wide),
        ok("UTF-8 without mark, UTF-16 declared", wide),
        ok("US-ASCII with references", ascii_only),
        ok("windows-1252", latin.encode("cp1252")),
        ok("no declaration", accents.removeprefix(UTF8)),
        ok("CRLF", accents.replace("\n", "\r\n")),
        ok("CR alone", accents.replace("\n", "\r")),
    ]


def _exports() -> list[Fixture]:
    return [
        ok("Trados Workbench", workbench(), 3),
        ok("Trados Studio", studio(), 4),
        ok("many units", document(tu(("en", "same"), ("fr", "même")) * 2000), 1, 1999),
    ]


def _refused() -> list[Fixture]:
    whole = document(EN_FR)
    dtd = '<!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx '
    external = f'{UTF8}<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]><tmx><body>&x;</body></tmx>'
    parameter = f'{UTF8}<!DOCTYPE tmx [<!ENTITY % x SYSTEM "http://localhost/x.dtd"> %x;]><tmx><body/></tmx>'
    deep = "<hi>" * 300 + "x" + "</hi>" * 300
    nbsp = document(tu(("en", "a&nbsp;b"), ("fr", "c")))
    attribute = document(tu(("en", "a"), ("fr", "c"), attributes=' tuid="a&nbsp;b"'))
    return [
        refused("empty", b"", "is empty"),
        refused("zero bytes", bytes(100), "zero bytes"),
        refused("white space", " \n ", "not XML"),
        refused("gzip", gzip.compress(whole.encode()), "gzip-compressed"),
        refused("zip", zipped(whole.encode()), "zip archive"),
        refused("not XML", "hello", "not XML"),
        refused("JSON", '{"feedback": []}', "not XML"),
        refused("XLIFF", "<xliff><file/></xliff>", "not TMX: its root element is <xliff>"),
        refused("HTML", "<!DOCTYPE html><html><br></html>", "not TMX: its root element is <html>"),
        refused("no body", "<tmx><header/></tmx>", "no <body>"),
        refused("unit outside of body", f"<tmx>{EN_FR}<body/></tmx>", "outside of <body>"),
        refused("unit within a unit", document(f"<tu>{EN_FR}</tu>"), "within another"),
        refused("truncated in a tag", whole[:130], r"truncated.*\(line 3\)"),
        refused("truncated behind a unit", whole[: whole.index("</tu>") + 5], "truncated"),
        refused("truncated in the declaration", "<?xml version=", "declaration does not end"),
        refused("undefined entity", nbsp, r"undefined entity, &nbsp; \(line 3\)"),
        refused("undefined entity, DTD named", nbsp.replace("<tmx ", dtd), "undefined entity"),
        refused("undefined entity in an attribute", attribute, r"undefined entity.*\(line 3\)"),
        refused(
            "undefined entity in an attribute, DTD named", attribute.replace("<tmx ", dtd), "undefined entity"
        ),
        refused("entity bomb", bomb(), r"declares the entity 'l0'.*\(line 2\)"),
        refused("external entity", external, "declares the entity 'x'"),
        refused("parameter entity", parameter, "declares the parameter entity 'x'"),
        refused("300 elements deep", document(tu(("en", deep), ("fr", "b"))), "deeper than 64"),
        refused("300 unknown elements deep", f"<tmx><body>{'<a>' * 300}", "deeper than 64"),
        refused(
            "10 MB of text", document(tu(("en", "x" * 10_000_000), ("fr", "b"))), "more than 1048576 char"
        ),
        refused(
            "10 MB in an attribute", document(f'<tu tuid="{"x" * 10_000_000}"/>'), "tag or comment of more"
        ),
        refused("10 MB of comment", document(f"<!--{'x' * 10_000_000}-->"), "tag or comment of more"),
        refused("2000 variants", document(tu(*[("en", "x")] * 2000)), "more than 1000 variants"),
        refused("control character", document(tu(("en", "a\x0bb"), ("fr", "c"))), r"U\+000B.*\(line 3\)"),
        refused(
            "control character as reference", document(tu(("en", "a&#11;b"))), "invalid character number"
        ),
        refused("zero byte within", document(tu(("en", "a\0b"), ("fr", "c"))), r"U\+0000"),
        refused("not UTF-8", document(tu(("en", "caf\xe9"))).encode("latin-1"), r"not UTF-8 \(line 3\)"),
        refused("unknown encoding", whole.replace("UTF-8", "x-none"), "encoding 'x-none'"),
        refused("UTF-32", whole.encode("utf-32"), "UTF-32"),
        refused("trailing garbage", whole + "<tmx/>", "junk after document element"),
        refused("mismatched tags", whole.replace("</seg>", "</sag>"), "mismatched tag"),
    ]
