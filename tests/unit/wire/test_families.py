"""One table turns domain errors into what each family's clients read."""

from __future__ import annotations

import json

import pytest
from hearback import errors
from hearback.errors import HearbackError
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage.transactions import ConditionFailed
from hearback.wire.families import ACCESS, CONTENT, DATASET, STATUS, TRANSLATION, Family
from hypothesis import given
from hypothesis import strategies as st

FAMILIES = [TRANSLATION, ACCESS, DATASET]
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HearbackError)]
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_has_a_status(kind: type[HearbackError]) -> None:
    assert kind in STATUS


@each_family
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_is_an_error_to_http(family: Family, kind: type[HearbackError]) -> None:
    assert 400 <= family.status_of(kind("m")) <= 500


def test_translation_has_no_statuses_but_those_that_its_reference_knows() -> None:
    statuses = {TRANSLATION.status_of(kind("m")) for kind in KINDS}
    assert statuses == {400, 401, 403, 404, 413, 429, 500}


def test_what_already_exists_is_400_to_translation_and_409_to_access() -> None:
    assert TRANSLATION.status_of(errors.Conflict("m")) == 400
    assert ACCESS.status_of(errors.Conflict("m")) == 409


def test_content_has_200_for_errors_of_which_its_clients_would_discard_the_body() -> None:
    statuses = {kind: CONTENT.status_of(kind("m")) for kind in KINDS}
    others = {errors.NotFound: 404, errors.NotAllowed: 405, errors.Busy: 429}
    assert {kind: status for kind, status in statuses.items() if status != 200} == others


def test_a_method_that_a_route_does_not_have_is_not_found_where_the_contract_knows_no_405() -> None:
    assert [family.status_of(errors.NotAllowed("m")) for family in (TRANSLATION, ACCESS)] == [404, 404]


@each_family
def test_an_error_that_nobody_turned_into_a_domain_error_is_ours(family: Family) -> None:
    assert family.status_of(ConditionFailed([0])) == 500


def test_a_more_special_error_has_the_status_of_the_nearest_it_is_a_kind_of() -> None:
    class TooManyUnits(errors.TooLarge):
        pass

    assert TRANSLATION.status_of(TooManyUnits("m")) == 413


@pytest.mark.parametrize("family", [TRANSLATION, ACCESS], ids=lambda family: family.name)
@given(message=st.text(), details=st.text())
def test_an_error_says_code_message_and_details(family: Family, message: str, details: str) -> None:
    status, body = family.error(errors.Invalid(message, details))
    assert json.loads(body) == {"error": {"code": status, "message": message, "details": details}}


@given(message=st.text(min_size=1), details=st.text())
def test_to_the_dataset_api_an_error_is_a_document_of_jsonapi(message: str, details: str) -> None:
    status, body = DATASET.error(errors.Conflict(message, details))
    (told,) = json.loads(body)["errors"]
    assert (status, told["status"], told["title"]) == (409, "409", "Conflict")
    assert told["detail"] == f"{message} {details}".strip()


def test_to_the_dataset_api_every_fault_has_its_place() -> None:
    faults = (Fault("is required", "/data/attributes/name"), Fault("is no number", parameter="page[size]"))
    status, body = DATASET.error(Unprocessable(*faults))
    places = [error["source"] for error in json.loads(body)["errors"]]
    assert (status, places) == (422, [{"pointer": "/data/attributes/name"}, {"parameter": "page[size]"}])
    assert DATASET.status_of(errors.NotAllowed("m")) == 405
    assert DATASET.status_of(errors.UnknownMedia("m")) == 415
