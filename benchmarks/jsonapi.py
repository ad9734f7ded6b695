"""CPU time of a list of 1,000 entries through the Lambda, beside FastAPI with fastapi-jsonapi.

Neither reads a database. Ours is given the items that DynamoDB's client would give it, and makes
records of them; theirs has its records at hand. Ours tells relationships and links besides. The row
without a goal has boto3 read those items from the bytes of DynamoDB's answer as well.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from hearback import clients, ids
from hearback.access import store
from hearback.access.model import Account, ApiKey, Role, hash_secret, write_key
from hearback.dataset import items
from hearback.dataset.model import Dataset, Entry, Project, Status, Step
from hearback.settings import Settings, settings
from hearback.storage.items import Item, text
from hearback.storage.shelves import Tail

from benchmarks import calling, fastapi_entries

NUMBER = 1_000
ORGANIZATION = "bench"
RUNS = 41


def rows(full: bool = True) -> list[dict[str, Any]]:
    os.environ |= {f"HEARBACK_{name.upper()}": name for name in Settings._fields}
    os.environ["HEARBACK_AWS_ENDPOINT"] = ""
    os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Hearback"
    settings.cache_clear()
    dataset, records = _records()
    table = _Answers(dataset, [items.entry_item(entry) for entry in records])
    path = f"/api/v1/dataset/entries?filter[dataset_id]={dataset.id}&page[size]={NUMBER}"
    asked = calling.event("GET", path, table.key)
    theirs = fastapi_entries.lister(records[:NUMBER])

    def ours() -> str:
        with redirect_stdout(io.StringIO()):  # where the metrics go
            body: str = calling.invoke("entries", asked)["body"]
        return body

    runs = RUNS if full else 11
    with patch.object(clients, "dynamodb", lambda: table):
        _require_same(ours(), theirs())
        against_theirs = _medians(ours, theirs, runs)
    wire = _over_the_wire(table)
    with patch.object(clients, "dynamodb", lambda: wire):
        through_boto3 = _medians(ours, theirs, runs)
    return [
        _row("list 1,000 entries, beside fastapi-jsonapi", *against_theirs, goal=0.5),
        _row("list 1,000 entries, boto3's reading of them included", *through_boto3, goal=None),
    ]


def _records() -> tuple[Dataset, list[Entry]]:
    """A dataset and one entry more than a page of it shows."""
    now = time.time_ns() // 1000 * 1000
    project = ids.child(ORGANIZATION, now, secrets.token_bytes(3))
    its_id = ids.child(project, now, secrets.token_bytes(3))
    tails: dict[str, Any] = {f"{kind}_tail": Tail(its_id) for kind in items.SHELVES}
    nothing = dict.fromkeys(("labels", "labeling_configuration", "workflow_configuration"))
    shared: dict[str, Any] = {"organization_id": ORGANIZATION, "project_id": project, **nothing}
    dataset = Dataset(
        id=its_id, name="Pictures", modality="image", created_at=now, updated_at=now, block=project,
        **shared, **tails,
    )  # fmt: skip
    return dataset, [_entry(dataset, number, now + number * 1000) for number in range(NUMBER + 1)]


def _entry(dataset: Dataset, number: int, now: int) -> Entry:
    """One of four states, so that people are named in some and not in others."""
    person = number % 4 or None
    return Entry(
        id=ids.child(dataset.id, now, secrets.token_bytes(3)),
        organization_id=ORGANIZATION,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        priority=number % 5,
        wf_step=Step.REVIEW if person else Step.ANNOTATE,
        status=Status.IN_PROGRESS if person == 3 else Status.PENDING,
        job_id=None,
        resource=f"https://images.example/crossings/2026/picture-{number:07}.jpg",
        assigned_to_id=person if person == 3 else None,
        submitted_by_id=person,
        reviewed_by_id=None,
        error_message=None,
        created_at=now,
        updated_at=now,
        block=dataset.id,
    )


class _Answers:
    """What DynamoDB's client answers to this one request."""

    def __init__(self, dataset: Dataset, entries: list[Item]) -> None:
        now = dataset.created_at
        account = Account(ORGANIZATION, 1, "bench@example.com", "", Role.ADMIN, now)
        api_key = ApiKey("0" * 16, account.account_id, account.email, "", now, None)
        self.key = write_key(api_key.key_id, "a" * 40)
        self._used = store._key_attributes(account, api_key) | {"hash": text(hash_secret("a" * 40))}
        project = Project(
            dataset.project_id, ORGANIZATION, "Bench", None, account.email, 10_000, now, now, "0", Tail("0")
        )
        self._above = {
            each["sk"]["S"]: each for each in (items.project_item(project), items.dataset_item(dataset))
        }
        self._entries = entries

    def get_item(self, **_asked: Any) -> dict[str, Any]:
        return {"Item": self._used}

    def batch_get_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, wanted),) = RequestItems.items()
        return {"Responses": {table: [self._above[key["sk"]["S"]] for key in wanted["Keys"]]}}

    def query(self, **asked: Any) -> dict[str, Any]:
        return {"Items": self._entries[: asked["Limit"]]}


class _Sent(io.BytesIO):
    """A body as it comes from the network."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _over_the_wire(table: _Answers) -> Any:
    """boto3's own client as the product makes it, to which the same answers come as bytes."""
    os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    clients.session.cache_clear()
    client: Any = clients.session().client("dynamodb")
    clients.session.cache_clear()
    names = {"GetItem": "get_item", "BatchGetItem": "batch_get_item", "Query": "query"}
    prepared: dict[str, bytes] = {}
    asked: list[str] = []

    def keep(params: dict[str, Any], model: Any, **_: Any) -> None:
        asked[:] = [f"{model.name} {params}"]
        if asked[0] not in prepared:
            prepared[asked[0]] = json.dumps(getattr(table, names[model.name])(**params)).encode()

    def answer(request: Any, **_: Any) -> Any:
        return AWSResponse(request.url, 200, HTTPHeaders(), _Sent(prepared[asked[0]]))

    client.meta.events.register("provide-client-params.dynamodb", keep)
    client.meta.events.register("before-send.dynamodb", answer)
    return client


def _require_same(ours: str, theirs: bytes) -> None:
    """Both have told the same records: every attribute of each, but for how an instant is written."""
    told = [json.loads(text)["data"] for text in (ours, theirs)]
    for mine, other in zip(*told, strict=True):
        assert mine["id"] == other["id"]
        assert mine["attributes"].keys() == other["attributes"].keys()
        for name, value in mine["attributes"].items():
            assert name.endswith("_at") or other["attributes"][name] == value, (name, value, other)


def _medians(ours: Callable[[], Any], theirs: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Milliseconds of CPU, the medians of alternating calls."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for contestant, measured in zip((ours, theirs), times, strict=True):
            start = time.process_time()
            contestant()
            measured.append((time.process_time() - start) * 1000)
    mine, others = (sorted(measured)[runs // 2] for measured in times)
    return mine, others


def _row(name: str, value: float, baseline: float, goal: float | None) -> dict[str, Any]:
    ratio = value / baseline
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "ms CPU",
        "baseline": round(baseline, 1),
        "ratio": round(ratio, 2),
        "goal": None if goal is None else f"≤ {goal}×",
        "met": None if goal is None else ratio <= goal,
    }
