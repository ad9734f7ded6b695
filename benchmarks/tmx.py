"""Reading and writing TMX against lxml and translate-toolkit, and the memory that reading takes.

`rows()` gives the figures, `python benchmarks/tmx.py` prints them. Reading is reader and mapper together,
with all limits on; the contestants map nothing. lxml extracts the same fields, which `check_contestants`
proves; the toolkit has an interface of its own. They take turns, and the best of five counts.

The files to read are a mix as memories are: of five units, two are of our own export (three segments, seven
props, a note on every second) and three of a translation tool, one of these with inline codes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))

ROUNDS = 5
SMALL, LARGE = 10_000, 200_000
NATIVE_CODE = frozenset(("bpt", "ept", "ph", "it", "ut"))
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Pair(NamedTuple):
    language_pair_id: str
    source_language_id: str
    target_language_id: str


def entry(number: int) -> dict[str, Any]:
    """An entry as a customer would have it: a sentence each, all props set, a comment on every second."""
    at = 1_628_716_000_000_000_000 + number * 7_242_039_143
    return {
        "source_language": "en",
        "target_language": "fr",
        "source_text": f"The committee met on day {number} & adopted its report without a vote.",
        "suggested_translation": f"Le comité s'est réuni le jour {number} et a adopté son rapport sans vote.",
        "machine_translation": f"Le comité a rencontré au jour {number} & adopté son rapport sans un vote.",
        "comment": "The verb was wrong." if number % 2 else "",
        "language_pair_id": "EngFra_Generic_SRV_TNMV_8_4_x_1",
        "username": f"user{number % 50}@example.com",
        "approval_state": "approved",
        "reviewer": "reviewer@example.com",
        "reviewed": at + 5_000_000_001,
        "created": at,
        "modified": at + 5_000_000_001,
    }


def write_file(path: Path, units: int) -> None:
    from hearback.tmx import writer

    with path.open("wb") as file:
        file.write(writer.header("en"))
        for number in range(units):
            file.write(writer.unit(**entry(number)) if number % 5 in (0, 3) else foreign_unit(number))
        file.write(writer.FOOTER)


def foreign_unit(number: int) -> bytes:
    source = f"Remove the cover, then disconnect cable {number} from the main board."
    target = f"Retirez le capot, puis débranchez le câble {number} de la carte mère."
    if number % 5 == 1:
        bold = '<bpt i="1" type="bold">&lt;b&gt;</bpt>', '<ept i="1">&lt;/b&gt;</ept>'
        source = f'{bold[0]}Caution:{bold[1]} press <ph x="2" type="image"/> on panel {number} &amp; wait.'
        target = f'{bold[0]}Attention:{bold[1]} pressez <ph x="2" type="image"/> au panneau {number} &amp; attendez.'
    dates = f'creationdate="20210811T{number % 86_400:06d}Z" creationid="TRANSLATOR{number % 7}"'
    return (
        f'<tu tuid="{number}" {dates} srclang="en">\n<tuv xml:lang="en">\n<seg>{source}</seg>\n</tuv>\n'
        f'<tuv xml:lang="fr">\n<seg>{target}</seg>\n</tuv>\n</tu>\n'
    ).encode()


def read_hearback(path: Path) -> int:
    from hearback.tmx.reader import TmxReader
    from hearback.translation.mapping import Mapper

    mapper = Mapper([Pair("EngFra_Generic_SRV_TNMV_8_4_x_1", "eng", "fra")])
    with path.open("rb") as file:
        return sum(
            len(mapper.map(unit)[0]) for unit in TmxReader().read(iter(lambda: file.read(1 << 18), b""))
        )


def read_lxml(path: Path) -> int:
    return sum(1 for _ in lxml_units(path))


def lxml_units(path: Path) -> Iterator[tuple[Any, ...]]:
    """The plain loop: source language, variants, note and props of each unit."""
    from lxml import etree

    srclang = None
    events = etree.iterparse(
        str(path), events=("end",), tag=("tu", "header"), remove_comments=True, remove_pis=True
    )
    for _, tu in events:
        if tu.tag == "header":
            srclang = tu.get("srclang")
            continue
        variants = []
        props: dict[str, str] = {}
        note = ""
        for child in tu:
            tag = child.tag
            if tag == "tuv":
                variants.append(_lxml_variant(child))
            elif tag == "prop":
                props.setdefault(child.get("type", ""), child.text or "")
            elif tag == "note":
                note = f"{note}\n{child.text}" if note else child.text or ""
        yield tu.get("srclang") or srclang, variants, note, props
        tu.clear()
        while tu.getprevious() is not None:
            del tu.getparent()[0]


def _lxml_variant(tuv: Any) -> tuple[str, str, str, str, dict[str, str]]:
    text = note = ""
    props: dict[str, str] = {}
    for child in tuv:
        tag = child.tag
        if tag == "seg":
            text = _lxml_text(child) if len(child) else child.text or ""
        elif tag == "prop":
            props.setdefault(child.get("type", ""), child.text or "")
        elif tag == "note":
            note = f"{note}\n{child.text}" if note else child.text or ""
    return tuv.get(XML_LANG) or tuv.get("lang") or "", tuv.get("creationid", ""), text, note, props


def _lxml_text(element: Any) -> str:
    """`itertext` without native code."""
    text: str = element.text or ""
    for child in element:
        if child.tag not in NATIVE_CODE:
            text += _lxml_text(child)
        text += child.tail or ""
    return text


def check_contestants(path: Path) -> None:
    """Whether lxml's loop and our reader extract the same from the file."""
    from hearback.tmx.reader import TmxReader

    ours = TmxReader().read([path.read_bytes()])
    for unit, fields in zip(ours, lxml_units(path), strict=True):
        assert (unit.srclang, list(unit.variants), unit.note, unit.props) == fields


