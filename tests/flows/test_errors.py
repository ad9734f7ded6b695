"""Whatever is wrong with a request, the answer is the documented error in the form that clients read."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.flows.organizations import ACCESS, ENG_FRA, FEEDBACK, Organization, Person, answer, refusal

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
GIVEN = {"languagePairId": ENG_FRA, "sourceText": "hello"}
BATCH_DELETE = f"{FEEDBACK}/batch-delete"


def raw(
    person: Person, method: str, path: str, body: bytes = b"", member: str = "error", **headers: bytes
) -> tuple[int, Any]:
    """A request byte by byte, as no proper client would send it: status and error."""
    address = urlsplit(person.base_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    try:
        connection.putrequest(method, address.path + path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())[member]
    finally:
        connection.close()


# ── Roads that lead nowhere ──


@pytest.mark.parametrize("prefix", ["/api/v2", ACCESS])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["", "/", "/nowhere", "/feedback/1/2/3", "/me/you", "/ü", "/a%00b"])
def test_an_unknown_route_is_not_found(bystanders: Organization, prefix: str, method: str, path: str) -> None:
    answered = bystanders.admin.ask(method, prefix + path)
    assert "route" in refusal(answered, 404)
    assert answered.headers["Content-Type"].partition(";")[0] == "application/json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", FEEDBACK),
        ("PUT", FEEDBACK),
        ("DELETE", FEEDBACK),
        ("POST", f"{FEEDBACK}/1"),
        ("POST", f"{FEEDBACK}/export"),
        ("PATCH", f"{FEEDBACK}/imports/1"),
        ("GET", "/api/v2/auth"),
        ("PUT", "/api/v2/language-pairs"),
        ("DELETE", f"{ACCESS}/me"),
        ("PUT", f"{ACCESS}/keys/1"),
        ("DELETE", f"{ACCESS}/accounts/1"),
    ],
)
def test_a_method_that_a_route_does_not_have_is_not_found(
    bystanders: Organization, method: str, path: str
) -> None:
    assert path in refusal(bystanders.admin.ask(method, path), 404)


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v3/feedback", "/favicon.ico"])
def test_outside_of_every_family_the_gateway_answers_in_a_form_that_all_can_read(
    bystanders: Organization, path: str
) -> None:
    answered = bystanders.admin.get(path)
    assert answered.status_code == 404
    document = answered.json()
    assert document["error"]["code"] == 404
    assert {"message", "details"} <= set(document["error"])
    assert document["errors"][0]["status"] == "404"
    assert document["HasErrors"] is True


def test_the_words_among_the_ids_are_no_entries(bystanders: Organization) -> None:
    for word in ("import", "imports/x", "batch-delete", "export/x"):
        refusal(bystanders.admin.get(f"{FEEDBACK}/{word}"), 404)


# ── Bodies ──


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"{}" * 2, b'{"a":1}x', b"[" * 100_000,
        b'{"a":' * 100_000, b"\x00", b"NaN", b"{'a': 1}",
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", FEEDBACK), ("DELETE", BATCH_DELETE), ("POST", "/api/v2/auth"), ("POST", f"{ACCESS}/accounts")],
)
def test_a_body_that_is_no_json_object_is_refused(
    bystanders: Organization, method: str, path: str, body: bytes
) -> None:
    refusal(bystanders.admin.ask(method, path, data=body, headers=JSON), 400)


@pytest.mark.parametrize("value", [7, 1.5, True, [], ["text"], {}, {"a": 1}, 10**400])
@pytest.mark.parametrize(
    "name", ["languagePairId", "sourceText", "suggestedTranslation", "comment", "approvalState"]
)
def test_a_value_of_the_wrong_type_is_refused(bystanders: Organization, name: str, value: object) -> None:
    assert name in refusal(bystanders.admin.post(FEEDBACK, json={**GIVEN, name: value}), 400)


@pytest.mark.parametrize(
    "number", ["1e999999999", "-0.0", "1" * 5000, "1e400", "Infinity", "-Infinity", "NaN"]
)
@pytest.mark.parametrize("name", ["sourceText", "accountId"])
def test_a_number_beyond_all_measure_is_refused(bystanders: Organization, name: str, number: str) -> None:
    path = FEEDBACK if name == "sourceText" else f"{ACCESS}/keys"
    body = f'{{"languagePairId": "{ENG_FRA}", "{name}": {number}}}'.encode()
    answered = bystanders.admin.post(path, data=body, headers=JSON)
    refusal(answered, 404 if answered.status_code == 404 else 400)


@pytest.mark.parametrize(
    "body",
    [
        b"languagePairId=\xff&sourceText=a",
        b"languagePairId=x&sourceText=%FF",
        b"languagePairId=x&sourceText=%C3",
        b"languagePairId=x&sourceText=%ED%A0%80",
        b"%FF=1",
        "languagePairId=x&sourceText=é".encode("latin-1"),
        "languagePairId=x&sourceText=a".encode("utf-16"),
    ],
)
def test_a_form_that_is_not_utf_8_is_refused(bystanders: Organization, body: bytes) -> None:
    for method, path in (("POST", FEEDBACK), ("DELETE", BATCH_DELETE), ("POST", "/api/v2/auth")):
        assert "UTF-8" in refusal(bystanders.admin.ask(method, path, data=body, headers=FORM), 400)


@pytest.mark.parametrize(
    "body",
    [b"", b"&&&", b"=", b"=a", b"sourceText", b"%", b"%zz=%", b"a=b=c", b"&".join([b"a=1"] * 5000), b"\x00"],
)
def test_a_form_that_says_nothing_useful_is_refused(bystanders: Organization, body: bytes) -> None:
    refusal(bystanders.admin.post(FEEDBACK, data=body, headers=FORM), 400)


@pytest.mark.parametrize("half", ["\\ud800", "a\\udfffb", "\\udc00\\ud800"])
@pytest.mark.parametrize(
    "name", ["languagePairId", "sourceText", "machineTranslation", "suggestedTranslation", "comment"]
)
def test_half_a_character_is_refused(bystanders: Organization, name: str, half: str) -> None:
    body = json.dumps({**GIVEN, name: "HALF"}).replace("HALF", half).encode()
    assert name in refusal(bystanders.admin.post(FEEDBACK, data=body, headers=JSON), 400)


def test_half_a_character_is_refused_everywhere(bystanders: Organization) -> None:
    admin = bystanders.admin
    asked = {
        ("DELETE", BATCH_DELETE): '{"comment": "\\ud800"}',
        ("PUT", f"{FEEDBACK}/1"): '{"comment": "\\ud800"}',
        ("POST", "/api/v2/auth"): '{"username": "\\ud800", "password": "\\udfff"}',
        ("POST", "/api/v2/language-pairs"): '{"languagePairId": "\\ud800", "sourceLanguageId": "\\udfff"}',
        ("POST", f"{ACCESS}/accounts"): '{"email": "\\ud800@example.org", "name": "\\ud800"}',
        ("POST", f"{ACCESS}/keys"): '{"name": "\\ud800"}',
        ("POST", f"{FEEDBACK}/import/uploads"): '{"applyAll": "\\ud800"}',
    }
    for (method, path), body in asked.items():
        refusal(admin.ask(method, path, data=body.encode(), headers=JSON), 400)
    strange = '{"\\ud800": "a", "languagePairId": "x", "sourceText": "a"}'
    refusal(admin.post(FEEDBACK, data=strange.encode(), headers=JSON), 400)


# ── Too much ──


@pytest.mark.parametrize("name", ["sourceText", "machineTranslation", "suggestedTranslation", "comment"])
def test_a_text_of_five_megabytes_is_too_large(bystanders: Organization, name: str) -> None:
    for body in ({"json": {**GIVEN, name: "é" * 2_500_000}}, {"data": {**GIVEN, name: "x" * 5_000_000}}):
        assert "350000" in refusal(bystanders.admin.post(FEEDBACK, **body), 413)


def test_texts_may_grow_together_to_the_limit_and_no_further(organization: Organization) -> None:
    limit = 350_000
    entry = organization.user.give("é" * (limit // 4), "x" * (limit // 2))
    path = f"{FEEDBACK}/{entry['feedbackId']}"
    assert str(limit) in refusal(organization.user.put(path, data={"comment": "c"}), 413)
    assert organization.user.entry(entry["feedbackId"]) == entry
    assert answer(organization.user.get(FEEDBACK))["feedback"] == [entry]


@pytest.mark.parametrize(
    "name", ["languagePairId", "username", "approvalState", "approvalStates", "email", "role", "password"]
)
def test_a_name_of_five_megabytes_is_refused(bystanders: Organization, name: str) -> None:
    form = {**GIVEN, "email": "a@example.org", name: "x" * 5_000_000}
    roads = {
        "languagePairId": ("POST", FEEDBACK),
        "approvalState": ("POST", FEEDBACK),
        "username": ("DELETE", BATCH_DELETE),
        "approvalStates": ("DELETE", BATCH_DELETE),
        "email": ("POST", f"{ACCESS}/accounts"),
        "role": ("POST", f"{ACCESS}/accounts"),
        "password": ("POST", "/api/v2/auth"),
    }
    if name == "password":
        form["username"] = "a"
    answered = bystanders.admin.ask(*roads[name], data=form)
    refusal(answered, 401 if name == "password" else 400)
    assert len(answered.content) < 2000


def test_a_page_that_does_not_fit_into_an_answer_says_how_much_does(organization: Organization) -> None:
    for number in range(20):
        organization.user.post(FEEDBACK, json={**GIVEN, "sourceText": f"{number}" + "x" * 340_000})
    without_gzip = {"Accept-Encoding": "identity"}
    said = refusal(organization.user.get(FEEDBACK, headers=without_gzip), 413)
    assert "fits" in said
    fitting = answer(organization.user.get(FEEDBACK, params={"perPage": 15}, headers=without_gzip))
    assert len(fitting["feedback"]) == 15
    assert len(answer(organization.user.get(FEEDBACK))["feedback"]) == 20


# ── Query strings and headers ──


@pytest.mark.parametrize(
    "username", ["x" * 1024, "\U0001f600" * 1024, "#", "a#b", "\x00", "%", "a/b"], ids=ascii
)
def test_a_user_of_any_name_has_no_entries(bystanders: Organization, username: str) -> None:
    assert answer(bystanders.admin.delete(BATCH_DELETE, data={"username": username})) == 0


@pytest.mark.parametrize(
    "query", ["page=%FF", "%FF=1", "comment=%ED%A0%80", "comment=%C3", "a=%zz", "=&&=", "page[]=1"]
)
def test_a_query_string_that_is_no_text_does_not_fail(bystanders: Organization, query: str) -> None:
    status = bystanders.admin.get(f"{FEEDBACK}?{query}")
    assert status.status_code in (200, 400)
    if status.status_code == 400:
        refusal(status, 400)


@pytest.mark.parametrize(
    "value",
    [
        b"Basic \xff\xfe", b"B\xe4sic abc", b"Bearer \xe9.\xe9.\xe9", b"Bearer caf\xc3\xa9", b"Basic =",
        b"Basic a",
        b"Basic aGI6", b"Basic " + b"A" * 5000, b"Bearer " + b"." * 2000, b"Bearer ..", b"Basic \x80", b"\xff",
        b"Bearer\t",
    ],
)  # fmt: skip
def test_credentials_that_nobody_can_read_are_refused(bystanders: Organization, value: bytes) -> None:
    for path in (FEEDBACK, f"{ACCESS}/me"):
        status, error = raw(bystanders.admin, "GET", path, Authorization=value)
        assert (status, error["code"]) == (401, 401)
        assert {"message", "details"} <= set(error)


@pytest.mark.parametrize(
    "value", [b"\xff\xfe", b"application/json; charset=\xff", b"multipart/form-data; boundary=\xff"]
)
def test_a_content_type_that_nobody_can_read_does_not_fail(bystanders: Organization, value: bytes) -> None:
    token = requests.auth._basic_auth_str(bystanders.admin.key, "").encode()
    for method, path in (("POST", FEEDBACK), ("POST", f"{FEEDBACK}/import"), ("POST", f"{ACCESS}/accounts")):
        status, error = raw(bystanders.admin, method, path, b"{}", Authorization=token, Content_Type=value)
        assert (status, error["code"]) == (400, 400)


def test_nothing_of_all_this_has_been_kept(bystanders: Organization) -> None:
    assert bystanders.admin.entries() == []
    assert len(answer(bystanders.admin.get(f"{ACCESS}/accounts"))["accounts"]) == 2
