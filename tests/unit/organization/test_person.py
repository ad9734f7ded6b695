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


def test_names_and_texts_inside_of_maps_count_and_numbers_stay() -> None:
    inside = {"M": {"eve@acme.example": {"N": "3"}, "x": {"L": [{"S": "to eve@acme.example"}]}}}
    assert EVE.is_in_value(inside)
    assert EVE.replaced_value(inside) == {
        "M": {"erased-1f2e3d4c5b6a": {"N": "3"}, "x": {"L": [{"S": "to erased-1f2e3d4c5b6a"}]}}
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
    assert nobody.in_bytes == ()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_address_is_known_in_the_encodings_of_files(codec: str) -> None:
    file = "<tuv creationid='Eve@acme.example'/>".encode(codec).lower()
    assert any(word in file for word in EVE.in_bytes)
