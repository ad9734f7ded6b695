"""Exports of a whole organization: everything that is its own, as JSON Lines, and nothing of anybody else's."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlparse

import boto3
import pytest
from hearback.organization import exporting, walking

from tests.functions.gateway import Product
from tests.functions.tasking import Desk, work

PAIR = "EngFra_Generic_SRV_TNMV_8_4_x_1"


def call(product: Product, method: str, path: str, key: str = "admin") -> tuple[int, Any]:
    return product.call(method, f"/api/v1/organization/{path}", key=key, function="organization")


def export(product: Product, key: str = "admin") -> dict[str, Any]:
    """The export when it is over."""
    status, begun = call(product, "POST", "exports", key)
    assert (status, begun["state"]) == (200, "running")
    work("lifecycle", "lifecycle")
    done = call(product, "GET", f"exports/{begun['exportId']}", key)[1]
    assert done["state"] == "done"
    return dict(done)


def records(done: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By kind, the lines of the files, fetched from where the links point."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in done["files"]:
        name = unquote(urlparse(file["url"]).path).lstrip("/").removeprefix("transfer/")
        body = boto3.client("s3").get_object(Bucket="transfer", Key=name)["Body"].read().decode()
        kind = file["name"].rpartition("-")[0]
        found.setdefault(kind, []).extend(json.loads(line) for line in body.splitlines())
    return found


def give(product: Product, key: str, source: str) -> None:
    body = f"languagePairId={PAIR}&sourceText={source}&suggestedTranslation=bonjour"
    assert product.call("POST", "/api/v2/feedback", body, key)[0] == 200


def test_it_holds_everything_of_the_organization_and_nothing_of_another(desk: Desk) -> None:
    product, team = desk.team.product, desk.team
    give(product, "user", "mine")
    give(product, "other_admin", "theirs")
    entry = team.taken()
    team.annotator.post("annotations", {"annotation": {"label": "car"}, "dimensions": {}}, entry=entry)
    task = desk.task()
    vote = "ApiVersion=5.4&ContentType=review&ContentId=p1&FeedbackType=helpfulness&Vote=Positive&UserId=ann"
    product.call("POST", "/data/submitfeedback.json", vote, "user", "content_feedback")
    done = export(product)
    found = records(done)
    assert {kind: len(lines) for kind, lines in found.items()} == done["records"]
    assert [each["source"] for each in found["translation_feedback"]] == ["mine"]
    assert [each["annotation"] for each in found["annotations"]] == [{"label": "car"}]
    assert [each["id"] for each in found["dataset_entries"]] == [entry]
    assert [(each["id"], each["data"]) for each in found["tasks"]] == [(task, {"url": "s3://1"})]
    assert [each["user"] for each in found["content_votes"]] == ["ann"]
    assert {"accounts", "keys", "organization", "language_pairs", "projects", "datasets", "audit"} <= set(
        found
    )
    assert "globex" not in json.dumps(found)
    assert len(found["project_members"]) == 6


def test_no_secret_leaves_with_it(desk: Desk) -> None:
    product = desk.team.product
    text = json.dumps(records(export(product)))
    assert "hash" not in text
    assert not [key for key in product.keys.values() if key in text or key.rpartition("_")[2] in text]


def test_every_record_is_in_it_once_however_small_its_pieces(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PIECE", 3)
    monkeypatch.setattr(exporting, "PIECE", 500)
    for number in range(8):
        give(product, "user", f"text {number}")
    done = export(product)
    found = records(done)
    for lines in found.values():
        keys = [each["key"] for each in lines]
        assert len(keys) == len(set(keys))
    assert sorted(each["source"] for each in found["translation_feedback"]) == [f"text {n}" for n in range(8)]
    assert len(done["files"]) > len(found)


def test_a_list_of_exports_has_no_links(product: Product) -> None:
    done = export(product)
    (listed,) = call(product, "GET", "exports")[1]["exports"]
    assert listed == {name: value for name, value in done.items() if name != "files"}


def test_an_export_is_an_admins_and_of_their_organization_alone(product: Product) -> None:
    assert call(product, "POST", "exports", "user")[0] == 403
    done = export(product)
    assert call(product, "GET", f"exports/{done['exportId']}", "user")[0] == 403
    assert call(product, "GET", f"exports/{done['exportId']}", "other_admin")[0] == 404
