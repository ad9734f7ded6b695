"""From an event of the gateway to a domain call, and back: what every family can rely on."""

import base64
import gzip
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import pytest
from botocore.exceptions import ClientError
from hearback import errors
from hearback.access.model import Caller, Role
from hearback.deadline import Deadline
from hearback.settings import Settings, settings
from hearback.wire.api import ANSWER_LIMIT, Api
from hearback.wire.families import CONTENT, CONTENT_XML, TRANSLATION
from hearback.wire.messages import Answer, PathVariable, Request
from hearback.wire.reading import Multipart
from pydantic import BaseModel

from local.paths import ROOT

ANN = Caller("acme", 7, "ann@acme.example", Role.ADMIN, "0123456789abcdef")
KEY = {"Authorization": "Bearer ann's"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
REQUEST_ID = "8f5a1c1e-5d0a-4f0b-9e70-3f0f1d9f7c11"
SAMPLE = json.loads((ROOT / "events/translation_feedback/list.json").read_text())


class Context:
    function_name = memory_limit_in_mb = "hearback"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:hearback"
    aws_request_id = REQUEST_ID

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


class Pages(BaseModel):
    page: int = 1
    comment: str = ""


def authenticate(request: Request) -> Caller:
    if request.header("Authorization") != KEY["Authorization"]:
        raise errors.Unauthenticated("The API key is not valid.")
    return ANN


@pytest.fixture
def api() -> Api:
    return Api(TRANSLATION, authenticate)


class _Kept(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def log(api: Api) -> Iterator[list[logging.LogRecord]]:
    """What the API writes to its log from now on."""
    records: list[logging.LogRecord] = []
    handler = _Kept(records)
    api.logger.addHandler(handler)
    yield records
    logging.getLogger(api.family.name).removeHandler(handler)


def event(
    method: str = "GET",
    path: str = "/api/v2/things",
    body: bytes | str | None = None,
    query: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] = KEY,
) -> dict[str, Any]:
    """An event as a REST API sends it; bytes go in base64, as they do with every media type binary."""
    context = {**SAMPLE["requestContext"], "path": f"/v1{path}", "httpMethod": method}
    encoded = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {
        **SAMPLE,
        "httpMethod": method,
        "path": path,
        "headers": {
            "Host": "abc.execute-api.eu-west-1.amazonaws.com",
            "X-Forwarded-Proto": "https",
            **headers,
        },
        "multiValueQueryStringParameters": query,
        "body": encoded,
        "isBase64Encoded": isinstance(body, bytes),
        "requestContext": context,
    }


def ask(api: Api, *arguments: Any, **more: Any) -> dict[str, Any]:
    answer = api.handler(event(*arguments, **more), Context())
    json.dumps(answer, ensure_ascii=False).encode()  # as the runtime sends it
    return answer


def shown(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


def refused(answer: dict[str, Any], status: int) -> dict[str, Any]:
    """The error, which must have the family's form."""
    assert answer["statusCode"] == status
    document = json.loads(answer["body"])
    assert set(document) == {"error"}
    error: dict[str, Any] = document["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == status
    return error


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


def _commenting(api: Api) -> None:
    @api.post("/api/v2/things")
    def comment(form: Pages) -> list[Any]:
        return [form.page, form.comment]


@pytest.mark.parametrize("name", ["Content-Type", "content-type", "CONTENT-TYPE"])
@pytest.mark.parametrize("body", [b"page=2&comment=%C3%A9t%C3%A9+1", "page=2&comment=%C3%A9t%C3%A9+1"])
def test_a_form_is_read_in_base64_or_not_and_whatever_the_case_of_a_header(
    api: Api, name: str, body: bytes | str
) -> None:
    _commenting(api)
    headers = {**KEY, name: FORM["Content-Type"]}
    assert shown(ask(api, "POST", body=body, headers=headers)) == [2, "été 1"]


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_body_may_be_json(api: Api, content_type: str) -> None:
    _commenting(api)
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
    _commenting(api)
    answer = ask(api, "POST", body=b"page=never read", headers=headers)
    refused(answer, 401)
    assert _header(answer, "WWW-Authenticate").startswith("Basic")


def test_a_public_route_needs_none(api: Api) -> None:
    @api.get("/api/v2/things", public=True)
    def show() -> str:
        return "all"

    assert shown(ask(api, headers={})) == "all"


# ── What goes wrong ──


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Invalid("m", "d"), 400),
        (errors.TooLarge("m", "d"), 413),
        (errors.Unauthenticated("m", "d"), 401),
        (errors.Forbidden("m", "d"), 403),
        (errors.NotFound("m", "d"), 404),
        (errors.Conflict("m", "d"), 400),
        (errors.Busy("m", "d"), 429),
        (errors.Unfinished("m", "d"), 500),
    ],
)
def test_a_domain_error_is_answered_in_the_familys_form(api: Api, error: Exception, status: int) -> None:
    _failing(api, error)
    assert refused(ask(api), status) == {"code": status, "message": "m", "details": "d"}


