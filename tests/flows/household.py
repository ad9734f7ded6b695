"""What an organization can have: something that each variable of a path can name, all of it marked."""

from __future__ import annotations

import re
from uuid import uuid4

import requests

from tests.flows.callbacks import calling_back
from tests.flows.content import FLAG, JSON
from tests.flows.organizations import ACCESS, FEEDBACK, Organization, Person, answer, until_patience_ends
from tests.flows.studios import create, one, path
from tests.flows.test_tmx import tmx, tu
from tests.unit.callbacks.receiver import Receiver, answering

NOWHERE = "no/such/route"
MARK = f"private-{uuid4().hex[:8]}"
"""Stands in everything that the organization has, and in nothing that a stranger sends."""


def all_of(organization: Organization) -> dict[str, str]:
    """By the name of a path variable or of a collection, something in the organization that it can name."""
    return {
        **_of_translation(organization),
        **_dataset_things(organization.admin),
        **_task_things(organization),
    }


def _of_translation(organization: Organization) -> dict[str, str]:
    """By the name of a path variable, something in the organization that it can name."""
    admin, user = organization.admin, organization.user
    pair_id = f"EngIta_{uuid4().hex}"
    pair = {"languagePairId": pair_id, "sourceLanguageId": "eng", "targetLanguageId": "ita", "domain": MARK}
    answer(admin.post("/api/v2/language-pairs", data=pair))
    texts = {"sourceText": MARK + "&" * 340_000, "suggestedTranslation": MARK, "languagePairId": pair_id}
    entries = [answer(user.post(FEEDBACK, json=texts)) for _ in range(3)]
    imported = _import_in_parts(user, tmx(tu(MARK, MARK)))
    accounts = f"{ACCESS}/accounts"
    account = answer(admin.post(accounts, json={"email": f"{MARK}@example.org", "name": MARK}))
    key = answer(admin.post(f"{ACCESS}/keys", json={"accountId": account["accountId"], "name": MARK}))
    answer(admin.ask("PATCH", "/data/configuration.json", json={"RemoderationThreshold": 1}))
    answer(user.post(JSON, data={**FLAG, "ReasonText": MARK, "UserId": MARK}))
    return {
        "proxy": NOWHERE,
        "accountId": str(account["accountId"]),
        "keyId": key["keyId"],
        "feedbackId": entries[0]["feedbackId"],
        "languagePairId": pair_id,
        "importId": imported,
        "exportId": _export_id(admin),
        "dataExportId": _job(admin, "exports", "exportId"),
        "erasureId": _job(admin, "erasures", "erasureId", {"email": f"{MARK}@example.net"}),
    }


def _import_in_parts(user: Person, data: bytes) -> str:
    """So that it has an upload to look at as well; over, because what is missing has other addresses each time."""
    begun = answer(user.post(f"{FEEDBACK}/import/uploads", data={"sizeInBytes": len(data)}))
    (part,) = begun["parts"]
    requests.put(part["url"], data=data, timeout=60).raise_for_status()
    answer(user.post(f"{FEEDBACK}/import/uploads/{begun['importId']}/complete"))
    assert user.outcome(begun["importId"])["successful"] == 1
    return str(begun["importId"])


def _dataset_things(admin: Person) -> dict[str, str]:
    """By the name of a collection, a record in it; the entry is in the admin's own hands."""
    gone = create(admin, "projects", {"name": MARK})
    assert admin.delete(path("projects", gone)).status_code == 204
    project = create(admin, "projects", {"name": MARK, "description": MARK})
    member = {"email": f"{MARK}@example.org", "name": MARK, "role": "annotator"}
    people = create(admin, "project_members", member, project=project["id"])
    dataset = create(admin, "datasets", {"name": MARK, "modality": MARK}, project=project["id"])
    entry = create(admin, "entries", {"resource": MARK}, dataset=dataset["id"])
    one(admin.post(f"{path('entries', entry)}/submit"))
    one(admin.get(f"{path('entries', entry)}/select"))
    annotation = create(admin, "annotations", {"annotation": MARK}, entry=entry["id"])
    note = {"anchor_type": "annotation", "annotation_id": annotation["id"], "content_md": MARK}
    feed = create(admin, "note_feeds", {"entry_id": entry["id"], **note})
    comment = create(admin, "note_comments", {"content_md": MARK}, note_feed=feed["id"])
    one(admin.post(f"{path('note_feeds', feed)}/resolve"))
    _wait_for(admin, path("deletions", gone))
    made = (project, people, dataset, entry, annotation, feed, comment)
    return {"deletions": gone["id"]} | {each["type"].partition(":")[2]: each["id"] for each in made}


def _task_things(organization: Organization) -> dict[str, str]:
    """A task that its receiver has, with feedback, and a batch that waits for its file."""
    with Receiver(answering("200 OK", MARK.encode())) as receiver:
        project = calling_back(organization, receiver.url(), description=MARK)
        task = project.deliver(name=MARK, output_weather="rain")
        callback = project.when(task, "delivered")
    entry = {"type": "field", "error_type": "Incorrect Metadata", "field": "weather", "comment": MARK}
    feedbacks = f"tasks/{task}/rounds/1/feedbacks.json"
    given = project.ask("POST", feedbacks, json={"feedbacks": [entry]})["feedbacks"][0]
    batch = project.ask("POST", "batches.json", json={"client_batch_id": MARK})
    return {
        "project": str(project.number),
        "task": task,
        "callback": callback["id"],
        "batch": str(batch["batch_id"]),
        "round": "1",
        "feedback_id": given["id"],
    }


def _wait_for(admin: Person, deletion: str) -> None:
    for _ in until_patience_ends():
        if one(admin.get(deletion))["attributes"]["status"] == "completed":
            return
    raise AssertionError("the deletion does not end")


def _job(admin: Person, kind: str, name: str, asked: dict[str, str] | None = None) -> str:
    """Work on all of the organization's data, when it is over."""
    made = answer(admin.post(f"/api/v1/organization/{kind}", json=asked or {}))
    admin.when_over(f"/api/v1/organization/{kind}/{made[name]}")
    return str(made[name])


def _export_id(admin: Person) -> str:
    """Of an export that is too large for one answer."""
    redirect = admin.get(f"{FEEDBACK}/export", allow_redirects=False)
    assert redirect.status_code == 302
    name = re.search(r"/([0-9a-f-]{36})\.tmx", redirect.headers["Location"])
    assert name is not None
    return name[1]
