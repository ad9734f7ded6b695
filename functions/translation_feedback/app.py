"""Translation feedback: entries, TMX in and out, language pairs (Language Weaver Edge API v2)."""

from typing import Annotated

from hearback import VERSION, translation
from hearback.access import tokens
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import TooLarge
from hearback.wire.api import Api
from hearback.wire.credentials import authenticate_as, basic_or_bearer
from hearback.wire.families import TRANSLATION
from hearback.wire.messages import Answer, Request
from hearback.wire.reading import Multipart, check
from hearback.wire.translation import answers, requests

api = Api(TRANSLATION, basic_or_bearer)
handler = api.handler

EDGE_VERSION = "8.5.0"
IMPORT_LIMIT_MB = 4  # Lambda takes 6 MB, and the gateway passes a body on as base64
INLINE_EXPORT_BYTES = 4_000_000
RUN_SECONDS = 5  # who reads on rather has a part now than all of it later


@api.get("/api/v2/feedback")
def list_feedback(
    caller: Caller, query: requests.FeedbackListQuery, request: Request, deadline: Deadline
) -> answers.FeedbackList:
    """List feedback entries, oldest first. Who is no admin sees their own."""
    selection = translation.listing.visible(caller, query.meant())
    if query.after is not None:
        run = translation.listing.run(selection, query.after, query.per_page, deadline.within(RUN_SECONDS))
        return answers.feedback_run(run, query.per_page)
    found = translation.listing.page(selection, query.page, query.per_page, deadline, request.now)
    return answers.feedback_list(found.entries, found.total, query.page, query.per_page)


@api.post("/api/v2/feedback", told=("languagePairId", "approvalState"))
def create_feedback(
    caller: Caller, form: requests.FeedbackCreateForm, request: Request
) -> answers.FeedbackDocument:
    """Create a feedback entry; the same one again is another entry."""
    return answers.feedback_document(translation.feedback.create(caller, form.new(), request.now))


@api.get(
    "/api/v2/feedback/export",
    answer="text/x-tmx",
    also={202: answers.ExportDocument, 302: None},
    audited=True,
    **requests.SELECTION,
)
def export_feedback(
    caller: Caller, query: requests.FeedbackSelection, request: Request, deadline: Deadline
) -> Answer:
    """Export feedback entries as TMX 1.4: at once, by redirect to the file, or (202) in the background."""
    meant = translation.listing.within_rights(caller, query.meant())
    try:
        content = translation.exporting.inline(caller, meant, INLINE_EXPORT_BYTES, Deadline.after(8))
        return Answer(content.decode(), media_type="text/x-tmx")
    except TooLarge:
        record = translation.exporting.wait(translation.exporting.begin(caller, meant, request.now), deadline)
    if record.is_done:
        return Answer("", 302, "text/x-tmx", {"Location": translation.exporting.download_url(record)})
    status = f"{request.base_url}/api/v2/feedback/exports/{record.export_id}"
    return Answer.of(answers.export_document(record, ""), 202, {"Location": status, "Retry-After": "5"})


@api.get("/api/v2/feedback/exports/{exportId}", audited=True)
def get_export(caller: Caller, exportId: str) -> answers.ExportDocument:
    """State and progress of an export, and a download URL once it is done."""
    record = translation.exports.get(caller, exportId)
    return answers.export_document(
        record, translation.exporting.download_url(record) if record.is_done else ""
    )


@api.post("/api/v2/feedback/import", also={202: answers.ImportDocument}, told=requests.IMPORT_OPTIONS)
def import_feedback(
    caller: Caller, upload: Annotated[Multipart, requests.ImportOptions], request: Request, deadline: Deadline
) -> answers.ImportFeedbackResponse | Answer:
    """Import a TMX file of up to 4 MB; 202 with the import's address if it takes longer than a request."""
    options = check(requests.ImportOptions, request.with_query(upload.fields))
    content = upload.file("file")
    if len(content) > IMPORT_LIMIT_MB << 20:
        raise TooLarge(
            f"The file is larger than {IMPORT_LIMIT_MB} MB.",
            "Send it through POST /api/v2/feedback/import/uploads, which takes up to 1 GB.",
        )
    chosen = translation.imports.Options.of(caller, options.apply_all, options.approve_all)
    record = translation.arriving.import_now(caller, content, chosen, deadline, request.now)
    if record.is_done:
        return answers.import_response(record)
    status = f"{request.base_url}/api/v2/feedback/imports/{record.import_id}"
    return Answer.of(answers.import_document(record), 202, {"Location": status, "Retry-After": "5"})


@api.post("/api/v2/feedback/import/uploads", told=requests.IMPORT_OPTIONS)
def start_upload(
    caller: Caller, parameters: requests.UploadOptions, request: Request
) -> answers.UploadDocument | answers.PartsDocument:
    """Ours: where to send a file of up to 1 GB, and the id of the import that it starts.

    A presigned S3 POST for the whole file; or, if `sizeInBytes` is given, a URL for each of its parts, so that
    a lost connection costs one part.
    """
    options = translation.imports.Options.of(caller, parameters.apply_all, parameters.approve_all)
    limit = translation.imports.LARGEST_UPLOAD >> 20
    if parameters.size_in_bytes is not None:
        begun = translation.uploads.begin(caller, options, parameters.size_in_bytes, request.now)
        return answers.parts_document(begun, limit)
    upload = translation.arriving.begin_upload(caller, options, request.now)
    return {"importId": upload.import_id, "url": upload.url, "fields": upload.fields, "maxSizeInMB": limit}


