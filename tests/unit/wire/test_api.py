"""From an event of the gateway to a domain call: what every family can rely on."""

from typing import Annotated, Any

import pytest
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.wire.api import Api
from hearback.wire.messages import PathVariable, Request
from hearback.wire.reading import Multipart

from tests.unit.wire.gateway import ANN, FORM, KEY, Pages, ask, commenting, header, refused, shown

# ── What a route asks for ──


def test_a_route_gets_who_is_calling_and_what_was_asked(api: Api) -> None:
    @api.get("/api/v2/things/{kind}/{number}")
    def show(
        caller: Caller,
        kind: str,
        number: Annotated[int, PathVariable(int)],
        query: Pages,
        request: Request,
        deadline: Deadline,
    ) -> dict[str, Any]:
        assert not deadline.passed
        return {
            "email": caller.email,
            "kind": kind,
            "next": number + 1,
            "page": query.page,
            "now": request.now,
        }

    found = shown(ask(api, path="/api/v2/things/tmx/41", query={"page": ["3"]}))
    assert found.pop("now") > 1_700_000_000 * 1_000_000_000
    assert found == {"email": ANN.email, "kind": "tmx", "next": 42, "page": 3}


@pytest.mark.parametrize("sent", ["a b", "50%25", "Eng\u2192Fra", "a+b", 'q?"#', "%zz", "\u0663"])
def test_a_path_variable_may_hold_anything_but_a_slash(api: Api, sent: str) -> None:
    from urllib.parse import quote

    @api.get("/api/v2/things/{kind}")
    def show(kind: str) -> list[str]:
        return [kind]

    assert shown(ask(api, path=f"/api/v2/things/{quote(sent, safe='+')}")) == [sent]


def test_a_fixed_path_goes_before_a_variable(api: Api) -> None:
    @api.get("/api/v2/things/{kind}")
    def show(kind: str) -> str:
        return kind

    @api.get("/api/v2/things/export")
    def export() -> str:
        return "the export"

    assert shown(ask(api, path="/api/v2/things/export")) == "the export"


@pytest.mark.parametrize("name", ["Content-Type", "content-type", "CONTENT-TYPE"])
@pytest.mark.parametrize("body", [b"page=2&comment=%C3%A9t%C3%A9+1", "page=2&comment=%C3%A9t%C3%A9+1"])
def test_a_form_is_read_in_base64_or_not_and_whatever_the_case_of_aheader(
    api: Api, name: str, body: bytes | str
) -> None:
    commenting(api)
    headers = {**KEY, name: FORM["Content-Type"]}
    assert shown(ask(api, "POST", body=body, headers=headers)) == [2, "été 1"]


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_body_may_be_json(api: Api, content_type: str) -> None:
    commenting(api)
    body = b'{"page": 2, "comment": "\\u00e9"}'
    assert shown(ask(api, "POST", body=body, headers={**KEY, "content-type": content_type})) == [2, "é"]


def test_parameters_come_from_body_and_query_string_which_may_not_contradict_each_other(api: Api) -> None:
    @api.delete("/api/v2/things")
    def remove(parameters: Pages) -> list[Any]:
        return [parameters.page, parameters.comment]

    both = ask(api, "DELETE", body=b"page=2", query={"comment": ["x"]}, headers={**KEY, **FORM})
    assert shown(both) == [2, "x"]
    against = ask(api, "DELETE", body=b"page=2", query={"page": ["3"]}, headers={**KEY, **FORM})
    assert refused(against, 400)["details"] == "page"


def test_an_upload_keeps_its_bytes(api: Api) -> None:
    @api.post("/api/v2/things")
    def receive(upload: Multipart) -> str:
        return upload.file("file").decode("utf-16")

    content = "<tmx>é</tmx>".encode("utf-16")
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
    headers = {**KEY, "Content-Type": "Multipart/Form-Data; boundary=b"}
    assert shown(ask(api, "POST", body=body, headers=headers)) == "<tmx>é</tmx>"
    assert "multipart/form-data" in refused(ask(api, "POST", body=body), 400)["message"]


# ── Who may ask ──


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer somebody else's"}])
def test_a_route_needs_a_key(api: Api, headers: dict[str, str]) -> None:
    commenting(api)
    answer = ask(api, "POST", body=b"page=never read", headers=headers)
    refused(answer, 401)
    assert header(answer, "WWW-Authenticate").startswith("Basic")


def test_a_public_route_needs_none(api: Api) -> None:
    @api.get("/api/v2/things", public=True)
    def show() -> str:
        return "all"

    assert shown(ask(api, headers={})) == "all"
