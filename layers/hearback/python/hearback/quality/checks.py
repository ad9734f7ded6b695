"""Whether what is given is feedback on this task: the whole list is looked at, and each bad entry named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.quality.model import (
    FIELD_ERRORS,
    MISSING_METADATA,
    MISSING_SHAPE,
    SHAPE_ERRORS,
    Kind,
    Severity,
    Shape,
)
from hearback.tasks.model import Task
from hearback.tasks.projects import Settings

MOST_AT_ONCE = 500
_LONGEST = {"comment": 10_000, "external_id": 200, "source": 200, "context": 200, "id": 24}
_LONGEST_VALUE = 10_000


class Bad(NamedTuple):
    """One bad entry of a list."""

    row: int
    type: str
    message: str

    def fault(self) -> Fault:
        return Fault(self.message, row=self.row, type=self.type)


class Draft(NamedTuple):
    """An entry as it was given, checked."""

    id: str | None
    type: Kind
    error_type: str
    output: str | None
    shape: Shape | None
    field: str | None
    comment: str | None
    severity: Severity | None
    original_value: Any
    final_value: Any
    context: str | None
    external_id: str | None
    source: str | None

    def said(self) -> dict[str, Any]:
        """What an entry takes from it."""
        told = self._asdict()
        del told["id"]
        return told


class _Wrong(Exception):
    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


def drafts(settings: Settings, task: Task, given: Sequence[Any], context: str | None) -> list[Draft]:
    """The list, checked whole. Raises `Unprocessable` with a fault for each bad entry."""
    if len(given) > MOST_AT_ONCE:
        raise Unprocessable(Fault(f"at most {MOST_AT_ONCE} entries at once", type="TooMuchFeedback"))
    found, bad = [], []
    for index, entry in enumerate(given):
        try:
            found.append(_draft(settings, task, entry, context))
        except _Wrong as wrong:
            bad.append(Bad(index, wrong.type, str(wrong)))
    seen: set[tuple[str | None, str]] = set()
    for index, draft in enumerate(found if not bad else ()):
        name = (draft.context, draft.external_id) if draft.external_id else None
        if name in seen:
            bad.append(Bad(index, "DuplicateExternalId", "this external_id is given more than once"))
        if name:
            seen.add(name)
    if bad:
        raise Unprocessable(*map(Bad.fault, bad))
    return found


def _draft(settings: Settings, task: Task, given: Any, context: str | None) -> Draft:
    if not isinstance(given, dict):
        raise _Wrong("InvalidFeedback", "feedback is an object")
    kind = _one_of(given, "type", [str(each) for each in Kind])
    errors = SHAPE_ERRORS if kind == Kind.SHAPE else FIELD_ERRORS
    draft = Draft(
        id=_text(given, "id"),
        type=Kind(kind),
        error_type=_one_of(given, "error_type", errors),
        output=_text(given, "output"),
        shape=_shape(given.get("shape")),
        field=_text(given, "field"),
        comment=_text(given, "comment"),
        severity=_severity(given),
        original_value=_value(given, "original_value"),
        final_value=_value(given, "final_value"),
        context=_text(given, "context") or context,
        external_id=_text(given, "external_id"),
        source=_text(given, "source"),
    )
    if draft.type is Kind.SHAPE:
        _check_shape(task.answers, draft)
    else:
        _check_field(settings, task.answers, draft)
    return draft


def _one_of(given: Mapping[str, Any], name: str, values: Sequence[str]) -> str:
    value = given.get(name)
    if value not in values:
        raise _Wrong(f"Invalid{name.title().replace('_', '')}", f"{name} must be one of {', '.join(values)}")
    return str(value)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    most = _LONGEST.get(name, 500)
    if not isinstance(value, str) or not 0 < len(value) <= most or not _encodable(value):
        raise _Wrong("InvalidFeedback", f"{name} must be a text of 1 to {most} characters")
    return value


def _encodable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _severity(given: Mapping[str, Any]) -> Severity | None:
    if given.get("severity") is None:
        return None
    return Severity(_one_of(given, "severity", [str(each) for each in Severity]))


def _value(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name)
    written = json.dumps(value)
    if len(written) > _LONGEST_VALUE or not _encodable(json.dumps(value, ensure_ascii=False)):
        raise _Wrong("InvalidFeedback", f"{name} must have at most {_LONGEST_VALUE} characters of JSON")
    return value


def _shape(given: Any) -> Shape | None:
    if given is None:
        return None
    index = given.get("index") if isinstance(given, dict) else None
    frame = given.get("frame") if isinstance(given, dict) else None
    if not _is_place(index) or not (frame is None or _is_place(frame)):
        raise _Wrong("InvalidShape", "shape must have an index, and may have a frame: integers from 0")
    return Shape(int(str(index)), frame)


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9


def _check_shape(answers: Mapping[str, Any], draft: Draft) -> None:
    if draft.output is not None and draft.output not in answers:
        raise _Wrong("UnknownOutput", f"the task's answers have no output {draft.output!r}")
    if draft.shape is None:
        if draft.error_type != MISSING_SHAPE:
            raise _Wrong("MissingShapeReference", f"{draft.error_type} needs an output and a shape")
        return
    if draft.output is None:
        raise _Wrong("MissingOutput", "a shape is one of an output's")
    if draft.shape.place >= _number_of_shapes(answers[draft.output]):
        raise _Wrong("UnknownShape", f"the output has no shape {draft.shape.place}")


def _number_of_shapes(output: Any) -> int:
    shapes = output.get("shapes", output.get("layers", [])) if isinstance(output, dict) else output
    return len(shapes) if isinstance(shapes, list) else 0


def _check_field(settings: Settings, answers: Mapping[str, Any], draft: Draft) -> None:
    if draft.field is None:
        raise _Wrong("MissingField", "field feedback names a field")
    within = answers.get(draft.output) if draft.output else answers
    if draft.output and draft.output not in answers:
        raise _Wrong("UnknownOutput", f"the task's answers have no output {draft.output!r}")
    known = isinstance(within, dict) and draft.field in within
    foreseen = draft.field in ((settings.answer_schema or {}).get("properties") or {})
    if not known and not (draft.error_type == MISSING_METADATA and foreseen):
        raise _Wrong("UnknownField", f"the task's answers have no field {draft.field!r}")
