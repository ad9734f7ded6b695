"""JSON:API over API Gateway: one resource's routes, whatever it is a resource of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hearback.access.model import Caller, Role
from hearback.dataset.listing import Listed
from hearback.deadline import Deadline
from hearback.errors import Conflict, NotFound, Unauthenticated
from hearback.jsonapi.bodies import New
from hearback.jsonapi.errors import Unprocessable
from hearback.jsonapi.question import Question
from hearback.jsonapi.resource import integer
from hearback.storage.ordered import Count
from hearback.wire.jsonapi import JsonApi, of_one_parent
from hearback.wire.messages import Request

from tests.unit.jsonapi.library import BOOKS, Book, Shelf, check, id_of
from tests.unit.wire.gateway import Context, event

ANN = Caller("acme", 7, "ann@acme.example", Role.USER, "0123456789abcdef")
HOST = "https://abc.execute-api.eu-west-1.amazonaws.com/v1"
MEDIA_TYPE = "application/vnd.api+json"
SENT = {"Authorization": "Bearer ann's", "Content-Type": MEDIA_TYPE}
EMMA = id_of(1)


def authenticate(request: Request) -> Caller:
    if request.header("Authorization") != SENT["Authorization"]:
        raise Unauthenticated("The API key is not valid.")
    return ANN


class Library:
    """Books behind JSON:API routes, and what its domain was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.books = {id_of(number): Book(id_of(number), title=f"Book {number}") for number in (1, 2, 3)}
        self.listed = Listed(list(self.books.values()), more=False, after=None, counted=None)
        self.api = JsonApi(BOOKS, authenticate, {"shelf": lambda *_: [Shelf(id_of(800))]})
        self._declare(self.api)

    def _declare(self, api: JsonApi) -> None:
        @api.index
        def list_books(caller: Caller, question: Question, deadline: Deadline) -> Listed[Book]:
            self.asked.append(question)
            assert caller == ANN
            assert not deadline.passed
            return self.listed

        @api.create_several(2)
        def create_book(caller: Caller, several: Sequence[New], now: int) -> list[Book]:
            self.asked.append(now)
            return [
                Book(id_of(9 + index), title=new.attributes["title"]) for index, new in enumerate(several)
            ]

        @api.show
        def show_book(caller: Caller, resource_id: str) -> Book:
            return self._found(resource_id)

        @api.update
        def update_book(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Book:
            return self._found(resource_id)._replace(**attributes)

        @api.destroy
        def delete_book(caller: Caller, resource_id: str, now: int) -> str | None:
            return "/deletions/1" if self._found(resource_id).title == "Book 1" else None

        @api.action("POST", "/{resource_id}/lend", {"card": integer(required=True)})
        def lend_book(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Book:
            return self._found(resource_id)._replace(reader_card=attributes["card"])

        @api.action("GET", "/any")
        def any_book(caller: Caller, attributes: Mapping[str, Any], now: int) -> Book | None:
            assert attributes == {}
            return next(iter(self.books.values()), None)

    def _found(self, its_id: str) -> Book:
        self.asked.append(its_id)
        if its_id not in self.books:
            raise NotFound("There is no such book.", its_id)
        return self.books[its_id]

    def send(
        self,
        method: str,
        path: str = "",
        body: Any = None,
        query: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:
        """The status, the document and the headers of the answer, which must be JSON:API."""
        text = body if isinstance(body, str | None) else json.dumps(body)
        came = event(method, f"/books{path}", text, query, SENT | (headers or {}))
        answer = self.api.handler(came, Context())
        given = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        assert given["Content-Type"] == MEDIA_TYPE
        if answer["statusCode"] == 204:
            assert answer["body"] == ""
            return 204, None, given
        return answer["statusCode"], check(json.loads(answer["body"])), given


def book(**attributes: Any) -> dict[str, Any]:
    return {"type": "library:books", "attributes": {"title": "Emma", "shelf_id": id_of(800)} | attributes}


@pytest.fixture
def library() -> Library:
    return Library()


def test_a_list_is_what_was_asked_for_and_says_so(library: Library) -> None:
    query = {"sort": ["-title"], "filter[state]": ["here"], "filter[colour]": ["red"], "include": ["shelf"]}
    status, document, _ = library.send("GET", query=query)
    assert status == 200
    assert [each["id"] for each in document["data"]] == list(library.books)
    assert [each["type"] for each in document["included"]] == ["library:shelves"]
    assert document["meta"] == {"ignored_filters": ["colour"]}
    (question,) = library.asked
    assert [each.name for each in question.filters] == ["state"]


def test_a_count_leads_to_the_last_page_if_it_is_whole(library: Library) -> None:
    query = {"page[size]": ["2"], "count": ["true"]}
    library.listed = library.listed._replace(more=True, counted=Count(3, more=False))
    _, document, _ = library.send("GET", query=query)
    assert document["meta"] == {"count": 3, "more": False}
    assert document["links"]["last"] == f"{HOST}/books?page%5Bsize%5D=2&count=true&page%5Bnumber%5D=2"
    library.listed = library.listed._replace(counted=Count(1000, more=True))
    _, document, _ = library.send("GET", query=query)
    assert document["meta"] == {"count": 1000, "more": True}
    assert set(document["links"]) == {"self", "first", "next"}


def test_a_new_record_is_answered_with_where_it_is(library: Library) -> None:
    status, document, headers = library.send("POST", body={"data": book(colour="red")})
    assert (status, document["data"]["id"]) == (201, id_of(9))
    assert headers["Location"] == document["data"]["links"]["self"] == f"{HOST}/books/{id_of(9)}"
    (now,) = library.asked
    assert now % 1000 == 0, "instants are whole microseconds"


def test_several_new_records_are_answered_as_a_list(library: Library) -> None:
    status, document, headers = library.send("POST", body={"data": [book(), book(title="Lear")]})
    assert (status, [each["attributes"]["title"] for each in document["data"]]) == (201, ["Emma", "Lear"])
    assert document["links"] == {"self": f"{HOST}/books"}
    assert "Location" not in headers
    status, document, _ = library.send("POST", body={"data": [book()] * 3})
    assert (status, document["errors"][0]["source"]) == (422, {"pointer": "/data"})


def test_a_record_is_shown_with_the_address_that_was_asked_for(library: Library) -> None:
    status, document, _ = library.send("GET", f"/{EMMA}", query={"fields": ["title"], "include": ["shelf"]})
    assert (status, document["data"]["attributes"]) == (200, {"title": "Book 1"})
    assert document["links"]["self"] == f"{HOST}/books/{EMMA}?fields=title&include=shelf"
    assert document["data"]["links"]["self"] == f"{HOST}/books/{EMMA}"
    assert len(document["included"]) == 1


def test_an_id_is_looked_for_as_ids_are_kept(library: Library) -> None:
    assert library.send("GET", f"/{EMMA.upper()}")[0] == 200
    assert library.asked == [EMMA]
    assert library.send("GET", f"/{'a' * 101}")[0] == 404
    assert library.asked == [EMMA], "nothing that long is an id"


def test_a_change_says_what_it_changes(library: Library) -> None:
    change = {"data": {"type": "library:books", "id": EMMA, "attributes": {"note": "new", "secret": "x"}}}
    status, document, _ = library.send("PATCH", f"/{EMMA}", change)
    assert (status, document["data"]["attributes"]["note"]) == (200, "new")
    assert "secret" not in document["data"]["attributes"]
    assert library.send("PATCH", f"/{id_of(2)}", change)[0] == 409


def test_a_deletion_has_no_body_and_maybe_a_place_where_its_progress_is(library: Library) -> None:
    assert library.send("DELETE", f"/{EMMA}")[2]["Location"] == f"{HOST}/deletions/1"
    status, _, headers = library.send("DELETE", f"/{id_of(2)}")
    assert (status, headers.get("Location")) == (204, None)


def test_an_action_takes_its_attributes_flat_or_wrapped(library: Library) -> None:
    sent: list[Any] = [{"card": 7}, {"data": {"attributes": {"card": 7}}}]
    for body in sent:
        status, document, _ = library.send("POST", f"/{EMMA}/lend", body)
        assert (status, document["data"]["attributes"]["reader_card"]) == (200, 7)
    missing: list[tuple[Any, str]] = [({}, "/card"), ({"data": {}}, "/data/attributes/card")]
    for body, pointer in missing:
        status, document, _ = library.send("POST", f"/{EMMA}/lend", body)
        assert (status, document["errors"][0]["source"]) == (422, {"pointer": pointer})


def test_an_action_may_have_nothing_to_show(library: Library) -> None:
    assert library.send("GET", "/any")[1]["data"]["id"] == EMMA
    library.books.clear()
    assert library.send("GET", "/any")[0] == 204


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        (MEDIA_TYPE, 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/VND.API+JSON", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_comes_as_json(library: Library, media_type: str, status: int) -> None:
    assert library.send("POST", body={"data": book()}, headers={"Content-Type": media_type})[0] == status


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("PUT", "", 405, "GET, POST"),
        ("DELETE", "", 405, "GET, POST"),
        ("POST", f"/{EMMA}", 405, "DELETE, GET, PATCH"),
        ("PATCH", f"/{EMMA}/lend", 405, "POST"),
        ("GET", f"/{EMMA}/lend/now", 404, None),
    ],
)
def test_other_methods_and_paths_are_refused(
    library: Library, method: str, path: str, status: int, allowed: str | None
) -> None:
    answered, document, headers = library.send(method, path)
    assert (answered, headers.get("Allow")) == (status, allowed)
    assert [error["status"] for error in document["errors"]] == [str(status)]


def test_what_the_domain_refuses_is_told_in_jsonapis_form(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_id: str) -> Book:
        raise Conflict("It is lent.", "since Monday")

    monkeypatch.setattr(library, "_found", refuse)
    status, document, _ = library.send("DELETE", f"/{EMMA}")
    assert status == 409
    assert document["errors"] == [
        {"status": "409", "title": "Conflict", "detail": "It is lent. since Monday"}
    ]
    assert library.send("GET", headers={"Authorization": ""})[0] == 401


def test_records_of_one_request_have_one_parent() -> None:
    several = [New({"title": "a"}, {"shelf": "1"}), New({"title": "b"}, {"shelf": "1"})]
    assert of_one_parent("shelf", several) == ("1", [{"title": "a"}, {"title": "b"}])
    with pytest.raises(Unprocessable):
        of_one_parent("shelf", [*several, New({}, {"shelf": "2"})])
