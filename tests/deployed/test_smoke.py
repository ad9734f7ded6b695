"""A deployed stack answers, by what only the real gateway, bucket and queues can tell.

    HEARBACK_URL=https://….execute-api.eu-central-1.amazonaws.com/v1 HEARBACK_KEY=hb_… make smoke

It leaves nothing behind, and says so at its end: what it makes, it removes. The records of its imports and the
files that it uploads expire by themselves.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree

from tests.deployed.files import tmx
from tests.deployed.stack import Deployed, patiently

UPLOADS = "/api/v2/feedback/import/uploads"
FAMILIES = {
    "/api/v2": "application/json",
    "/api/v1/access": "application/json",
    "/api/v1/organization": "application/json",
    "/api/v1/dataset": "application/vnd.api+json",
    "/v2/projects": "application/json",
    "/data": "application/json",
}
"""The prefix of each family, and the media type of its errors."""


# ── The gateway ──


def test_it_says_what_it_is(deployed: Deployed) -> None:
    assert deployed.told("GET", "/api/v2/system/info", auth=None)["product"] == "Hearback"


def test_there_is_no_second_stage(deployed: Deployed) -> None:
    """SAM adds one called `Stage` to an API without `OpenApiVersion`; it would have no throttle."""
    host = urlsplit(deployed.url)
    answer = requests.get(f"{host.scheme}://{host.netloc}/Stage/api/v2/system/info", timeout=30)
    assert answer.status_code in (403, 404)


def test_a_refused_caller_is_told_how_to_sign_in(deployed: Deployed) -> None:
    answer = deployed.ask("GET", "/api/v2/feedback", auth=None)
    assert answer.status_code == 401
    names = {"www-authenticate", "x-amzn-remapped-www-authenticate"}  # API Gateway renames it
    assert names & {name.lower() for name in answer.headers}


@pytest.mark.parametrize("prefix", FAMILIES)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_an_unknown_path_is_answered_in_its_familys_form_alone(
    deployed: Deployed, prefix: str, method: str
) -> None:
    answer = deployed.ask(method, f"{prefix}/no/such/route")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].split(";")[0] == FAMILIES[prefix]
    assert _form(answer.json()) == _form_of(prefix)


def _form(document: dict[str, object]) -> set[str]:
    return set(document) & {"error", "errors", "Errors"}


def _form_of(prefix: str) -> set[str]:
    return {"/data": {"Errors"}, "/v2/projects": {"errors"}, "/api/v1/dataset": {"errors"}}.get(
        prefix, {"error"}
    )


def test_the_content_family_refuses_in_xml_where_xml_is_asked_for(deployed: Deployed) -> None:
    answer = deployed.ask("GET", "/data/nowhere.xml")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (404, "application/xml")
    assert "ERROR_UNSUPPORTED" in str(etree.fromstring(answer.content).xpath("string()"))


@pytest.mark.parametrize(
    ("path", "status", "allowed"),
    [
        ("/api/v2/feedback", 404, None),
        ("/api/v1/access/me", 404, None),
        ("/api/v1/organization/audit", 404, None),
        ("/api/v1/dataset/projects", 405, {"GET", "POST"}),
        ("/v2/projects/1/tasks.json", 405, {"GET", "POST"}),
        ("/data/feedback.json", 405, {"GET"}),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_a_method_that_an_address_does_not_take_is_refused_in_its_familys_form_alone(
    deployed: Deployed, path: str, status: int, allowed: set[str] | None, method: str
) -> None:
    answer = deployed.ask(method, path)
    prefix = next(prefix for prefix in FAMILIES if path.startswith(f"{prefix}/"))
    assert answer.status_code == status
    assert answer.headers["Content-Type"].split(";")[0] == FAMILIES[prefix]
    assert allowed is None or set(answer.headers["Allow"].split(", ")) == allowed
    assert _form(answer.json()) == _form_of(prefix)


def test_below_no_family_every_family_can_read_the_answer(deployed: Deployed) -> None:
    answer = deployed.ask("GET", "/no/such/route")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)


@pytest.mark.parametrize(
    "path", ["/api/v2/feedback", "/api/v1/dataset/projects", "/v2/projects/1/tasks.json"]
)
def test_an_answer_to_head_has_its_familys_media_type_and_no_body(deployed: Deployed, path: str) -> None:
    answer = deployed.ask("HEAD", path)
    prefix = next(prefix for prefix in FAMILIES if path.startswith(f"{prefix}/"))
    assert answer.status_code in (200, 404, 405)
    assert (answer.headers["Content-Type"].split(";")[0], answer.content) == (FAMILIES[prefix], b"")


@pytest.mark.parametrize("page", ["/console", "/docs"])
def test_a_page_may_be_asked_for_without_its_body(deployed: Deployed, page: str) -> None:
    answer = deployed.ask("HEAD", page, auth=None)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_body_beyond_the_limit_is_refused(deployed: Deployed) -> None:
    """By the gateway's listener, which knows no family: in plain text."""
    answer = deployed.ask("POST", "/api/v2/feedback", data=b"x" * (10 * 1024 * 1024 + 1024))
    assert answer.status_code == 413
    assert "10485760" in answer.text


def test_a_file_beyond_what_a_function_takes_is_refused_in_the_familys_form(deployed: Deployed) -> None:
    """In base64, as the gateway passes it on, it is larger than the 6 MB of a call."""
    file = {"file": ("a.tmx", b"x" * (5 * 1024 * 1024))}
    answer = deployed.ask("POST", "/api/v2/feedback/import", files=file)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, 413)