def test_an_unexpected_error_names_the_request_and_nothing_else_and_is_logged(
    api: Api, log: list[logging.LogRecord]
) -> None:
    _failing(api, RuntimeError("the secret is 42"))
    answer = ask(api)
    assert REQUEST_ID in refused(answer, 500)["details"]
    assert "42" not in answer["body"]
    assert [record.levelname for record in log if record.exc_info] == ["ERROR"]


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ProvisionedThroughputExceededException", "SlowDown"]
)
def test_throttling_that_outlasts_the_retries_asks_to_come_again(api: Api, code: str) -> None:
    _failing(api, ClientError({"Error": {"Code": code, "Message": ""}}, "Query"))
    answer = ask(api)
    refused(answer, 429)
    assert _header(answer, "Retry-After") == "1"


def test_any_other_error_of_aws_is_a_failure_of_ours(api: Api) -> None:
    _failing(api, ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "Query"))
    refused(ask(api), 500)


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/v2/things/1/2", "/", "/api/v2/\u2192"])
def test_an_unknown_route_is_answered_in_the_familys_form(api: Api, path: str) -> None:
    _commenting(api)
    assert refused(ask(api, path=path), 404)["details"] == f"GET {path}"


def test_an_unknown_method_of_a_route_is_too(api: Api) -> None:
    _commenting(api)
    assert refused(ask(api, "PATCH"), 404)["details"] == "PATCH /api/v2/things"


def test_a_family_may_have_a_status_for_a_method_that_a_route_does_not_have() -> None:
    api = Api(CONTENT, authenticate)

    @api.post("/data/things.json")
    def make() -> str:
        return "made"

    @api.delete("/data/things.json")
    def remove() -> str:
        return "gone"

    answer = ask(api, "GET", "/data/things.json")
    assert answer["statusCode"] == 405
    assert _header(answer, "Allow") == "DELETE, POST"
    assert ask(api, "GET", "/data/thingsXjson")["statusCode"] == 404


def test_a_route_may_say_what_went_wrong_in_a_form_of_its_own() -> None:
    api = Api(CONTENT, authenticate)

    @api.post("/data/things.xml", family=CONTENT_XML)
    def make() -> None:
        raise errors.Invalid("m", "d")

    for method, status in (("POST", 200), ("PUT", 405)):
        answer = ask(api, method, "/data/things.xml")
        assert (answer["statusCode"], answer["body"][:5]) == (status, "<?xml")
        assert _header(answer, "Content-Type") == "application/xml"


def test_what_a_request_has_for_its_answer_is_in_the_answer_whatever_becomes_of_it() -> None:
    def counted(request: Request) -> Caller:
        request.answer_headers["X-Count"] = "1"
        return authenticate(request)

    api = Api(TRANSLATION, counted)
    _commenting(api)
    for headers in (KEY, {}):
        assert _header(ask(api, "POST", body=b"page=2", headers={**FORM, **headers}), "X-Count") == "1"


def test_a_family_may_read_requests_and_finish_answers_in_its_own_way() -> None:
    def read(kind: Any, name: str, request: Request) -> Any:
        return kind(comment=f"{name} of {request.body.decode()}")

    api = Api(TRANSLATION, authenticate, read, lambda _, answer: replace(answer, body=f"<{answer.body}>"))
    _commenting(api)
    assert ask(api, "POST", body=b"me")["body"] == '<[1,"form of me"]>'
    assert ask(api, "POST", body=b"me", headers={})["body"].startswith('<{"error":')


