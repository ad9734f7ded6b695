"""The links of a page lead where they say, and keep everything else that was asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hearback.jsonapi import links, question
from hearback.jsonapi.question import Page
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.jsonapi.library import BASE, BOOKS

URL = f"{BASE}/books"


def numbers(page: Page, **known: Any) -> dict[str, str]:
    """The page number (or cursor) of each link."""
    found = links.page_links(URL, {"page[size]": [str(page.size)], "page[number]": ["x"]}, page, **known)
    asked = {rel: parse_qs(urlsplit(link).query, keep_blank_values=True) for rel, link in found.items()}
    return {
        rel: query.get("page[number]", query.get("page[after]", ["?"]))[0]
        for rel, query in asked.items()
        if rel != "self"
    }


@pytest.mark.parametrize(
    ("page", "known", "linked"),
    [
        (Page(1, 10), {}, {"first": "1"}),
        (Page(1, 10), {"more": True}, {"first": "1", "next": "2"}),
        (Page(3, 10), {"more": True}, {"first": "1", "prev": "2", "next": "4"}),
        (Page(1, 10), {"total": 0}, {"first": "1", "last": "1"}),
        (Page(1, 10), {"total": 10}, {"first": "1", "last": "1"}),
        (Page(1, 10), {"total": 11}, {"first": "1", "next": "2", "last": "2"}),
        (Page(2, 10), {"total": 11}, {"first": "1", "prev": "1", "last": "2"}),
        (Page(1, 10), {"more": True, "after": "c"}, {"first": "1", "next": "c"}),
        (Page(1, 10, ()), {"after": "c"}, {"first": "", "next": "c"}),
        (Page(1, 10, ("x",)), {"after": "d"}, {"first": "", "next": "d"}),
        (Page(1, 10, ("x",)), {"more": False}, {"first": ""}),
    ],
)
def test_a_page_links_to_the_pages_that_are_known(page: Page, known: Any, linked: object) -> None:
    assert numbers(page, **known) == linked


def test_links_are_absolute_and_encoded() -> None:
    query = {"filter[title]": ["a&b=ü +"], "sort": ["-title"], "page[number]": ["2"]}
    found = links.page_links(URL, query, Page(2, 10), more=True)
    kept = f"{URL}?filter%5Btitle%5D=a%26b%3D%C3%BC%20%2B&sort=-title"
    assert found == {
        "self": f"{kept}&page%5Bnumber%5D=2",
        "first": f"{kept}&page%5Bnumber%5D=1",
        "prev": f"{kept}&page%5Bnumber%5D=1",
        "next": f"{kept}&page%5Bnumber%5D=3",
    }
    assert links.self_link(URL, {}) == URL


@given(st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5), max_size=3), max_size=3))
def test_no_query_breaks_a_link(query: dict[str, list[str]]) -> None:
    found = links.page_links(URL, query, Page(2, 10), more=True, total=99)
    assert all(link.startswith(URL) and link.isascii() for link in found.values())


def test_following_the_links_asks_the_same_of_another_page() -> None:
    query = {
        "filter[state][]": ["here", "lent"],
        "sort": ["title"],
        "page[number]": ["2"],
        "page[size]": ["7"],
    }
    asked = question.read(BOOKS, query)
    link = links.page_links(URL, query, asked.page, more=True)["next"]
    again = question.read(BOOKS, parse_qs(urlsplit(link).query))
    assert again.page == Page(3, 7)
    assert (again.digest, again.sort) == (asked.digest, asked.sort)
