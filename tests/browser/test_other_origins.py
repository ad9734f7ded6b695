"""A page of another origin, in the developer's own browser, gets nothing of the stack and drives nothing in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from tests.browser.console import Console
from tests.flows.organizations import Organization

TRY = """async ({method, url, headers, body, mode}) => {
  try {
    const answer = await fetch(url, {method, headers, body, mode})
    return answer.type === 'opaque' ? 'opaque' : `${answer.status} ${(await answer.text()).slice(0, 200)}`
  } catch (problem) { return 'blocked' }
}"""


def _signed(service: str) -> dict[str, str]:
    """What every page can send: the local key is known, and the emulator checks no signature."""
    scope = f"test/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"}


LISTEN = """url => new Promise(done => {
  const socket = new WebSocket(url)
  socket.onopen = () => done('open')
  socket.onerror = () => done('blocked')
})"""

FORM = """url => {
  const form = Object.assign(document.createElement('form'), {method: 'POST', action: url, enctype: 'text/plain'})
  form.append(Object.assign(document.createElement('input'), {name: '{"FunctionName":"mine","x":"', value: '"}'}))
  document.body.append(form)
  form.submit()
}"""


class _Page(BaseHTTPRequestHandler):
    """A page that anybody could serve."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another page</title>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A page of another origin, opened."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
    server.shutdown()
    server.server_close()


def _functions(stack: Stack) -> set[str]:
    return {each["FunctionName"] for each in stack.client("lambda").list_functions()["Functions"]}


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/2015-03-31/functions/", _signed("lambda")),
        ("POST", "/2015-03-31/functions", _signed("lambda")),
        ("POST", "/", _signed("dynamodb") | {"X-Amz-Target": "DynamoDB_20120810.ListTables"}),
    ],
)
def test_a_foreign_page_reads_no_answer_of_aws(
    stack: Stack, stranger: Page, method: str, path: str, headers: dict[str, str]
) -> None:
    asked = {"method": method, "url": stack.endpoint_url + path, "headers": headers, "mode": "cors"}
    assert stranger.evaluate(TRY, asked) == "blocked"


@pytest.mark.parametrize("path", ["/_ministack/config", "/_ministack/health", "/_localstack/health"])
def test_the_emulators_own_endpoints_refuse_a_foreign_page(stack: Stack, stranger: Page, path: str) -> None:
    with stranger.expect_navigation():
        stranger.evaluate(FORM, stack.endpoint_url + path)
    expect(stranger.locator("body")).to_contain_text("may not ask this")


CODE = (
    '{"FunctionName":"mine","Runtime":"python3.13","Role":"arn:aws:iam::000000000000:role/r","Handler":"a.b",'
    '"Code":{"ZipFile":"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}'
)


def _signed_address(stack: Stack, service: str, method: str, path: str, body: str) -> str:
    """The address of a call, signed in the query by the developer's key, which everybody knows."""
    request = AWSRequest(method, stack.endpoint_url + path, data=body)
    SigV4QueryAuth(Credentials("test", "test"), service, stack.region).add_auth(request)
    return str(request.url)


def test_a_foreign_page_changes_nothing_though_its_request_is_sent(stack: Stack, stranger: Page) -> None:
    """A simple request needs no permission to be sent, and a signature can be part of the address: only the guard
    can refuse it."""
    queue = stack.outputs["ImportQueue"]
    send = f"/?Action=SendMessage&Version=2012-11-05&MessageBody=x&QueueUrl={quote(queue, safe='')}"
    tries = (("lambda", "POST", "/2015-03-31/functions", CODE), ("sqs", "GET", send, ""))
    assert requests.get(_signed_address(stack, "sqs", "GET", send, ""), timeout=30).ok, "a tool may"
    before = _functions(stack), _waiting(stack, queue)
    for service, method, path, body in tries:
        asked = {
            "method": method,
            "url": _signed_address(stack, service, method, path, body),
            "mode": "no-cors",
        }
        assert (
            stranger.evaluate(TRY, {**asked, "headers": {}, **({"body": body} if body else {})}) == "opaque"
        )
    with stranger.expect_navigation():
        stranger.evaluate(FORM, f"{stack.endpoint_url}/2015-03-31/functions")
    expect(stranger.locator("body")).to_contain_text("may not ask this")
    assert (_functions(stack), _waiting(stack, queue)) == before


