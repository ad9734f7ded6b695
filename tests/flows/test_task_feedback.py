"""Feedback on tasks and the quality report, row by row of the contract, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.flows.organizations import Organization, Person
from tests.flows.studios import DATASET, Studio, one

ANSWERS = {"weather": "rain", "car": {"shapes": [{"tags": {"color": "red"}}, {}]}}
SHAPE = {"type": "shape", "error_type": "Inaccurate Shape", "output": "car", "shape": {"index": 1}}
FIELD = {"type": "field", "error_type": "Incorrect Metadata", "field": "weather", "severity": "major"}
NOBODY = "0123456789abcdef01234567"


@dataclass(frozen=True)
class Review:
    """A task that was submitted, as the reviewers see it who know the product by its HTTP alone."""

    studio: Studio
    number: int
    task: str

    def ask(self, method: str, path: str, by: Person | None = None, **request: Any) -> requests.Response:
        """Any request below the project."""
        person = by or self.studio.reviewer
        key = {"X-Auth-Token": person.key}
        return person.ask(method, f"/v2/projects/{self.number}/{path}", auth=None, headers=key, **request)

    def feedbacks(
        self, method: str, path: str = ".json", round: int | str = 1, **request: Any
    ) -> requests.Response:
        return self.ask(method, f"tasks/{self.task}/rounds/{round}/feedbacks{path}", **request)

    def post(self, **body: Any) -> list[dict[str, Any]]:
        return list(fine(self.feedbacks("POST", json=body))["feedbacks"])

    def listed(self, **query: str) -> list[str]:
        return [each["id"] for each in fine(self.feedbacks("GET", params=query))["feedbacks"]]


def fine(response: requests.Response) -> Any:
    assert response.status_code in (200, 201), f"{response.status_code}: {response.text[:500]}"
    return response.json()


def refused(response: requests.Response, status: int) -> list[tuple[Any, Any]]:
    """Type and index of each error."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:500]}"
    errors = response.json()["errors"]
    assert all(error["message"] for error in errors)
    return [(error["type"], error.get("index")) for error in errors]


@pytest.fixture
def review(project: Studio) -> Review:
    path = f"{DATASET}/projects/{project.project_id}"
    number = one(project.owner.get(path))["attributes"]["task_project_id"]
    new = Review(project, number, "")
    made = fine(new.ask("POST", "tasks.json", project.owner, json={"task": {"data": {}}}))["task"]
    path = f"tasks/{made['id']}/submit.json"
    fine(new.ask("PUT", path, project.annotator, json={"answers": ANSWERS}))
    return Review(project, number, made["id"])


def test_feedback_is_drafted_read_edited_and_finalized(review: Review) -> None:
    shape, field = review.post(feedbacks=[SHAPE, FIELD | {"external_id": "f"}], context="audit")
    assert (shape["readonly"], shape["finalized"], shape["author"]) == (
        True,
        False,
        review.studio.reviewer.email,
    )
    assert fine(review.feedbacks("GET", f"/{shape['id']}.json")) == {"feedback": shape}
    (edited,) = review.post(
        feedback=[FIELD | {"external_id": "f", "context": "audit", "comment": "it shone"}]
    )
    assert (edited["id"], edited["comment"]) == (field["id"], "it shone")
    (final,) = review.post(feedbacks=[SHAPE], finalize=True)
    assert review.listed() == [shape["id"], field["id"], final["id"]]
    assert review.listed(context="audit", type="field") == [field["id"]]
    assert review.listed(finalized="true") == [final["id"]]
    assert [each["id"] for each in review.post(finalize=True, context="audit")] == [shape["id"], field["id"]]
    again = fine(review.feedbacks("POST", json={"finalize": True}))["feedbacks"]
    assert all(each["finalized"] and each["finalized_at"] for each in again)
    reply = review.feedbacks(
        "POST", json={"feedbacks": [SHAPE, SHAPE | {"id": final["id"], "comment": "no"}]}
    )
    assert refused(reply, 409) == [("FinalizedFeedback", 1)]
    assert fine(review.feedbacks("GET"))["feedbacks"] == again


