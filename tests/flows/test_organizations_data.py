"""What an organization's admin does with all of its data, over HTTP: export it, erase somebody, look who did what."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from local.stack import Stack
from tests.flows.content import JSON
from tests.flows.organizations import Organization, Person, answer, change, invite, refusal
from tests.flows.studios import Studio

pytestmark = pytest.mark.early
DATA = "/api/v1/organization"
VOTE = {"ApiVersion": "5.4", "ContentType": "review", "ContentId": "product1", "FeedbackType": "helpfulness"}


def job(admin: Person, kind: str, name: str, **asked: str) -> dict[str, Any]:
    """Ask for work on everything, and wait for its end."""
    begun = answer(admin.post(f"{DATA}/{kind}", json=asked))
    return admin.when_over(f"{DATA}/{kind}/{begun[name]}")


def places(stack: Stack, text: str) -> list[str]:
    """Every item of every table and every object of the bucket with the text in it."""
    tables = [value for name, value in stack.outputs.items() if name.endswith("Table")]
    found = [
        f"{table}: {item['pk']['S']}" for table in tables for item in _items(stack, table) if _has(item, text)
    ]
    s3, bucket = stack.client("s3"), stack.outputs["TransferBucket"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", []):
            kept = s3.get_object(Bucket=bucket, Key=each["Key"])
            whole = [each["Key"], kept["Metadata"], kept["Body"].read().decode("utf-8", "replace")]
            found += [f"file: {each['Key']}"] if _has(whole, text) else []
    return found


def _items(stack: Stack, table: str) -> list[dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def _has(document: Any, text: str) -> bool:
    return text in json.dumps(document, ensure_ascii=False).lower()


def test_somebody_is_erased_from_everything(stack: Stack, project: Studio) -> None:
    admin = project.organization.admin
    gone = invite(admin, f"leaver@{admin.organization_id}.example")
    entry = gone.give("hello", "bonjour", comment="my own words")
    gone.import_tmx(b'<tmx version="1.4"><header srclang="en"/><body/></tmx>')
    answer(gone.post(JSON, data={**VOTE, "Vote": "Positive", "UserId": gone.email}))
    answer(admin.put(f"/api/v2/feedback/{entry['feedbackId']}", data={"approvalState": "approved"}))
    tables = {place.partition(":")[0] for place in places(stack, gone.email)}
    assert len(tables) >= 3
    done = job(admin, "erasures", "erasureId", email=gone.email)
    assert (done["state"], done["error"]) == ("done", "")
    assert places(stack, gone.email) == []
    left = admin.entry(entry["feedbackId"])
    assert (left["username"], left["comment"]) == (done["pseudonym"], "")
    assert left["approvalState"] == "approved"
    assert [each["feedbackId"] for each in admin.entries(username=done["pseudonym"])] == [entry["feedbackId"]]
    refusal(gone.get("/api/v2/feedback"), 401)


def test_everything_is_exported_as_lines_of_json(project: Studio, http: requests.Session) -> None:
    admin = project.organization.admin
    admin.give("hello", "bonjour")
    done = job(admin, "exports", "exportId")
    lines: dict[str, list[Any]] = {}
    for file in done["files"]:
        fetched = http.get(file["url"], timeout=60)
        assert fetched.status_code == 200
        kind = file["name"].rpartition("-")[0]
        lines.setdefault(kind, []).extend(json.loads(line) for line in fetched.text.splitlines())
    assert {kind: len(several) for kind, several in lines.items()} == done["records"]
    assert [each["source"] for each in lines["translation_feedback"]] == ["hello"]
    assert {"accounts", "projects", "project_members", "datasets", "audit"} <= set(lines)


def test_the_trail_says_who_did_what(organization: Organization, entry: dict[str, Any]) -> None:
    change(organization.admin, entry, approvalState="approved")
    refusal(organization.user.delete(f"/api/v2/feedback/{int(entry['feedbackId']) + 1}"), 404)
    lines = answer(organization.admin.get(f"{DATA}/audit"))["lines"]
    assert [(each["email"], each["action"], each["outcome"]) for each in lines[:3]] == [
        (organization.user.email, "delete_feedback", "NotFound"),
        (organization.admin.email, "update_feedback", ""),
        (organization.user.email, "create_feedback", ""),
    ]
    only = answer(organization.admin.get(f"{DATA}/audit?action=update_feedback"))["lines"]
    assert [each["about"]["approvalState"] for each in only] == ["approved"]
    refusal(organization.user.get(f"{DATA}/audit"), 403)


def test_a_change_of_the_dataset_api_is_in_the_trail(project: Studio) -> None:
    admin = project.organization.admin
    (line,) = answer(admin.get(f"{DATA}/audit?action=create_dataset"))["lines"]
    assert (line["email"], line["outcome"]) == (admin.email, "")