def read_toolkit(path: Path) -> int:
    from translate.storage.tmx import tmxfile

    store: Any = tmxfile
    with path.open("rb") as file:
        return sum(bool(unit.source and unit.target) for unit in store.parsefile(file).units)


def write_hearback(units: int) -> int:
    from hearback.tmx import writer

    size = len(writer.header("en")) + len(writer.FOOTER)
    return size + sum(len(writer.unit(**entry(number))) for number in range(units))


def write_lxml(units: int) -> int:
    from hearback import timestamps
    from lxml import etree

    class Counter:
        size = 0

        def write(self, data: bytes) -> None:
            self.size += len(data)

    out = Counter()
    with etree.xmlfile(out, encoding="utf-8") as file, file.element("tmx", version="1.4"):
        file.write(etree.Element("header", srclang="en"))
        with file.element("body"):
            for number in range(units):
                file.write(_element(etree, timestamps, entry(number)))
    return out.size


def _element(etree: Any, timestamps: Any, fields: dict[str, Any]) -> Any:
    tu = etree.Element("tu", srclang=fields["source_language"])
    if fields["comment"]:
        etree.SubElement(tu, "note").text = fields["comment"]
    for name in ("language_pair_id", "username", "approval_state", "reviewer"):
        etree.SubElement(tu, "prop", type=name).text = fields[name]
    for name, key in (
        ("review_date", "reviewed"), ("creation_date", "created"), ("last_modification_date", "modified")
    ):  # fmt: skip
        etree.SubElement(tu, "prop", type=name).text = timestamps.format(fields[key])
    for language, creationid, text in (
        (fields["source_language"], None, fields["source_text"]),
        (fields["target_language"], None, fields["suggested_translation"]),
        (fields["target_language"], "MT!", fields["machine_translation"]),
    ):
        tuv = etree.SubElement(tu, "tuv")
        if creationid:
            tuv.set("creationid", creationid)
        tuv.set(XML_LANG, language)
        etree.SubElement(tuv, "seg").text = text
    return tu


def write_toolkit(units: int) -> int:
    from translate.storage.tmx import tmxfile

    file = tmxfile(sourcelanguage="en", targetlanguage="fr")
    for number in range(units):
        fields = entry(number)
        file.addtranslation(
            fields["source_text"], "en", fields["suggested_translation"], "fr", fields["comment"]
        )
    return len(bytes(file))


def write_entries_only(units: int) -> int:
    """What making the entries costs: subtracted from every writer."""
    return sum(len(entry(number)) for number in range(units))


def seconds(work: Callable[[], int]) -> float:
    """Of processor time: all contestants are single-threaded, and the machine may have other work."""
    started = time.process_time()
    work()
    return time.process_time() - started