def test_drafts_are_deleted_by_body_or_by_query(review: Review) -> None:
    one, two = (each["id"] for each in review.post(feedbacks=[SHAPE, FIELD]))
    (final,) = (each["id"] for each in review.post(feedbacks=[FIELD], finalize=True))
    told = fine(review.feedbacks("DELETE", json={"feedback_ids": [one, NOBODY, final]}))
    assert told == {"deleted_ids": [one], "not_found_ids": [NOBODY], "finalized_ids": [final]}
    told = fine(review.feedbacks("DELETE", params={"ids": f"{two},{one}"}))
    assert told == {"deleted_ids": [two], "not_found_ids": [one], "finalized_ids": []}
    assert review.listed() == [final]


def test_a_bad_list_writes_nothing_and_names_each_bad_entry(review: Review) -> None:
    bad = [SHAPE, SHAPE | {"shape": {"index": 2}}, FIELD, FIELD | {"field": "mood"}, {"type": "shape"}, 7]
    assert refused(review.feedbacks("POST", json={"feedbacks": bad, "finalize": True}), 400) == [
        ("UnknownShape", 1),
        ("UnknownField", 3),
        ("InvalidErrorType", 4),
        ("InvalidFeedback", 5),
    ]
    assert review.listed() == []


def test_who_may_not_and_what_is_not_there_is_not_found(review: Review, another: Organization) -> None:
    studio = review.studio
    assert fine(review.feedbacks("GET", by=studio.annotator)) == {"feedbacks": []}
    body = {"feedbacks": [FIELD]}
    assert refused(review.feedbacks("POST", by=studio.annotator, json=body), 404) == [(404, None)]
    for stranger in (studio.organization.user, another.admin):
        assert refused(review.feedbacks("GET", by=stranger), 404) == [(404, None)]
        assert refused(review.ask("GET", "quality.json", stranger), 404) == [(404, None)]
    for round in ("0", "2", "first"):
        assert refused(review.feedbacks("POST", round=round, json=body), 404) == [(404, None)]
    nothing = Review(studio, review.number, NOBODY)
    assert refused(nothing.feedbacks("GET"), 404) == [(404, None)]


def test_a_round_that_follows_has_feedback_of_its_own_and_the_report_has_all(review: Review) -> None:
    review.post(feedbacks=[SHAPE, FIELD], finalize=True)
    fine(review.ask("PUT", f"tasks/{review.task}/reject.json", json={"reasons": ["see the feedback"]}))
    assert fine(review.feedbacks("GET", round=2)) == {"feedbacks": []}
    assert fine(review.feedbacks("POST", round=2, json={"finalize": True})) == {"feedbacks": []}
    review.post(feedbacks=[SHAPE])
    told = fine(review.ask("GET", "quality.json"))
    (day,) = told.pop("series")
    assert told == {
        "project_id": review.number,
        "group_by": "error_type",
        "count": 3,
        "finalized": 2,
        "tasks_reviewed": 1,
        "tasks_with_errors": 1,
        "errors_per_task": 3.0,
        "groups": [
            {"error_type": "Inaccurate Shape", "count": 2, "finalized": 1},
            {"error_type": "Incorrect Metadata", "count": 1, "finalized": 1},
        ],
    }
    assert {name: day[name] for name in told if name in day} == {
        name: told[name] for name in told if name not in ("project_id", "group_by")
    }
    asked = {"from": day["date"], "to": day["date"], "group_by": "severity"}
    groups = fine(review.ask("GET", "quality.json", params=asked))["groups"]
    assert [(each["severity"], each["count"]) for each in groups] == [(None, 2), ("major", 1)]
    groups = fine(review.ask("GET", "quality.json", params={"group_by": "round"}))["groups"]
    assert groups == [{"round": "1", "count": 3, "finalized": 2}]
    past = fine(review.ask("GET", "quality.json", params={"to": "2020-01-01"}))
    assert (past["count"], past["series"]) == (0, [])
