"""Events of the gateway, and what an API answers to them."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from hearback import errors
from hearback.access.model import Caller, Role
from hearback.wire.api import Api
from hearback.wire.messages import Request
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


def header(answer: dict[str, Any], name: str) -> str:
    values: list[str] = answer["multiValueHeaders"][name]
    assert len(values) == 1
    return values[0]


def commenting(api: Api) -> None:
    @api.post("/api/v2/things")
    def comment(form: Pages) -> list[Any]:
        return [form.page, form.comment]
