"""The links of a page: absolute, every other parameter kept, brackets percent-encoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from hearback.jsonapi.question import Page, Query

_PLACES = ("page[number]", "page[after]")


def self_link(url: str, query: Query) -> str:
    """`url` with its query string, as it was asked for."""
    return _url(url, _pairs(query))


def page_links(
    url: str,
    query: Query,
    page: Page,
    *,
    more: bool = False,
    total: int | None = None,
    after: str | None = None,
) -> dict[str, str]:
    """`self`, `first`, and as far as they are known `prev`, `next` and `last` of a list at `url`.

    `more`: there are records behind this page. `total`: exactly so many in the whole list, if that is known.
    `after`: the cursor of the next page, which it is then asked for by.
    """
    links = {"self": self_link(url, query)}

    def at(place: Mapping[str, str]) -> str:
        kept = [(name, value) for name, value in _pairs(query) if name not in _PLACES]
        return _url(url, [*kept, *place.items()])

    by_number = page.after is None
    links["first"] = at({"page[number]": "1"} if by_number else {"page[after]": ""})
    if by_number and page.number > 1:
        links["prev"] = at({"page[number]": str(page.number - 1)})
    if after:
        links["next"] = at({"page[after]": after})
    elif by_number and (more or (total is not None and page.offset + page.size < total)):
        links["next"] = at({"page[number]": str(page.number + 1)})
    if by_number and total is not None:
        links["last"] = at({"page[number]": str(max(1, -(-total // page.size)))})
    return links


def encode(text: str) -> str:
    """Percent-encoded as a name or value of a query string."""
    return quote(text, safe="", errors="replace")


def _pairs(query: Query) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.items() for value in values]


def _url(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    asked = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
    return f"{url}?{asked}" if asked else url
