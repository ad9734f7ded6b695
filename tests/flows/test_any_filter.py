"""Any filter over any entries means the same in lists, exports and batch-deletes as in a plain model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.stack import Stack
from tests.flows.organizations import (
    FEEDBACK,
    PAIRS,
    Organization,
    Person,
    answer,
    found,
)

BATCH_DELETE = f"{FEEDBACK}/batch-delete"
STATES = ("awaitingApproval", "approved", "rejected")
LANGUAGES = {pair: (source, target) for pair, source, target in PAIRS}
TEXTS = ("Haus", "HAUS am See", "baum & haus", "Éclair", "x+y=z 100%", "")
TEXT_FIELDS = ("sourceText", "machineTranslation", "suggestedTranslation", "comment")

Entry = dict[str, Any]
Filters = dict[str, str]


wishes = st.fixed_dictionaries(
    {
        "languagePairId": st.sampled_from(sorted(LANGUAGES)),
        "sourceText": st.sampled_from(TEXTS[:-1]),
        "machineTranslation": st.sampled_from([text and f"MT {text}" for text in TEXTS]),
        "suggestedTranslation": st.sampled_from(TEXTS),
        "comment": st.sampled_from(TEXTS),
        "approvalState": st.sampled_from(STATES),
        "by_admin": st.booleans(),
    }
)
parts = st.sampled_from(["haus", "HAUS", "AM", "éCLAIR", "+", "%", "&", "nowhere", "mt "])
pairs_or_languages = st.one_of(
    st.fixed_dictionaries({}, optional={"languagePairId": st.sampled_from([*LANGUAGES, "Unknown"])}),
    st.fixed_dictionaries(
        {},
        optional={
            "sourceLanguageId": st.sampled_from(["eng", "ena", "ger", "ita"]),
            "targetLanguageId": st.sampled_from(["fra", "frf", "spa", "eng"]),
        },
    ),
)
others = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TEXT_FIELDS, parts),
        "approvalStates": st.lists(st.sampled_from(STATES), min_size=1, max_size=3).map(",".join),
        "username": st.sampled_from(["admin", "user", "nobody"]),
        "reviewer": st.sampled_from(["admin", "user"]),
        "startTimeCreated": st.integers(0, 9),
        "endTimeCreated": st.integers(0, 9),
    },
)
wished_filters = st.builds(lambda some, more: {**some, **more}, pairs_or_languages, others)


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(wishes, min_size=10, max_size=14),
    st.lists(wished_filters, min_size=6, max_size=8),
    st.sampled_from([3, 5, 25]),
)
def test_lists_exports_and_deletes_mean_the_same_entries_as_a_plain_model(
    stack: Stack, http: requests.Session, wished: list[dict[str, Any]], asked: list[dict[str, Any]], size: int
) -> None:
    organization = found(stack, http)
    entries = [_give(organization, wish) for wish in wished]
    assert organization.admin.entries() == entries
    for wish in asked:
        filters = _filters(organization, wish, entries)
        for person in (organization.admin, organization.user):
            expected = [entry for entry in entries if _means(person, organization, filters, entry)]
            assert list(_pages(person, filters, size)) == _cut(expected, size)
        assert organization.user.export(**filters).content.count(b"<tu ") == len(expected)
    if filters:
        gone = [entry for entry in entries if _means(organization.admin, organization, filters, entry)]
        assert answer(organization.admin.delete(BATCH_DELETE, data=filters)) == len(gone)
        assert organization.admin.entries() == [entry for entry in entries if entry not in gone]


def _give(organization: Organization, wish: dict[str, Any]) -> Entry:
    fields = {name: value for name, value in wish.items() if name != "by_admin"}
    if wish["by_admin"]:
        return organization.admin.give(**_named(fields))
    state = fields.pop("approvalState")
    given = organization.user.give(**_named(fields))
    return dict(
        answer(organization.admin.put(f"{FEEDBACK}/{given['feedbackId']}", data={"approvalState": state}))
    )


def _named(fields: dict[str, str]) -> dict[str, str]:
    names = {"sourceText": "source", "suggestedTranslation": "suggestion"}
    return {names.get(name, name): value for name, value in fields.items()}


def _filters(organization: Organization, wish: dict[str, Any], entries: list[Entry]) -> Filters:
    filters = dict(wish)
    people = {
        "admin": organization.admin.email,
        "user": organization.user.email,
        "nobody": "nobody@example.org",
    }
    for name in ("username", "reviewer"):
        if name in filters:
            filters[name] = people[filters[name]]
    for name in ("startTimeCreated", "endTimeCreated"):
        if name in filters:
            filters[name] = entries[filters[name]]["timestamps"]["created"]
    return filters


def _means(person: Person, organization: Organization, filters: Filters, entry: Entry) -> bool:
    """The documented meaning of each filter; all must hold, and a user has their own entries only."""
    if person is organization.user:
        filters = {**filters, "username": person.email}
    source, target = LANGUAGES[entry["languagePairId"]]
    generic = {"ena": "eng", "frf": "fra"}
    times = entry["timestamps"]
    holds: dict[str, Callable[[str], bool]] = {
        "languagePairId": lambda value: value == entry["languagePairId"],
        "sourceLanguageId": lambda value: generic.get(value, value) == source,
        "targetLanguageId": lambda value: generic.get(value, value) == target,
        "approvalStates": lambda value: entry["approvalState"] in value.split(","),
        "username": lambda value: value == entry["username"],
        "reviewer": lambda value: value == entry["reviewer"],
        "startTimeCreated": lambda value: times["created"] >= value,
        "endTimeCreated": lambda value: times["created"] <= value,
    }
    contained = all(filters.get(name, "").lower() in entry[name].lower() for name in TEXT_FIELDS)
    return contained and all(holds[name](value) for name, value in filters.items() if name in holds)


def _pages(person: Person, filters: Filters, size: int) -> Iterator[dict[str, Any]]:
    """Every page, and the first one past the end."""
    page, number = {"feedback": [None]}, 0
    while page["feedback"]:
        number += 1
        page = answer(person.get(FEEDBACK, params={**filters, "perPage": size, "page": number}))
        yield page


def _cut(entries: list[Entry], size: int) -> list[dict[str, Any]]:
    pages = -(-len(entries) // size)
    return [
        {
            "feedback": entries[number * size : (number + 1) * size],
            "page": number + 1,
            "perPage": size,
            "totalPages": pages,
            "totalItems": len(entries),
        }
        for number in range(pages + 1)
    ]
