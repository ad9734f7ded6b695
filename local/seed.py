"""What a fresh local stack begins with: two demo organizations with accounts and keys; language pairs; and
a project with a member of each role, a dataset and its entries, and a batch of tasks (`local.seed_tasks`).

The demo keys are the same on every machine, so that what the README says can be pasted; they open
nothing but stacks that listen on 127.0.0.1.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from typing import Any

from local import seed_events, seed_tasks
from local.deploy import PARAMETERS
from local.paths import ROOT
from local.stack import Stack

sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))

from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import ApiKey, Caller, Role, write_key
from hearback.content import configurations, contents
from hearback.content.model import Configuration, Content, ContentType
from hearback.dataset import datasets, entries, events, members, projects, scope
from hearback.dataset.model import Dataset, MemberRole, Project
from hearback.errors import Invalid
from hearback.settings import Settings, settings
from hearback.storage import owed
from hearback.translation import catalogue

ACCOUNTS = {
    "admin": ("acme", "admin@acme.example", Role.ADMIN),
    "user": ("acme", "user@acme.example", Role.USER),
    "owner": ("acme", "owner@acme.example", Role.USER),
    "reviewer": ("acme", "reviewer@acme.example", Role.USER),
    "annotator": ("acme", "annotator@acme.example", Role.USER),
    "other_admin": ("globex", "admin@globex.example", Role.ADMIN),
}
PAIRS = (
    ("EngFra_Generic_SRV_TNMV_8_4_x_1", "eng", "fra"),
    ("EngSpa_Generic_SRV_TNMV_8_5_x_6", "eng", "spa"),
    ("EngGer_Generic_SRV_TNMV_8_5_x_2", "eng", "ger"),
    ("EngPtb_Generic_SRV_TNMV_8_5_x_3", "eng", "ptb"),
    ("WelEng_Generic_SRV_TNMV_8_5_x_1", "wel", "eng"),
    ("GerEng_Generic_SRV_TNMV_8_5_x_1", "ger", "eng"),
)

CONTENT_ID = "product1"


def seed(stack: Stack) -> dict[str, Any]:
    """Create what is missing; the same keys come back on every start.

    Returns `{"keys": {...}, "demo": {...}}`, which go to `.local/stack.json` as they are.
    """
    use(stack)
    keys = {name: _account(name, *of) for name, of in ACCOUNTS.items()}
    for organization in {of[0] for of in ACCOUNTS.values()}:
        _install_pairs(organization)
        _make_content_client(organization)
    # No worker of an earlier start is alive: what it was at need not wait until it would be missed.
    owed.sweep(time.time_ns() + 2 * owed.HOLD, patience=owed.HOLD)
    demo = {"language_pair_id": PAIRS[0][0], "content_id": CONTENT_ID, **_demo_project()}
    seed_events.make(_demo_secret("events"), TASK_SCHEMAS, seed_tasks.ANSWERS)
    _install_pairs(seed_events.ORGANIZATION)
    return {"keys": keys, "demo": demo}


def use(stack: Stack) -> None:
    """Let the product's own code work on this stack, from this process."""
    for field in Settings._fields:
        output = "".join(word.title() for word in field.split("_"))
        os.environ[f"HEARBACK_{field.upper()}"] = stack.outputs.get(output, PARAMETERS.get(output, "local"))
    os.environ |= {
        "HEARBACK_AWS_ENDPOINT": "",  # the next line says it, to tools of the tests' own too
        "HEARBACK_LINK_ENDPOINT": "",
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Hearback/local",
    }
    for cached in (settings, clients.dynamodb, clients.s3, clients.links, clients.sqs, clients.secrets):
        cached.cache_clear()


