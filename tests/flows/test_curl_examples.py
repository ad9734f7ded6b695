"""Every curl example of the API reference, run by curl, gives the answer that the reference documents.

Adapted are the host, the key, and the ids of entries, which must exist.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.flows.organizations import ENG_FRA, FEEDBACK, Organization

TIMESTAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}Z"
SOURCE = "This is a sample input text."
MACHINE = "C'est un exemple de texte d'entrée."
SUGGESTED = "Ceci est un exemple de texte d'entrée."
COMMENT = "This is a sample feedback entry for documentation."

Curl = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def curl(organization: Organization) -> Curl:
    """`curl BASE/path … -u KEY:`, as an admin."""

    def run(path: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        admin = organization.admin
        # -q: no .curlrc; --fail-with-body: an error status ends the command with an error.
        command = ["curl", "-q", "--silent", "--show-error", "--fail-with-body", admin.base_url + path]
        command += ["-u", f"{admin.key}:", *options]
        return subprocess.run(command, capture_output=True, check=True, timeout=60)

    return run


@pytest.fixture
def given(organization: Organization) -> dict[str, Any]:
    """The entry of the examples."""
    return organization.admin.give(SOURCE, SUGGESTED, machineTranslation=MACHINE, comment=COMMENT)


def _create_options() -> list[str]:
    encoded = {"machineTranslation": MACHINE, "sourceText": SOURCE, "suggestedTranslation": SUGGESTED}
    options = ["-X", "POST", "-d", f"languagePairId={ENG_FRA}"]
    for name, value in encoded.items():
        options += ["--data-urlencode", f"{name}={value}"]
    return options


def _assert_is_feedback(document: dict[str, Any], **expected: str) -> None:
    """The documented attributes, no others, in the documented types and formats."""
    texts = {
        "feedbackId", "languagePairId", "username", "sourceText", "machineTranslation",
        "suggestedTranslation", "comment", "approvalState", "reviewer",
    }  # fmt: skip
    assert set(document) == texts | {"timestamps"}
    assert all(isinstance(document[name], str) for name in texts)
    assert re.fullmatch(r"[1-9]\d*", document["feedbackId"])
    assert set(document["timestamps"]) == {"reviewed", "created", "modified"}
    assert re.fullmatch(TIMESTAMP, document["timestamps"]["created"])
    assert re.fullmatch(TIMESTAMP, document["timestamps"]["modified"])
    assert re.fullmatch(f"({TIMESTAMP})?", document["timestamps"]["reviewed"])
    assert {name: document[name] for name in expected} == expected


def test_list_feedback_entries(curl: Curl, given: dict[str, Any], organization: Organization) -> None:
    listed = json.loads(curl(FEEDBACK, "-X", "GET").stdout)
    assert listed == {"feedback": [given], "page": 1, "perPage": 25, "totalPages": 1, "totalItems": 1}
    assert all(type(listed[name]) is int for name in ("page", "perPage", "totalPages", "totalItems"))
    _assert_is_feedback(
        listed["feedback"][0],
        languagePairId=ENG_FRA,
        username=organization.admin.email,
        sourceText=SOURCE,
        machineTranslation=MACHINE,
        suggestedTranslation=SUGGESTED,
        comment=COMMENT,
        approvalState="awaitingApproval",
        reviewer="",
    )


def test_create_a_feedback_entry(curl: Curl, organization: Organization) -> None:
    created = json.loads(curl(FEEDBACK, *_create_options()).stdout)
    _assert_is_feedback(
        created,
        languagePairId=ENG_FRA,
        username=organization.admin.email,
        sourceText=SOURCE,
        machineTranslation=MACHINE,
        suggestedTranslation=SUGGESTED,
        comment="",
        approvalState="awaitingApproval",
        reviewer="",
    )
    assert created["timestamps"]["reviewed"] == ""
    assert created["timestamps"]["created"] == created["timestamps"]["modified"]
    assert organization.admin.entries() == [created]


def test_retrieve_a_feedback_entry(curl: Curl, given: dict[str, Any]) -> None:
    assert json.loads(curl(f"{FEEDBACK}/{given['feedbackId']}", "-X", "GET").stdout) == given


def test_update_a_feedback_entry(curl: Curl, given: dict[str, Any], organization: Organization) -> None:
    suggested = ["--data-urlencode", f"suggestedTranslation={SUGGESTED}"]
    change = ["-X", "PUT", "-d", "approvalState=approved", *suggested]
    updated = json.loads(curl(f"{FEEDBACK}/{given['feedbackId']}", *change).stdout)
    _assert_is_feedback(updated, approvalState="approved", reviewer=organization.admin.email)
    times = updated["timestamps"]
    assert times["reviewed"] == times["modified"] > times["created"] == given["timestamps"]["created"]
    changed = {"approvalState", "reviewer", "timestamps"}
    assert {n: v for n, v in updated.items() if n not in changed} == {
        n: v for n, v in given.items() if n not in changed
    }


def test_export_feedback_entries(curl: Curl, given: dict[str, Any], organization: Organization) -> None:
    organization.admin.put(f"{FEEDBACK}/{given['feedbackId']}", data={"approvalState": "approved"})
    exported = curl(f"{FEEDBACK}/export", "-X", "GET", "-w", "%{stderr}%{content_type}")
    assert exported.stderr.decode().partition(";")[0] == "text/x-tmx"
    tmx = etree.fromstring(exported.stdout)
    assert (tmx.tag, tmx.items()) == ("tmx", [("version", "1.4")])
    header = tmx.find("header")
    assert header is not None
    assert set(header.attrib) == {
        "creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype",
    }  # fmt: skip
    told = [header.get(name) for name in ("srclang", "segtype", "datatype")]
    assert told == ["en", "sentence", "plaintext"]
    _assert_is_the_documented_unit(tmx.findall("body/tu"), organization.admin.email)


def _assert_is_the_documented_unit(units: list[etree._Element], admin: str) -> None:
    [unit] = units
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert unit.items() == [("srclang", "en")]
    assert [(dict(tuv.items()), tuv.findtext("seg")) for tuv in unit.findall("tuv")] == [
        ({language: "en"}, SOURCE),
        ({language: "fr"}, SUGGESTED),
        ({language: "fr", "creationid": "MT!"}, MACHINE),
    ]
    assert [note.text for note in unit.findall("note")] == [COMMENT]
    props = {str(prop.get("type")): prop.text or "" for prop in unit.findall("prop")}
    times = {name: props.pop(name) for name in ("review_date", "creation_date", "last_modification_date")}
    assert all(re.fullmatch(TIMESTAMP, time) for time in times.values())
    assert props == {
        "language_pair_id": ENG_FRA,
        "username": admin,
        "approval_state": "approved",
        "reviewer": admin,
    }


def test_import_feedback_entries(curl: Curl, given: dict[str, Any], tmp_path: Path) -> None:
    unit = '<tu><tuv xml:lang="en"><seg>{}</seg></tuv><tuv xml:lang="{}"><seg>{}</seg></tuv></tu>'
    units = [unit.format(f"source {n}", "fr", f"cible {n}") for n in range(10)]
    units += [unit.format("source 1", "fr", "cible 1"), unit.format(SOURCE, "fr", SUGGESTED)]
    units += [unit.format("source", "fi", "kohde")]
    file = tmp_path / "memory.tmx"
    body = f'<tmx version="1.4"><header srclang="en"/><body>{"".join(units)}</body></tmx>'
    file.write_text(body, encoding="utf-8")
    form = ["-X", "POST", "-H", "Content-Type: multipart/form-data", "-F", f"file=@{file}"]
    imported = json.loads(curl(f"{FEEDBACK}/import", *form).stdout)
    warnings = imported.pop("warnings")
    assert imported == {"successful": 10, "duplicate": 2, "invalid": 1}
    [reason] = [warning.partition(": ")[2] for warning in warnings]
    assert reason == "no valid language pairs could be determined"


def test_delete_a_feedback_entry(curl: Curl, given: dict[str, Any], organization: Organization) -> None:
    deleted = json.loads(curl(f"{FEEDBACK}/{given['feedbackId']}", "-X", "DELETE").stdout)
    _assert_is_feedback(deleted)
    assert deleted == given
    assert organization.admin.entries() == []


def test_delete_feedback_entries(curl: Curl, given: dict[str, Any], organization: Organization) -> None:
    deleted = curl(f"{FEEDBACK}/batch-delete", "-X", "DELETE", "-d", f"feedbackIds={given['feedbackId']}")
    assert deleted.stdout == b"1"
    assert organization.admin.entries() == []
