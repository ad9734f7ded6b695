"""An object that somebody puts into the bucket is imported. Collected when HEARBACK_STACK names the stack."""

from __future__ import annotations

import uuid
from typing import Any

from tests.deployed.account import Account
from tests.deployed.files import tmx
from tests.deployed.stack import Deployed, patiently


def test_an_object_put_into_the_bucket_is_imported(deployed: Deployed, account: Account, pair: str) -> None:
    organization = deployed.told("GET", "/api/v1/access/me")["organizationId"]
    file = {
        "Bucket": account.output("TransferBucket"),
        "Key": f"imports/{organization}/smoke-{uuid.uuid4().hex}.tmx",
    }
    s3 = account.client("s3")
    s3.put_object(**file, Body=tmx(pair))
    outcome = _arrived(deployed, file["Key"])
    s3.delete_object(**file)
    assert (outcome["state"], outcome["unitsRead"]) == ("done", 1)


def _arrived(deployed: Deployed, key: str) -> dict[str, Any]:
    for _ in patiently():
        if found := [it for it in deployed.imports() if it["file"] == key and it["finished"]]:
            return found[0]
    raise AssertionError(f"{key} was not imported")
