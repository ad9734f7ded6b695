"""The deployed stack that the environment names: HEARBACK_URL, its base URL, and HEARBACK_KEY, an admin's key.

HEARBACK_RECEIVER  an address that takes callbacks by any 2xx and that the stack can reach;
                   of a stack on this machine (127.0.0.1, localhost) the tests bring one of their own
HEARBACK_STACK     the CloudFormation stack's name: with it and the AWS credentials of the environment, its bucket,
                   alarms and metrics are looked at too. An emulator is named by AWS_ENDPOINT_URL
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.deployed.account import Account
from tests.deployed.stack import OURS, Deployed, is_here, told
from tests.unit.callbacks.receiver import Receiver, answering

# Read before the common conftest takes the account out of the environment.
ACCOUNT = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
IN_THE_ACCOUNT = ["test_arriving.py", "test_monitoring.py"]
BY_CLOUDWATCH = "test_the_products_own_metrics_arrive"
"""CloudWatch makes metrics of what functions print; no emulator does."""

collect_ignore = [] if os.environ.get("HEARBACK_STACK") else IN_THE_ACCOUNT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and say so, what no emulator can show."""
    left_out = [item for item in items if item.name == BY_CLOUDWATCH and "AWS_ENDPOINT_URL" in ACCOUNT]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def deployed() -> Deployed:
    return Deployed(told("HEARBACK_URL"), told("HEARBACK_KEY"))


@pytest.fixture(scope="session")
def receiver(deployed: Deployed) -> Iterator[str]:
    """The address that takes callbacks."""
    if "HEARBACK_RECEIVER" in os.environ or not is_here(deployed.url):
        yield told("HEARBACK_RECEIVER")
    else:
        with Receiver(answering("204 No Content")) as own:
            yield own.url()


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left(deployed: Deployed, receiver: str) -> Iterator[None]:
    """What lasts in the organization is what lasted before, and no import goes on."""
    before, known = deployed.lasting(), {it["importId"] for it in deployed.imports()}
    yield
    assert deployed.lasting() == before, "the smoke test leaves something behind"
    begun = [it for it in deployed.imports() if it["importId"] not in known]
    assert [it for it in begun if it["importId"] in deployed.begun and not it["finished"]] == []


@contextmanager
def _own_pair(deployed: Deployed) -> Iterator[str]:
    """A language pair that is removed with all its feedback."""
    name = f"{OURS}_{uuid.uuid4().hex[:12]}"
    form = {"languagePairId": name, "sourceLanguageId": "eng", "targetLanguageId": "fra"}
    deployed.told("POST", "/api/v2/language-pairs", data=form)
    yield name
    deployed.told("DELETE", "/api/v2/feedback/batch-delete", data={"languagePairId": name})
    left = deployed.told("GET", "/api/v2/feedback", params={"languagePairId": name})
    assert left["feedback"] == []
    deployed.told("DELETE", f"/api/v2/language-pairs/{name}")


@pytest.fixture
def pair(deployed: Deployed) -> Iterator[str]:
    """A language pair of the test's own."""
    with _own_pair(deployed) as name:
        yield name


@pytest.fixture(scope="module")
def large_pair(deployed: Deployed) -> Iterator[str]:
    """A language pair with 19 entries, together more than the 6 MB that a function gives in an answer."""
    with _own_pair(deployed) as name:
        for number in range(19):
            text = f"{number} {'x' * 340_000}"
            entry = {"languagePairId": name, "sourceText": text, "suggestedTranslation": "a"}
            deployed.told("POST", "/api/v2/feedback", json=entry)
        yield name


@pytest.fixture
def project(deployed: Deployed, receiver: str) -> Iterator[dict[str, Any]]:
    """A project that calls the receiver back; removed with its tasks."""
    attributes = {
        "name": f"{OURS} {uuid.uuid4().hex[:12]}",
        "input_schema": {},
        "answer_schema": {},
        "delivery_callback": {"url": receiver},
    }
    document = {"data": {"type": "dataset:projects", "attributes": attributes}}
    made = deployed.signed("POST", "/api/v1/dataset/projects", json=document).json()["data"]
    yield made
    assert deployed.signed("DELETE", f"/api/v1/dataset/projects/{made['id']}").status_code in (200, 202, 204)


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The AWS account that the caller's environment opens."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patched.delenv(name)
        for name, value in ACCOUNT.items():
            patched.setenv(name, value)
        yield Account(os.environ["HEARBACK_STACK"])
