"""Whatever is malformed, the dataset API says what it is and where: a pointer, or a parameter's name."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import Any
from urllib.parse import quote

from hearback.jsonapi.kinds import Kind
from hearback.wire.dataset.resources import BY_TYPE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows.organizations import refusal
from tests.flows.studios import DATASET, JSONAPI, NOBODY, PARENTS, RPC, Studio, document, faults, many

SOME = settings(
    max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
COLLECTIONS = [type.partition(":")[2] for type in BY_TYPE]
collections = st.sampled_from(COLLECTIONS)
words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1, max_size=30
)


def _required(collection: str) -> dict[str, Any]:
    """A document that lacks nothing, about a parent that is not there."""
    resource = BY_TYPE[f"dataset:{collection}"]
    attributes = {
        name: NOBODY if attribute.kind.name == "uuid" else "text"
        for name, attribute in resource.attributes.items()
        if attribute.required
    }
    return document(collection, attributes, **{parent.relationship: NOBODY for parent in resource.parents})


def _is_wrong(kind: Kind, value: Any) -> bool:
    """Whether a JSON value cannot be of the kind, by its type alone."""
    types: dict[str, tuple[type, ...]] = {
        "text": (str,), "one of": (), "instant": (), "uuid": (), "boolean": (bool,), "number": (int, float),
        "integer": (int, float), "json": (object,),
    }  # fmt: skip
    if value is None:
        return False
    if isinstance(value, bool) and kind.name != "json":
        return kind.name != "boolean"
    return not isinstance(value, types[kind.name])


@st.composite
def wrong_documents(draw: st.DrawFn) -> tuple[str, dict[str, Any], set[str]]:
    """A document that would do but for some attributes: with its collection and the pointers to them."""
    collection = draw(collections.filter(lambda name: name != "annotations"))  # which take any value
    body = _required(collection)
    expected = {
        name: attribute
        for name, attribute in BY_TYPE[f"dataset:{collection}"].attributes.items()
        if attribute.writable != "never" and attribute.kind.name != "json"
    }
    names = draw(st.sets(st.sampled_from(sorted(expected)), min_size=1))
    for name in names:
        kind = expected[name].kind
        body["data"]["attributes"][name] = draw(JSON.filter(partial(_is_wrong, kind)))
    return collection, body, {f"/data/attributes/{name}" for name in names}


@given(wrong=wrong_documents())
@SOME
def test_every_wrong_attribute_is_told_by_its_pointer(
    quiet_project: Studio, wrong: tuple[str, dict[str, Any], set[str]]
) -> None:
    collection, body, pointers = wrong
    told = faults(quiet_project.owner.post(f"{DATASET}/{collection}", json=body, headers=JSONAPI), 422)
    assert set(told) == pointers


@given(collection=collections, name=st.sampled_from(sorted(PARENTS)), link=JSON)
@SOME
def test_every_wrong_relationship_is_told_by_its_pointer(
    quiet_project: Studio, collection: str, name: str, link: Any
) -> None:
    """A relationship that is no parent is nobody's business, and one that leads nowhere is not found."""
    body = _required(collection)
    body["data"].setdefault("relationships", {})[name] = link
    owner = quiet_project.owner
    if name not in {parent.relationship for parent in BY_TYPE[f"dataset:{collection}"].parents}:
        assert owner.post(f"{DATASET}/{collection}", json=body).status_code in (201, 403, 404, 422)
        return
    told = faults(owner.post(f"{DATASET}/{collection}", json=body), 422)
    assert all(re.match(rf"/data/(relationships/{name}|attributes/{name}_id)", place) for place in told)


@given(method=st.sampled_from(["POST", "PATCH"]), collection=collections, body=JSON)
@SOME
def test_any_json_that_is_no_document_is_told_by_pointers(
    quiet_project: Studio, method: str, collection: str, body: Any
) -> None:
    address = f"{DATASET}/{collection}" + ("" if method == "POST" else f"/{NOBODY}")
    told = faults(quiet_project.owner.ask(method, address, data=json.dumps(body), headers=JSONAPI), 422)
    assert all(place == "" or place.startswith("/data") for place in told)


@given(
    collection=collections, at=st.integers(0, 400), instead=st.sampled_from(['"', "}", "[", ",", "\\", ""])
)
@SOME
def test_any_damage_to_a_document_is_said_to_be_no_json(
    quiet_project: Studio, collection: str, at: int, instead: str
) -> None:
    whole = json.dumps(_required(collection))
    at %= len(whole)
    damaged = whole[:at] + instead + whole[at + 1 :]
    response = quiet_project.annotator.post(f"{DATASET}/{collection}", data=damaged.encode(), headers=JSONAPI)
    try:
        json.loads(damaged)
    except json.JSONDecodeError:
        assert re.match(r"This is not valid JSON: line \d+, column \d+", faults(response, 400)[""])
    else:
        assert response.status_code in (403, 404, 422)


