"""What a query string asks for, and all that can be wrong in one."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hearback.jsonapi import question
from hearback.jsonapi.errors import Unprocessable
from hearback.jsonapi.question import Page, Question
from hearback.jsonapi.sorting import Key

from tests.unit.jsonapi.library import AT, BOOKS, READERS, State, id_of


def read(**query: list[str]) -> Question:
    return question.read(BOOKS, query)


def wrong(query: dict[str, list[str]]) -> dict[str | None, str]:
    """What is told about a wrong query: the detail by parameter."""
    with pytest.raises(Unprocessable) as refused:
        question.read(BOOKS, query)
    return {fault.parameter: fault.detail for fault in refused.value.faults}


def test_nothing_asked_is_the_first_thousand_by_id() -> None:
    asked = read()
    assert asked.page == Page(number=1, size=1000, after=None)
    assert (asked.filters, asked.sort, asked.counted, asked.included, asked.meta) == ((), (), False, (), {})


def test_a_page_is_asked_for_by_number_and_size() -> None:
    page = read(**{"page[number]": ["3"], "page[size]": ["50"]}).page
    assert (page, page.offset) == (Page(3, 50), 100)


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("page[number]", "0", "must be between 1 and 1000000000"),
        ("page[number]", "-1", "must be between 1 and 1000000000"),
        ("page[number]", "9" * 30, "must be an integer"),
        ("page[number]", "9" * 19, "must be between -10^18 and 10^18"),
        ("page[size]", "0", "must be between 1 and 1000"),
        ("page[size]", "1001", "must be between 1 and 1000"),
        ("page[size]", "ten", "must be an integer"),
        ("page[size]", "", "must be an integer"),
        ("page[size]", "٣", "must be an integer"),
        ("page[offset]", "5", "is not known; there are page[number], page[size], page[after]"),
        ("page[after]", "nonsense!", "is not a cursor of this list with these filters"),
        ("page[after]", "e30", "is not a cursor of this list with these filters"),
        ("page[after]", "ÿ", "is not a cursor of this list with these filters"),
        ("count", "maybe", "must be true or false"),
        ("sort", "-title,colour", "'colour' is nothing that can be sorted by"),
        ("sort", "secret", "'secret' is nothing that can be sorted by"),
        ("include", "author", "'author' cannot be included; what can be: shelf, shelf.house, reader, sequel"),
        ("included[]", "shelf.books", "'shelf.books' cannot be included; "),
        ("filter[pages]", "many", "'many' must be an integer"),
        ("filter[pages__gte]", "1.5", "'1.5' must be an integer"),
        ("filter[pages]", "null", "'null' must be an integer"),
        ("filter[weight]", "1e999", "'1e999' must be a number"),
        ("filter[id]", "7", "'7' must be a UUID"),
        ("filter[state]", "gone", "'gone' must be one of here, lent, lost"),
        ("filter[state__in]", "here,gone", "'gone' must be one of here, lent, lost"),
        ("filter[rare]", "perhaps", "'perhaps' must be true or false"),
        ("filter[created_at__lte]", "soon", "'soon' must be a timestamp such as"),
        ("filter[labels]", '{"a":', "must be JSON"),
        ("filter[labels__in]", '["a"],[', "must be JSON"),
        ("filter[labels]", '"\\ud800"', "must not contain half of a surrogate pair"),
        ("filter[title]", "\ud800", "must not contain half of a surrogate pair"),
        ("filter[title]", "a\0b", "must not contain the character NUL"),
        ("filter[handled]", "me", "'me' must be an integer"),
        ("filter[available]", "", "'' must be true or false"),
    ],
)
def test_a_wrong_parameter_is_named(name: str, value: str, detail: str) -> None:
    told = wrong({name: [value]})
    assert list(told) == [name]
    assert detail in told[name]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = wrong(
        {"page[size]": ["0"], "sort": ["x"], "filter[pages]": ["x"], "include": ["x"], "count": ["x"]}
    )
    assert set(told) == {"page[size]", "sort", "filter[pages]", "include", "count"}


def test_one_parameter_with_two_values_is_not_guessed_at() -> None:
    assert wrong({"page[size]": ["5", "6"]}) == {"page[size]": "is given more than once"}
    assert read(**{"page[size]": ["5", "5"]}).page.size == 5


def test_parameters_of_nobody_s_family_are_ignored() -> None:
    assert read(
        access_key=["k"], **{"filter": ["x"], "page": ["2"], "filter[x": ["1"], "": [""]}
    ) == Question(digest=read().digest)


@pytest.mark.parametrize(
    "query",
    [
        {"sort": ["state,-pages"]},
        {"sort": ["state", "-pages"]},
        {"sort[]": ["state", " -pages "]},
        {"sort": ["state,-pages,state,,-state"]},
    ],
)
def test_sorting_honours_every_key_in_every_form(query: dict[str, list[str]]) -> None:
    assert question.read(BOOKS, query).sort == (Key("state"), Key("pages", descending=True))


def test_keys_behind_the_id_tell_nothing_more_apart() -> None:
    assert read(sort=["-id,pages"]).sort == (Key("id", descending=True),)
    assert read(sort=["id,pages"]).sort == ()


@pytest.mark.parametrize(
    "query",
    [
        {"included": ["shelf.house,reader"]},
        {"include": ["shelf.house", "reader"]},
        {"included[]": ["shelf.house"], "include[]": ["reader"]},
    ],
)
def test_what_leads_to_something_included_is_included_too(query: dict[str, list[str]]) -> None:
    assert question.read(BOOKS, query).included == ("reader", "shelf", "shelf.house")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"fields": ["title,pages"]}, {"library:books": {"title", "pages"}}),
        ({"fields[]": ["title", "pages"]}, {"library:books": {"title", "pages"}}),
        ({"fields[library:books]": ["title,pages"]}, {"library:books": {"title", "pages"}}),
        ({"fields[library:shelves][]": ["name"]}, {"library:shelves": {"name"}}),
        ({"fields[library:shelves]": [""]}, {"library:shelves": set()}),
    ],
)
def test_fields_are_named_in_every_form(query: dict[str, list[str]], fields: dict[str, set[str]]) -> None:
    assert question.read(BOOKS, query).fields == fields


@pytest.mark.parametrize(("value", "counted"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_the_count_is_asked_for(value: str, counted: bool) -> None:
    assert read(count=[value]).counted is counted


def test_filters_that_nobody_knows_are_ignored_and_reported() -> None:
    asked = read(
        **{
            "filter[colour]": ["red"],
            "filter[title__like]": ["E"],
            "filter[title__]": ["E"],
            "filter[rare__gte]": ["1"],
            "filter[secret]": ["hush"],
            "filter[pages][gte]": ["5"],
            "filter[]": ["x"],
        }
    )
    ignored = ["colour", "title__like", "title__", "rare__gte", "secret", "pages[gte]", ""]
    assert asked.filters == ()
    assert asked.meta == {"ignored_filters": ignored}


def test_the_values_that_an_index_may_serve_are_those_that_all_filters_allow() -> None:
    asked = read(
        **{
            "filter[state]": ["here,lent"],
            "filter[state__in][]": ["lent", "lost"],
            "filter[reader_card]": ["null", "7"],
            "filter[title]": ["Emma, or not"],
            "filter[title__eq]": ["Emma, or not"],
            "filter[shelf_id]": [id_of(0xAB).upper()],
            "filter[handled]": ["7,8"],
        }
    )
    assert asked.values("state") == frozenset({State.LENT})
    assert asked.values("reader_card") == frozenset({None, 7})
    assert asked.values("title") == frozenset({"Emma, or not"})
    assert asked.values("shelf_id") == frozenset({id_of(0xAB)})
    assert asked.values("handled") == frozenset({7, 8})
    assert asked.values("pages") is None
    assert read(**{"filter[pages]": ["1"], "filter[pages__eq]": ["2"]}).values("pages") == frozenset()


def test_a_range_is_what_all_its_ends_leave() -> None:
    asked = read(
        **{
            "filter[created_at__gte]": ["2025-11-22T03:07:04.123456Z"],
            "filter[created_at__lte]": ["2025-11-22"],
            "filter[pages__lte]": ["5", "9"],
        }
    )
    midnight = 1_763_856_000_000_000_000
    assert asked.range("created_at") == (AT, midnight - 1)
    assert asked.range("pages") == (None, 9)
    assert asked.range("title") == (None, None)


def test_digits_have_the_range_of_numbers() -> None:
    asked = question.read(READERS, {"filter[id__gte]": ["10", "9"]})
    assert asked.range("id") == ("9", None)


def test_what_is_served_is_not_tested_again() -> None:
    asked = read(**{"filter[state]": ["here"], "filter[pages__gte]": ["5"], "filter[title__match]": ["em"]})
    names = [each.name for each in asked.rest(values=["state"], ranges=["pages"])]
    assert names == ["title__match"]
    assert asked.residual(values=["state"], ranges=["pages"]) is not None
    assert read(**{"filter[state]": ["here"]}).residual(values=["state"]) is None


POSITION: tuple[Any, ...] = ("Emma", None, 5, 2.5, True, id_of(1))


def test_a_cursor_leads_back_to_its_position() -> None:
    query = {"filter[state]": ["here"], "sort": ["title"]}
    cursor = question.read(BOOKS, query).cursor(POSITION)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    again = question.read(BOOKS, query | {"page[after]": [cursor], "page[size]": ["7"]})
    assert again.page == Page(1, 7, POSITION)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = question.read(BOOKS, {"sort": ["title"]}).cursor(POSITION)
    for other in ({}, {"sort": ["-title"]}, {"sort": ["title"], "filter[state]": ["here"]}):
        assert list(wrong(other | {"page[after]": [cursor]})) == ["page[after]"]


def test_a_cursor_cannot_carry_what_cannot_be_kept() -> None:
    digest = read().digest
    for bad in (
        f'[{digest},"\\ud800"]',
        f"[{digest},[1]]",
        f'[{digest},{{"a":1}}]',
        f"[{digest}",
        f"{digest}",
    ):
        cursor = base64.urlsafe_b64encode(bad.encode()).decode().rstrip("=")
        assert list(wrong({"page[after]": [cursor]})) == ["page[after]"]


def test_an_empty_cursor_begins_a_walk() -> None:
    assert read(**{"page[after]": [""]}).page == Page(1, 1000, ())


def test_a_cursor_and_a_page_number_contradict_each_other() -> None:
    told = wrong({"page[after]": [""], "page[number]": ["2"]})
    assert told == {"page[number]": "cannot be combined with page[after]"}


def test_the_order_of_filters_and_of_their_values_is_no_other_question() -> None:
    one = read(**{"filter[state]": ["here,lent"], "filter[pages]": ["1"]})
    other = read(**{"filter[pages]": ["1"], "filter[state]": ["lent", "here"]})
    assert one.digest == other.digest