@api.get("/api/v2/feedback/import/uploads/{importId}")
def get_upload(caller: Caller, importId: str) -> answers.PartsState:
    """Ours: which parts of a file are there, and fresh URLs for those that are missing."""
    return answers.parts_state(translation.uploads.look(caller, importId))


@api.post("/api/v2/feedback/import/uploads/{importId}/complete")
def complete_upload(caller: Caller, importId: str) -> answers.ImportDocument:
    """Ours: put the parts together, which starts the import; 400 names parts that are missing. May be repeated."""
    return answers.import_document(translation.uploads.complete(caller, importId))


@api.get("/api/v2/feedback/imports")
def list_imports(caller: Caller) -> answers.ImportList:
    """Ours: the newest imports, also of files that others put into the bucket."""
    return {"imports": [answers.import_document(record) for record in translation.imports.latest(caller)]}


@api.get("/api/v2/feedback/imports/{importId}")
def get_import(caller: Caller, importId: str) -> answers.ImportDocument:
    """Ours: state and progress of an import, and its outcome."""
    return answers.import_document(translation.imports.get(caller, importId))


@api.delete("/api/v2/feedback/batch-delete", **requests.SELECTION)
def batch_delete(
    caller: Caller, parameters: requests.FeedbackSelection, request: Request, deadline: Deadline
) -> int:
    """Delete feedback entries; the answer is their number."""
    meant = translation.deleting.demand_filter(parameters.meant())
    return translation.deleting.batch_delete(
        caller, translation.listing.within_rights(caller, meant), deadline.earlier(4), request.now
    )


@api.get("/api/v2/feedback/{feedbackId}")
def get_feedback(caller: Caller, feedbackId: requests.FeedbackId) -> answers.FeedbackDocument:
    """Retrieve a feedback entry."""
    return answers.feedback_document(translation.feedback.get(caller, feedbackId))


@api.put(
    "/api/v2/feedback/{feedbackId}",
    told=("approvalState",),
    given=("suggestedTranslation", "comment"),
)
def update_feedback(
    caller: Caller, feedbackId: requests.FeedbackId, form: requests.FeedbackUpdateForm, request: Request
) -> answers.FeedbackDocument:
    """Update a feedback entry: absent fields stay, empty ones are cleared."""
    return answers.feedback_document(
        translation.feedback.update(caller, feedbackId, form.change(), request.now)
    )


@api.delete("/api/v2/feedback/{feedbackId}")
def delete_feedback(caller: Caller, feedbackId: requests.FeedbackId) -> answers.FeedbackDocument:
    """Delete a feedback entry; the answer is the entry as it was."""
    return answers.feedback_document(translation.feedback.delete(caller, feedbackId))


@api.get("/api/v2/language-pairs")
def list_language_pairs(caller: Caller, query: requests.LanguagePairQuery) -> answers.LanguagePairList:
    """The installed language pairs; a regional language id means its generic language's as well."""
    catalogue = translation.catalogue.load(caller.organization_id)
    selected = catalogue.selected(query.languages())
    pairs = (pair for pair in catalogue.pairs.values() if pair.language_pair_id in selected)
    return {"languagePairs": [answers.language_pair_document(pair) for pair in pairs if query.matches(pair)]}


@api.post("/api/v2/language-pairs", told=("languagePairId", "sourceLanguageId", "targetLanguageId"))
def install_language_pair(caller: Caller, form: requests.LanguagePairForm) -> answers.LanguagePairDocument:
    """Ours, for admins: install a language pair."""
    caller.require_admin()
    pair = form.pair()
    translation.catalogue.install(caller.organization_id, pair)
    return answers.language_pair_document(pair)


@api.delete("/api/v2/language-pairs/{languagePairId}")
def remove_language_pair(
    caller: Caller, languagePairId: str, deadline: Deadline
) -> answers.LanguagePairDocument:
    """Ours, for admins: remove a language pair that has no entries."""
    caller.require_admin()
    pair = translation.deleting.remove_pair(caller.organization_id, languagePairId, deadline)
    return answers.language_pair_document(pair)


@api.post("/api/v2/auth", public=True, answer="text/plain")
def authenticate(parameters: requests.AuthForm, request: Request) -> Answer:
    """A bearer token of 30 days, as text, for an account's e-mail address and one of its API keys."""
    caller = authenticate_as(parameters.username, parameters.password)
    return Answer(tokens.issue(caller.key_id, request.now // 1_000_000_000), media_type="text/plain")


@api.get("/api/v2/system/info", public=True)
def system_info() -> answers.SystemInfo:
    """What this is; clients use it as the version probe."""
    return {"product": "Hearback", "version": EDGE_VERSION, "hearbackVersion": VERSION}


@api.get("/api/v2/system/input-size-limits")
def input_size_limits() -> answers.InputSizeLimits:
    """How large a file each of the two import routes takes."""
    upload = translation.imports.LARGEST_UPLOAD >> 20
    return {"importFeedbackMaxSizeInMB": IMPORT_LIMIT_MB, "importFeedbackUploadMaxSizeInMB": upload}


@api.get("/api/v2/users/me/permissions")
def permissions(caller: Caller) -> answers.Permissions:
    """What the caller may do."""
    return {"MANAGE_FEEDBACK": caller.is_admin, "SUBMIT_FEEDBACK": True}
