"""The documents of the organization API."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hearback import timestamps
from hearback.access.model import Account
from hearback.errors import Invalid
from hearback.organization import audit, exporting, retention
from hearback.organization.jobs import Job, State
from hearback.timestamps import DAY
from hearback.wire.text import Text

_SHOWN = 30 * DAY
"""How far back the trail is shown where nobody says."""


class _Document(BaseModel):
    # Built when first used: a cold start pays for the models of one request only.
    model_config = ConfigDict(
        alias_generator=to_camel, frozen=True, extra="ignore", defer_build=True, populate_by_name=True
    )


class AuditQuery(_Document):
    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    account_id: int | None = None
    action: str | None = None
    per_page: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[str, Field(pattern=r"^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}.*)?$", max_length=36)] = ""

    def meant(self, now: int) -> audit.Wanted:
        last = now if self.to is None else min(now, timestamps.parse(self.to, end=True))
        first = last - _SHOWN if self.from_ is None else timestamps.parse(self.from_)
        return audit.Wanted(max(first, now - audit.KEPT), last, self.account_id, self.action)


class ErasureForm(_Document):
    email: Text | None = None
    user_id: Text | list[Text] | None = None

    def user_ids(self) -> tuple[str, ...]:
        if self.user_id is None:
            return ()
        given = [self.user_id] if isinstance(self.user_id, str) else self.user_id
        if any(not each.strip() or len(each) > 255 for each in given):
            raise Invalid("A user id is blank or too long.", "userId: at most 255 characters")
        return tuple(given)


class ExportQuery(_Document):
    after: Annotated[str, Field(pattern=r"^[\w.-]*$", max_length=100)] = ""


class RetentionForm(_Document):
    translation_feedback: Annotated[int | None, Field(ge=0)] = None
    callbacks: Annotated[int | None, Field(ge=0)] = None
    content_authors: Annotated[int | None, Field(ge=0)] = None

    def days(self) -> dict[str, int]:
        return {kind: days for kind, days in self.model_dump().items() if days is not None}


RETENTION_FIELDS = tuple(map(to_camel, retention.KINDS))


class RetentionRun(TypedDict):
    created: str
    state: State
    ended: dict[str, int]


class RetentionDocument(TypedDict):
    translationFeedback: int
    callbacks: int
    contentAuthors: int
    runs: list[RetentionRun]


class AuditLine(TypedDict):
    lineId: str
    at: str
    accountId: int
    email: str
    keyId: str
    action: str
    about: dict[str, str]
    outcome: str


class AuditList(TypedDict):
    lines: list[AuditLine]
    next: str


class ErasureDocument(TypedDict):
    erasureId: str
    state: State
    requestedBy: int
    created: str
    finished: str
    pseudonym: str
    passes: int
    found: dict[str, int]
    waitingFor: str
    error: str


class ErasureList(TypedDict):
    erasures: list[ErasureDocument]


class FileDocument(TypedDict):
    name: str
    url: str


class ExportJobDocument(TypedDict):
    exportId: str
    state: State
    requestedBy: int
    created: str
    finished: str
    records: dict[str, int]
    files: NotRequired[list[FileDocument]]
    next: NotRequired[str]


class ExportJobList(TypedDict):
    exports: list[ExportJobDocument]


def audit_list(page: audit.Page, accounts: list[Account]) -> AuditList:
    """The lines, with the addresses of those accounts that are still there."""
    emails = {account.account_id: account.email for account in accounts}
    return {"lines": [_line(line, emails) for line in page.lines], "next": page.after or ""}


def _line(line: audit.Line, emails: dict[int, str]) -> AuditLine:
    return {
        "lineId": line.id,
        "at": timestamps.format(line.at),
        "accountId": line.account_id,
        "email": emails.get(line.account_id, ""),
        "keyId": line.key_id,
        "action": line.action,
        "about": dict(line.about),
        "outcome": line.outcome or "",
    }


def erasure_document(job: Job) -> ErasureDocument:
    return {
        "erasureId": job.id,
        "state": job.state,
        "requestedBy": job.requested_by,
        "created": timestamps.format(job.created),
        "finished": timestamps.format(job.finished),
        "pseudonym": job.pseudonym or "",
        "passes": job.passes,
        "found": job.counts,
        "waitingFor": job.waiting_for,
        "error": job.error or "",
    }


def export_document(job: Job) -> ExportJobDocument:
    """Without its files: a list would have too many links."""
    return {
        "exportId": job.id,
        "state": job.state,
        "requestedBy": job.requested_by,
        "created": timestamps.format(job.created),
        "finished": timestamps.format(job.finished),
        "records": job.counts,
    }


def export_with_files(job: Job, after: str) -> ExportJobDocument:
    links, following = exporting.files(job, after) if job.state is State.DONE else ({}, "")
    files: list[FileDocument] = [{"name": name, "url": url} for name, url in links.items()]
    return {**export_document(job), "files": files, "next": following}


def retention_document(days: retention.Days, runs: list[retention.Run]) -> RetentionDocument:
    return {
        "translationFeedback": days["translation_feedback"],
        "callbacks": days["callbacks"],
        "contentAuthors": days["content_authors"],
        "runs": [
            {"created": timestamps.format(run.created), "state": run.state, "ended": run.ended}
            for run in runs
        ],
    }
