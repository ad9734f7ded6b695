"""What requests of the dataset API read: what they show, and little beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.storage import reads, shelves
from hearback.storage.items import Item
from hearback.storage.reads import Range

from tests.functions.labelling import Team


class Reading:
    """Notes what is read, and lets it be read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.queries: list[tuple[Range, int]] = []
        """Each with the number of items that it gave."""
        self.gets: list[Item] = []
        self._query, self._get = reads.query, reads.get
        monkeypatch.setattr(reads, "query", self.query)
        monkeypatch.setattr(reads, "get", self.get)

    def query(self, run: Range, *more: Any, **others: Any) -> Any:
        items, follows = self._query(run, *more, **others)
        self.queries.append((run, len(items)))
        return items, follows

    def get(self, table: str, key: Item) -> Item | None:
        self.gets.append(key)
        return self._get(table, key)

    def of(self, prefix: str) -> list[str]:
        """The partitions that were queried, of those that begin so."""
        return [run.partition for run, _ in self.queries if run.partition.startswith(prefix)]


@pytest.fixture
def reading(team: Team, monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(monkeypatch)


def test_what_waits_is_not_read_for_a_list_of_ones_own_work(team: Team, reading: Reading) -> None:
    team.entry()
    mine = team.taken()
    of = f"entries?filter[dataset_id]={team.leaves}"
    assert team.annotator.get(f"{of}&filter[status]=in_progress").ids == [mine]
    assert team.annotator.get(f"{of}&filter[wf_step]=review").ids == []
    assert team.annotator.get(f"{of}&filter[assigned_to_id]={team.annotator.id}").ids == [mine]
    assert reading.of("entries#") == []


def test_nothing_is_read_for_what_nobody_else_may_see(team: Team, reading: Reading) -> None:
    team.taken()
    query = f"entries?filter[dataset_id]={team.leaves}&filter[assigned_to_id]={team.annotator.id}"
    assert team.second_annotator.get(query).ids == []
    assert reading.of(team.leaves) == reading.of("entries#") == []


def test_a_page_within_a_time_is_sought_in_the_blocks(
    team: Team, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "BLOCK", 10)
    several = [[{"resource": f"{turn}/{each}.png"} for each in range(10)] for turn in range(9)]
    ids = [
        its_id
        for part in several
        for its_id in team.owner.post_several("entries", part, dataset=team.leaves).ids
    ]
    since = team.owner.get(f"entries/{ids[15]}").attributes["created_at"]
    reading.queries.clear()
    query = f"filter[dataset_id]={team.leaves}&filter[created_at__gte]={since}&count=true"
    page = team.owner.get(f"entries?{query}&page[size]=5&page[number]=14")
    assert page.ids == ids[80:85]
    assert page.document["meta"] == {"count": 75, "more": False}
    assert sum(number for run, number in reading.queries if run.partition.startswith("entries#")) < 30


def test_who_is_named_in_all_of_many_entries_is_looked_up_once(team: Team, reading: Reading) -> None:
    several = [{"resource": f"{number}.png", "assigned_to_id": team.annotator.id} for number in range(20)]
    assert team.owner.post_several("entries", several, dataset=team.leaves).status == 201
    assert sum(key["pk"]["S"].startswith("memberships#") for key in reading.gets) == 1


def test_included_comments_take_a_query_for_each_feed(team: Team, reading: Reading) -> None:
    entry = team.taken()
    feeds = [team.annotator.post("note_feeds", {"entry_id": entry, "content_md": "?"}).id for _ in range(3)]
    comments = [
        team.annotator.post("note_comments", {"content_md": "!"}, note_feed=each).id for each in feeds
    ]
    reading.queries.clear()
    reading.gets.clear()
    found = team.annotator.get(f"note_feeds?filter[entry_id]={entry}&included=note_comments")
    assert [each["id"] for each in found.document["included"]] == comments
    assert len(reading.of("note_comments#")) == 3
    assert not any(key["pk"]["S"].startswith("note_feeds#") for key in reading.gets)
