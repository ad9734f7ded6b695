"""No secret is logged or kept, in whatever spelling a URL, a header or an answer brings it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hearback.callbacks import redaction
from hypothesis import given
from hypothesis import strategies as st

SECRET = 'p+L/a n=t&e<d>"é'


WITH_CREDENTIALS = """
    https://example.com/a?access_key=planted https://example.com/a?x=1&access_key=planted#end
    https://example.com/?ACCESS_KEY=planted&x=1 https://example.com/?access%5Fkey=planted
    https://example.com/?api_key=planted https://example.com/?apikey=planted https://example.com/?token=planted
    https://example.com/?X-Amz-Signature=planted&X-Amz-Date=1 https://example.com/?X-Amz-Security-Token=planted
    https://example.com/?X-Amz-Credential=planted https://example.com/?sig=planted https://example.com/?auth=planted
    https://example.com/?client_secret=planted https://example.com/?password=planted https://example.com/?pwd=planted
    https://example.com/?x=1;token=planted https://user:planted@example.com/ https://planted@example.com/
    http://user:planted@127.0.0.1:9000/a?x=1
"""


@pytest.mark.parametrize("url", WITH_CREDENTIALS.split())
def test_a_url_loses_its_credentials(url: str) -> None:
    assert "planted" not in redaction.url(url)


def test_a_url_keeps_what_is_no_credential() -> None:
    url = "https://example.com:8443/tasks/done?project=117&next=a%20b#top"
    assert redaction.url(url) == url
    assert redaction.url(f"{url}&x") == f"{url}&x"
    assert (
        redaction.url("https://example.com/a?x=1&access_key=planted&y=2#z")
        == "https://example.com/a?x=1&access_key=[redacted]&y=2#z"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "X-Auth-Token",
        "Cookie",
        "Set-Cookie",
        "webhook-signature",
        "X-Api-Key",
    ],
)
def test_headers_with_credentials_lose_their_value(name: str) -> None:
    assert redaction.headers({name: "planted"}) == {name: "[redacted]"}


def test_other_headers_stay_as_they_are() -> None:
    fields = {
        "Content-Type": "application/json",
        "webhook-id": "01971b2f",
        "Location": "https://example.com/?a=b",
    }
    assert redaction.headers(fields) == fields


def test_a_url_in_a_header_loses_its_credentials() -> None:
    assert redaction.headers({"Location": "/?token=planted"}) == {"Location": "/?token=[redacted]"}


@pytest.mark.parametrize(
    "spell",
    [
        str,
        lambda secret: quote(secret, safe=""),
        quote_plus,
        html.escape,
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
    ],
)
def test_a_known_secret_is_found_however_an_answer_repeats_it(spell: Callable[[str], str]) -> None:
    assert redaction.answer(f"got <{spell(SECRET)}>!", [SECRET]).replace('"', "") == "got <[redacted]>!"


@given(st.text(), st.text(min_size=1), st.text())
def test_no_answer_keeps_a_secret(before: str, secret: str, after: str) -> None:
    kept = redaction.answer(before + secret + after, [secret])
    assert secret not in kept.replace(redaction.REDACTED, "")


@pytest.mark.parametrize("length", range(4, len("planted-secret")))
def test_a_secret_that_is_cut_off_is_hidden_too(length: int) -> None:
    assert redaction.answer("echo: " + "planted-secret"[:length], ["planted-secret"]) == "echo: [redacted]"


@pytest.mark.parametrize(
    "answer",
    [
        "Authorization: Basic planted",
        "authorization: Bearer planted\r\n",
        '{"headers": {"Authorization": "wsm planted"}}',
        '{"headers": {"X-Auth-Token": "planted"}}',
        '{"headers": {"X-Auth-Token": ["planted"]}}',
        '{"body": "{\\"api_key\\": \\"planted\\"}"}',
        "no such page: /tasks/done?access_key=planted",
        "password=planted, try again",
        "{'password': 'planted'}",
        "Set-Cookie: planted; path=/",
        "<b>access-key = planted</b>",
        "see https://user:planted@example.com/",
    ],
)
def test_what_looks_like_a_credential_is_hidden_in_an_answer(answer: str) -> None:
    assert "planted" not in redaction.answer(answer)


def test_an_ordinary_answer_stays_as_it_is() -> None:
    answer = '{"ok": true, "message": "The task is authorized; 3 tokens remain", "author": "Ada"}\n'
    assert redaction.answer(answer, ["", "unused secret"]) == answer
