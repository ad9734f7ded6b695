"""The language pairs installed in an organization, and how its entries hang on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.organizations import (
    ENG_FRA,
    ENG_SPA,
    FEEDBACK,
    GER_ENG,
    Organization,
    answer,
    install,
    refusal,
)

PATH = "/api/v2/language-pairs"
FIELDS = {
    "languagePairId", "sourceLanguage", "sourceLanguageId", "sourceLanguageTag", "targetLanguage",
    "targetLanguageId", "targetLanguageTag", "domain", "model", "platform", "technology", "version",
}  # fmt: skip


def _ids(organization: Organization, **filters: str) -> list[str]:
    pairs = answer(organization.user.get(PATH, params=filters))["languagePairs"]
    return [pair["languagePairId"] for pair in pairs]


def test_everybody_sees_the_installed_pairs(organization: Organization) -> None:
    listed = answer(organization.user.get(PATH))
    assert set(listed) == {"languagePairs"}
    assert all(set(pair) == FIELDS for pair in listed["languagePairs"])
    first = listed["languagePairs"][0]
    assert {name: first[name] for name in sorted(FIELDS) if first[name]} == {
        "languagePairId": ENG_FRA,
        "sourceLanguage": "English",
        "sourceLanguageId": "eng",
        "sourceLanguageTag": "en",
        "targetLanguage": "French",
        "targetLanguageId": "fra",
        "targetLanguageTag": "fr",
    }


def test_an_installed_pair_keeps_what_was_said_of_it(organization: Organization) -> None:
    said = {
        "languagePairId": "FrcEng_Legal",
        "sourceLanguageId": "frc",
        "sourceLanguage": "Quebecois",
        "sourceLanguageTag": "fr-CA-x-qc",
        "targetLanguageId": "eng",
        "domain": "Legal",
        "model": "m 1",
        "platform": "SRV",
        "technology": "TNMV",
        "version": "8.5",
    }
    installed = answer(organization.admin.post(PATH, data=said))
    assert installed == {**said, "targetLanguage": "English", "targetLanguageTag": "en"}
    assert installed in answer(organization.admin.get(PATH))["languagePairs"]


def test_pairs_are_filtered_by_what_they_are(organization: Organization) -> None:
    legal = {
        "languagePairId": "EngFra_Legal",
        "sourceLanguageId": "eng",
        "targetLanguageId": "fra",
        "domain": "Legal",
    }
    answer(organization.admin.post(PATH, data={**legal, "technology": "TNMV"}))
    assert _ids(organization) == [ENG_FRA, "EngFra_Legal", ENG_SPA, GER_ENG]
    assert _ids(organization, sourceLanguageId="eng", targetLanguageId="fra") == [ENG_FRA, "EngFra_Legal"]
    assert _ids(organization, targetLanguageId="fra", domain="Legal") == ["EngFra_Legal"]
    assert _ids(organization, technology="TNMV") == ["EngFra_Legal"]
    assert _ids(organization, languagePairId=GER_ENG) == [GER_ENG]
    assert _ids(organization, sourceLanguageId="ita") == []
    assert _ids(organization, sourceLanguageId="ena", targetLanguageId="frf", domain="Legal") == [
        "EngFra_Legal"
    ]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"languagePairId": ""}, "languagePairId"),
        ({"languagePairId": "a/b"}, "languagePairId"),
        ({"languagePairId": "a→b"}, "languagePairId"),
        ({"languagePairId": "x" * 129}, "languagePairId"),
        ({"sourceLanguageId": "xxx"}, "xxx"),
        ({"sourceLanguageTag": "de"}, "another language"),
        ({"targetLanguageTag": "qqq"}, "another language"),
        ({"domain": "x" * 4_000_000}, "domain"),
        ({"sourceLanguage": "x" * 201}, "sourceLanguage"),
        ({"targetLanguageId": "en"}, "en"),
        ({"targetLanguageId": "eng"}, "same"),
        ({"sourceLanguageId": None}, "sourceLanguageId"),
        ({"languagePairId": ENG_FRA}, "already exists"),
    ],
)
def test_a_pair_that_cannot_be_is_refused(
    bystanders: Organization, wrong: dict[str, Any], fault: str
) -> None:
    form = {"languagePairId": "New", "sourceLanguageId": "eng", "targetLanguageId": "fra", **wrong}
    assert fault in refusal(bystanders.admin.post(PATH, data=form), 400)
    assert _ids(bystanders) == [ENG_FRA, ENG_SPA, GER_ENG]


def test_only_admins_install_and_remove(bystanders: Organization) -> None:
    form = {"languagePairId": "New", "sourceLanguageId": "eng", "targetLanguageId": "fra"}
    refusal(bystanders.user.post(PATH, data=form), 403)
    refusal(bystanders.user.delete(f"{PATH}/{GER_ENG}"), 403)
    assert _ids(bystanders) == [ENG_FRA, ENG_SPA, GER_ENG]


def test_a_removed_pair_takes_no_more_feedback_until_it_is_installed_again(
    organization: Organization,
) -> None:
    removed = answer(organization.admin.delete(f"{PATH}/{GER_ENG}"))
    assert removed["languagePairId"] == GER_ENG
    assert GER_ENG not in _ids(organization)
    form = {"languagePairId": GER_ENG, "sourceText": "hallo"}
    assert GER_ENG in refusal(organization.user.post(FEEDBACK, data=form), 400)
    refusal(organization.admin.delete(f"{PATH}/{GER_ENG}"), 404)
    install(organization.admin, (GER_ENG, "ger", "eng"))
    assert answer(organization.user.post(FEEDBACK, data=form))["languagePairId"] == GER_ENG


def test_a_pair_with_entries_is_not_removed(organization: Organization) -> None:
    entry = organization.user.give(languagePairId=GER_ENG)
    assert GER_ENG in refusal(organization.admin.delete(f"{PATH}/{GER_ENG}"), 400)
    assert organization.user.entries() == [entry]
    answer(organization.user.delete(f"{FEEDBACK}/{entry['feedbackId']}"))
    assert answer(organization.admin.delete(f"{PATH}/{GER_ENG}"))["languagePairId"] == GER_ENG


def test_each_organization_has_its_own_pairs(organization: Organization, another: Organization) -> None:
    install(organization.admin, ("Own", "ita", "por"))
    assert "Own" not in _ids(another)
    refusal(another.admin.delete(f"{PATH}/Own"), 404)
    refusal(another.user.post(FEEDBACK, data={"languagePairId": "Own", "sourceText": "ciao"}), 400)
    install(another.admin, ("Own", "ita", "por"))
    assert "Own" in _ids(another)


def test_a_pair_for_the_exact_regional_id_is_preferred_to_its_generic_one(organization: Organization) -> None:
    install(organization.admin, ("EnaFra", "ena", "fra"))
    regional, generic = organization.admin.give(languagePairId="EnaFra"), organization.admin.give()
    assert organization.admin.entries(sourceLanguageId="ena") == [regional]
    assert organization.admin.entries(sourceLanguageId="eng") == [generic]
    assert organization.admin.entries(sourceLanguageId="ene") == [generic]


def test_the_id_of_a_pair_may_hold_what_a_path_can(organization: Organization) -> None:
    pair_id = "EngFra v1.0 (+é)-2_3"
    install(organization.admin, (pair_id, "eng", "fra"))
    entry = organization.user.give(languagePairId=pair_id)
    assert organization.admin.entries(languagePairId=pair_id) == [entry]
    answer(organization.admin.delete(f"{FEEDBACK}/{entry['feedbackId']}"))
    quoted = "EngFra%20v1.0%20%28%2B%C3%A9%29-2_3"
    assert answer(organization.admin.delete(f"{PATH}/{quoted}"))["languagePairId"] == pair_id
