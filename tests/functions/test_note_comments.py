"""The note comments Lambda."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.labelling import Team, resource

NOWHERE = "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


@pytest.fixture
def feed(team: Team) -> str:
    """A feed on an entry that the annotator has in hand."""
    return team.annotator.post("note_feeds", {"entry_id": team.taken(), "content_md": "?"}).id


def comment(team: Team, feed: str, by: str = "annotator", text: str = "hm") -> str:
    return team.person(by).post("note_comments", {"content_md": text}, note_feed=feed).id


def test_a_comment_is_made_in_a_feed(team: Team, feed: str) -> None:
    made = team.annotator.post("note_comments", {"content_md": "Two, I think."}, note_feed=feed)
    assert made.status == 201
    assert made.headers["Location"] == made.data["links"]["self"]
    told = made.attributes
    assert told.pop("created_at") == told.pop("updated_at")
    assert told == {
        "note_feed_id": feed,
        "content_md": "Two, I think.",
        "created_by_email": team.annotator.email,
        "edited_at": None,
    }
    linked = {"note_feed": {"data": {"type": "dataset:note_feeds", "id": feed}}}
    assert made.data["relationships"] == linked
    assert team.owner.get(f"note_comments/{made.id}").data == made.data


def test_the_feed_may_be_named_as_an_attribute_too(team: Team, feed: str) -> None:
    made = team.owner.post("note_comments", {"content_md": "x", "note_feed_id": feed})
    assert made.attributes["note_feed_id"] == feed


@pytest.mark.parametrize(
    ("attributes", "faults"),
    [
        ({}, [("422", "/data/attributes/note_feed_id")]),
        ({"note_feed_id": 7}, [("422", "/data/attributes/note_feed_id")]),
        ({"note_feed_id": NOWHERE, "content_md": 7}, [("422", "/data/attributes/content_md")]),
        ({"note_feed_id": NOWHERE}, [("404", "")]),
        ({"note_feed_id": "x"}, [("404", "")]),
    ],
)
def test_a_comment_needs_a_feed(
    team: Team, attributes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert team.owner.post("note_comments", attributes).faults == faults


def test_who_comments_and_who_sees_it(team: Team, feed: str) -> None:
    works = {"admin", "org_owner", "owner", "annotator"}
    body = {"data": resource("note_comments", {"content_md": "x"}, note_feed=feed)}
    made = team.statuses("POST", "note_comments", body)
    assert made == dict.fromkeys(made, 404) | dict.fromkeys(works, 201)
    shown = team.statuses("GET", f"note_comments/{comment(team, feed)}")
    assert shown == dict.fromkeys(made, 404) | dict.fromkeys(works, 200)
    for query in ("", f"?filter[note_feed_id]={feed}", "?filter[created_by_email__match]=@"):
        listed = {name: len(team.person(name).get(f"note_comments{query}").ids) for name in made}
        assert listed == dict.fromkeys(made, 0) | dict.fromkeys(works, 5)


def test_a_comment_is_edited_and_deleted_by_its_author_and_admins_alone(team: Team, feed: str) -> None:
    own, owners = comment(team, feed), comment(team, feed, "owner")
    edit = {"data": resource("note_comments", {"content_md": "no"})}
    assert team.statuses("PATCH", f"note_comments/{own}", edit) == {
        "admin": 200,
        "org_owner": 200,
        "owner": 403,
        "reviewer": 404,
        "annotator": 200,
        "user": 404,
        "other_admin": 404,
    }
    assert team.annotator.delete(f"note_comments/{owners}").status == 403
    gone = team.annotator.delete(f"note_comments/{own}")
    assert (gone.status, gone.document) == (204, None)
    assert team.annotator.delete(f"note_comments/{own}").status == 404
    assert team.owner.get("note_comments?count=true").document["meta"] == {"count": 1, "more": False}


def test_editing_says_when_and_moves_a_comment_nowhere(team: Team, feed: str) -> None:
    one, other = comment(team, feed), team.annotator.post("note_feeds", {"entry_id": team.taken()}).id
    edited = team.annotator.patch(f"note_comments/{one}", {"content_md": None, "note_feed_id": other})
    told = edited.attributes
    assert (told["content_md"], told["note_feed_id"]) == (None, feed)
    assert told["edited_at"] == told["updated_at"] > told["created_at"]
    assert team.owner.get(f"note_comments/{one}").data == edited.data


def test_comments_are_filtered_sorted_and_bring_their_feed(team: Team, feed: str) -> None:
    one, two = comment(team, feed, text="a"), comment(team, feed, "owner", "b")
    other = team.owner.post("note_feeds", {"entry_id": team.taken("second_annotator")}).id
    three = comment(team, other, "second_annotator", "c")
    found = {
        "sort=-content_md": [three, two, one],
        f"filter[note_feed_id]={feed}": [one, two],
        f"filter[note_feed_id]={feed},{other}&sort=-id": [three, two, one],
        "filter[content_md]=b": [two],
        f"filter[created_by_email]={team.owner.email}": [two],
        f"filter[id]={three}": [three],
        "filter[edited_at]=null&page[size]=1&page[number]=3": [three],
        "filter[updated_at__lte]=2001-01-01": [],
    }
    assert {query: team.owner.get(f"note_comments?{query}").ids for query in found} == found
    assert set(team.owner.get("note_comments?included=note_feed").included) == {
        ("dataset:note_feeds", feed),
        ("dataset:note_feeds", other),
    }


def test_the_documented_events_are_answered(team: Team, feed: str) -> None:
    assert team.replay("note_comments", "create", note_feed=feed)["statusCode"] == 201
    assert team.replay("note_comments", "list", note_feed=feed)["statusCode"] == 200
