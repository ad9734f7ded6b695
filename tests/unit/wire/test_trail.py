"""A request that changes something is in the audit trail before it is carried out."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError
from hearback.access.model import Caller
from hearback.errors import Conflict
from hearback.organization import audit
from hearback.wire.api import Api
from hearback.wire.messages import Request
from hearback.wire.reading import Multipart

from tests.unit.wire.gateway import ANN, FORM, KEY, Pages, ask, refused, shown

Lines = list[list[str]]
SENT = {**KEY, **FORM}
JSON = {"Content-Type": "application/json"}


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


def test_ids_are_told_all_and_nothing_but_ids(api: Api, trail: Lines) -> None:
    @api.delete("/api/v2/things", ids=("thing_ids",))
    def drop(caller: Caller) -> list[str]:
        return []

    ids = [f"{number:024d}" for number in range(1000)]
    ask(api, "DELETE", body=json.dumps({"thing_ids": [*ids, 'say "hello"']}), headers={**KEY, **JSON})
    ask(api, "DELETE", body="thing_ids=1, 2", headers=SENT)
    assert trail == [
        [f"7 drop {{'thing_ids': '{','.join(ids)},say??hello?'}}"],
        ["7 drop {'thing_ids': '1,2'}"],
    ]


def test_five_thousand_ids_fit_in_a_line(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    @api.delete("/api/v2/things", ids=("thing_ids",))
    def drop(caller: Caller) -> list[str]:
        return []

    monkeypatch.setattr(audit, "write", lambda *told: sizes.append(len(json.dumps(told[4]).encode())))
    for text in ("\\", '"', "\x1f", "é", "\U0001f600"):
        ask(api, "DELETE", body=json.dumps({"thing_ids": [text * 500] * 5000}), headers={**KEY, **JSON})
    assert len(sizes) == 5
    assert max(sizes) < 400_000


def test_of_words_a_line_tells_that_they_were_given(api: Api, trail: Lines) -> None:
    @api.delete("/api/v2/things", told=("state",), given=("sourceText", "comment"))
    def drop(caller: Caller) -> list[str]:
        return []

    ask(api, "DELETE", query={"sourceText": ["secret"], "state": ["new"]})
    assert trail == [["7 drop {'state': 'new', 'sourceText': '(given)'}"]]


def test_the_fields_of_an_upload_are_told_too(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/things", told=("approveAll", "applyAll"))
    def bring(caller: Caller, upload: Multipart) -> list[str]:
        return []

    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = part % (b"approveAll", b"true") + part % (b"comment", b"&applyAll=true") + b"--x--\r\n"
    ask(api, "POST", body=body, headers={**KEY, "Content-Type": "multipart/form-data; boundary=x"})
    assert trail == [["7 bring {'approveAll': 'true'}"]]


def test_what_is_no_text_is_told_as_json_has_it(api: Api, trail: Lines) -> None:
    @api.put("/api/v2/things", told=("final", "several"))
    def end(caller: Caller) -> list[str]:
        return []

    ask(api, "PUT", body='{"final": true, "several": [1, null]}', headers={**KEY, **JSON})
    assert trail == [["7 end {'final': 'true', 'several': '[1, null]'}"]]


def test_each_of_several_calls_has_its_line(api: Api, trail: Lines) -> None:
    @api.post("/api/v2/calls", identifies=True, audited=False)
    def calls(request: Request) -> list[str]:
        caller: Caller = api.acting(request)
        with api.line(request, caller, {"id": "1"}):
            pass
        for error in (Conflict("It is there."), RuntimeError()):
            with suppress(Conflict, RuntimeError), api.line(request, caller, {"id": "2"}):
                raise error
        return []

    shown(ask(api, "POST", "/api/v2/calls"))
    assert trail == [
        ["7 calls {'id': '1'}"],
        ["7 calls {'id': '2'}", "Conflict"],
        ["7 calls {'id': '2'}", "HearbackError"],
    ]


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
