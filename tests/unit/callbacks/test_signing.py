"""A receiver that knows nothing but the documents can tell that a callback is genuine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from hearback.callbacks import signing, targets
from hearback.callbacks.signing import AccessKey, Authentication, Basic, Hmac, Request, Token
from hearback.errors import Invalid
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

URL = "https://example.com/tasks/done?project=117"
BODY = b'{"task":{"id":"51e77305ff1d8131a4000011","data":{"caption":"\xc3\xa9"}}}'
AT = 1_373_863_557
ID = "01971b2f-5a52-7c3e-8d8e-0123456789ab"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a signing secret of 32 bytes, so").decode()
MODES: list[Authentication | None] = [
    None,
    Basic("ada", "planted"),
    AccessKey("planted"),
    Token("planted"),
    Hmac("key-1", "planted"),
]


def signed(
    by: Authentication | None, url: str = URL, at: int = AT, body: bytes = BODY, secret: str | None = None
) -> Request:
    return signing.sign(targets.parse(url), body, ID, at, by, secret)


def test_without_authentication_a_callback_is_json_with_its_id_and_no_more() -> None:
    request = signed(None)
    assert request.headers == {"Content-Type": "application/json", "X-wsm-nonce": ID}
    assert (request.target, request.body) == (targets.parse(URL), BODY)


@pytest.mark.parametrize(
    ("user", "password"), [("ada", "secret"), ("ada", "pass:word"), ("", ""), ("zoë", "pässwörd")]
)
def test_basic_authentication_names_user_and_password(user: str, password: str) -> None:
    scheme, _, encoded = signed(Basic(user, password)).headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(encoded).decode() == f"{user}:{password}"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_an_access_key_arrives_in_the_query_beside_what_was_there(key: str) -> None:
    query = parse_qs(signed(AccessKey(key)).target.query)
    assert query == {"project": ["117"], "access_key": [key]}


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("https://example.com", "/?access_key=new"),
        ("https://example.com/a", "/a?access_key=new"),
        ("https://example.com/a?access_key=old&x=1", "/a?x=1&access_key=new"),
        ("https://example.com/a?x=%20&x=2&y", "/a?x=%20&x=2&y&access_key=new"),
    ],
)
def test_there_is_one_access_key(url: str, resource: str) -> None:
    assert signed(AccessKey("new"), url).target.resource == resource


@pytest.mark.parametrize(
    ("query", "rest", "key"),
    [
        ("access_key=planted", "", AccessKey("planted")),
        ("x=1&access_key=plan%2Fted&y=2", "x=1&y=2", AccessKey("plan/ted")),
        ("access%5Fkey=planted&x=1", "x=1", AccessKey("planted")),
        ("x=1&key=2", "x=1&key=2", None),
        ("", "", None),
    ],
)
def test_an_access_key_in_a_callback_url_is_lifted_out_of_it(
    query: str, rest: str, key: AccessKey | None
) -> None:
    target, lifted = signing.lift_access_key(targets.parse(f"https://example.com/a?{query}"))
    assert (target.query, lifted) == (rest, key)


def test_a_token_arrives_in_its_header() -> None:
    assert signed(Token("t0k3n")).headers["X-Auth-Token"] == "t0k3n"


def genuine(request: Request, secrets: dict[str, str]) -> bool:
    """What a receiver does, written from the documentation of the canonical string alone."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    scheme, credentials = headers["authorization"].split(" ")
    key_id, signature = credentials.split(":")
    path, mark, query = request.target.resource.partition("?")
    parameters = sorted(query.split("&"), key=lambda parameter: parameter.split("=")[0])
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = (
        "POST\n"
        "date:" + headers["x-wsm-date"] + "\n"
        "nonce:" + headers["x-wsm-nonce"] + "\n"
        "content-type:" + headers["content-type"] + "\n"
        "x-wsm-content-sha256:" + digest + "\n"
    ) + (path + mark + "&".join(parameters))
    expected = hmac.new(secrets[key_id].encode(), canonical.encode(), "sha256").hexdigest()
    return scheme == "wsm" and headers["x-wsm-content-sha256"] == digest and signature == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/tasks/done",
        "https://example.com/tasks/done?",
        "https://example.com/tasks/done?b=2&a=1",
        "https://example.com/tasks/done?b=2&a=2&b=1&a=1&c&a-b=3&A=0&=x&b%20c=%26",
    ],
)
def test_a_receiver_recomputes_the_hmac(url: str) -> None:
    request = signed(Hmac("key-1", "s3cret"), url)
    assert genuine(request, {"key-1": "s3cret"})
    assert not genuine(request, {"key-1": "another"})


