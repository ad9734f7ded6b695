"""The note feeds Lambda."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.labelling import Team, resource

NOTE = {"anchor_type": "entry", "content_md": "Is this *one* leaf?", "position": {"x": 1}}
NOWHERE = "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


def feed(team: Team, entry: str, by: str = "annotator", **more: Any) -> str:
    return team.person(by).post("note_feeds", NOTE | {"entry_id": entry} | more).id


def test_a_feed_begins_on_an_entry_in_progress(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("note_feeds", NOTE | {"entry_id": entry})
    assert made.status == 201
    assert made.headers["Location"] == made.data["links"]["self"]
    told = made.attributes
    assert told.pop("created_at") == told.pop("updated_at")
    assert told == NOTE | {
        "project_id": team.project,
        "dataset_id": team.leaves,
        "entry_id": entry,
        "annotation_id": None,
        "created_by_email": team.annotator.email,
        "status": "pending",
        "edited_at": None,
    }
    links = made.data["relationships"]
    assert set(links) == {"project", "dataset", "entry", "annotation"}
    assert (links["entry"]["data"]["id"], links["annotation"]) == (entry, {"data": None})
    assert team.owner.get(f"note_feeds/{made.id}").data == made.data


def test_a_feed_on_an_annotation_names_it(team: Team) -> None:
    entry, other = team.taken(), team.taken()
    annotation, elsewhere = (
        team.annotator.post("annotations", {"annotation": 1}, entry=each).id for each in (entry, other)
    )
    on = {"entry_id": entry, "anchor_type": "annotation"}
    made = team.annotator.post("note_feeds", on | {"annotation_id": annotation})
    assert made.data["relationships"]["annotation"]["data"] == {
        "type": "dataset:annotations",
        "id": annotation,
    }
    for wrong in ({}, {"annotation_id": None}, {"annotation_id": elsewhere}, {"annotation_id": NOWHERE}):
        assert team.annotator.post("note_feeds", on | wrong).faults == [
            ("422", "/data/attributes/annotation_id")
        ]


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({}, "entry_id"),
        ({"entry_id": "x"}, "entry_id"),
        ({"entry_id": NOWHERE, "anchor_type": "dataset"}, "anchor_type"),
        ({"entry_id": NOWHERE, "content_md": 7}, "content_md"),
        ({"entry_id": NOWHERE, "content_md": "x" * 50_001}, "content_md"),
    ],
)
def test_a_feed_that_cannot_be_is_refused_where_it_is_wrong(
    team: Team, attributes: dict[str, Any], pointer: str
) -> None:
    assert team.owner.post("note_feeds", attributes).faults == [("422", f"/data/attributes/{pointer}")]


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"wf_step": "annotate", "status": "in_progress"}, 201),
        ({"wf_step": "review", "status": "in_progress"}, 201),
        ({"wf_step": "start", "status": "in_progress"}, 422),
        ({"wf_step": "annotate", "status": "pending"}, 422),
        ({"wf_step": "review", "status": "pending"}, 422),
        ({"wf_step": "done", "assigned_to_id": None}, 422),
        ({"wf_step": "error", "assigned_to_id": None}, 422),
    ],
)
def test_notes_are_taken_while_an_entry_is_in_progress(
    team: Team, entry: dict[str, Any], status: int
) -> None:
    its_id = team.entry(**({"assigned_to_id": team.annotator.id} | entry))
    assert team.owner.post("note_feeds", NOTE | {"entry_id": its_id}).status == status


# ── Rights ──


def test_who_begins_feeds_and_sees_them(team: Team) -> None:
    entry = team.taken()
    works = {"admin", "org_owner", "owner", "annotator"}
    made = team.statuses("POST", "note_feeds", {"data": resource("note_feeds", NOTE | {"entry_id": entry})})
    assert made == dict.fromkeys(made, 404) | dict.fromkeys(works, 201)
    one = feed(team, entry)
    shown = team.statuses("GET", f"note_feeds/{one}")
    assert shown == dict.fromkeys(made, 404) | dict.fromkeys(works, 200)
    for query in ("", f"?filter[entry_id]={entry}", f"?filter[dataset_id]={team.leaves}"):
        listed = {name: len(team.person(name).get(f"note_feeds{query}").ids) for name in made}
        assert listed == dict.fromkeys(made, 0) | dict.fromkeys(works, 5)
    waiting = NOTE | {"entry_id": team.entry()}
    assert team.annotator.post("note_feeds", waiting).faults == [("403", "")]


def test_a_feed_is_changed_and_deleted_by_its_author_and_admins_alone(team: Team) -> None:
    own, owners = feed(team, team.taken()), feed(team, team.taken(), "owner")
    body = {"data": resource("note_feeds", {"content_md": "Two."})}
    assert team.statuses("PATCH", f"note_feeds/{own}", body) == {
        "admin": 200,
        "org_owner": 200,
        "owner": 403,
        "reviewer": 404,
        "annotator": 200,
        "user": 404,
        "other_admin": 404,
    }
    assert team.annotator.patch(f"note_feeds/{owners}", {"content_md": "x"}).status == 403
    assert team.annotator.delete(f"note_feeds/{owners}").status == 403
    assert team.owner.delete(f"note_feeds/{own}").status == 403
    assert team.annotator.delete(f"note_feeds/{own}").status == 204
    assert team.owner.delete(f"note_feeds/{owners}").status == 204
    assert team.owner.get("note_feeds?count=true").document["meta"]["count"] == 0


@pytest.mark.parametrize(
    ("by", "author", "step", "status"),
    [
        ("owner", "annotator", "annotate", 200),
        ("admin", "annotator", "annotate", 200),
        ("annotator", "annotator", "annotate", 200),
        ("annotator", "owner", "annotate", 403),
        ("reviewer", "owner", "review", 200),
        ("annotator", "owner", "review", 403),
        ("second_reviewer", "owner", "review", 404),
    ],
)
def test_who_resolves_a_feed(team: Team, by: str, author: str, step: str, status: int) -> None:
    hands = by if by in ("annotator", "reviewer") else "reviewer" if step == "review" else "annotator"
    one = feed(team, team.taken(hands, step), author)
    assert team.person(by).act(f"note_feeds/{one}/resolve").status == status


# ── Edited, resolved ──


def test_editing_says_when(team: Team) -> None:
    one = feed(team, team.taken())
    edited = team.annotator.patch(f"note_feeds/{one}", {"content_md": "Two.", "status": "resolved"})
    told = edited.attributes
    assert (told["content_md"], told["status"]) == ("Two.", "pending")
    assert told["edited_at"] == told["updated_at"] > told["created_at"]
    assert team.owner.get(f"note_feeds/{one}").data == edited.data
    assert team.annotator.patch(f"note_feeds/{one}", {"anchor_type": "annotation"}).faults == [
        ("422", "/data/attributes/annotation_id")
    ]


def test_a_feed_is_resolved_once_and_again_is_fine(team: Team) -> None:
    one = feed(team, team.taken())
    resolved = team.annotator.act(f"note_feeds/{one}/resolve")
    assert (resolved.status, resolved.attributes["status"]) == (200, "resolved")
    assert resolved.attributes["edited_at"] is None
    assert team.owner.send("POST", f"note_feeds/{one}/resolve").data == resolved.data
    found = {
        status: team.owner.get(f"note_feeds?filter[status__in]={status}").ids
        for status in ("pending", "resolved")
    }
    assert found == {"pending": [], "resolved": [one]}


def test_after_the_work_notes_stay_as_they_are_but_can_be_resolved(team: Team) -> None:
    entry = team.taken()
    one = feed(team, entry, "owner")
    team.annotator.act(f"entries/{entry}/submit")
    assert team.owner.patch(f"note_feeds/{one}", {"content_md": "x"}).status == 422
    assert team.owner.delete(f"note_feeds/{one}").status == 422
    assert team.owner.act(f"note_feeds/{one}/resolve").attributes["status"] == "resolved"


def test_a_deleted_feed_takes_its_comments_along(team: Team) -> None:
    entry = team.taken()
    gone, kept = feed(team, entry), feed(team, entry)
    comments = [
        team.annotator.post("note_comments", {"content_md": "hm"}, note_feed=each).id for each in (gone, kept)
    ]
    assert team.annotator.delete(f"note_feeds/{gone}").status == 204
    listed = team.owner.get("note_comments?count=true")
    assert (listed.ids, listed.document["meta"]["count"]) == (comments[1:], 1)
    assert team.annotator.delete(f"note_feeds/{gone}").status == 404


# ── Lists ──


def test_feeds_are_filtered_and_bring_what_they_are_about(team: Team) -> None:
    entry = team.taken()
    annotation = team.annotator.post("annotations", {"annotation": 1}, entry=entry).id
    first = feed(team, entry)
    second = feed(team, entry, "owner", anchor_type="annotation", annotation_id=annotation, position=None)
    comment = team.annotator.post("note_comments", {"content_md": "hm"}, note_feed=first).id
    found = {
        "filter[anchor_type]=annotation": [second],
        f"filter[annotation_id]={annotation}": [second],
        "filter[annotation_id]=null": [first],
        'filter[position]={"x":1}': [first],
        "filter[created_by_email__match]=ANNOT": [first],
        "filter[content_md]=Is this *one* leaf?&sort=-id": [second, first],
        "filter[edited_at]=null": [first, second],
        "filter[created_at__gte]=2001-01-01&filter[updated_at__lte]=2001-01-01": [],
        f"filter[id]={second}": [second],
    }
    assert {query: team.owner.get(f"note_feeds?{query}").ids for query in found} == found
    listed = team.owner.get("note_feeds?included=entry,annotation,note_comments")
    assert set(listed.included) == {
        ("dataset:entries", entry),
        ("dataset:annotations", annotation),
        ("dataset:note_comments", comment),
    }
    linkage = [[each["id"] for each in one["relationships"]["note_comments"]["data"]] for one in listed.data]
    assert linkage == [[comment], []]
    shown = team.annotator.get(f"note_feeds/{first}?include=note_comments")
    assert shown.included == [("dataset:note_comments", comment)]


def test_the_documented_events_are_answered(team: Team) -> None:
    entry = team.taken()
    assert team.replay("note_feeds", "create", entry=entry)["statusCode"] == 201
    assert team.replay("note_feeds", "resolve", note_feed=feed(team, entry))["statusCode"] == 200
