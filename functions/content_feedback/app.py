"""Content feedback: votes, flags and their moderation (Bazaarvoice Conversations submitfeedback 5.4)."""

import secrets

from hearback.content import cases, configurations, contents, flags, submissions
from hearback.content.model import Client, Submission
from hearback.wire.api import Api
from hearback.wire.content import answers, requests
from hearback.wire.content.callbacks import called_back
from hearback.wire.content.clients import by_pass_key
from hearback.wire.content.envelopes import to_xml
from hearback.wire.families import CONTENT, CONTENT_XML
from hearback.wire.messages import Answer, Request

api = Api(CONTENT, by_pass_key, requests.read, called_back)
handler = api.handler


@api.post("/data/submitfeedback.json", audited=False)  # the vote's own record says who and when
def submit_content_feedback(
    caller: Client, parameters: requests.SubmissionForm, request: Request
) -> answers.SubmissionDocument:
    """Vote on a content, take the vote back, or flag the content as inappropriate."""
    return answers.accepted(_submit(caller, parameters, request))


@api.post("/data/submitfeedback.xml", audited=False, answer="application/xml", family=CONTENT_XML)
def submit_content_feedback_for_xml(
    caller: Client, parameters: requests.SubmissionForm, request: Request
) -> Answer:
    """The same submission, answered in XML."""
    envelope = answers.accepted(_submit(caller, parameters, request))
    return Answer(to_xml(envelope), media_type=CONTENT_XML.media_type)


def _submit(caller: Client, parameters: requests.SubmissionForm, request: Request) -> Submission:
    submission = parameters.meant(caller.organization_id, request.header("X-Forwarded-For"))
    submissions.submit(caller, submission, request.now, secrets.token_hex())
    return submission


@api.get("/data/feedback.json")
def get_content_statistics(
    caller: Client, query: requests.StatisticsQuery, request: Request
) -> answers.StatisticsDocument:
    """Ours: what users say of a content, in numbers; to admins also each flag with its reason."""
    content = query.meant(caller.organization_id)
    found = contents.statistics(caller, content)
    document = answers.statistics(content, found)
    if not caller.is_admin:
        return document
    flagged = flags.of_content(content, query.limit, query.after) if found.inappropriate else []
    return answers.with_flags(document, flagged, query.limit)


@api.get("/data/moderation.json")
def list_contents_to_moderate(caller: Client, query: requests.ModerationQuery) -> answers.QueueDocument:
    """Ours, for admins: the flagged contents that wait for a decision, those that wait longest first."""
    caller.require_admin()
    return answers.queue(cases.waiting(caller.organization_id, query.limit, query.after), query.limit)


@api.post("/data/moderation.json", told=("ContentType", "ContentId", "ModerationStatus"))
def moderate_content(
    caller: Client, form: requests.DecisionForm, request: Request
) -> answers.DecisionDocument:
    """Ours, for admins: approve or reject a content, after which flags are counted from nothing."""
    caller.require_admin()
    content = form.meant(caller.organization_id)
    contents.demand_known(caller, content, request.now)
    cases.decide(content, form.moderation_status)
    return answers.decision(content, form.moderation_status)


@api.post("/data/contents.json", told=("ContentType",))
def register_contents(caller: Client, form: requests.ContentsForm) -> answers.RegistrationDocument:
    """Ours, for admins: make up to 10,000 contents known, for a client that takes no unknown ones."""
    caller.require_admin()
    return answers.registration(contents.register(form.meant(caller.organization_id)))


@api.get("/data/configuration.json")
def get_content_configuration(caller: Client) -> answers.ConfigurationDocument:
    """Ours, for admins: how the client wants its feedback."""
    caller.require_admin()
    return answers.configuration(caller.configuration)


@api.patch(
    "/data/configuration.json",
    told=(
        "ContentTypes",
        "Duplicates",
        "ReasonRequired",
        "RemoderationThreshold",
        "RequestsPerMinute",
        "UnknownContents",
        "UserRequired",
    ),
)
def change_content_configuration(
    caller: Client, form: requests.ConfigurationForm
) -> answers.ConfigurationDocument:
    """Ours, for admins: change what is named, at once and for all keys of the client."""
    caller.require_admin()
    return answers.configuration(configurations.change(caller.organization_id, form.changes()))