def _account(name: str, organization: str, email: str, role: Role) -> dict[str, str]:
    """The account with its demo key, as `.local/stack.json` tells it."""
    key_id, secret = _demo_secret(name)
    now = time.time_ns()
    if not store.organization_exists(organization):
        store.create_organization(organization, organization.title(), now)
    try:
        account = accounts.add_account(organization, email, name.replace("_", " "), role, now)
        store.create_key(account, ApiKey(key_id, account.account_id, email, "demo", now, None), secret)
    except Invalid:
        pass  # an earlier start has made it
    return {"key": write_key(key_id, secret), "email": email, "organization_id": organization}


def _make_content_client(organization: str) -> None:
    """Strict about its contents, of which it has one of each type; every demo key serves as its PassKey."""
    if configurations.of(organization, time.time_ns()) == Configuration():
        configurations.change(organization, {"unknown_contents": False, "requests_per_minute": 10_000})
    contents.register([Content(organization, content_type, CONTENT_ID) for content_type in ContentType])


def _demo_secret(name: str) -> tuple[str, str]:
    digest = hashlib.sha256(f"demo key of {name}".encode()).hexdigest()
    return digest[:16], digest[16:56]


MEMBERS = {
    "owner": MemberRole.OWNER,
    "reviewer": MemberRole.REVIEWER,
    "annotator": MemberRole.ANNOTATOR,
}
"""The demo project's members, by the names of their keys."""


TASK_SCHEMAS: dict[str, Any] = {
    "input_schema": {
        "type": "object",
        "properties": {"url": {"type": "string"}, "name": {"type": "string"}},
        "required": ["url"],
    },
    "answer_schema": {
        "type": "object",
        "properties": {
            "image": {
                "type": "object",
                "properties": {
                    "shapes": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"class": {"type": "string"}},
                            "required": ["class"],
                        },
                    }
                },
            },
            "weather": {"type": "string"},
        },
    },
}
"""The demo project's tasks: a picture by its address, whose answer is shapes and the weather."""


def _demo_project() -> dict[str, Any]:
    """The demo's project and dataset; made when the organization has no project yet."""
    caller = store.authenticate(write_key(*_demo_secret("admin")))
    project = next(scope.standings(caller), None)
    if project is None:
        return _make_demo_project(caller, time.time_ns())
    place = next(iter(scope.of(caller, [project.project.id], None).places))
    return _told(project.project, place.dataset)


def _told(project: Project, dataset: Dataset) -> dict[str, Any]:
    ids = {"project_id": project.id, "dataset_id": dataset.id}
    return ids | {"task_project_id": project.task_project_id}


def _make_demo_project(caller: Caller, now: int) -> dict[str, Any]:
    """The first of the entries wait for annotators, the others for somebody to take them there."""
    described = {"name": "Street scenes", "description": "Cars, signs and people", **TASK_SCHEMAS}
    project = projects.create(caller, described, now)
    for name, role in MEMBERS.items():
        attributes = {"email": ACCOUNTS[name][1], "name": name, "role": role}
        members.create(caller, project.id, attributes, now)
    modality = {"name": "Crossings", "modality": "image", "labels": ["car", "sign", "person"]}
    dataset = datasets.create(caller, project.id, modality, now)
    pictures = [{"resource": f"https://images.example/crossing-{number:02}.jpg"} for number in range(1, 21)]
    for entry in entries.create(caller, dataset.id, pictures, now)[:15]:
        events.submit(caller, entry.id, None, now)
    people = {name: store.authenticate(write_key(*_demo_secret(name))) for name in ("admin", *MEMBERS)}
    seed_tasks.make(people, project, now)
    return _told(project, dataset)


def _install_pairs(organization: str) -> None:
    installed = catalogue.load(organization).pairs
    for pair_id, source, target in PAIRS:
        if pair_id not in installed:
            model = pair_id.split("_", 1)[1]
            traits = {"domain": "Generic", "platform": "SRV", "technology": "TNMV", "version": "8.5"}
            catalogue.install(
                organization, catalogue.describe(pair_id, source, target, model=model, **traits)
            )
