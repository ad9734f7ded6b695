"""Feedback on tasks by round, and the quality report (Sama Feedback API)."""

from typing import Annotated, Any

from hearback.access.model import Caller
from hearback.quality import feedback
from hearback.quality.report import report
from hearback.tasks import projects
from hearback.wire.api import Api
from hearback.wire.credentials import access_key
from hearback.wire.families import TASK_FEEDBACK
from hearback.wire.messages import PathVariable, Request
from hearback.wire.quality import answers, requests

api = Api(TASK_FEEDBACK, access_key)
handler = api.handler

FEEDBACKS = "/v2/projects/{project}/tasks/{task}/rounds/{round}/feedbacks.json"

Name = Annotated[str, PathVariable(lambda text: text.removesuffix(".json"))]


@api.get(FEEDBACKS)
def list_feedback_of_round(
    caller: Caller, project: str, task: str, round: str, query: requests.FeedbackQuery
) -> dict[str, Any]:
    """All feedback of a task in a round."""
    place = feedback.place(projects.find(caller, project), task, round)
    return answers.feedbacks(place, filter(query.matches, feedback.read(place)))


@api.get("/v2/projects/{project}/tasks/{task}/rounds/{round}/feedbacks/{feedback_id}")
def show_feedback_of_round(
    caller: Caller, project: str, task: str, round: str, feedback_id: Name
) -> dict[str, Any]:
    """One entry of feedback."""
    place = feedback.place(projects.find(caller, project), task, round)
    return answers.feedback(place, feedback.get(place, feedback_id))


@api.post(FEEDBACKS, told=("finalize", "context"), given=("feedbacks", "feedback"))
def post_feedback(
    caller: Caller, project: str, task: str, round: str, form: requests.FeedbackForm, request: Request
) -> dict[str, Any]:
    """Add feedback, or edit drafts of the same id or external id; `finalize` makes it final."""
    place = feedback.place(projects.find(caller, project), task, round)
    entries = feedback.post(place, form.given(), form.finalize, form.context, request.now)
    return answers.feedbacks(place, entries)


@api.delete(FEEDBACKS, ids=("feedback_ids", "ids"))
def delete_feedback_of_round(
    caller: Caller, project: str, task: str, round: str, parameters: requests.DeletionForm, request: Request
) -> dict[str, Any]:
    """Delete drafts; unknown and finalized ones are told."""
    place = feedback.place(projects.find(caller, project), task, round)
    return answers.deleted(feedback.delete(place, parameters.wanted(), request.now))


@api.get("/v2/projects/{project}/quality.json")
def show_quality(caller: Caller, project: str, query: requests.QualityQuery) -> dict[str, Any]:
    """Ours: how good a project's answers are, in all and day by day."""
    found = projects.find(caller, project)
    return report(found.number, query.group_by, *query.days())
