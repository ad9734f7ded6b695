"""Files that come through S3: presigned uploads, and objects that others put there."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
import requests

from local.stack import Stack
from tests.flows.organizations import (
    ENG_FRA,
    FEEDBACK,
    Organization,
    Person,
    answer,
    install,
    refusal,
    until_patience_ends,
)

UPLOADS = f"{FEEDBACK}/import/uploads"
IMPORTS = f"{FEEDBACK}/imports"
COUNTS = ("successful", "duplicate", "invalid")
IMPORT_FIELDS = {
    "importId", "state", *COUNTS, "warnings", "unitsRead", "bytesRead", "size", "error", "created",
    "finished", "file",
}  # fmt: skip
APPROVED = '<prop type="approval_state">approved</prop>'


def tmx(*texts: str, more: str = "") -> bytes:
    unit = '<tu>{}<tuv xml:lang="en"><seg>{}</seg></tuv><tuv xml:lang="fr"><seg>cible</seg></tuv></tu>'
    units = "\n".join(unit.format(more, text) for text in texts)
    return f'<tmx version="1.4"><header srclang="en"/><body>\n{units}\n</body></tmx>'.encode()


def begin(person: Person, **options: str) -> dict[str, Any]:
    return dict(answer(person.post(UPLOADS, data=options)))


def send(upload: dict[str, Any], data: bytes, **other_fields: str) -> requests.Response:
    fields = {**upload["fields"], **other_fields}
    return requests.post(upload["url"], data=fields, files={"file": ("memory.tmx", data)}, timeout=60)


def counts(outcome: dict[str, Any]) -> tuple[int, ...]:
    return tuple(outcome[name] for name in COUNTS)


# ── Presigned uploads ──


def test_an_upload_is_imported_and_its_outcome_told(stack: Stack, organization: Organization) -> None:
    user, data = organization.user, tmx("a", "b", "a", " ")
    upload = begin(user)
    assert set(upload) == {"importId", "url", "fields", "maxSizeInMB"}
    assert upload["maxSizeInMB"] == 1024
    waiting = answer(user.get(f"{IMPORTS}/{upload['importId']}"))
    assert (waiting["state"], waiting["finished"]) == ("waiting", "")
    assert send(upload, data).status_code == 204
    outcome = user.outcome(upload["importId"])
    assert set(outcome) == IMPORT_FIELDS
    assert (outcome["state"], counts(outcome)) == ("done", (2, 1, 1))
    assert outcome["warnings"] == ["translation unit 4 (line 5): the source segment is blank"]
    assert (outcome["unitsRead"], outcome["bytesRead"], outcome["size"]) == (4, len(data), len(data))
    assert outcome["created"] < outcome["finished"]
    assert {entry["username"] for entry in organization.admin.entries()} == {user.email}
    assert answer(user.get(IMPORTS))["imports"] == [outcome]
    assert _result(stack, outcome["file"]) == {
        "importId": upload["importId"],
        "state": "done",
        "successful": 2,
        "duplicate": 1,
        "invalid": 1,
        "warnings": outcome["warnings"],
        "error": "",
    }


def _result(stack: Stack, key: str) -> dict[str, Any]:
    """The outcome as JSON, at the same path under import-results/."""
    assert key.startswith("imports/")
    name = f"import-results/{key.removeprefix('imports/')}.json"
    found = stack.client("s3").get_object(Bucket=stack.outputs["TransferBucket"], Key=name)
    assert found["ContentType"] == "application/json"
    return dict(json.load(found["Body"]))


def test_the_options_of_an_upload_are_those_it_was_begun_with(organization: Organization) -> None:
    upload = begin(organization.admin, approveAll="true")
    assert send(upload, tmx("a")).status_code == 204
    assert counts(organization.admin.outcome(upload["importId"])) == (1, 0, 0)
    [entry] = organization.admin.entries()
    assert (entry["approvalState"], entry["reviewer"]) == ("approved", organization.admin.email)


def test_a_user_approves_nothing_by_upload(organization: Organization) -> None:
    upload = begin(organization.user, approveAll="true")
    assert send(upload, tmx("a", more=APPROVED)).status_code == 204
    assert counts(organization.user.outcome(upload["importId"])) == (1, 0, 0)
    assert [entry["approvalState"] for entry in organization.user.entries()] == ["awaitingApproval"]


def test_what_the_policy_pins_cannot_be_changed(stack: Stack, organization: Organization) -> None:
    upload = begin(organization.user)
    pinned = [name for name in upload["fields"] if name.startswith("x-amz-meta-")]
    assert {"x-amz-meta-apply-all", "x-amz-meta-approve-all", "x-amz-meta-username"} <= set(pinned)
    other = {name: "true" for name in pinned if upload["fields"][name] != "true"}
    stranger = upload["fields"]["key"].replace(organization.organization_id, "somebody-else")
    for name, value in {**other, "key": stranger, "x-amz-meta-more": "x"}.items():
        assert send(upload, tmx("a"), **{name: value}).status_code in (400, 403), name
    without = {**upload, "fields": {n: v for n, v in upload["fields"].items() if n != "x-amz-meta-manages"}}
    assert send(without, tmx("a")).status_code in (400, 403)
    assert answer(organization.user.get(f"{IMPORTS}/{upload['importId']}"))["state"] == "waiting"
    assert organization.admin.entries() == []


def test_an_empty_upload_is_not_taken(organization: Organization) -> None:
    assert send(begin(organization.user), b"").status_code == 400


def test_an_upload_that_is_no_tmx_fails_with_the_reason(stack: Stack, organization: Organization) -> None:
    upload = begin(organization.user)
    send(upload, tmx("a", "b")[:-30])
    outcome = organization.user.outcome(upload["importId"])
    assert outcome["state"] == "failed"
    assert "truncated" in outcome["error"]
    assert "truncated" in _result(stack, outcome["file"])["error"]


def test_a_file_sent_twice_is_imported_once(organization: Organization) -> None:
    upload = begin(organization.user)
    for _ in range(2):
        assert send(upload, tmx("a")).status_code == 204
    assert counts(organization.user.outcome(upload["importId"])) == (1, 0, 0)
    assert len(organization.user.entries()) == 1


# ── Uploads in parts ──


def put_part(part: dict[str, Any], content: bytes) -> int:
    """The status that S3 answers to it."""
    return requests.put(part["url"], data=content, timeout=60).status_code


def test_a_file_in_parts_is_imported_once_it_is_whole(organization: Organization) -> None:
    user = organization.user
    data = tmx("a", "b").replace(b"<body>", b"<body>" + b"<!-- padding -->" * (1 << 19))
    first, second = data[: 8 << 20], data[8 << 20 :]
    begun = begin(user, sizeInBytes=str(len(data)))
    path = f"{UPLOADS}/{begun['importId']}"
    assert put_part(begun["parts"][1], second + b" ") == 403  # longer than announced
    assert put_part(begun["parts"][1], second[:-1]) == 403
    assert put_part(begun["parts"][1], second) == 200
    told = answer(user.get(path))
    (missing,) = told["missing"]
    assert ([part["partNumber"] for part in told["parts"]], missing["partNumber"]) == ([2], 1)
    assert "missing parts: 1" in refusal(user.post(f"{path}/complete"), 400)
    assert put_part(missing, first) == 200
    for _ in range(2):
        assert answer(user.post(f"{path}/complete"))["importId"] == begun["importId"]
    outcome = user.outcome(begun["importId"])
    assert (outcome["state"], counts(outcome), outcome["size"]) == ("done", (2, 0, 0), len(data))
    assert answer(user.post(f"{path}/complete")) == outcome
    assert answer(user.get(path))["missing"] == []
    assert put_part(missing, first) == 404  # nothing is added to what is complete


# ── Files that others put ──


def put(stack: Stack, organization: Organization, name: str, data: bytes, **metadata: str) -> str:
    key = f"imports/{organization.organization_id}/{name}"
    told = {option.replace("_", "-"): value for option, value in metadata.items()}
    stack.client("s3").put_object(Bucket=stack.outputs["TransferBucket"], Key=key, Body=data, Metadata=told)
    return key


def arrived(person: Person, key: str, at_least: int = 1) -> list[dict[str, Any]]:
    """The imports of the object, when so many are over; the newest first."""
    for _ in until_patience_ends():
        found = [it for it in answer(person.get(IMPORTS))["imports"] if it["file"] == key and it["finished"]]
        if len(found) >= at_least:
            return found
    raise AssertionError(f"{key} was not imported")


@pytest.mark.parametrize("name", ["memory.tmx", "a b+c/ü%20&x.tmx"])
def test_an_object_put_by_anybody_is_imported(stack: Stack, organization: Organization, name: str) -> None:
    key = put(stack, organization, name, tmx("a", "b", more=APPROVED))
    [outcome] = arrived(organization.admin, key)
    assert (outcome["state"], counts(outcome)) == ("done", (2, 0, 0))
    assert answer(organization.admin.get(f"{IMPORTS}/{outcome['importId']}")) == outcome
    assert _result(stack, key)["successful"] == 2
    entries = organization.admin.entries(username="import", approvalStates="approved")
    assert [entry["sourceText"] for entry in entries] == ["a", "b"]


def test_its_metadata_are_its_options(stack: Stack, organization: Organization) -> None:
    install(organization.admin, ("EngFra_Legal", "eng", "fra"))
    options = {"username": organization.user.email, "approve_all": "true", "apply_all": "true"}
    key = put(stack, organization, "memory.tmx", tmx("a"), **options)
    assert counts(arrived(organization.user, key)[0]) == (2, 0, 0)
    entries = organization.user.entries(approvalStates="approved")
    assert [entry["languagePairId"] for entry in entries] == [ENG_FRA, "EngFra_Legal"]


def test_another_file_at_the_same_place_is_another_import(stack: Stack, organization: Organization) -> None:
    key = put(stack, organization, "memory.tmx", tmx("a"))
    arrived(organization.admin, key)
    put(stack, organization, "memory.tmx", tmx("a", "b"))
    newest, oldest = arrived(organization.admin, key, at_least=2)
    assert (counts(newest), counts(oldest)) == ((1, 1, 0), (1, 0, 0))


def test_only_tmx_files_in_the_folder_of_an_organization_are_imported(
    stack: Stack, organization: Organization
) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["TransferBucket"]
    for key in (f"imports/{organization.organization_id}/notes.txt", "imports/loose.tmx", "elsewhere/a.tmx"):
        s3.put_object(Bucket=bucket, Key=key, Body=tmx("a"))
    arrived(organization.admin, put(stack, organization, "last.tmx", tmx("b")))
    time.sleep(0.3)
    assert [entry["sourceText"] for entry in organization.admin.entries()] == ["b"]
    assert len(answer(organization.admin.get(IMPORTS))["imports"]) == 1


# ── Who sees an import ──


def test_users_see_their_own_imports_and_admins_all(
    organization: Organization, another: Organization
) -> None:
    mine, other = begin(organization.user)["importId"], begin(organization.admin)["importId"]

    def listed(person: Person) -> list[str]:
        return [it["importId"] for it in answer(person.get(IMPORTS))["imports"]]

    assert listed(organization.user) == [mine]
    assert listed(organization.admin) == [other, mine]
    assert listed(another.admin) == []
    refusal(organization.user.get(f"{IMPORTS}/{other}"), 404)
    refusal(another.admin.get(f"{IMPORTS}/{mine}"), 404)


def test_an_import_in_a_request_can_be_looked_up_too(organization: Organization) -> None:
    answer(organization.user.import_tmx(tmx("a")))
    [record] = answer(organization.user.get(IMPORTS))["imports"]
    assert (record["state"], counts(record)) == ("done", (1, 0, 0))
    assert re.fullmatch(r"[0-9a-f-]{36}", record["importId"])


@pytest.mark.parametrize(
    "import_id", ["x", "00000000-0000-7000-8000-000000000000", "x" * 2000], ids=str.__len__
)
def test_an_import_that_never_was_is_not_found(bystanders: Organization, import_id: str) -> None:
    refusal(bystanders.admin.get(f"{IMPORTS}/{import_id}"), 404)
    refusal(bystanders.admin.get(f"{FEEDBACK}/exports/{import_id}"), 404)