def _waiting(stack: Stack, queue: str) -> str:
    names = ["ApproximateNumberOfMessages"]
    told = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return str(told["Attributes"][names[0]])


@pytest.fixture
def socket(stack: Stack) -> Iterator[str]:
    """The address of a socket that the emulator opens to whoever asks."""
    client = stack.client("apigatewayv2")
    api = client.create_api(
        Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a"
    )
    client.create_stage(ApiId=api["ApiId"], StageName="s")
    yield f"{stack.endpoint_url.replace('http', 'ws')}/_aws/execute-api/{api['ApiId']}/s"
    client.delete_api(ApiId=api["ApiId"])


def test_a_foreign_page_opens_no_socket(stack: Stack, stranger: Page, socket: str) -> None:
    assert stranger.evaluate(LISTEN, socket) == "blocked"
    assert _opened_by_a_program(stack, socket) == 101


def _opened_by_a_program(stack: Stack, socket: str) -> int:
    """The status of a handshake without what browsers add."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    connection = HTTPConnection(urlsplit(stack.endpoint_url).netloc, timeout=30)
    connection.request("GET", urlsplit(socket).path, headers=headers | {"Sec-WebSocket-Key": "A" * 22 + "=="})
    with closing(connection):
        return connection.getresponse().status


def test_a_foreign_page_reads_nothing_of_the_product(stack: Stack, stranger: Page) -> None:
    url = f"{stack.base_url}/api/v2/system/info"
    assert stranger.evaluate(TRY, {"method": "GET", "url": url, "headers": {}, "mode": "cors"}) == "blocked"


@pytest.mark.parametrize("path", ["/_ministack/health", "/2015-03-31/functions/", "/v1/api/v2/system/info"])
def test_a_name_that_was_rebound_to_this_machine_opens_nothing(stack: Stack, path: str) -> None:
    headers = {"Host": "evil.example:4566"}
    if path.startswith("/2015"):
        headers |= _signed("lambda")
    answer = requests.get(stack.endpoint_url + path, headers=headers, timeout=30)
    assert (answer.status_code, answer.text) == (403, "The Host is no name of this machine.")


def test_nobody_is_permitted_to_read_answers(stack: Stack) -> None:
    for path in ("/_ministack/health", "/2015-03-31/functions/", "/v1/api/v2/system/info"):
        headers = _signed("lambda") if path.startswith("/2015") else {}
        answer = requests.get(stack.endpoint_url + path, headers=headers, timeout=30)
        assert answer.status_code == 200
        assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_the_pages_of_the_product_upload_as_before(console: Console, organization: Organization) -> None:
    """The console's page asks for a presigned upload and sends a file to S3, which is of its own origin here."""
    console.page.goto(f"{console.base_url}/console")
    assert _upload(console.page, organization) in (200, 201, 204)


def test_a_console_that_is_opened_as_localhost_uploads_too(
    stack: Stack, browser: Browser, organization: Organization
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{stack.base_url.replace('127.0.0.1', 'localhost')}/console")
        assert page.url.startswith(f"{stack.base_url}/console")
        assert _upload(page, organization) in (200, 201, 204)


def _upload(page: Page, organization: Organization) -> int:
    """Send a file from the page as the console does; the status that S3 answers."""
    begun = organization.admin.post("/api/v2/feedback/import/uploads", json={}).json()
    status: int = page.evaluate(
        """async ({url, fields}) => {
          const form = new FormData()
          for (const [name, value] of Object.entries(fields)) form.append(name, value)
          form.append('file', new Blob(['<tmx/>']), 'a.tmx')
          return (await fetch(url, {method: 'POST', body: form})).status
        }""",
        {"url": begun["url"], "fields": begun["fields"]},
    )
    return status
