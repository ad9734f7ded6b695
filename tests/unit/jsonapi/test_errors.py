"""An error document says what is wrong and where, one object for each fault."""

from __future__ import annotations

import pytest
from hearback.errors import Conflict, Invalid
from hearback.jsonapi import errors
from hearback.jsonapi.errors import Fault, Unprocessable

from tests.unit.jsonapi.library import check


def test_every_fault_is_an_error_of_its_own_with_its_place() -> None:
    error = Unprocessable(
        Fault("is required", "/data/attributes/name"),
        Fault("must be an integer", parameter="page[size]"),
        Fault("is not understood", header="Content-Type"),
        Fault("is full"),
    )
    common = {"status": "422", "title": "Unprocessable Content"}
    assert check(errors.document(422, error)) == {
        "errors": [
            common | {"detail": "is required", "source": {"pointer": "/data/attributes/name"}},
            common | {"detail": "must be an integer", "source": {"parameter": "page[size]"}},
            common | {"detail": "is not understood", "source": {"header": "Content-Type"}},
            common | {"detail": "is full"},
        ],
        "jsonapi": {"version": "1.1"},
    }


def test_an_error_without_faults_is_one_object_with_all_that_is_known() -> None:
    document = check(errors.document(409, Conflict("The entry has changed.", "It is completed.")))
    assert document["errors"] == [
        {"status": "409", "title": "Conflict", "detail": "The entry has changed. It is completed."}
    ]


def test_the_pointer_to_the_whole_document_is_the_empty_one() -> None:
    document = check(errors.document(422, Unprocessable(Fault("must be an object", ""))))
    assert document["errors"][0]["source"] == {"pointer": ""}


def test_the_same_fault_is_told_once_and_a_hundred_at_most() -> None:
    faults = [Fault("is required", f"/data/{number % 500}") for number in range(1000)]
    assert len(check(errors.document(422, Unprocessable(*faults)))["errors"]) == 100


def test_other_families_can_tell_the_faults_too() -> None:
    error = Unprocessable(Fault("is required", "/data/type"), Fault("is full"))
    assert isinstance(error, Invalid)
    assert error.details == "/data/type: is required; is full"


def test_half_of_a_surrogate_pair_does_not_break_the_answer() -> None:
    check(errors.document(422, Unprocessable(Fault("'\ud800' is odd", parameter="filter[\udfff]"))))


def test_no_faults_are_no_error() -> None:
    errors.refuse([])
    with pytest.raises(Unprocessable):
        errors.refuse([Fault("is full")])
