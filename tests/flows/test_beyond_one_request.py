"""Exports, imports and batch-deletes that outgrow one answer or one request's time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from lxml import etree

from local.stack import Stack
from tests.flows.organizations import (
    ENG_FRA,
    ENG_SPA,
    FEEDBACK,
    Organization,
    Person,
    answer,
    found,
    refusal,
    until_patience_ends,
)

EXPORT = f"{FEEDBACK}/export"
EXPORT_FIELDS = {"exportId", "state", "entries", "bytesWritten", "error", "created", "finished", "url"}


@pytest.fixture(scope="module")
def bulky(stack: Stack, http: requests.Session) -> Organization:
    """An organization whose export does not fit into one answer, though it has four entries."""
    organization = found(stack, http)
    for number in range(4):
        texts = {"sourceText": f"{number}" + "&" * 300_000, "suggestedTranslation": "b"}
        answer(organization.user.post(FEEDBACK, json={"languagePairId": ENG_FRA, **texts}))
    return organization


@contextmanager
def hurried(stack: Stack, function: str, seconds: int) -> Iterator[None]:
    """The function with this time-out in place of its own, and warm."""
    client, name = stack.client("lambda"), stack.resources[function]
    usual = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=seconds)
    try:
        requests.get(f"{stack.base_url}/api/v2/system/info", timeout=60)
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Timeout=usual)


@contextmanager
def idle(stack: Stack, function: str) -> Iterator[None]:
    """The worker does not look at its queue meanwhile."""
    client, name = stack.client("lambda"), stack.resources[function]
    [mapping] = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def units(content: bytes) -> list[etree._Element]:
    parser = etree.XMLParser(huge_tree=True)
    return etree.fromstring(content, parser).findall("body/tu")


def import_many(person: Person, count: int) -> requests.Response:
    unit = '<tu><tuv xml:lang="en"><seg>a {0}</seg></tuv><tuv xml:lang="fr"><seg>b {0}</seg></tuv></tu>'
    body = "\n".join(unit.format(number) for number in range(count))
    return person.import_tmx(f'<tmx version="1.4"><header srclang="en"/><body>{body}</body></tmx>'.encode())


def test_a_large_export_redirects_to_the_whole_file(bulky: Organization) -> None:
    redirect = bulky.admin.get(EXPORT, allow_redirects=False)
    assert redirect.status_code == 302
    assert "X-Amz-Signature" in parse_qs(urlsplit(redirect.headers["Location"]).query)
    downloaded = requests.get(redirect.headers["Location"], timeout=60)
    assert (downloaded.status_code, downloaded.headers["Content-Type"]) == (200, "text/x-tmx")
    assert [unit.findtext("tuv/seg", "")[0] for unit in units(downloaded.content)] == list("0123")


def test_curl_follows_the_redirect_with_its_key(bulky: Organization, tmp_path: Path) -> None:
    file = tmp_path / "export.tmx"
    key, address = bulky.user.key, bulky.user.base_url + EXPORT
    told = ["--write-out", "%{http_code} %{num_redirects} %{content_type}", "--output", str(file)]
    command = ["curl", "-q", "--silent", "--show-error", "--fail", "-L", "-u", f"{key}:", *told, address]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "200 1 text/x-tmx"
    assert len(units(file.read_bytes())) == 4


def test_the_file_needs_no_key_once_its_address_is_known(bulky: Organization) -> None:
    """curl keeps a key to the host it was meant for, which on AWS is another than the file's."""
    address = bulky.user.base_url.replace("127.0.0.1", "localhost") + EXPORT
    command = ["curl", "-q", "--silent", "--verbose", "-L", "-u", f"{bulky.user.key}:", address]
    ran = subprocess.run(command, capture_output=True, timeout=60, check=True)
    sent = [line for line in ran.stderr.decode().splitlines() if line.startswith("> ")]
    assert sum(line.startswith("> GET ") for line in sent) == 2
    assert sum(line.lower().startswith("> authorization:") for line in sent) == 1
    assert len(units(ran.stdout)) == 4


