"""A request that changes something is in the audit trail before it is carried out."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from hearback.access.model import Caller
from hearback.errors import Conflict
from hearback.organization import audit
from hearback.wire.api import Api
from hearback.wire.messages import Request

from tests.unit.wire.gateway import ANN, FORM, KEY, Pages, ask, refused, shown

Lines = list[list[str]]
SENT = {**KEY, **FORM}


def test_a_change_is_written_down_before_it_is_made(api: Api, trail: Lines) -> None:
    @api.put("/api/v2/things/{thingId}")
    def change_thing(caller: Caller, thingId: str) -> list[str]:  # noqa: N803
        return [*trail[0]]

    assert shown(ask(api, "PUT", "/api/v2/things/41")) == ["7 change_thing {'thingId': '41'}"]


def test_reading_leaves_no_line_unless_it_takes_something_out(api: Api, trail: Lines) -> None:
    @api.get("/api/v2/things")
    def list_things(caller: Caller) -> list[str]:
        return []

    @api.get("/api/v2/things/export", audited=True)
    def export_things(caller: Caller) -> list[str]:
        return []

    ask(api, "GET")
    ask(api, "GET", "/api/v2/things/export")
    assert trail == [["7 export_things {}"]]


def test_a_route_may_be_too_busy_for_lines(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/things", audited=False)
    def vote(caller: Caller) -> list[str]:
        return []

    ask(api, "POST")
    assert trail == []


def test_a_line_tells_the_parameters_that_its_route_names_and_no_other(api: Api, trail: Lines) -> None:
    @api.put("/api/v2/things", told=("page",))
    def turn(caller: Caller, form: Pages) -> list[str]:
        return []

    ask(api, "PUT", body="page=3&comment=secret", headers=SENT)
    assert trail == [["7 turn {'page': '3'}"]]


def test_a_value_in_a_line_has_a_bound(api: Api, trail: Lines) -> None:
    @api.delete("/api/v2/things/{thingId}")
    def drop(caller: Caller, thingId: str) -> list[str]:  # noqa: N803
        return []

    ask(api, "DELETE", "/api/v2/things/" + "x" * 5000)
    assert trail == [[f"7 drop {{'thingId': '{'x' * 200}'}}"]]


def test_a_refused_change_says_so_in_its_line(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/things")
    def make(caller: Caller) -> list[str]:
        raise Conflict("It is there.")

    refused(ask(api, "POST"), api.family.status_of(Conflict("")))
    assert trail == [["7 make {}", "Conflict"]]


def test_a_failed_change_says_so_in_its_line(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/things")
    def make(caller: Caller) -> list[str]:
        raise RuntimeError

    refused(ask(api, "POST"), 500)
    assert trail == [["7 make {}", "HearbackError"]]


def test_who_has_no_key_or_is_not_understood_leaves_no_line(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/things")
    def make(caller: Caller, form: Pages) -> list[str]:
        return []

    refused(ask(api, "POST", body="page=1", headers=FORM), 401)
    refused(ask(api, "POST", body="page=one", headers=SENT), 400)
    assert trail == []


def test_what_cannot_be_written_down_is_not_done(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    @api.post("/api/v2/things")
    def make(caller: Caller) -> list[str]:
        done.append(caller)
        return []

    monkeypatch.setattr(audit, "write", _throttled)
    refused(ask(api, "POST"), 429)
    assert done == []


def test_a_refusal_reaches_its_client_though_the_trail_does_not_take_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    @api.post("/api/v2/things")
    def make(caller: Caller) -> list[str]:
        raise Conflict("It is there.")

    monkeypatch.setattr(audit, "refuse", _throttled)
    assert refused(ask(api, "POST"), api.family.status_of(Conflict("")))["message"] == "It is there."


def test_who_identifies_callers_by_itself_leaves_a_line_too(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/calls", identifies=True)
    def calls(request: Request) -> list[str]:
        caller: Caller = api.acting(request)
        return [caller.email]

    assert shown(ask(api, "POST", "/api/v2/calls")) == [ANN.email]
    assert trail == [["7 calls {}"]]


def _throttled(*_: object) -> None:
    code = "ProvisionedThroughputExceededException"
    raise ClientError({"Error": {"Code": code, "Message": "too much"}}, "PutItem")