def test_an_error_can_repeat_what_no_answer_can_hold(api: Api) -> None:
    _failing(api, errors.Invalid("A parameter is wrong.", "half of a pair: \ud83d"))
    assert "half of a pair: ?" in refused(ask(api), 400)["details"]


# ── Answers ──


def test_an_answer_is_json_that_nobody_keeps(api: Api) -> None:
    @api.get("/api/v2/things")
    def show() -> dict[str, str]:
        return {"é": "\u2028"}

    answer = ask(api)
    assert shown(answer) == {"é": "\u2028"}
    assert _header(answer, "Content-Type") == "application/json"
    assert _header(answer, "Cache-Control") == "no-store"


def test_an_answer_may_have_a_status_a_media_type_and_headers_of_its_own(api: Api) -> None:
    @api.get("/api/v2/things")
    def show() -> Answer:
        return Answer("<tmx/>", 202, "text/x-tmx", {"Location": "/there"})

    answer = ask(api)
    assert (answer["statusCode"], answer["body"]) == (202, "<tmx/>")
    assert _header(answer, "Content-Type") == "text/x-tmx"
    assert _header(answer, "Location") == "/there"


def test_an_answer_larger_than_lambda_takes_is_compressed_for_who_accepts_it(api: Api) -> None:
    _large(api, lambda: "x" * (ANSWER_LIMIT + 1))
    answer = ask(api, headers={**KEY, "accept-encoding": "br, gzip"})
    assert answer["isBase64Encoded"] is True
    assert _header(answer, "Content-Encoding") == "gzip"
    assert len(json.loads(gzip.decompress(base64.b64decode(answer["body"])))) == ANSWER_LIMIT + 1


def test_for_who_does_not_it_is_refused_with_the_share_that_fits(api: Api) -> None:
    _large(api, lambda: "x" * (2 * ANSWER_LIMIT))
    error = refused(ask(api), 413)
    assert re.search(r"\b(49|50) %", error["details"])


def test_an_answer_too_large_even_compressed_is_refused_too(api: Api) -> None:
    from random import Random

    _large(api, lambda: Random(1).randbytes(ANSWER_LIMIT).hex())
    refused(ask(api, headers={**KEY, "Accept-Encoding": "gzip"}), 413)


def test_what_counts_is_the_size_inside_lambdas_own_json(api: Api) -> None:
    _large(api, lambda: '"' * (ANSWER_LIMIT // 3))
    refused(ask(api), 413)


# ── The address ──


@pytest.mark.parametrize(
    ("host", "whole", "base_url"),
    [
        (
            "abc.execute-api.eu-west-1.amazonaws.com",
            "/v1",
            "https://abc.execute-api.eu-west-1.amazonaws.com/v1",
        ),
        ("feedback.acme.example", "", "https://feedback.acme.example"),
    ],
)
def test_a_link_leads_back_to_where_the_client_came_in(host: str, whole: str, base_url: str) -> None:
    came = event(headers={"host": host})
    came["headers"].pop("Host")
    came["requestContext"]["path"] = whole + came["path"]
    assert Request(came, 0).base_url == base_url


@pytest.mark.parametrize(("environment", "scheme"), [("local", "http"), ("prod", "https")])
def test_only_the_local_stack_speaks_http(
    environment: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", environment)
    settings.cache_clear()
    came = event()
    del came["headers"]["X-Forwarded-Proto"]
    assert Request(came, 0).base_url.startswith(f"{scheme}://")
    settings.cache_clear()


def _failing(api: Api, error: Exception) -> None:
    @api.get("/api/v2/things")
    def fail() -> None:
        raise error


def _large(api: Api, make: Callable[[], str]) -> None:
    @api.get("/api/v2/things")
    def show() -> str:
        return make()


def _header(answer: dict[str, Any], name: str) -> str:
    values: list[str] = answer["multiValueHeaders"][name]
    assert len(values) == 1
    return values[0]
