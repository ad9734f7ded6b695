"""The entries Lambda: lists, their filters, pages and what comes along."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.functions.labelling import Person, Team


@pytest.fixture
def entries(team: Team) -> dict[str, str]:
    """Entries in every state, by what they are called in the tests."""
    ann, rev = team.annotator.id, team.reviewer.id
    return {
        "start": team.entry(wf_step="start", job_id="j-7", resource="s3://Start.png", priority=1),
        "waiting": team.entry(priority=2),
        "taken": team.taken(priority=3),
        "review": team.entry(wf_step="review", submitted_by_id=ann, assigned_to_id=rev, priority=1),
        "done": team.entry(wf_step="done", submitted_by_id=ann, reviewed_by_id=rev),
        "error": team.entry(wf_step="error", submitted_by_id=rev),
    }


def test_an_owners_filters(team: Team, entries: dict[str, str]) -> None:
    ann, rev = team.annotator.id, team.reviewer.id
    found = {
        "": "start waiting taken review done error",
        "filter[wf_step]=annotate": "waiting taken",
        "filter[wf_step__in]=start,done": "start done",
        "filter[wf_step__in][]=start&filter[wf_step__in][]=done": "start done",
        "filter[status]=pending": "waiting review",
        "filter[status__in]=errored,completed&filter[wf_step]=done": "done",
        "filter[wf_step]=done&filter[status]=pending": "",
        "filter[status]=processing&filter[job_id]=j-7": "start",
        "filter[priority__in]=1,3": "start taken review",
        "filter[priority]=2": "waiting",
        "filter[resource__match]=START": "start",
        "filter[resource]=s3://Start.png": "start",
        f"filter[resource]=s3://Start.png&filter[dataset_id]={team.leaves}": "start",
        f"filter[assigned_to_id]={ann}": "taken",
        f"filter[assigned_to_id__eq]={rev}": "review",
        f"filter[assigned_to_id__in]={ann},{rev}": "taken review",
        "filter[assigned_to_id]=null": "start waiting done error",
        "filter[assigned_to_id]=null&filter[status]=pending": "waiting",
        f"filter[submitted_by_id]={ann}": "review done",
        f"filter[submitted_by_id]={ann}&filter[wf_step]=done": "done",
        f"filter[reviewed_by_id]={rev}": "done",
        f"filter[participated]={rev}": "review done error",
        f"filter[participated]={ann}": "taken review done",
        f"filter[dataset_id]={team.project}": "",
        f"filter[project_id]={team.project}&filter[wf_step]=error": "error",
        f"filter[id]={entries['taken']},{entries['start']},{team.leaves}": "start taken",
        "filter[created_at__lte]=2001-01-01": "",
        "filter[updated_at__gte]=2001-01-01&filter[status]=errored": "error",
    }
    listed = {query: team.owner.get(f"entries?{query}").ids for query in found}
    names = {its_id: name for name, its_id in entries.items()}
    assert {query: " ".join(names[its_id] for its_id in ids) for query, ids in listed.items()} == found


def test_others_filters_apply_to_what_they_see(team: Team, entries: dict[str, str]) -> None:
    found = {
        ("annotator", ""): ["waiting", "taken"],
        ("annotator", "filter[wf_step]=done"): [],
        ("annotator", f"filter[assigned_to_id]={team.annotator.id}"): ["taken"],
        ("annotator", f"filter[participated]={team.annotator.id}"): ["taken"],
        ("annotator", "filter[assigned_to_id]=null"): ["waiting"],
        ("annotator", f"filter[id]={entries['review']},{entries['taken']}"): ["taken"],
        ("reviewer", f"filter[dataset_id]={team.leaves}"): ["review"],
        ("second_reviewer", ""): [],
    }
    listed = {(name, query): team.person(name).get(f"entries?{query}").ids for name, query in found}
    assert listed == {asked: [entries[name] for name in names] for asked, names in found.items()}
    counted = {name: team.person(name).get("entries?count=true").document["meta"] for name, _ in found}
    assert {name: meta["count"] for name, meta in counted.items()} == {
        "annotator": 2,
        "reviewer": 1,
        "second_reviewer": 0,
    }


def test_sorting(team: Team, entries: dict[str, str]) -> None:
    found = {
        "sort=-id": "error done review taken waiting start",
        "sort=-created_at": "error done review taken waiting start",
        "sort=priority,-id": "error done review start waiting taken",
        "sort=-wf_step,priority": "start review error done waiting taken",
        "sort=-priority&page[size]=2&page[number]=2": "start review",
    }
    names = {its_id: name for name, its_id in entries.items()}
    listed = {query: team.owner.get(f"entries?{query}").ids for query in found}
    assert {query: " ".join(names[its_id] for its_id in ids) for query, ids in listed.items()} == found


# ── Pages ──


def test_pages_by_number_have_links_to_their_neighbours(team: Team, entries: dict[str, str]) -> None:
    ids = list(entries.values())
    page = team.owner.get("entries?page[size]=4&count=true")
    assert (page.ids, page.document["meta"]) == (ids[:4], {"count": 6, "more": False})
    links = page.document["links"]
    assert set(links) == {"self", "first", "next", "last"}
    assert parse_qs(urlsplit(links["next"]).query) == {
        "page[size]": ["4"],
        "page[number]": ["2"],
        "count": ["true"],
    }
    assert "[" not in links["next"]
    second = team.owner.get(links["next"].partition("/dataset/")[2])
    assert (second.ids, set(second.document["links"])) == (ids[4:], {"self", "first", "prev", "last"})
    beyond = team.owner.get("entries?page[number]=3&page[size]=4")
    assert (beyond.ids, beyond.document["meta"]) == ([], {})


def walked(person: Person, query: str) -> list[str]:
    """The whole list, two by two."""
    reply = person.get(f"entries?page[size]=2&page[after]=&{query}")
    met = reply.ids
    while "next" in reply.document["links"]:
        reply = person.get(reply.document["links"]["next"].partition("/dataset/")[2])
        met += reply.ids
    return met


def test_a_walk_by_cursors_meets_everything_once(team: Team, entries: dict[str, str]) -> None:
    for_owners = ("", "filter[wf_step__in]=annotate,review,done", "sort=-id", "sort=priority")
    asked = [(team.owner, query) for query in for_owners] + [(team.annotator, ""), (team.reviewer, "")]
    for person, query in asked:
        assert walked(person, query) == person.get(f"entries?{query}").ids, query


def test_a_cursor_belongs_to_its_question(team: Team, entries: dict[str, str]) -> None:
    first = team.owner.get("entries?page[size]=2&page[after]=")
    cursor = parse_qs(urlsplit(first.document["links"]["next"]).query)["page[after]"][0]
    for query in (f"page[after]={cursor}&sort=-id", "page[after]=abc", f"page[after]={cursor}x"):
        assert team.owner.get(f"entries?{query}").faults == [("422", "page[after]")]


def test_a_count_ends_a_thousand_rows_past_the_page(team: Team) -> None:
    assert team.owner.get("entries?count=false").document["meta"] == {}
    assert team.owner.get("entries?count=maybe").faults == [("422", "count")]
    assert team.owner.get("entries?count=true").document["meta"] == {"count": 0, "more": False}


# ── What comes along ──


def test_an_entry_comes_with_its_dataset_its_project_and_its_people(
    team: Team, entries: dict[str, str]
) -> None:
    query = "included=dataset,dataset.project&included[]=assigned_to&included[]=submitted_by,reviewed_by"
    shown = team.owner.get(f"entries/{entries['done']}?{query}")
    ann, rev = team.member("annotator"), team.member("reviewer")
    assert set(shown.included) == {
        ("dataset:datasets", team.leaves),
        ("dataset:projects", team.project),
        ("dataset:project_members", ann),
        ("dataset:project_members", rev),
    }
    links = shown.data["relationships"]
    assert links["assigned_to"] == {"data": None}
    assert links["submitted_by"]["data"] == {"type": "dataset:project_members", "id": ann}
    assert links["reviewed_by"]["data"]["id"] == rev
    plain = team.owner.get(f"entries/{entries['done']}").data["relationships"]
    assert set(plain) == {"dataset", "project"}


def test_a_list_brings_each_related_record_once(team: Team, entries: dict[str, str]) -> None:
    listed = team.owner.get("entries?include=dataset.project,submitted_by")
    assert len(listed.included) == len(set(listed.included)) == 4
    (dataset,) = [each for each in listed.document["included"] if each["type"] == "dataset:datasets"]
    assert dataset["attributes"]["entries_total_count"] == len(entries)


def test_a_disabled_member_still_comes_along(team: Team, entries: dict[str, str]) -> None:
    member = team.member("annotator")
    team.owner.delete(f"project_members/{member}")
    shown = team.owner.get(f"entries/{entries['done']}?included=submitted_by")
    assert shown.included == [("dataset:project_members", member)]
