"""What an action (select, assign, submit …) is told, in either form of body or in none."""

from __future__ import annotations

import json

import pytest
from hearback.jsonapi import bodies
from hearback.jsonapi.errors import Unprocessable
from hearback.jsonapi.resource import boolean, integer, text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", {}),
        (b" \n", {}),
        (b"{}", {}),
        (b'{"approved": true}', {"approved": True}),
        (b'{"data": {"attributes": {"approved": true}}}', {"approved": True}),
        (b'{"data": {"type": "x"}}', {}),
        (b'{"data": null}', {}),
    ],
)
def test_an_action_is_told_in_either_form(body: bytes, told: object) -> None:
    assert bodies.flat(body) == told


EXPECTED = {"card": integer(required=True), "approved": boolean(), "why": text(nullable=True)}


def test_what_an_action_is_told_is_checked() -> None:
    body = json.dumps({"card": 7, "approved": None, "why": None, "more": 1}).encode()
    assert bodies.action(body, EXPECTED) == {"card": 7, "why": None}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", {"/card": "is required"}),
        (b"[]", {"": "must be an object"}),
        (
            b'{"card": "7", "approved": 1}',
            {"/card": "must be an integer", "/approved": "must be true or false"},
        ),
        (b'{"data": {"attributes": {"card": []}}}', {"/data/attributes/card": "must be an integer"}),
        (b'{"data": {"attributes": []}}', {"/data/attributes": "must be an object"}),
        (b'{"data": 5}', {"/data": "must be an object"}),
    ],
)
def test_what_is_wrong_in_an_action_is_pointed_to(body: bytes, told: object) -> None:
    with pytest.raises(Unprocessable) as refused:
        bodies.action(body, EXPECTED)
    assert {fault.pointer: fault.detail for fault in refused.value.faults} == told
