"""Feedback on a task's answers: drafted, edited, finalized, deleted; and what of that is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hearback.quality import checks, feedback

from tests.functions.gateway import invoke, sample
from tests.functions.reviewing import ANSWERS, Round, about, ask, field, quality, shape
from tests.functions.tasking import Desk, fine, refused

NOBODY = "0123456789abcdef01234567"
MEMBERS = {
    *("id", "type", "output", "shape", "field", "error_type", "comment", "severity", "original_value"),
    *("final_value", "context", "external_id", "author", "source", "round", "task_id", "readonly"),
    *("finalized", "finalized_at", "created_at", "updated_at"),
}


@pytest.fixture
def review(desk: Desk) -> Round:
    return about(desk)


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def test_the_documented_events_are_answered(desk: Desk) -> None:
    review = about(desk, image={"shapes": [{}]})
    answered = {}
    for case in ("post", "list", "finalize", "delete", "quality"):
        text = re.sub(
            r"/projects/\d+/", f"/projects/{desk.number}/", json.dumps(sample("task_feedback", case))
        )
        text = re.sub(r"tasks/[0-9a-f]{24}/", f"tasks/{review.task}/", text)
        text = re.sub(r"hb_[0-9a-f]{16}_[0-9a-f]{40}", desk.team.product.keys["reviewer"], text)
        answer = invoke("task_feedback", json.loads(text))
        assert answer["statusCode"] == 200, answer
        answered[case] = json.loads(answer["body"])
    (made,), (listed,), (final,) = (answered[case]["feedbacks"] for case in ("post", "list", "finalize"))
    assert made == listed
    assert (final["id"], final["finalized"]) == (made["id"], True)
    assert answered["delete"]["deleted_ids"] == []
    assert answered["quality"]["finalized"] == 1


# ── Adding and reading ──


def test_a_draft_has_the_published_members(review: Round) -> None:
    said = shape(1, comment="too wide", severity="major", context="audit", external_id="x-1", source="QA")
    made = review.add(said | {"shape": {"index": 1, "frame": 30}, "original_value": {"w": 3}})
    assert set(made) == MEMBERS
    assert re.fullmatch(r"[0-9a-f]{24}", made["id"])
    assert (made["output"], made["shape"], made["field"]) == ("car", {"index": 1, "frame": 30}, None)
    assert (made["type"], made["error_type"], made["severity"]) == ("shape", "Inaccurate Shape", "major")
    assert (made["comment"], made["original_value"], made["final_value"]) == ("too wide", {"w": 3}, None)
    assert (made["context"], made["external_id"], made["source"]) == ("audit", "x-1", "QA")
    assert (made["author"], made["round"], made["task_id"]) == ("reviewer@acme.example", 1, review.task)
    assert (made["readonly"], made["finalized"], made["finalized_at"]) == (True, False, None)
    assert made["created_at"] == made["updated_at"]
    assert re.fullmatch(r"\d{8}T\d\d:\d\d:\d\d", made["created_at"])
    assert review.show(made["id"]) == made
    assert review.entries() == [made]


def test_a_list_may_also_be_called_feedback(review: Round) -> None:
    (made,) = fine(review.ask("POST", body={"feedback": [field()]}))["feedbacks"]
    assert (made["field"], made["shape"], made["output"]) == ("weather", None, None)


def test_an_empty_list_is_nothing_to_say_yet(review: Round) -> None:
    assert review.post([]) == []
    assert quality(review.desk)["tasks_reviewed"] == 0


def test_entries_are_listed_in_the_order_in_which_they_were_given(review: Round) -> None:
    made = review.post([shape(1), field(), shape(0)]) + review.post([field(comment="again")])
    assert review.entries() == made


def test_the_list_is_narrowed_by_context_type_and_state(review: Round) -> None:
    one, other = review.post([shape(), field(context="audit")])
    final = review.add(field(context="audit"), finalize=True)
    assert ids(review.entries("context=audit")) == [other["id"], final["id"]]
    assert ids(review.entries("type=shape")) == [one["id"]]
    assert ids(review.entries("finalized=true")) == [final["id"]]
    assert ids(review.entries("finalized=false&context=audit&type=field")) == [other["id"]]
    assert review.entries("context=none") == []


def test_the_context_of_a_request_is_that_of_its_entries_unless_they_have_their_own(review: Round) -> None:
    made = review.post([shape(), field(context="own")], context="audit")
    assert [entry["context"] for entry in made] == ["audit", "own"]


def test_times_are_told_in_the_projects_form(review: Round) -> None:
    review.desk.set(time_form="rfc3339")
    made = review.add(field(), finalize=True)
    assert all(made[name].endswith("Z") for name in ("created_at", "updated_at", "finalized_at"))


# ── Editing ──


@pytest.mark.parametrize("by", ["id", "external_id"])
def test_a_draft_is_edited_by_its_id_or_its_external_id(review: Round, by: str) -> None:
    first = review.add(shape(comment="wide", severity="minor", external_id="x", context="audit"))
    name = {"id": first["id"]} if by == "id" else {"external_id": "x", "context": "audit"}
    edited = review.add(field(comment="rather this", **name))
    assert (edited["id"], edited["created_at"]) == (first["id"], first["created_at"])
    assert (edited["type"], edited["comment"], edited["severity"]) == ("field", "rather this", None)
    assert (edited["external_id"], edited["context"]) == ("x", "audit")
    assert review.entries() == [edited]


def test_what_was_read_may_be_sent_back_as_it_is(review: Round) -> None:
    made = review.post([shape(1, comment="x"), field(external_id="y")])
    assert review.post(made) == made
    assert review.entries() == made


def test_a_list_with_external_ids_may_be_repeated(review: Round) -> None:
    given = [shape(external_id="1"), field(external_id="2"), field(external_id="2", context="audit")]
    made = review.post(given)
    assert len(set(ids(made))) == 3
    assert review.post(given) == made
    assert quality(review.desk)["count"] == 3


def test_an_edit_tells_a_number_from_a_truth(review: Round) -> None:
    made = review.add(field(external_id="x", original_value=1))
    edited = review.add(field(external_id="x", original_value=True))
    assert edited["id"] == made["id"]
    assert review.show(made["id"])["original_value"] is True


def test_two_drafts_may_change_their_external_ids_with_each_other(review: Round) -> None:
    one, other = review.post([field(external_id="a"), field(external_id="b")])
    review.post([field(id=one["id"], external_id="b"), field(id=other["id"], external_id="a")])
    assert {entry["id"]: entry["external_id"] for entry in review.entries()} == {
        one["id"]: "b",
        other["id"]: "a",
    }


# ── Finalizing ──


def test_a_list_is_finalized_and_nothing_else(review: Round) -> None:
    draft = review.add(shape())
    final = review.add(field(), finalize=True)
    assert (final["finalized"], final["readonly"]) == (True, True)
    assert final["finalized_at"] is not None
    assert review.show(draft["id"])["finalized"] is False


def test_drafts_are_edited_and_finalized_at_once(review: Round) -> None:
    draft = review.add(field(external_id="x"))
    final = review.add(field(external_id="x", comment="sure"), finalize=True)
    assert (final["id"], final["comment"], final["finalized"]) == (draft["id"], "sure", True)


def test_without_a_list_all_of_the_context_is_finalized(review: Round) -> None:
    plain, audit, again = review.post([shape(), field(context="audit"), shape(1, context="audit")])
    assert ids(review.post(finalize=True, context="audit")) == [audit["id"], again["id"]]
    assert [entry["finalized"] for entry in review.entries()] == [False, True, True]
    assert review.show(plain["id"])["finalized"] is False


def test_without_a_list_and_a_context_everything_is_finalized(review: Round) -> None:
    review.post([shape(), field(context="audit")])
    assert len(review.post(finalize=True)) == 2
    assert all(entry["finalized"] for entry in review.entries())


@pytest.mark.parametrize("body", [{"finalize": True}, {"finalize": True, "feedbacks": None}])
def test_to_finalize_again_changes_nothing(review: Round, body: Any) -> None:
    review.post([shape(), field()])
    first = fine(review.ask("POST", body=body))
    assert fine(review.ask("POST", body=body)) == first
    assert quality(review.desk)["finalized"] == 2


def test_only_the_same_may_be_said_again_of_a_final_entry(review: Round) -> None:
    draft = review.add(shape())
    final = review.add(field(external_id="x", comment="so"), finalize=True)
    assert review.post([field(external_id="x", comment="so")]) == [final]
    edits = [field(comment="new"), field(external_id="x", comment="other"), shape(id=draft["id"])]
    reply = review.ask("POST", body={"feedbacks": edits})
    assert refused(reply, 409) == [("FinalizedFeedback", 1)]
    assert review.entries() == [draft, final]


# ── Deleting ──


def test_drafts_are_deleted_and_of_all_others_it_is_told(review: Round) -> None:
    one, two = review.post([shape(), field()])
    final = review.add(field(comment="sure"), finalize=True)
    told = review.delete(NOBODY, two["id"], final["id"], one["id"], "no id", two["id"])
    assert told == {
        "deleted_ids": [two["id"], one["id"]],
        "not_found_ids": [NOBODY, "no id"],
        "finalized_ids": [final["id"]],
    }
    assert review.entries() == [final]
    assert review.delete(one["id"])["not_found_ids"] == [one["id"]]


def test_the_ids_may_come_in_the_query(review: Round) -> None:
    one, two, three = ids(review.post([shape(), shape(1), field()]))
    told = fine(review.ask("DELETE", f".json?ids={one},{NOBODY}"))
    assert (told["deleted_ids"], told["not_found_ids"]) == ([one], [NOBODY])
    assert fine(review.ask("DELETE", f".json?ids={two}", {"feedback_ids": [three]}))["deleted_ids"] == [
        three,
        two,
    ]


def test_to_delete_of_a_round_without_feedback_finds_nothing(review: Round) -> None:
    assert review.delete(NOBODY) == {"deleted_ids": [], "not_found_ids": [NOBODY], "finalized_ids": []}


# ── Rounds ──


def test_each_round_has_feedback_of_its_own(review: Round) -> None:
    first = review.add(field(external_id="x"), finalize=True)
    second = review.next()
    assert second.entries() == []
    made = second.add(field(external_id="x"))
    assert (made["round"], made["id"] == first["id"]) == (2, False)
    assert review.entries() == [first]
    assert second.ask("GET", f"/{first['id']}.json").status == 404


def test_a_round_to_which_the_task_has_not_come_is_not_found(review: Round) -> None:
    rounds: list[Any] = ["0", "2", "-1", "1.0", "x", "٢", "9" * 30]
    for round in rounds:
        elsewhere = replace(review, round=round)
        assert refused(elsewhere.ask("GET"), 404) == [(404, None)]
        assert refused(elsewhere.ask("POST", body={"feedbacks": [field()]}), 404) == [(404, None)]
        assert refused(elsewhere.ask("DELETE", body={"feedback_ids": ["x"]}), 404) == [(404, None)]


# ── What is no feedback on this task ──


def test_each_bad_entry_is_named_and_nothing_is_written(review: Round) -> None:
    bad = [shape(2), field("mood"), field(severity="worst"), field(comment="\ud800"), field(id=NOBODY), 7]
    given = [each for one in bad for each in (field(), one)]
    reply = review.ask("POST", body={"feedbacks": given, "finalize": True})
    assert refused(reply, 400) == [
        ("UnknownShape", 1),
        ("UnknownField", 3),
        ("InvalidSeverity", 5),
        ("InvalidFeedback", 7),
        ("InvalidFeedback", 11),
    ]
    reply = review.ask("POST", body={"feedbacks": [field(), field(id=NOBODY), shape()], "finalize": True})
    assert refused(reply, 400) == [("UnknownFeedback", 1)]
    assert review.entries() == []
    assert quality(review.desk)["tasks_reviewed"] == 0


def test_what_is_missing_may_be_what_the_schema_foresees(desk: Desk) -> None:
    review = about(desk, car=ANSWERS["car"])
    assert review.add(field("weather", error_type="Missing Metadata"))["field"] == "weather"
    reply = review.ask("POST", body={"feedbacks": [field("weather")]})
    assert refused(reply, 400) == [("UnknownField", 0)]


def test_every_bad_entry_of_a_long_list_is_named(review: Round) -> None:
    given = [field() if row % 3 else field("mood") for row in range(450)]
    reply = review.ask("POST", body={"feedbacks": given})
    assert refused(reply, 400) == [("UnknownField", row) for row in range(0, 450, 3)]


def test_entries_that_mean_the_same_are_each_named(review: Round) -> None:
    one, other = review.post([field(external_id="a"), field(external_id="b")])
    twice = [field(id=one["id"]), shape(), field(external_id="a")]
    assert refused(review.ask("POST", body={"feedbacks": twice}), 400) == [
        ("DuplicateFeedback", 0),
        ("DuplicateFeedback", 2),
    ]
    new = [field(external_id="n"), shape(external_id="n"), shape(external_id="n", context="audit")]
    assert refused(review.ask("POST", body={"feedbacks": new}), 400) == [
        ("DuplicateExternalId", 0),
        ("DuplicateExternalId", 1),
    ]
    taken = [field(id=other["id"], external_id="a")]
    assert refused(review.ask("POST", body={"feedbacks": taken}), 400) == [("DuplicateExternalId", 0)]
    assert review.entries() == [one, other]


def test_a_round_has_room_for_so_much(review: Round) -> None:
    too_many = [field()] * (checks.MOST_AT_ONCE + 1)
    assert refused(review.ask("POST", body={"feedbacks": too_many}), 400) == [("TooMuchFeedback", None)]
    review.post([field()] * feedback.MOST_ENTRIES)
    assert refused(review.ask("POST", body={"feedbacks": [field()]}), 400) == [("TooMuchFeedback", None)]
    assert quality(review.desk)["count"] == feedback.MOST_ENTRIES
    large = [field(comment="x" * 10_000)] * (feedback.LARGEST // 10_000 + 1)
    assert refused(about(review.desk).ask("POST", body={"feedbacks": large}), 400) == [
        ("TooMuchFeedback", None)
    ]


def test_what_is_no_request_of_this_kind_is_refused(review: Round) -> None:
    bodies: list[Any] = [
        *("{", "[]", {}, {"finalize": False}, {"finalize": "perhaps"}),
        *({"feedbacks": [], "feedback": []}, {"feedbacks": {}}, {"feedbacks": "all"}),
        *({"finalize": True, "context": context} for context in ("", "\ud800", "x" * 201)),
    ]
    for body in bodies:
        assert refused(review.ask("POST", body=body), 400) == [(400, None)]


def test_a_deletion_names_something(review: Round) -> None:
    for path in (".json", ".json?ids=", ".json?ids=,"):
        assert refused(review.ask("DELETE", path), 400) == [(400, None)]
        assert refused(review.ask("DELETE", path, {"feedback_ids": []}), 400) == [(400, None)]
        assert refused(review.ask("DELETE", path, {"feedback_ids": "x"}), 400) == [(400, None)]


def test_a_filter_that_means_nothing_is_refused(review: Round) -> None:
    for query in ("type=point", "finalized=perhaps", "context="):
        assert refused(review.ask("GET", f".json?{query}"), 400) == [(400, None)]


# ── Who may ──


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("GET", "", None, {"admin", "owner", "reviewer", "annotator"}),
        ("POST", "", {"feedbacks": [field()]}, {"admin", "owner", "reviewer"}),
        ("POST", "", {"finalize": True}, {"admin", "owner", "reviewer"}),
        ("DELETE", "", {"feedback_ids": [NOBODY]}, {"admin", "owner", "reviewer"}),
        ("GET", "quality.json", None, {"admin", "owner", "reviewer", "annotator"}),
    ],
)
def test_who_lacks_the_right_is_told_that_nothing_is_there(
    review: Round, method: str, path: str, body: Any, allowed: set[str]
) -> None:
    path = path or f"tasks/{review.task}/rounds/1/feedbacks.json"
    people = ("admin", "owner", "reviewer", "annotator", "user", "other_admin")
    answered = {name: ask(review.desk, method, path, body, name).status for name in people}
    assert {name for name, status in answered.items() if status == 200} == allowed
    assert {status for name, status in answered.items() if name not in allowed} == {404}


def test_what_is_not_there_is_not_found(review: Round) -> None:
    assert refused(review.ask("GET", f"/{NOBODY}.json"), 404) == [(404, None)]
    assert refused(replace(review, task=NOBODY).ask("GET"), 404) == [(404, None)]
    assert refused(replace(review, task="x").ask("GET"), 404) == [(404, None)]
    nowhere = replace(review.desk, number=1)
    assert refused(replace(review, desk=nowhere).ask("GET"), 404) == [(404, None)]
    assert refused(review.ask("PUT"), 405) == [(405, None)]
    reply = review.desk.team.product.ask(
        "task_feedback", "GET", f"/v2/projects/{review.desk.number}/quality.json"
    )
    assert refused(reply, 401) == [(401, None)]
