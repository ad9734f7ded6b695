"""An organization's data as a whole, for its admins: the audit trail, exports of everything, and erasures."""

from hearback.access import store
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.organization import audit, erasing, exporting, jobs, retention
from hearback.organization.jobs import Kind
from hearback.wire import organization as wire
from hearback.wire.api import Api
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.families import ORGANIZATION
from hearback.wire.messages import Request

api = Api(ORGANIZATION, basic_or_bearer)
handler = api.handler


@api.get("/api/v1/organization/audit")
def list_audit(
    caller: Caller, query: wire.AuditQuery, request: Request, deadline: Deadline
) -> wire.AuditList:
    """Who did what, by which key, the newest first; of the last 30 days where no `from` is given."""
    caller.require_admin()
    wanted = query.meant(request.now)
    page = audit.page(caller.organization_id, wanted, query.after, query.per_page, deadline)
    return wire.audit_list(page, store.list_accounts(caller.organization_id))


@api.post("/api/v1/organization/erasures")
def erase_person(caller: Caller, form: wire.ErasureForm, request: Request) -> wire.ErasureDocument:
    """Erase a person from everything, in the background; there is no way back."""
    return wire.erasure_document(erasing.begin(caller, form.email, form.user_ids(), request.now))


@api.get("/api/v1/organization/erasures")
def list_erasures(caller: Caller) -> wire.ErasureList:
    """The newest hundred erasures, which do not say whom they were about."""
    return {"erasures": [wire.erasure_document(job) for job in jobs.latest(caller, Kind.ERASURE)]}


@api.get("/api/v1/organization/erasures/{erasureId}")
def get_erasure(caller: Caller, erasureId: str) -> wire.ErasureDocument:
    """How far an erasure is."""
    return wire.erasure_document(jobs.get(caller, Kind.ERASURE, erasureId))


@api.post("/api/v1/organization/exports")
def export_organization(caller: Caller, request: Request) -> wire.ExportJobDocument:
    """Export everything that is the organization's, as JSON Lines, in the background.

    While one export runs, the answer is that one."""
    return wire.export_document(exporting.begin(caller, request.now))


@api.get("/api/v1/organization/exports")
def list_organization_exports(caller: Caller) -> wire.ExportJobList:
    """The newest hundred exports."""
    return {"exports": [wire.export_document(job) for job in jobs.latest(caller, Kind.EXPORT)]}


@api.get("/api/v1/organization/exports/{dataExportId}", audited=True)
def get_organization_export(
    caller: Caller, dataExportId: str, query: wire.ExportQuery
) -> wire.ExportJobDocument:
    """How far an export is, and once it is done, links to its files, up to a thousand at once.

    A link serves for an hour, or less where the credentials end before that sign it; each look gives fresh ones.
    """
    return wire.export_with_files(jobs.get(caller, Kind.EXPORT, dataExportId), query.after)


@api.get("/api/v1/organization/retention")
def get_retention(caller: Caller) -> wire.RetentionDocument:
    """How many days what is kept (0 for good), and what the last runs have ended."""
    runs = retention.runs(caller)
    return wire.retention_document(retention.of(caller.organization_id), runs)


@api.patch("/api/v1/organization/retention", told=wire.RETENTION_FIELDS)
def change_retention(caller: Caller, form: wire.RetentionForm, request: Request) -> wire.RetentionDocument:
    """Change the periods that are named, from the next day's run on; there is no way back."""
    days = retention.set_days(caller, form.days(), request.now)
    return wire.retention_document(days, retention.runs(caller))