def test_the_canonical_string_is_the_documented_one_to_the_byte() -> None:
    request = signed(Hmac("key-1", "s3cret"), "https://example.com/tasks/done?b=2&a=2&b=1&a=1")
    digest = hashlib.sha256(BODY).hexdigest()
    canonical = (
        "POST\ndate:Mon, 15 Jul 2013 04:45:57 GMT\nnonce:01971b2f-5a52-7c3e-8d8e-0123456789ab\n"
        f"content-type:application/json\nx-wsm-content-sha256:{digest}\n/tasks/done?a=2&a=1&b=2&b=1"
    )
    signature = hmac.new(b"s3cret", canonical.encode(), "sha256").hexdigest()
    assert request.headers == {
        "Content-Type": "application/json",
        "X-wsm-date": "Mon, 15 Jul 2013 04:45:57 GMT",
        "X-wsm-nonce": ID,
        "X-wsm-content-sha256": digest,
        "Authorization": f"wsm key-1:{signature}",
    }


def test_each_attempt_has_a_date_of_its_own_and_the_same_nonce() -> None:
    first, second = (signed(Hmac("key-1", "s3cret"), at=at).headers for at in (AT, AT + 60))
    assert first["X-wsm-nonce"] == second["X-wsm-nonce"] == ID
    assert first["X-wsm-date"] != second["X-wsm-date"]
    assert first["Authorization"] != second["Authorization"]


@pytest.mark.parametrize(
    "change",
    [
        {"body": BODY + b" "},
        {"target": targets.parse("https://example.com/tasks/other?project=117")},
        {"target": targets.parse("https://example.com/tasks/done?project=118")},
    ],
)
def test_a_callback_that_was_changed_on_its_way_is_not_genuine(change: dict[str, Any]) -> None:
    request = signed(Hmac("key-1", "s3cret"))
    assert not genuine(replace(request, **change), {"key-1": "s3cret"})


@pytest.mark.parametrize("by", MODES)
@pytest.mark.parametrize(
    "secret", [WEBHOOK_SECRET, WEBHOOK_SECRET.removeprefix("whsec_"), WEBHOOK_SECRET.rstrip("=")]
)
def test_standard_webhooks_verifies_every_mode(by: Authentication | None, secret: str) -> None:
    now = int(time.time())
    request = signed(by, at=now, secret=secret)
    Webhook(secret).verify(request.body, request.headers)
    assert (request.headers["webhook-id"], request.headers["webhook-timestamp"]) == (ID, str(now))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body + b" ", request.headers)


@pytest.mark.parametrize("by", MODES)
def test_without_a_signing_secret_there_are_no_such_headers(by: Authentication | None) -> None:
    assert not [name for name in signed(by).headers if name.startswith("webhook-")]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "whsec_é", "whsec_A"])
def test_a_signing_secret_is_base64(secret: str) -> None:
    with pytest.raises(Invalid, match="whsec_"):
        signing.signing_key(secret)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Basic("a:b", "c"),
        lambda: Token(""),
        lambda: Token("two words"),
        lambda: Token("injected\r\nX-Other: 1"),
        lambda: Token("é"),
        lambda: Hmac("", "s3cret"),
        lambda: Hmac("a:b", "s3cret"),
        lambda: Hmac("a\nb", "s3cret"),
        lambda: Hmac("key-1", ""),
    ],
)
def test_what_would_break_a_header_is_refused_when_it_is_set(make: Any) -> None:
    with pytest.raises(Invalid):
        make()


@pytest.mark.parametrize("by", MODES)
def test_nothing_that_is_shown_holds_a_secret(by: Authentication | None) -> None:
    request = signed(by, secret=WEBHOOK_SECRET)
    assert "planted" not in f"{by!r}{request!r}"


@pytest.mark.parametrize("by", MODES[1:])
def test_a_request_knows_which_secrets_an_answer_could_repeat(by: Authentication) -> None:
    assert "planted" in signed(by).secrets


def test_an_echo_of_basic_authentication_is_a_secret_too() -> None:
    request = signed(Basic("ada", "planted"))
    assert request.headers["Authorization"].removeprefix("Basic ") in request.secrets
