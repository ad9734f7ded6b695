"""A deployed stack answers, by what only the real gateway, bucket and queues can tell.

    HEARBACK_URL=https://….execute-api.eu-central-1.amazonaws.com/v1 HEARBACK_KEY=hb_… make smoke

It leaves nothing behind: what it makes, it removes. The records of its imports and exports expire by themselves.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree

from tests.deployed.conftest import PATIENCE, Deployed

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


def tmx(pair: str, padding: int = 0) -> bytes:
    """One unit for this pair, and so many bytes of comment."""
    property = f'<prop type="language_pair_id">{pair}</prop>'
    unit = f'<tu>{property}<tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="fr"><seg>b</seg></tuv></tu>'
    comment = "<!-- padding -->" * (padding // 16)
    return f'<tmx version="1.4"><header srclang="en"/><body>{comment}{unit}</body></tmx>'.encode()


@pytest.fixture
def project(deployed: Deployed) -> Iterator[dict[str, Any]]:
    """A project that calls HEARBACK_RECEIVER back; removed with its tasks."""
    headers = {"Content-Type": "application/vnd.api+json"}
    callback = {"delivery_callback": {"url": os.environ["HEARBACK_RECEIVER"]}}
    attributes = {
        "name": f"Smoke {uuid.uuid4().hex[:12]}",
        "input_schema": {},
        "answer_schema": {},
        **callback,
    }
    document = {"data": {"type": "dataset:projects", "attributes": attributes}}
    signed = {"auth": None, "headers": headers | {"Authorization": f"Bearer {deployed.key}"}}
    made = deployed.told("POST", "/api/v1/dataset/projects", json=document, **signed)["data"]
    yield made
    gone = deployed.ask("DELETE", f"/api/v1/dataset/projects/{made['id']}", **signed)
    assert gone.status_code in (200, 202, 204)


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


def test_a_method_that_an_address_does_not_take_is_refused_with_those_that_it_takes(
    deployed: Deployed,
) -> None:
    answer = deployed.ask("DELETE", "/api/v1/dataset/projects")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_below_no_family_every_family_can_read_the_answer(deployed: Deployed) -> None:
    answer = deployed.ask("GET", "/no/such/route")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)


def test_head_and_options_are_answered_without_a_fault(deployed: Deployed) -> None:
    for method in ("HEAD", "OPTIONS"):
        assert deployed.ask(method, "/api/v1/dataset/projects").status_code < 500


def test_a_body_beyond_the_limit_is_refused(deployed: Deployed) -> None:
    answer = deployed.ask("POST", "/api/v2/feedback", data=b"x" * (10 * 1024 * 1024 + 1024))
    assert answer.status_code == 413


def test_a_long_address_is_refused_and_a_shorter_one_is_not(deployed: Deployed) -> None:
    assert deployed.ask("GET", f"/api/v2/feedback?unknown={'x' * 6000}").status_code == 200


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
    """HEARBACK_RECEIVER takes it, by an answer of 2xx."""
    number, query = project["attributes"]["task_project_id"], {"access_key": deployed.key}
    tasks = f"/v2/projects/{number}"
    new = {"task": {"data": {"url": "https://images.example/1.jpg"}, "submit": True}}
    task = deployed.told("POST", f"{tasks}/tasks.json", auth=None, params=query, json=new)["task"]
    deployed.told("PUT", f"{tasks}/tasks/{task['id']}/approve.json", auth=None, params=query)
    deadline = time.monotonic() + PATIENCE
    while not (
        found := deployed.told("GET", f"{tasks}/callbacks.json", auth=None, params=query)["callbacks"]
    ) or (found[0]["state"] != "delivered"):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


# ── Files ──


def test_an_upload_by_form_starts_an_import(deployed: Deployed, pair: str) -> None:
    upload = deployed.told("POST", UPLOADS)
    sent = requests.post(
        upload["url"], data=upload["fields"], files={"file": ("a.tmx", tmx(pair))}, timeout=60
    )
    assert sent.status_code == 204
    outcome = deployed.until(f"/api/v2/feedback/imports/{upload['importId']}", "state", "done", "failed")
    assert (outcome["state"], outcome["unitsRead"]) == ("done", 1)


def test_an_upload_in_parts_starts_an_import(deployed: Deployed, pair: str) -> None:
    data = tmx(pair, padding=9 << 20)
    begun = deployed.told("POST", UPLOADS, data={"sizeInBytes": str(len(data))})
    size = 8 << 20
    for part in begun["parts"]:
        at = (part["partNumber"] - 1) * size
        assert requests.put(part["url"], data=data[at : at + size], timeout=120).status_code == 200
    deployed.told("POST", f"{UPLOADS}/{begun['importId']}/complete")
    outcome = deployed.until(f"/api/v2/feedback/imports/{begun['importId']}", "state", "done", "failed")
    assert (outcome["state"], outcome["unitsRead"]) == ("done", 1)


def test_an_export_can_be_downloaded(deployed: Deployed, pair: str) -> None:
    form = {"languagePairId": pair, "sourceText": "hello", "suggestedTranslation": "bonjour"}
    deployed.told("POST", "/api/v2/feedback", data=form)
    answer = deployed.ask("GET", "/api/v2/feedback/export", params={"languagePairId": pair})
    assert answer.status_code == 200
    assert b"bonjour" in answer.content