def test_an_export_that_takes_longer_than_a_request_is_found_later(stack: Stack, bulky: Organization) -> None:
    with hurried(stack, "TranslationFeedback", 3), idle(stack, "TmxExport"):
        accepted = bulky.user.get(EXPORT, allow_redirects=False)
    assert accepted.status_code == 202
    assert int(accepted.headers["Retry-After"]) > 0
    begun = accepted.json()
    assert set(begun) == EXPORT_FIELDS
    assert (begun["state"], begun["url"]) == ("running", "")
    path = f"{FEEDBACK}/exports/{begun['exportId']}"
    assert accepted.headers["Location"] == bulky.user.base_url + path
    done = bulky.user.when_over(path)
    assert (done["state"], done["entries"], done["error"]) == ("done", 4, "")
    assert done["created"] < done["finished"]
    content = requests.get(done["url"], timeout=60).content
    assert len(content) == done["bytesWritten"]
    assert len(units(content)) == 4
    _assert_is_seen_by_its_owner_and_admins(bulky, path)


def _assert_is_seen_by_its_owner_and_admins(organization: Organization, path: str) -> None:
    assert answer(organization.admin.get(path))["state"] == "done"
    with_admins_export = organization.admin.get(EXPORT, allow_redirects=False).headers["Location"]
    export_id = urlsplit(with_admins_export).path.rpartition("/")[2].removesuffix(".tmx")
    refusal(organization.user.get(f"{FEEDBACK}/exports/{export_id}"), 404)


def test_an_import_that_takes_longer_than_a_request_is_finished_later(
    stack: Stack, organization: Organization
) -> None:
    with hurried(stack, "TranslationFeedback", 2):
        accepted = import_many(organization.user, 2000)
    assert accepted.status_code == 202
    begun: dict[str, Any] = accepted.json()
    assert begun["state"] == "running"
    path = f"{FEEDBACK}/imports/{begun['importId']}"
    assert accepted.headers["Location"] == organization.user.base_url + path
    done = organization.user.when_over(path)
    assert (done["state"], done["successful"], done["duplicate"], done["invalid"]) == ("done", 2000, 0, 0)
    assert answer(organization.user.get(FEEDBACK))["totalItems"] == 2000


def test_a_batch_delete_that_takes_longer_than_a_request_is_over_for_readers_at_once(
    stack: Stack, organization: Organization
) -> None:
    admin, user = organization.admin, organization.user
    import_many(admin, 800)
    kept = user.give(languagePairId=ENG_SPA)
    gone = admin.entries(sourceText="a 7")[0]["feedbackId"]
    french = {"languagePairId": ENG_FRA}
    with hurried(stack, "TranslationFeedback", 5), idle(stack, "FeedbackDeletion"):
        assert answer(admin.delete(f"{FEEDBACK}/batch-delete", data=french)) == 800
        assert admin.entries() == admin.entries(username=user.email) == user.entries() == [kept]
        assert admin.entries(**french) == admin.entries(username=admin.email) == []
        assert admin.export().content.count(b"<tu ") == 1
        for response in (admin.get(f"{FEEDBACK}/{gone}"), admin.delete(f"{FEEDBACK}/{gone}")):
            refusal(response, 404)
        assert answer(admin.delete(f"{FEEDBACK}/batch-delete", data=french)) == 0
        given = user.give("a 7", "b 7")
        assert admin.entries(**french) == [given]
    until_it_can_be_removed = (
        admin.delete(f"/api/v2/language-pairs/{ENG_FRA}") for _ in until_patience_ends()
    )
    assert answer(user.delete(f"{FEEDBACK}/{given['feedbackId']}")) == given
    assert any(response.status_code == 200 for response in until_it_can_be_removed)
    assert admin.entries() == [kept]
