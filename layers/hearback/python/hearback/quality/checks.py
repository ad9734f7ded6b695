"""Whether what is given is feedback on this task: the whole list is looked at, and each bad entry named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hearback.errors import Invalid
from hearback.jsonapi import strict
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.quality import references
from hearback.quality.model import (
    FIELD_ERRORS,
    MISSING_METADATA,
    MISSING_SHAPE,
    SHAPE_ERRORS,
    Kind,
    Severity,
    Shape,
)

MOST_AT_ONCE = 500
LONGEST_VALUE = 10_000
"""Characters of JSON."""

_LONGEST = {"comment": 10_000, "external_id": 200, "source": 200, "context": 200, "id": 24}
_LONGEST_TEXT = 500
_HIGHEST_PLACE = 10**9


class Subject(NamedTuple):
    """What feedback may refer to."""

    answers: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    """Of the answers, if the project has one."""


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

    @property
    def name(self) -> tuple[str | None, str | None]:
        """As `Entry.name`, which no draft without an external id can equal."""
        return self.context, self.external_id


class _Wrong(Exception):
    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


def drafts(subject: Subject, given: Sequence[Any], context: str | None) -> list[Draft]:
    """The list, checked whole. Raises `Unprocessable` with a fault for each bad entry."""
    if len(given) > MOST_AT_ONCE:
        raise Unprocessable(Fault(f"At most {MOST_AT_ONCE} entries at once.", type="TooMuchFeedback"))
    found, bad = [], []
    for row, entry in enumerate(given):
        try:
            found.append(_draft(subject, entry, context))
        except _Wrong as wrong:
            bad.append(Fault(str(wrong), row=row, type=wrong.type))
    if bad:
        raise Unprocessable(*bad, most=MOST_AT_ONCE)
    return found


def _draft(subject: Subject, given: Any, context: str | None) -> Draft:
    if not isinstance(given, dict):
        raise _Wrong("InvalidFeedback", "Feedback is an object.")
    draft = _read(given, context)
    within = _check_shape(subject, draft)
    if draft.type is Kind.FIELD and draft.field is None:
        raise _Wrong("MissingField", "Field feedback names a field.")
    if draft.field is not None:
        _check_field(subject, draft, within)
    return draft


# ── What it says ──


def _read(given: Mapping[str, Any], context: str | None) -> Draft:
    kind = Kind(_one_of(given, "type", list(Kind)))
    return Draft(
        id=_text(given, "id"),
        type=kind,
        error_type=_one_of(given, "error_type", SHAPE_ERRORS if kind is Kind.SHAPE else FIELD_ERRORS),
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


def _one_of(given: Mapping[str, Any], name: str, values: Sequence[str]) -> str:
    value = given.get(name)
    if value not in values:
        raise _Wrong(f"Invalid{name.title().replace('_', '')}", f"{name} must be one of {', '.join(values)}.")
    return str(value)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    most = _LONGEST.get(name, _LONGEST_TEXT)
    if not isinstance(value, str) or not 0 < len(value) <= most or not strict.encodable(value):
        raise _Wrong("InvalidFeedback", f"{name} must be a text of 1 to {most} characters.")
    return value


def _severity(given: Mapping[str, Any]) -> Severity | None:
    if given.get("severity") is None:
        return None
    return Severity(_one_of(given, "severity", list(Severity)))


def _value(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name)
    try:
        size = len(strict.written(value))
    except Invalid as error:
        raise _Wrong("InvalidFeedback", f"{name}: {error.details}") from None
    if size > LONGEST_VALUE:
        raise _Wrong("InvalidFeedback", f"{name} must have at most {LONGEST_VALUE} characters of JSON.")
    return value


def _shape(given: Any) -> Shape | None:
    if given is None:
        return None
    index = given.get("index") if isinstance(given, dict) else None
    frame = given.get("frame") if isinstance(given, dict) else None
    if not _is_place(index) or not (frame is None or _is_place(frame)):
        raise _Wrong("InvalidShape", "shape must have an index, and may have a frame: integers from 0.")
    return Shape(int(str(index)), frame)


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _HIGHEST_PLACE


# ── What it refers to ──


def _check_shape(subject: Subject, draft: Draft) -> Any:
    """The shape that it is about, or else the output, or else all answers."""
    if draft.output is not None and draft.output not in subject.answers:
        raise _Wrong("UnknownOutput", f"The task's answers have no output {draft.output!r}.")
    if draft.shape is None:
        if draft.type is Kind.SHAPE and draft.error_type != MISSING_SHAPE:
            raise _Wrong("MissingShapeReference", f"{draft.error_type} needs an output and a shape.")
        return subject.answers if draft.output is None else subject.answers[draft.output]
    if draft.output is None:
        raise _Wrong("MissingOutput", "A shape is one of an output's, which has to be named.")
    shape = references.shape(subject.answers[draft.output], draft.shape.place)
    if shape is None:
        raise _Wrong("UnknownShape", f"The output has no shape {draft.shape.place}.")
    return shape


def _check_field(subject: Subject, draft: Draft, within: Any) -> None:
    name = str(draft.field)
    if references.has_field(within, name):
        return
    if draft.error_type == MISSING_METADATA and references.foresees(subject.schema, draft.output, name):
        return
    raise _Wrong("UnknownField", f"The task's answers have no field {name!r} there.")
