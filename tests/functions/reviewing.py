"""A task in a round, as those see it who say what is wrong with its answers.

review = about(desk)
review.post([shape(0)], finalize=True)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from tests.functions.gateway import Reply
from tests.functions.tasking import Desk, fine

ANSWERS: dict[str, Any] = {
    "weather": "rain",
    "car": {"shapes": [{"type": "polygon", "tags": {"color": "red"}}, {"type": "polygon", "tags": {}}]},
    "people": [{"type": "box"}],
    "signs": {"layers": {"vector": [{"shapes": [{"index": 1}, {"index": 7, "text": "stop"}]}]}},
}
"""Shapes in each of the forms in which clients have them."""


def shape(index: int = 0, error_type: Any = "Inaccurate Shape", output: str = "car", **more: Any) -> Any:
    return {
        "type": "shape",
        "error_type": error_type,
        "output": output,
        "shape": {"index": index},
        **more,
    }


def field(name: Any = "weather", error_type: Any = "Incorrect Metadata", **more: Any) -> Any:
    return {"type": "field", "error_type": error_type, "field": name, **more}


@dataclass(frozen=True)
class Round:
    """A task in a round."""

    desk: Desk
    task: str
    round: int = 1

    def ask(self, method: str, path: str = ".json", body: Any = None, by: str = "reviewer") -> Reply:
        """Any request below the round: to its feedbacks, unless the path says more."""
        whole = f"tasks/{self.task}/rounds/{self.round}/feedbacks{path}"
        return ask(self.desk, method, whole, body, by)

    def post(self, feedbacks: Any = None, **more: Any) -> list[dict[str, Any]]:
        """Send feedback; what it became."""
        body = more if feedbacks is None else {"feedbacks": feedbacks, **more}
        return list(fine(self.ask("POST", body=body))["feedbacks"])

    def add(self, given: Any, **more: Any) -> dict[str, Any]:
        (made,) = self.post([given], **more)
        return made

    def entries(self, query: str = "") -> list[dict[str, Any]]:
        return list(fine(self.ask("GET", f".json?{query}"))["feedbacks"])

    def show(self, its_id: str) -> dict[str, Any]:
        return dict(fine(self.ask("GET", f"/{its_id}.json"))["feedback"])

    def delete(self, *ids: str) -> dict[str, list[str]]:
        return dict(fine(self.ask("DELETE", body={"feedback_ids": ids})))

    def next(self) -> Round:
        """The round after the task is sent back."""
        self.desk.reject(self.task, f"round {self.round}")
        return replace(self, round=self.round + 1)


def ask(desk: Desk, method: str, path: str, body: Any = None, by: str = "reviewer") -> Reply:
    """Any request to this API below a project."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    headers = {"X-Auth-Token": desk.team.product.keys[by], "Content-Type": "application/json"}
    path = f"/v2/projects/{desk.number}/{path}"
    return desk.team.product.ask("task_feedback", method, path, text, headers)


def quality(desk: Desk, **query: str) -> dict[str, Any]:
    """The project's report; `since` and `until` for `from` and `to`."""
    names = {"since": "from", "until": "to"}
    asked = "&".join(f"{names.get(name, name)}={value}" for name, value in query.items())
    return dict(fine(ask(desk, "GET", f"quality.json?{asked}")))


def about(desk: Desk, **answers: Any) -> Round:
    """The first round of a new task with these answers, or `ANSWERS`."""
    its_id = desk.task()
    desk.put(f"tasks/{its_id}/submit.json", {"answers": answers or ANSWERS}, by="annotator")
    return Round(desk, its_id)
