"""An export brings everything back: imported elsewhere it is the same, imported again all duplicates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.organizations import ENG_FRA, ENG_SPA, FEEDBACK, GER_ENG, Organization, answer, refusal

Entry = dict[str, Any]


@pytest.fixture
def varied(organization: Organization) -> Organization:
    """An organization with entries of every kind."""
    admin, user = organization.admin, organization.user
    admin.give("<b> & \"q\" 'a' ]]> é \U0001f44d", " leading, trailing and  double \n\t", comment="a\nb")
    user.give("only\rcarriage\r\nreturns", "x\ry", machineTranslation="m\r\nt")
    user.give("no suggestion", "", machineTranslation="mt", comment="c")
    user.give("nothing but the source", "")
    user.give("hallo", "hello", languagePairId=GER_ENG, machineTranslation="hullo")
    approved = user.give("good", "bueno", languagePairId=ENG_SPA)
    rejected = user.give("bad", "malo", languagePairId=ENG_SPA, comment="no")
    for entry, state in ((approved, "approved"), (rejected, "rejected")):
        answer(admin.put(f"{FEEDBACK}/{entry['feedbackId']}", data={"approvalState": state}))
    answer(user.put(f"{FEEDBACK}/{approved['feedbackId']}", data={"comment": "changed later"}))
    return organization


def _without_id(entries: list[Entry]) -> list[Entry]:
    """In the order of creation, which is that of ids."""
    return [{name: value for name, value in entry.items() if name != "feedbackId"} for entry in entries]


def test_an_export_imported_elsewhere_is_the_same_entries(
    varied: Organization, another: Organization
) -> None:
    exported = varied.admin.export()
    assert exported.headers["Content-Type"].partition(";")[0] == "text/x-tmx"
    count = len(varied.admin.entries())
    assert answer(another.admin.import_tmx(exported.content)) == {
        "successful": count, "duplicate": 0, "invalid": 0, "warnings": [],
    }  # fmt: skip
    assert _without_id(another.admin.entries()) == _without_id(varied.admin.entries())
    assert another.admin.export().content == exported.content


def test_an_export_imported_again_is_nothing_but_duplicates(varied: Organization) -> None:
    varied.user.give("hallo", "hello", languagePairId=GER_ENG)
    before = varied.admin.entries()
    reported = answer(varied.admin.import_tmx(varied.admin.export().content))
    assert reported == {"successful": 0, "duplicate": len(before), "invalid": 0, "warnings": []}
    assert varied.admin.entries() == before


def test_an_export_has_what_its_filters_mean(varied: Organization) -> None:
    exported = varied.admin.export(languagePairId=ENG_SPA, approvalStates="approved").text
    assert "bueno" in exported
    assert exported.count("<tu ") == 1
    assert 'srclang="en"' in exported.partition("<body>")[0]
    assert 'srclang="*all*"' in varied.admin.export().text.partition("<body>")[0]
    named = ",".join(entry["feedbackId"] for entry in varied.admin.entries(sourceText="a"))
    assert varied.admin.export(feedbackIds=named).text.count("<tu ") == named.count(",") + 1
    assert varied.user.export().text.count("<tu ") == len(varied.user.entries())


def test_characters_that_xml_cannot_hold_do_not_break_an_export(
    organization: Organization, another: Organization
) -> None:
    organization.user.give("vertical\x0btab \x00 \x1f \ufffe\uffff", "bell\x07 \x7f\x85", comment="\x08")
    exported = organization.admin.export()
    reported = answer(organization.admin.import_tmx(exported.content))
    assert (reported["duplicate"], reported["invalid"]) == (1, 0)
    assert answer(another.admin.import_tmx(exported.content))["successful"] == 1
    [entry] = another.admin.entries()
    assert (entry["sourceText"], entry["suggestedTranslation"]) == ("verticaltab   ", "bell \x7f\x85")


def test_texts_that_only_such_characters_tell_apart_are_the_same(organization: Organization) -> None:
    form = {
        "languagePairId": ENG_FRA,
        "sourceText": "a",
        "machineTranslation": "b\x0b",
        "suggestedTranslation": "b",
    }
    assert "suggestedTranslation" in refusal(organization.user.post(FEEDBACK, data=form), 400)
    organization.user.give("c\x0b", "d")
    organization.user.give("c", "d\x0b", machineTranslation="\x0be")
    reported = answer(organization.admin.import_tmx(organization.admin.export().content))
    assert (reported["successful"], reported["duplicate"], reported["invalid"]) == (0, 2, 0)


def test_an_empty_export_is_a_file_that_can_be_imported(organization: Organization) -> None:
    exported = organization.user.export()
    assert exported.status_code == 200
    assert answer(organization.user.import_tmx(exported.content))["invalid"] == 0
