"""How the translation API's answers look: shapes of the Language Weaver Edge API v2; ours are marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from pydantic.alias_generators import to_camel

from hearback import timestamps
from hearback.translation.model import Feedback, LanguagePair

if TYPE_CHECKING:
    from hearback.translation.exports import Export
    from hearback.translation.imports import Import
    from hearback.translation.listing import Run
    from hearback.translation.uploads import Arrived, Missing, Upload


class Timestamps(TypedDict):
    reviewed: str
    created: str
    modified: str


class FeedbackDocument(TypedDict):
    feedbackId: str
    languagePairId: str
    username: str
    sourceText: str
    machineTranslation: str
    suggestedTranslation: str
    comment: str
    approvalState: str
    reviewer: str
    timestamps: Timestamps


class FeedbackList(TypedDict):
    """A page by its number; ours, where `after` asked for it: what follows an entry."""

    feedback: list[FeedbackDocument]
    perPage: int
    page: NotRequired[int]
    totalPages: NotRequired[int]
    totalItems: NotRequired[int]
    next: NotRequired[str]


class ImportFeedbackResponse(TypedDict):
    successful: int
    duplicate: int
    invalid: int
    warnings: list[str]


class ImportDocument(ImportFeedbackResponse):
    """Ours: `state` is waiting, running, done or failed; `bytesRead` of `size` are bytes of the file."""

    importId: str
    state: str
    unitsRead: int
    bytesRead: int
    size: int
    error: str
    created: str
    finished: str
    file: str


class ImportList(TypedDict):
    imports: list[ImportDocument]


class ExportDocument(TypedDict):
    """Ours: `url` is where the file can be fetched once the state is done: for an hour, or less where the
    credentials end before that sign it; each look gives a fresh one."""

    exportId: str
    state: str
    entries: int
    bytesWritten: int
    error: str
    created: str
    finished: str
    url: str


class UploadDocument(TypedDict):
    """Ours: send `fields` and then the file (as the field `file`) to `url` as multipart/form-data,
    within an hour. S3 refuses it earlier (`ExpiredToken`) where the credentials have ended that signed the form:
    then begin another upload."""

    importId: str
    url: str
    fields: dict[str, str]
    maxSizeInMB: int


class MissingPart(TypedDict):
    """Ours: send exactly so many bytes of the file with PUT to `url`, which is good for an hour, or
    less where the credentials end before that sign it; each look at the upload gives a fresh one."""

    partNumber: int
    sizeInBytes: int
    url: str


class ArrivedPart(TypedDict):
    partNumber: int
    sizeInBytes: int
    etag: str


class PartsDocument(TypedDict):
    """Ours: send each of `parts`, and then complete the upload."""

    importId: str
    sizeInBytes: int
    partSizeInBytes: int
    parts: list[MissingPart]
    maxSizeInMB: int


class PartsState(TypedDict):
    """Ours: `parts` are there, those of `missing` are yet to be sent; `state` is the import's."""

    importId: str
    state: str
    sizeInBytes: int
    partSizeInBytes: int
    parts: list[ArrivedPart]
    missing: list[MissingPart]


class LanguagePairDocument(TypedDict):
    languagePairId: str
    sourceLanguage: str
    sourceLanguageId: str
    sourceLanguageTag: str
    targetLanguage: str
    targetLanguageId: str
    targetLanguageTag: str
    domain: str
    model: str
    platform: str
    technology: str
    version: str


class LanguagePairList(TypedDict):
    languagePairs: list[LanguagePairDocument]


class SystemInfo(TypedDict):
    """`version` is that of the Edge API which this one is compatible with."""

    product: str
    version: str
    hearbackVersion: str


class InputSizeLimits(TypedDict):
    importFeedbackMaxSizeInMB: int
    importFeedbackUploadMaxSizeInMB: int


class Permissions(TypedDict):
    MANAGE_FEEDBACK: bool
    SUBMIT_FEEDBACK: bool


def feedback_document(entry: Feedback) -> FeedbackDocument:
    return {
        "feedbackId": str(entry.feedback_id),
        "languagePairId": entry.language_pair_id,
        "username": entry.username,
        "sourceText": entry.source_text,
        "machineTranslation": entry.machine_translation,
        "suggestedTranslation": entry.suggested_translation,
        "comment": entry.comment,
        "approvalState": entry.approval_state,
        "reviewer": entry.reviewer,
        "timestamps": {
            "reviewed": timestamps.format(entry.reviewed),
            "created": timestamps.format(entry.created),
            "modified": timestamps.format(entry.modified),
        },
    }


def feedback_list(entries: list[Feedback], total: int, page: int, per_page: int) -> FeedbackList:
    return {
        "feedback": [feedback_document(entry) for entry in entries],
        "page": page,
        "perPage": per_page,
        "totalPages": -(-total // per_page),
        "totalItems": total,
    }


def feedback_run(run: Run, per_page: int) -> FeedbackList:
    """How many there are in all is told where it is known without reading them."""
    following = "" if run.next is None else str(run.next)
    document: FeedbackList = {
        "feedback": [feedback_document(entry) for entry in run.entries],
        "perPage": per_page,
        "next": following,
    }
    return document if run.total is None else {**document, "totalItems": run.total}


def import_response(record: Import) -> ImportFeedbackResponse:
    counts = record.counts
    return {
        "successful": counts.successful,
        "duplicate": counts.duplicate,
        "invalid": counts.invalid,
        "warnings": list(counts.warnings),
    }


def import_document(record: Import) -> ImportDocument:
    return {
        "importId": record.import_id,
        "state": record.state,
        **import_response(record),
        "unitsRead": record.units,
        "bytesRead": record.size if record.state == "done" else record.bytes_read,
        "size": record.size,
        "error": record.error,
        "created": timestamps.format(record.created),
        "finished": timestamps.format(record.finished),
        "file": record.object_key,
    }


def parts_document(upload: Upload, largest: int) -> PartsDocument:
    return {
        "importId": upload.record.import_id,
        "sizeInBytes": upload.record.size,
        "partSizeInBytes": upload.record.part_size,
        "parts": list(map(_missing_part, upload.missing)),
        "maxSizeInMB": largest,
    }


def parts_state(upload: Upload) -> PartsState:
    return {
        "importId": upload.record.import_id,
        "state": upload.record.state,
        "sizeInBytes": upload.record.size,
        "partSizeInBytes": upload.record.part_size,
        "parts": list(map(_arrived_part, upload.arrived)),
        "missing": list(map(_missing_part, upload.missing)),
    }


def _missing_part(part: Missing) -> MissingPart:
    return {"partNumber": part.number, "sizeInBytes": part.size, "url": part.url}


def _arrived_part(part: Arrived) -> ArrivedPart:
    return {"partNumber": part.number, "sizeInBytes": part.size, "etag": part.etag.strip('"')}


def export_document(record: Export, url: str) -> ExportDocument:
    return {
        "exportId": record.export_id,
        "state": record.state,
        "entries": record.entries,
        "bytesWritten": record.bytes_written,
        "error": record.error,
        "created": timestamps.format(record.created),
        "finished": timestamps.format(record.finished),
        "url": url,
    }


def language_pair_document(pair: LanguagePair) -> LanguagePairDocument:
    return {to_camel(name): getattr(pair, name) for name in LanguagePair._fields}  # type: ignore[return-value]
