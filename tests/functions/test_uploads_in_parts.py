"""Files that come in parts: which are there, where the others go, and when they are one file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from hearback.settings import settings
from hearback.translation import arriving, imports, uploads

from tests.functions.gateway import Product

UPLOADS = "/api/v2/feedback/import/uploads"
PARTS = 2 * (8 << 20) + 1
"""Bytes of a file of three parts."""


def send(part: dict[str, Any], content: bytes = b"") -> None:
    """What S3 does with a request to the part's address: moto does not check what is signed."""
    address = urlsplit(part["url"])
    query = parse_qs(address.query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host"]
    boto3.client("s3").upload_part(
        Bucket="transfer",
        Key=address.path.removeprefix("/").removeprefix("transfer/"),
        UploadId=query["uploadId"][0],
        PartNumber=int(query["partNumber"][0]),
        Body=content or b"x" * part["sizeInBytes"],
    )


def begin(product: Product, key: str = "admin", size: int = PARTS) -> dict[str, Any]:
    status, begun = product.call("POST", UPLOADS, f"sizeInBytes={size}&approveAll=true", key)
    assert status == 200, begun
    return dict(begun)


def test_an_upload_in_parts_has_an_address_for_each(product: Product) -> None:
    begun = begin(product)
    assert (begun["sizeInBytes"], begun["partSizeInBytes"], begun["maxSizeInMB"]) == (PARTS, 8 << 20, 1024)
    sizes = [(part["partNumber"], part["sizeInBytes"]) for part in begun["parts"]]
    assert sizes == [(1, 8 << 20), (2, 8 << 20), (3, 1)]
    assert len(begin(product, size=1 << 30)["parts"]) == 128


@pytest.mark.parametrize("size", [0, -1, (1 << 30) + 1, "much", ""])
def test_an_upload_in_parts_is_of_a_size_that_is_taken(product: Product, size: Any) -> None:
    status, error = product.call("POST", UPLOADS, f"sizeInBytes={size}")
    assert (status, error["error"]["code"]) == (400, 400)


def test_without_a_size_the_upload_is_a_form(product: Product) -> None:
    assert set(product.call("POST", UPLOADS)[1]) == {"importId", "url", "fields", "maxSizeInMB"}


def test_an_upload_tells_which_parts_are_there_and_where_the_others_go(product: Product) -> None:
    begun = begin(product)
    send(begun["parts"][1])
    status, told = product.call("GET", f"{UPLOADS}/{begun['importId']}")
    assert (status, told["state"], told["sizeInBytes"], told["partSizeInBytes"]) == (
        200,
        "waiting",
        PARTS,
        8 << 20,
    )
    (there,) = told["parts"]
    assert (there["partNumber"], there["sizeInBytes"], len(there["etag"])) == (2, 8 << 20, 32)
    assert [part["partNumber"] for part in told["missing"]] == [1, 3]
    assert all(part["url"] for part in told["missing"])


def test_a_part_of_another_size_than_announced_is_missing_still(product: Product) -> None:
    begun = begin(product)
    send(begun["parts"][2], b"xy")
    told = product.call("GET", f"{UPLOADS}/{begun['importId']}")[1]
    assert (told["parts"][0]["sizeInBytes"], [part["partNumber"] for part in told["missing"]]) == (
        2,
        [1, 2, 3],
    )


def test_an_upload_is_not_completed_before_every_part_is_there(product: Product) -> None:
    begun = begin(product)
    send(begun["parts"][1])
    status, error = product.call("POST", f"{UPLOADS}/{begun['importId']}/complete")
    assert (status, error["error"]["code"], error["error"]["details"]) == (400, 400, "missing parts: 1, 3")


def test_a_completed_upload_is_one_object_with_the_options_of_its_beginning(product: Product) -> None:
    begun = begin(product, "user")
    for part in begun["parts"]:
        send(part)
    path = f"{UPLOADS}/{begun['importId']}"
    status, document = product.call("POST", f"{path}/complete", key="user")
    assert (status, document["state"], document["size"]) == (200, "waiting", PARTS)
    head = boto3.client("s3").head_object(Bucket="transfer", Key=document["file"])
    assert head["ContentLength"] == PARTS
    assert head["Metadata"] == {
        "username": "user@acme.example",
        "manages": "false",
        "apply-all": "false",
        "approve-all": "false",
    }
    assert product.call("POST", f"{path}/complete", key="user") == (200, document)
    told = product.call("GET", path, key="user")[1]
    assert (told["state"], told["parts"], told["missing"]) == ("waiting", [], [])


def test_whoever_completes_an_upload_meanwhile_does_no_harm(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(product)
    for part in begun["parts"]:
        send(part)
    path, before = f"{UPLOADS}/{begun['importId']}/complete", uploads._put_together

    def overtaken(upload: uploads.Upload) -> None:
        before(upload)
        before(upload)

    monkeypatch.setattr(uploads, "_put_together", overtaken)
    assert product.call("POST", path)[0] == 200


def test_an_import_that_runs_needs_no_part_any_more(product: Product) -> None:
    begun = begin(product)
    record = imports.find("acme", begun["importId"])
    assert record
    head = {"ETag": '"e"', "ContentLength": PARTS}
    assert arriving._begin(record, head, record.created)
    path = f"{UPLOADS}/{begun['importId']}"
    assert product.call("POST", f"{path}/complete")[1]["state"] == "running"
    told = product.call("GET", path)[1]
    assert (told["state"], told["parts"], told["missing"]) == ("running", [], [])


def test_an_upload_that_s3_has_given_up_is_gone(product: Product) -> None:
    begun = begin(product)
    record = imports.find("acme", begun["importId"])
    assert record
    boto3.client("s3").abort_multipart_upload(
        Bucket=settings().transfer_bucket, Key=record.object_key, UploadId=record.upload_id
    )
    path = f"{UPLOADS}/{begun['importId']}"
    for method, address in (("GET", path), ("POST", f"{path}/complete")):
        status, error = product.call(method, address)
        assert (status, "Begin another" in error["error"]["details"]) == (404, True)


def test_an_upload_is_its_beginners_and_an_admins(product: Product) -> None:
    theirs, mine = begin(product)["importId"], begin(product, "user")["importId"]
    for method, address in (("GET", "{}"), ("POST", "{}/complete")):
        path = f"{UPLOADS}/{address}"
        assert product.call(method, path.format(theirs), key="user")[0] == 404
        assert product.call(method, path.format(mine), key="other_admin")[0] == 404
        assert product.call(method, path.format(mine))[0] == (200 if method == "GET" else 400)


def test_a_form_has_no_parts(product: Product) -> None:
    begun = product.call("POST", UPLOADS)[1]
    for method, address in (("GET", ""), ("POST", "/complete")):
        status, error = product.call(method, f"{UPLOADS}/{begun['importId']}{address}")
        assert (status, error["error"]["message"]) == (400, "The file of this import does not come in parts.")