def test_a_long_address_is_refused_and_a_shorter_one_is_not(deployed: Deployed) -> None:
    assert deployed.ask("GET", f"/api/v2/feedback?unknown={'x' * 6000}").status_code == 200
    answer = deployed.ask("GET", f"/api/v2/feedback?unknown={'x' * 10_300}")
    assert answer.status_code in (400, 413, 414, 431)  # AWS's manual names the limit, and no status


def test_an_answer_beyond_what_a_function_gives_is_refused_or_packed(
    deployed: Deployed, large_pair: str
) -> None:
    listed = {"params": {"languagePairId": large_pair}}
    plain = deployed.ask("GET", "/api/v2/feedback", headers={"Accept-Encoding": "identity"}, **listed)
    assert (plain.status_code, plain.json()["error"]["code"]) == (413, 413)
    packed = deployed.ask("GET", "/api/v2/feedback", headers={"Accept-Encoding": "gzip"}, **listed)
    assert (packed.status_code, len(packed.json()["feedback"])) == (200, 19)


# ── Pages and documents ──


@pytest.mark.parametrize("path", ["/console", "/docs"])
def test_a_page_is_served(deployed: Deployed, path: str) -> None:
    answer = deployed.ask("GET", path, auth=None)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/html")


def test_the_reference_is_served(deployed: Deployed) -> None:
    assert deployed.told("GET", "/openapi.json", auth=None)["openapi"].startswith("3.")


# ── The families ──


def test_an_entry_lives_and_dies(deployed: Deployed, pair: str) -> None:
    form = {"languagePairId": pair, "sourceText": "hello", "suggestedTranslation": "bonjour"}
    entry = deployed.told("POST", "/api/v2/feedback", data=form)
    address = f"/api/v2/feedback/{entry['feedbackId']}"
    assert deployed.told("GET", address) == entry
    assert deployed.told("DELETE", address) == entry
    assert deployed.ask("GET", address).status_code == 404


def test_content_feedback_can_be_looked_at(deployed: Deployed) -> None:
    about = {"PassKey": deployed.key, "ContentType": "review", "ContentId": uuid.uuid4().hex}
    answer = deployed.told("GET", "/data/feedback.json", params=about)
    assert {"HasErrors", "Errors"} <= set(answer)  # a strict client does not know this content


def test_an_approved_task_is_told_to_the_receiver(deployed: Deployed, project: dict[str, Any]) -> None:
    """It takes it by an answer of 2xx."""
    number, query = project["attributes"]["task_project_id"], {"access_key": deployed.key}
    tasks = f"/v2/projects/{number}"
    new = {"task": {"data": {"url": "https://images.example/1.jpg"}, "submit": True}}
    task = deployed.told("POST", f"{tasks}/tasks.json", auth=None, params=query, json=new)["task"]
    deployed.told("PUT", f"{tasks}/tasks/{task['id']}/approve.json", auth=None, params=query)
    for _ in patiently():
        found = deployed.told("GET", f"{tasks}/callbacks.json", auth=None, params=query)["callbacks"]
        if found and found[0]["state"] == "delivered":
            return
    raise AssertionError(found)


# ── Files ──


def test_an_upload_by_form_starts_an_import(deployed: Deployed, pair: str) -> None:
    upload = deployed.told("POST", UPLOADS)
    deployed.begun.add(upload["importId"])
    sent = requests.post(
        upload["url"], data=upload["fields"], files={"file": ("a.tmx", tmx(pair))}, timeout=60
    )
    assert sent.status_code == 204
    outcome = deployed.until(f"/api/v2/feedback/imports/{upload['importId']}", "state", "done", "failed")
    assert (outcome["state"], outcome["unitsRead"]) == ("done", 1)


def test_an_upload_in_parts_starts_an_import(deployed: Deployed, pair: str) -> None:
    data = tmx(pair, padding=9 << 20)
    begun = deployed.told("POST", UPLOADS, data={"sizeInBytes": str(len(data))})
    deployed.begun.add(begun["importId"])
    size = 8 << 20
    for part in begun["parts"]:
        at = (part["partNumber"] - 1) * size
        assert requests.put(part["url"], data=data[at : at + size], timeout=120).status_code == 200
    deployed.told("POST", f"{UPLOADS}/{begun['importId']}/complete")
    outcome = deployed.until(f"/api/v2/feedback/imports/{begun['importId']}", "state", "done", "failed")
    assert (outcome["state"], outcome["unitsRead"]) == ("done", 1)


def test_a_small_export_is_the_answer_itself(deployed: Deployed, pair: str) -> None:
    form = {"languagePairId": pair, "sourceText": "hello", "suggestedTranslation": "bonjour"}
    deployed.told("POST", "/api/v2/feedback", data=form)
    answer = deployed.ask("GET", "/api/v2/feedback/export", params={"languagePairId": pair})
    assert answer.status_code == 200
    assert b"bonjour" in answer.content


def test_an_export_beyond_one_answer_is_downloaded_from_the_bucket(
    deployed: Deployed, large_pair: str
) -> None:
    wanted: dict[str, Any] = {"params": {"languagePairId": large_pair}, "allow_redirects": False}
    answer = deployed.ask("GET", "/api/v2/feedback/export", **wanted)
    assert answer.status_code in (202, 302)  # ready while the gateway waits, or later
    file = requests.get(_link(deployed, answer), timeout=120)
    assert (file.status_code, file.content.count(b"</tu>")) == (200, 19)


def _link(deployed: Deployed, answer: requests.Response) -> str:
    if answer.status_code == 302:
        return answer.headers["Location"]
    path = f"/api/v2/feedback/exports/{answer.json()['exportId']}"
    return str(deployed.until(path, "state", "done", "failed")["url"])
