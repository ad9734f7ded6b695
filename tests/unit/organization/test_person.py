"""An address is found wherever it stands, and nowhere else; what replaces it says nothing."""

from __future__ import annotations

import json

import pytest
from hearback.organization.person import Person
from hypothesis import given
from hypothesis import strategies as st

EVE = Person("eve@acme.example", ("reader1",), "erased-1f2e3d4c5b6a")
AWKWARD = Person('o"r&d\\@acme.example', (), "erased-1f2e3d4c5b6a")


@pytest.mark.parametrize(
    "text",
    [
        "eve@acme.example",
        "Eve@Acme.Example",
        "acme#eve@acme.example#EngFra#approved#1",
        "submitter=eve@acme.example!",
        "Ask <eve@acme.example>, or mailto:eve@acme.example.",
        '{"author":"eve@acme.example"}',
        "_eve@acme.example_",
        "**eve@acme.example**",
        "...eve@acme.example...",
        "-eve@acme.example--",
        "eve@acme.example_2026",
        "imports/acme/eve@acme.example.tmx",
        "请联系eve@acme.example吧",
        "https://x.example/?to=eve%40acme.example&from=",
        "https%3A%2F%2Fx.example%3Fto%3Deve%40acme.example%26",
        "words+before+eve%40acme.example+behind",
        json.dumps({"text": "Kind regards,\neve@acme.example\tEve"}),
        json.dumps({"text": json.dumps({"inside": "\neve@acme.example"})}),
        'a log: {"text": "Kind regards,\\neve@acme.example"}',
        "a log: \\u003ceve@acme.example\\u003e",
    ],
)
def test_an_address_is_found_wherever_it_stands(text: str) -> None:
    assert EVE.is_in(text)
    assert not EVE.is_in(EVE.replaced(text))
    assert "erased-1f2e3d4c5b6a" in EVE.replaced(text)


@pytest.mark.parametrize(
    "text",
    [
        "steve@acme.example",
        "eve@acme.example.org",
        "x.eve@acme.example",
        "eve@acme.examples",
        "eve@acme-example",
        "eve@acme.example-gmbh.example",
        "st-eve@acme.example",
        "st_eve@acme.example",
        "adam+eve@acme.example",
        "adam%2Beve%40acme.example",
        "https://x.example/?to=steve%40acme.example",
        json.dumps({"text": "Kind regards,\nsteve@acme.example"}),
        "a log: adam\\u002beve@acme.example",
    ],
)
def test_a_longer_address_is_somebody_elses(text: str) -> None:
    assert not EVE.is_in(text)
    assert EVE.replaced(text) == text


@pytest.mark.parametrize(
    "text", ['o"r&d\\@acme.example', 'see o\\"r&d\\\\@acme.example', "see o&quot;r&amp;d\\@acme.example"]
)
def test_an_address_is_known_as_json_and_xml_write_it(text: str) -> None:
    assert AWKWARD.is_in(text)
    assert AWKWARD.replaced(text).endswith("erased-1f2e3d4c5b6a")


@given(st.text(), st.text(), st.sampled_from(["eve@acme.example", "EVE@ACME.EXAMPLE"]))
def test_nothing_but_the_address_changes(before: str, behind: str, address: str) -> None:
    text = f"{before} {address} {behind}"
    assert EVE.replaced(text) == EVE.replaced(f"{before} ") + EVE.pseudonym + EVE.replaced(f" {behind}")


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.just("eve@acme.example")))
def test_json_stays_json(document: dict[str, object]) -> None:
    replaced = json.loads(EVE.replaced(json.dumps(document)))
    assert list(replaced) == list(document)
    assert not EVE.is_in(json.dumps(replaced))


def test_a_line_break_in_json_is_no_letter_of_an_address() -> None:
    nina, text = Person("nina@acme.example", (), "erased-1"), json.dumps("Regards,\nina@acme.example")
    assert not nina.is_in(text)
    assert nina.replaced(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '{ "b": 1.50,\n  "a": ["\\u00e9 eve@acme.example", 1e5, "\\/"], "b": null }',
        '["\\ud83d eve@acme.example"]',
        '["é \\ud83d eve@acme.example"]',
    ],
    ids=["spaces and numbers", "half a character", "half a character beside a whole one"],
)
def test_json_stays_as_it_was_written(text: str) -> None:
    replaced = EVE.replaced(text)
    assert replaced == text.replace(EVE.email or "", EVE.pseudonym) or "é" in text
    assert json.loads(replaced) == json.loads(text.replace(EVE.email or "", EVE.pseudonym))
    replaced.encode()


def test_what_is_no_json_after_all_is_searched_as_a_text() -> None:
    for text in (
        "[eve@acme.example",
        "{eve@acme.example}",
        '"eve@acme.example',
        "[" * 100_000 + EVE.pseudonym,
    ):
        assert EVE.is_in(text) == ("eve" in text)


def test_names_and_texts_inside_of_maps_count_and_numbers_stay() -> None:
    inside = {"M": {"eve@acme.example": {"N": "3"}, "x": {"L": [{"S": "to\neve@acme.example"}]}}}
    assert EVE.is_in_value(inside)
    assert EVE.replaced_value(inside) == {
        "M": {"erased-1f2e3d4c5b6a": {"N": "3"}, "x": {"L": [{"S": "to\nerased-1f2e3d4c5b6a"}]}}
    }
    assert not EVE.is_in_value({"N": "41"})


def test_a_user_id_is_theirs_in_any_case_and_as_a_whole_only() -> None:
    assert EVE.is_user("READER1")
    assert EVE.is_user("eve@acme.example")
    assert not EVE.is_user("reader11")
    assert not EVE.is_user(None)
    assert not EVE.is_in("reader1 said so")


def test_somebody_without_an_address_is_in_no_text() -> None:
    nobody = Person(None, ("reader1",), "erased-1f2e3d4c5b6a")
    assert not nobody.is_in("eve@acme.example reader1")
    assert nobody.replaced("reader1") == "reader1"
    assert not nobody.is_in_bytes(b"eve@acme.example", 0, 16)


CODECS = pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])


def in_file(person: Person, content: bytes) -> bool:
    return person.is_in_bytes(content, 0, len(content))


@CODECS
@pytest.mark.parametrize(
    "text",
    [
        "<tuv creationid='Eve@acme.example'/>",
        '{"text": "regards,\\neve@acme.example"}',
        "_eve@acme.example_",
        "é eve%40acme.example.",
    ],
)
def test_the_address_is_known_in_the_encodings_of_files(codec: str, text: str) -> None:
    assert in_file(EVE, text.encode(codec))


@CODECS
@pytest.mark.parametrize(
    "text", ["steve@acme.example ", '{"text": "\\nst.eve@acme.example"}', "eve@acme.example.org "]
)
def test_a_longer_address_in_a_file_is_somebody_elses(codec: str, text: str) -> None:
    assert not in_file(EVE, text.encode(codec))


def test_an_address_is_looked_for_where_it_is_to_begin_only() -> None:
    content = b"a line, eve@acme.example"
    assert EVE.is_in_bytes(content, 8, 9)
    assert not EVE.is_in_bytes(content, 0, 8)
    assert not EVE.is_in_bytes(content, 9, len(content))


def test_an_address_of_any_signs_is_known_in_files() -> None:
    forms = ('o\\"r&d\\\\@acme.example', "o&quot;r&amp;d\\@acme.example", "o%22r%26d%5C%40acme.example")
    for form in forms:
        assert in_file(AWKWARD, f"<{form}>".encode())
