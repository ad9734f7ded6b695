"""Whatever bytes arrive are read as parameters, or refused with the reason: never another exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hearback.errors import Invalid
from hearback.wire import access, reading
from hearback.wire.translation import requests
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

MODELS: list[type[BaseModel]] = [
    requests.FeedbackListQuery,
    requests.FeedbackSelection,
    requests.FeedbackCreateForm,
    requests.FeedbackUpdateForm,
    requests.ImportOptions,
    requests.LanguagePairQuery,
    requests.LanguagePairForm,
    requests.AuthForm,
    access.AccountForm,
    access.RoleForm,
    access.KeyForm,
]
NAMES = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})

texts = st.text(st.characters(exclude_categories=["Cs"]))
any_text = st.text(st.characters(categories=None))
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=5,
)


def refused(read: Callable[..., Any], *arguments: Any) -> Invalid | None:
    """The refusal, if it was one; it must be something that an answer can say."""
    try:
        read(*arguments)
    except Invalid as error:
        f"{error.message}{error.details}".encode()
        return error
    return None


# ── Forms and query strings ──


@given(st.binary())
@example(b"%")
@example(b"a=%ED%A0%80")
@example(b"=&=&&")
@example("a=é".encode("utf-16"))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    refused(reading.form, body)


@given(st.dictionaries(texts, texts))
def test_a_form_is_read_as_it_was_written(parameters: dict[str, str]) -> None:
    assert reading.form(urlencode(parameters).encode()) == parameters


@given(st.dictionaries(texts, texts))
def test_a_query_string_is_read_as_the_gateway_decoded_it(parameters: dict[str, str]) -> None:
    assert reading.query({name: [value] for name, value in parameters.items()}) == parameters


@given(st.binary().filter(lambda value: value != value.decode("utf-8", "ignore").encode()))
def test_a_form_that_is_not_utf8_is_refused(value: bytes) -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        reading.form(b"comment=" + quote_from_bytes(value).encode())


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=1&b=&a=", b"a=+&a=%2B"])
def test_one_name_with_two_values_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="more than once"):
        reading.form(body)


def test_one_name_twice_with_the_same_value_is_that_value() -> None:
    assert reading.form(b"a=x+y&a=x%20y") == {"a": "x y"}
    assert reading.query({"a": ["1", "1"]}) == {"a": "1"}


def test_a_form_with_thousands_of_parameters_is_refused() -> None:
    with pytest.raises(Invalid, match="too many"):
        reading.form(b"&".join(b"p%d=" % index for index in range(reading.MOST_PARAMETERS + 1)))


def test_a_form_of_five_megabytes_is_read_at_once() -> None:
    assert len(reading.form(b"comment=" + b"x" * 5_000_000)["comment"]) == 5_000_000


# ── JSON ──


@given(st.binary())
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b'{"page": ' + b"9" * 5_000 + b"}")
@example(b'{"page": 1e999}')
@example(b'{"\\ud800": NaN}')
def test_any_bytes_are_a_json_object_or_refused(body: bytes) -> None:
    refused(reading.json_object, body)


@given(any_json)
def test_any_json_is_an_object_or_refused(value: object) -> None:
    error = refused(reading.json_object, json.dumps(value).encode())
    assert (error is None) == isinstance(value, dict)


def test_a_null_in_json_counts_as_absent() -> None:
    assert reading.json_object(b'{"comment": null, "page": 0}') == {"page": 0}


@given(st.dictionaries(any_text, any_json, max_size=3), st.dictionaries(any_text, any_text, max_size=3))
def test_a_body_and_a_query_string_agree_or_are_refused(body: dict[str, Any], query: dict[str, str]) -> None:
    both = dict(query)
    error = refused(reading.merge, both, body.items())
    if error is None:
        assert both == {**query, **body}


# ── Checking ──


@pytest.mark.parametrize("model", MODELS)
@given(parameters=st.dictionaries(st.sampled_from(NAMES) | any_text, any_json | any_text))
@example(parameters=dict.fromkeys(NAMES, ""))
@example(parameters=dict.fromkeys(NAMES, "\ud800"))
@example(parameters=dict.fromkeys(NAMES, "9" * 5_000))
@example(parameters=dict.fromkeys(NAMES, 10**5_000))
@example(parameters=dict.fromkeys(NAMES, "eng"))
@example(parameters=dict.fromkeys(NAMES, "٣"))
@example(parameters=dict.fromkeys(NAMES, float("nan")))
@example(parameters=dict.fromkeys(NAMES, "2026-02-30"))
@example(parameters={key: {"a": ["b"]} for key in NAMES})
def test_any_parameters_are_what_the_reference_asks_for_or_refused(
    model: type[BaseModel], parameters: dict[str, Any]
) -> None:
    refused(reading.check, model, parameters)


def test_a_refusal_names_each_parameter_that_is_wrong() -> None:
    with pytest.raises(Invalid) as refusal:
        reading.check(requests.FeedbackListQuery, {"page": "0", "perPage": "many"})
    assert "page: " in refusal.value.details
    assert "perPage: " in refusal.value.details


def test_a_refusal_stays_short_whatever_was_sent() -> None:
    with pytest.raises(Invalid) as refusal:
        reading.check(requests.FeedbackListQuery, dict.fromkeys(NAMES, "x" * 100_000))
    assert len(refusal.value.details) < 2_500


# ── Multipart ──

CONTENT_TYPE = "multipart/form-data; boundary=b"


def part(headers: str, content: bytes) -> bytes:
    return b"--b\r\n" + headers.encode() + b"\r\n\r\n" + content + b"\r\n"


def field(name: str, content: bytes) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', content)


def file(name: str, content: bytes) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"; filename="a.tmx"', content)


END = b"--b--\r\n"
pieces = st.sampled_from(
    [b"--b", b"\r\n", b"--", END, field("a", b"1"), file("f", b"\x00"), b"Content-Disposition: x;"]
)


@given(st.binary() | st.lists(pieces | st.binary(max_size=4)).map(b"".join))
def test_any_bytes_are_multipart_or_refused(body: bytes) -> None:
    refused(reading.multipart, body, CONTENT_TYPE)


@given(any_text)
@example("multipart/form-data; boundary=")
@example("multipart/form-data; boundary=" + "b" * 10_000)
@example('multipart/form-data; boundary="\u2028"')
@example("multipart/form-data; boundary*=utf-8''%ff")
@example("multipart/form-data; charset=x; boundary")
def test_any_content_type_is_multipart_or_refused(content_type: str) -> None:
    refused(reading.multipart, END, content_type)
    refused(reading.multipart, END, f"multipart/form-data; boundary={content_type}")


@given(any_text)
@example("name*=utf-8''%ff")
@example("name*=x''a; filename*=nowhere''b")
@example('name="\\')
def test_any_disposition_is_read_or_refused(disposition: str) -> None:
    header = f"Content-Disposition: form-data; {disposition}".encode("utf-8", "surrogatepass")
    refused(reading.multipart, b"--b\r\n" + header + b"\r\n\r\nx\r\n" + END, CONTENT_TYPE)


@given(st.binary().filter(lambda content: b"\r\n--b" not in content))
def test_a_file_arrives_byte_for_byte(content: bytes) -> None:
    read = reading.multipart(field("applyAll", b"true") + file("file", content) + END, CONTENT_TYPE)
    assert read.file("file") == content
    assert read.fields == {"applyAll": "true"}


def test_every_truncation_of_a_multipart_body_is_refused() -> None:
    whole = field("applyAll", b"true") + file("file", b"<tmx/>") + END
    for length in range(len(whole) - len(b"--\r\n")):
        with pytest.raises(Invalid):
            reading.multipart(whole[:length], CONTENT_TYPE)


def test_an_upload_without_the_expected_file_is_refused() -> None:
    with pytest.raises(Invalid, match="no file"):
        reading.multipart(field("file", b"x") + END, CONTENT_TYPE).file("file")


def test_a_file_or_field_given_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="more than once"):
        reading.multipart(file("file", b"x") + file("file", b"x") + END, CONTENT_TYPE)
    with pytest.raises(Invalid, match="more than once"):
        reading.multipart(field("a", b"1") + field("a", b"2") + END, CONTENT_TYPE)
