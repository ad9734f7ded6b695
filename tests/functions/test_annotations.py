"""The annotations Lambda as JSON:API."""

from __future__ import annotations

from typing import Any

from tests.functions.labelling import Team, resource

BOX = {"dimensions": {"page": 1}, "annotation": {"box": [1, 2.5, None]}, "metadata": "by hand"}


def test_an_entry_is_annotated(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", BOX, entry=entry)
    assert made.status == 201
    assert made.headers["Location"] == made.data["links"]["self"]
    told = made.attributes
    assert told.pop("created_at") == told.pop("updated_at")
    assert told == BOX | {
        "project_id": team.project,
        "dataset_id": team.leaves,
        "entry_id": entry,
        "created_by_email": team.annotator.email,
    }
    linked = {
        name: (each["data"]["type"], each["data"]["id"]) for name, each in made.data["relationships"].items()
    }
    assert linked == {
        "project": ("dataset:projects", team.project),
        "dataset": ("dataset:datasets", team.leaves),
        "entry": ("dataset:entries", entry),
    }
    assert team.owner.get(f"annotations/{made.id}").data == made.data


def test_an_annotation_may_say_anything_or_nothing(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", {"annotation": None}, entry=entry).attributes
    assert (made["dimensions"], made["annotation"], made["metadata"]) == (None, None, None)
    assert team.annotator.post("annotations", {}, entry=entry).status == 201


def test_an_annotation_needs_an_entry(team: Team) -> None:
    assert team.owner.post("annotations", BOX).faults == [("422", "/data/relationships/entry")]
    for other in (team.leaves, "x", "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"):
        assert team.owner.post("annotations", BOX, entry=other).faults == [("404", "")]


def test_an_annotation_may_be_large_but_not_larger_than_an_item(team: Team) -> None:
    entry = team.taken()
    assert team.annotator.post("annotations", {"annotation": "x" * 340_000}, entry=entry).status == 201
    assert team.annotator.post("annotations", {"annotation": "x" * 350_001}, entry=entry).faults == [
        ("413", "")
    ]


def test_a_client_does_not_choose_the_id_here(team: Team) -> None:
    chosen = "11111111-1111-4111-8111-111111111111"
    data = resource("annotations", BOX, entry=team.taken()) | {"id": chosen}
    assert team.annotator.send("POST", "annotations", {"data": data}).faults == [("403", "")]


def test_many_are_created_in_order_or_none(team: Team) -> None:
    entry = team.taken()
    several = [{"annotation": number} for number in range(90)]
    made = team.annotator.post_several("annotations", several, entry=entry)
    assert (made.status, len(made.ids)) == (201, 90)
    assert team.owner.get("annotations?count=true").document["meta"] == {"count": 90, "more": False}
    listed = team.annotator.get(f"annotations?filter[entry_id]={entry}")
    assert [each["attributes"]["annotation"] for each in listed.data] == list(range(90))
    too_many = [*several, {}]
    assert team.annotator.post_several("annotations", too_many, entry=entry).faults == [("422", "/data")]


def test_a_change_is_of_what_was_sent(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", BOX, entry=entry)
    changed = team.annotator.patch(f"annotations/{made.id}", {"metadata": [1], "entry_id": team.leaves})
    assert changed.status == 200
    assert changed.attributes == made.attributes | {
        "metadata": [1],
        "updated_at": changed.attributes["updated_at"],
    }
    assert changed.attributes["updated_at"] > made.attributes["updated_at"]
    assert team.owner.get(f"annotations/{made.id}").data == changed.data


def test_what_is_completed_keeps_its_annotations(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", BOX, entry=entry).id
    team.owner.patch(f"entries/{entry}", {"wf_step": "done"})
    assert team.owner.post("annotations", BOX, entry=entry).status == 422
    assert team.owner.patch(f"annotations/{made}", {"metadata": 1}).status == 422
    assert team.owner.delete(f"annotations/{made}").status == 422
    assert team.owner.get(f"annotations/{made}").attributes["metadata"] == "by hand"


# ── Rights ──


def test_who_annotates(team: Team) -> None:
    data = resource("annotations", BOX, entry=team.taken())
    assert team.statuses("POST", "annotations", {"data": data}) == {
        "admin": 201,
        "org_owner": 201,
        "owner": 201,
        "reviewer": 404,
        "annotator": 201,
        "user": 404,
        "other_admin": 404,
    }
    waiting = resource("annotations", BOX, entry=team.entry())
    assert team.annotator.send("POST", "annotations", {"data": waiting}).faults == [("403", "")]


def test_who_sees_changes_and_deletes_annotations(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", BOX, entry=entry).id
    works = {"admin", "org_owner", "owner", "annotator"}
    shown = team.statuses("GET", f"annotations/{made}")
    assert {name for name, status in shown.items() if status == 200} == works
    assert set(shown.values()) == {200, 404}
    for query in (
        "",
        f"?filter[entry_id]={entry}",
        f"?filter[id]={made}",
        f"?filter[dataset_id]={team.leaves}",
    ):
        listed = {name for name in shown if team.person(name).get(f"annotations{query}").ids == [made]}
        assert listed == works, query
    changed = team.statuses(
        "PATCH", f"annotations/{made}", {"data": resource("annotations", {"metadata": 1})}
    )
    assert changed == shown
    refused = {name: team.person(name).delete(f"annotations/{made}").status for name in set(shown) - works}
    assert set(refused.values()) == {404}
    gone = team.annotator.delete(f"annotations/{made}")
    assert (gone.status, gone.document) == (204, None)
    assert team.owner.delete(f"annotations/{made}").status == 404
    assert team.owner.get("annotations?count=true").document["meta"]["count"] == 0


def test_whoever_has_the_entry_now_has_its_annotations(team: Team) -> None:
    entry = team.taken()
    made = team.annotator.post("annotations", BOX, entry=entry).id
    team.annotator.act(f"entries/{entry}/submit")
    assert team.annotator.get(f"annotations/{made}").status == 404
    assert team.annotator.get("annotations").ids == []
    assert team.reviewer.get(f"annotations/{made}").status == 404
    team.reviewer.get(f"entries/{entry}/select")
    assert team.reviewer.get("annotations").ids == [made]
    assert team.reviewer.patch(f"annotations/{made}", {"metadata": "better"}).status == 200


def test_the_notes_on_an_annotation_go_with_it(team: Team) -> None:
    entry = team.taken()
    made = [team.annotator.post("annotations", BOX, entry=entry).id for _ in range(2)]
    on = [{"entry_id": entry, "anchor_type": "annotation", "annotation_id": its_id} for its_id in made]
    feeds = [team.annotator.post("note_feeds", each).id for each in on]
    comment = team.annotator.post("note_comments", {"content_md": "hm"}, note_feed=feeds[0]).id
    assert team.annotator.delete(f"annotations/{made[0]}").status == 204
    assert team.owner.get("note_feeds?count=true").ids == [feeds[1]]
    assert team.owner.get(f"note_comments/{comment}").status == 404


# ── Lists ──


def test_annotations_are_filtered_by_their_values(team: Team) -> None:
    first, second = team.taken(), team.taken("second_annotator")
    kinds: list[tuple[str, Any]] = [(first, {"a": 1, "b": [2]}), (first, "oak"), (second, None)]
    made = [team.owner.post("annotations", {"annotation": value}, entry=entry).id for entry, value in kinds]
    found = {
        "": made,
        'filter[annotation]={"b":[2.0],"a":1}': made[:1],
        'filter[annotation]={"a":1}': [],
        "filter[annotation]=oak": made[1:2],
        'filter[annotation]="oak"': made[1:2],
        "filter[annotation]=null": made[2:],
        f"filter[entry_id]={first},{second}": made,
        f"filter[entry_id]={second}": made[2:],
        f"filter[created_by_email]={team.owner.email}": made,
        f"filter[project_id]={team.project}&filter[dimensions]=null&sort=-id": made[::-1],
        "sort=-entry_id,id": [made[2], *made[:2]],
        "page[size]=1&page[number]=2": made[1:2],
        "filter[updated_at]=2001-01-01T00:00:00Z": [],
    }
    assert {query: team.owner.get(f"annotations?{query}").ids for query in found} == found
    assert team.owner.get("annotations?filter[annotation]={").faults == [("422", "filter[annotation]")]


def test_the_documented_events_are_answered(team: Team) -> None:
    entry = team.taken("owner")
    assert team.replay("annotations", "create", entry=entry)["statusCode"] == 201
    assert team.replay("annotations", "rpc", entry=entry)["statusCode"] == 200