@given(collection=collections, method=st.sampled_from(["GET", "DELETE"]), id=words)
@SOME
def test_any_other_id_is_not_found(quiet_project: Studio, collection: str, method: str, id: str) -> None:
    if id.strip(".") != "":  # those are steps of the path, and none of its variables
        address = f"{DATASET}/{collection}/{quote(id, safe='')}"
        refusal(quiet_project.owner.ask(method, address), 404)


numbers = st.integers(-5, 1100).map(str) | st.integers().map(str) | words


@given(collection=collections, size=numbers, number=numbers)
@SOME
def test_any_page_is_given_or_refused_by_name(
    quiet_project: Studio, collection: str, size: str, number: str
) -> None:
    query = {"page[size]": size, "page[number]": number}
    response = quiet_project.owner.get(f"{DATASET}/{collection}", params=query)
    most = {"page[size]": 1000, "page[number]": 10**9}
    wrong = {name for name, value in query.items() if not _is_within(value, most[name])}
    if wrong:
        assert set(faults(response, 422)) == wrong
    else:
        assert len(many(response)) <= int(size)


def _is_within(text: str, most: int) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9]{1,19}", text.strip())) and 1 <= int(text) <= most


@given(collection=collections, data=st.data())
@SOME
def test_any_order_is_given_or_refused_by_name(
    quiet_project: Studio, collection: str, data: st.DataObject
) -> None:
    known = st.sampled_from(sorted(BY_TYPE[f"dataset:{collection}"].asked))
    keys = data.draw(st.lists(st.tuples(st.sampled_from(["", "-"]), known | words), min_size=1, max_size=4))
    sort = ",".join(sign + name for sign, name in keys)
    pieces = [piece.strip().removeprefix("-") for piece in sort.split(",") if piece.strip()]
    response = quiet_project.owner.get(f"{DATASET}/{collection}", params={"sort": sort})
    if set(pieces) <= set(BY_TYPE[f"dataset:{collection}"].asked):
        many(response)
    else:
        assert set(faults(response, 422)) == {"sort"}


@given(
    collection=collections,
    cursor=words
    | st.binary(min_size=1, max_size=30).map(lambda some: base64.urlsafe_b64encode(some).decode())
    | JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode()),
)
@SOME
def test_any_other_cursor_is_refused_by_name(quiet_project: Studio, collection: str, cursor: str) -> None:
    response = quiet_project.owner.get(f"{DATASET}/{collection}", params={"page[after]": cursor})
    assert set(faults(response, 422)) == {"page[after]"}


# ── JSON-RPC ──


ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | JSON,
        "method": st.sampled_from(["show", "delete", "update", "create", "rpc.on"]) | JSON,
        "params": st.fixed_dictionaries({"id": st.just(NOBODY) | JSON}) | JSON,
        "id": st.integers(0, 9) | JSON,
    },
)


def _code(message: Any) -> set[int] | None:
    """What may be answered to a message; None where nothing may."""
    is_request = (
        isinstance(message, dict)
        and message.get("jsonrpc") == "2.0"
        and isinstance(message.get("method"), str)
        and isinstance(message.get("params", {}), dict | list)
        and isinstance(message.get("id"), str | int | float | None)
        and not isinstance(message.get("id"), bool)
    )
    if not is_request:
        return {-32600}
    if "id" not in message:
        return None
    known = message["method"] in ("show", "delete", "update", "create")
    return {-32602, -32603} if known else {-32601}


@given(message=ENVELOPES | JSON)
@settings(SOME, max_examples=100)
def test_any_message_gets_the_error_that_it_deserves(quiet_project: Studio, message: Any) -> None:
    response = quiet_project.owner.post(RPC, data=json.dumps(message))
    if isinstance(message, list) and message:
        wanted = [code for code in map(_code, message) if code]
        _assert_answers(response.json() if response.content else [], wanted)
        return
    code = {-32600} if message == [] else _code(message)
    if code is None:
        assert (response.status_code, response.content) == (204, b"")
    else:
        _assert_answers([response.json()], [code])


@given(messages=st.lists(ENVELOPES, min_size=1, max_size=5))
@SOME
def test_any_batch_gets_the_errors_that_it_deserves(quiet_project: Studio, messages: list[Any]) -> None:
    response = quiet_project.owner.post(RPC, data=json.dumps(messages))
    wanted = [code for code in map(_code, messages) if code]
    assert response.status_code == (200 if wanted else 204)
    _assert_answers(response.json() if wanted else [], wanted)


def _assert_answers(answers: list[dict[str, Any]], wanted: list[set[int]]) -> None:
    """What follows a call that failed is cancelled, with -32603, if it is a call."""
    assert len(answers) == len(wanted)
    for answer, codes in zip(answers, wanted, strict=True):
        assert set(answer) == {"jsonrpc", "error", "id"}
        assert answer["jsonrpc"] == "2.0"
        allowed = codes | {-32603} if -32600 not in codes else codes
        assert answer["error"]["code"] in allowed
        assert (answer["error"]["code"] == -32602) == ("data" in answer["error"])
