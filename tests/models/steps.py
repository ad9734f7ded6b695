"""What the steps of the workflow's machine have in common: ask the API and the model, and keep what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from tests.models.calling import Person
from tests.models.flow import Flow, Notes
from tests.models.sight import Record
from tests.models.workplace import Workplace

Model = Callable[[], Any]


class Steps(RuleBasedStateMachine):
    """One project, with one dataset at a time."""

    people: dict[str, Person]
    place: Workplace
    flow: Flow
    notes: Notes
    touched: str | None = None
    """The entry of the last step."""

    def start(self, sample_rate: int) -> None:
        self.place = Workplace(self.people, sample_rate)
        self.flow, self.notes = self.place.flow, self.place.notes

    def entry(self, who: str, index: int) -> tuple[Person, Record, str]:
        """Who asks, an entry, and its path."""
        entry = self.place.nth("entries", index)
        self.touched = str(entry["id"])
        return self.place.who(who, entry), entry, f"/entries/{entry['id']}"

    def above(self, record: Record, who: str) -> tuple[Record, Person]:
        """The entry above an annotation, feed or comment; and who asks."""
        feed = self.place.records["note_feeds"].get(record.get("note_feed_id", ""))
        entry = self.place.entries[(feed or record)["entry_id"]]
        return entry, self.place.who(who, entry)

    def event(self, model: Model, who: Person, method: str, path: str, given: Record | None = None) -> None:
        """Something happens to an entry, which the answer shows."""
        body = None if given is None else {"data": {"type": "dataset:entries", "attributes": given}}
        answer, expected = self.place.ask(model, who, method, path, body)
        if expected is not None:
            self.place.keep("entries", answer, answer.data, expected)
            self.touched = str(answer.data["id"])

    def remove(self, model: Model, who: Person, resource: str, record: Record) -> None:
        answer, _ = self.place.ask(model, who, "DELETE", f"/{resource}/{record['id']}")
        if answer.status == 204:
            self.place.forget(resource, record["id"])

    def make_below(self, model: Model, who: Person, resource: str, body: Any, expected: Record) -> None:
        """A new annotation, feed or comment, by its author."""
        answer, done = self.place.ask(model, who, "POST", f"/{resource}", body, 201)
        if done:
            mine = {} if resource == "annotations" else {"created_by_email": who.email}
            self.place.keep(resource, answer, answer.data, expected | mine)

    def edit(self, model: Model, who: Person, how: str, resource: str, record: Record) -> None:
        """PATCH or DELETE; what is changed is nothing that the model knows."""
        if how == "DELETE":
            self.remove(lambda: model() and None, who, resource, record)
            return
        type = f"dataset:{resource}"
        body = {"data": {"type": type, "attributes": {"metadata": "x", "content_md": "x"}}}
        answer, done = self.place.ask(model, who, "PATCH", f"/{resource}/{record['id']}", body)
        if done:
            self.place.keep(resource, answer, answer.data, record)