def alternate(contestants: dict[str, Callable[[], int]], rounds: int = ROUNDS) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            times[name].append(seconds(work))
    return {name: min(taken) for name, taken in times.items()}


def peak_kib(contestant: str, path: Path) -> int:
    """What reading adds to a fresh process's peak after the imports and a small file, in KiB."""
    run = [sys.executable, __file__, "--peak", contestant, str(path)]
    return int(json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout))


def _print_peak(contestant: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.tmx"
        write_file(small, 10)
        READERS[contestant](small)
    before = _peak_so_far()
    READERS[contestant](path)
    print(json.dumps(_peak_so_far() - before))


def _peak_so_far() -> int:
    """In KiB. On Linux `ru_maxrss` of a child begins with its parent's, `VmHWM` does not."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


READERS: dict[str, Callable[[Path], int]] = {
    "hearback": read_hearback,
    "lxml.etree.iterparse": read_lxml,
    "translate-toolkit": read_toolkit,
}
WRITERS: dict[str, Callable[[int], int]] = {
    "hearback": write_hearback,
    "lxml.etree.xmlfile": write_lxml,
    "translate-toolkit": write_toolkit,
}


def _speed_row(name: str, units: int, mine: float, other: str, theirs: float, goal: float) -> dict[str, Any]:
    ratio = theirs / mine
    return {
        "name": f"TMX {name}, {units} units, against {other}",
        "value": round(units / mine),
        "unit": "units/s",
        "baseline": round(units / theirs),
        "ratio": round(ratio, 2),
        "goal": f"≥ {goal:.1f}×",
        "met": ratio >= goal,
    }


def reading_rows(path: Path, units: int, with_toolkit: bool) -> list[dict[str, Any]]:
    names = [name for name in READERS if with_toolkit or name != "translate-toolkit"]
    taken = alternate({name: lambda name=name: READERS[name](path) for name in names})  # type: ignore[misc]
    mine = taken.pop("hearback")
    return [_speed_row("reading", units, mine, other, theirs, 1.0) for other, theirs in taken.items()]


def writing_rows(units: int) -> list[dict[str, Any]]:
    work = {name: lambda name=name: WRITERS[name](units) for name in WRITERS}
    taken = alternate({**work, "entries": lambda: write_entries_only(units)})
    entries = taken.pop("entries")
    mine = taken.pop("hearback") - entries
    return [
        _speed_row("writing", units, mine, other, all_in - entries, 2.0) for other, all_in in taken.items()
    ]


def memory_rows(small: Path, large: Path, large_units: int) -> list[dict[str, Any]]:
    rows = []
    for name in ("hearback", "lxml.etree.iterparse"):
        base, value = peak_kib(name, small), peak_kib(name, large)
        allowed = max(1.2 * base, base + 1024)  # below a MiB the allocator's pages are all there is to see
        rows.append(
            {
                "name": f"TMX reading by {name}, peak memory at {large_units} units against {SMALL}",
                "value": value,
                "unit": "KiB",
                "baseline": base,
                "ratio": round(value / max(base, 1), 2),
                "goal": "≤ 1.2×" if name == "hearback" else "",
                "met": value <= allowed if name == "hearback" else True,
            }
        )
    return rows


def rows(full: bool = True) -> list[dict[str, Any]]:
    """The measured figures; without `full` at 10,000 units only, which takes seconds."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.tmx", Path(folder) / "large.tmx"
        large_units = LARGE if full else 2 * SMALL
        write_file(small, SMALL)
        write_file(large, large_units)
        check_contestants(small)
        measured = reading_rows(small, SMALL, with_toolkit=True)
        if full:
            measured += reading_rows(large, large_units, with_toolkit=False)
        return measured + writing_rows(SMALL) + memory_rows(small, large, large_units)


def main() -> None:
    if sys.argv[1:2] == ["--peak"]:
        _print_peak(sys.argv[2], Path(sys.argv[3]))
        return
    for row in rows(full="--quick" not in sys.argv):
        met = "met" if row["met"] else "MISSED"
        figures = f"{row['value']:>9} {row['unit']:<8} {row['baseline']:>9} {row['ratio']:>6}×"
        print(f"{row['name']:<72} {figures}  {row['goal']:<8} {met}")


if __name__ == "__main__":
    main()
