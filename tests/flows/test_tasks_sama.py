"""The Python client `sama`, as PyPI has it, works with the tasks API: only where it sends its requests is changed."""

from __future__ import annotations

import ast
import re
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import requests
import sama
from hearback.access import store
from hearback.tasks import projects, tasks
from sama.constants.tasks import TaskStates

from local import seed
from local.stack import Stack
from tests.flows.organizations import Organization, Person, answer, until_patience_ends
from tests.flows.studios import create

ITS_OWN = "https://api.sama.com"
SCHEMAS: dict[str, Any] = {
    "input_schema": {
        "type": "object",
        "properties": {"url": {"type": "string"}, "name": {"type": "string"}},
        "required": ["url"],
    },
    "answer_schema": {"type": "object", "properties": {"weather": {"type": "string"}}},
}
TASKS = 5_000
PAGE = 1_000


@pytest.fixture
def number(organization: Organization) -> str:
    """A project's, as the client wants it."""
    made = create(organization.admin, "projects", {"name": "Street scenes", **SCHEMAS})
    return str(made["attributes"]["task_project_id"])


@pytest.fixture
def client(stack: Stack, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> sama.Client:
    """The client, whose requests come to us."""
    request = requests.sessions.Session.request

    def redirected(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        return request(session, method, url.replace(ITS_OWN, stack.base_url), **options)

    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr(requests.sessions.Session, "request", redirected)
    return sama.Client(organization.admin.key)


def data(rows: int) -> list[dict[str, Any]]:
    return [{"url": f"https://images.example/{row:05}.jpg", "name": "a street"} for row in range(rows)]


def completed(client: sama.Client, number: str, batch_id: int, rows: int) -> list[dict[str, Any]]:
    """What became of a batch's rows, as soon as all are there."""
    for _ in until_patience_ends(pause=0.5):
        listed = list(client.get_status_batch_creation_job(number, batch_id))
        if len(listed) == rows:
            return listed
    raise AssertionError(f"{len(listed)} of {rows}")


def deliver(admin: Person, number: str, several: list[dict[str, Any]], weather: str = "rain") -> None:
    """What workers and reviewers do, for which the client has no methods."""
    for task in several:
        path = f"/v2/projects/{number}/tasks/{task['id']}"
        assert admin.put(f"{path}/submit.json", json={"answers": {"weather": weather}}).status_code == 200
        assert admin.put(f"{path}/approve.json").status_code == 200


def ids(tasks: Any) -> list[str]:
    return [task["id"] for task in tasks]


def test_it_is_the_published_client() -> None:
    assert metadata.version("sama") == "0.5.12"
    files = metadata.files("sama")
    assert files
    assert ITS_OWN in next(file.read_text() for file in files if str(file).endswith("sama/client.py"))


def test_no_method_of_the_client_is_left_out() -> None:
    """Each is called somewhere below. (`print_logger` is none: it has no `self`, and asks nothing of us.)"""
    methods = {name for name in vars(sama.Client) if not name.startswith("_")} - {"print_logger"}
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert len(methods) == 14
    assert methods <= named


def test_a_batch_of_5000_tasks_is_created_listed_and_changed(client: sama.Client, number: str) -> None:
    begun = client.create_task_batch(
        number, data(TASKS), batch_priority=-2, notification_email="a@example.org"
    )
    batch_id = begun["batch_id"]
    listed = completed(client, number, batch_id, TASKS)
    assert [task["data"]["url"] for task in listed] == [each["url"] for each in data(TASKS)]
    assert {(task["state"], task["priority"]) for task in listed} == {("new", -2)}

    (one,) = client.get_task_status(number, listed[17]["id"])
    assert (one["id"], one["data"]) == (listed[17]["id"], listed[17]["data"])

    new = client.get_multi_task_status(number, batch_id=str(batch_id), state=TaskStates.NEW)
    assert ids(new) == ids(listed)
    assert ids(client.get_multi_task_status(number, state="in progress")) == []

    some = ids(listed[:700])
    assert client.update_task_priorities(number, some, 9)["updated"] == 700
    assert {task["priority"] for task in client.get_task_status(number, some[-1])} == {9}

    assert client.delete_tasks(number, some)["deleted_ids"] == some
    assert len(list(client.get_status_batch_creation_job(number, batch_id))) == TASKS
    assert client.get_project_stats(number)["new"] == TASKS - 700


def test_deliveries_are_fetched_sent_back_and_fetched_again(
    client: sama.Client, organization: Organization, number: str
) -> None:
    batch_id = client.create_task_batch(number, data(12), submit=False, tasks_file_name=None)["batch_id"]
    tasks = completed(client, number, batch_id, 12)
    deliver(organization.admin, number, tasks[:9])

    assert ids(client.get_delivered_tasks(number)) == ids(tasks[:9])
    assert ids(client.get_delivered_tasks(number, batch_id=batch_id)) == ids(tasks[:9])
    (one,) = client.get_delivered_tasks(number, task_id=tasks[3]["id"])
    assert one["answers"] == {"weather": "rain"}
    assert ids(client.get_delivered_tasks(number, from_timestamp="2100-01-01T00:00:00Z")) == []
    assert ids(client.get_delivered_tasks(number, from_timestamp="2020-01-01T00:00:00Z")) == ids(tasks[:9])

    since_last_call = client.get_delivered_tasks_since_last_call
    assert ids(since_last_call(number, consumer="warehouse")) == ids(tasks[:9])
    assert ids(since_last_call(number, consumer="warehouse")) == []
    assert ids(since_last_call(number)) == ids(tasks[:9])

    client.reject_task(number, tasks[0]["id"], ["too dark"])
    (rejected,) = client.get_multi_task_status(number, state=TaskStates.REJECTED, omit_answers=False)
    assert (rejected["id"], rejected["reasons"], rejected["current_round"]) == (
        tasks[0]["id"],
        ["too dark"],
        2,
    )
    deliver(organization.admin, number, tasks[:1], "sun")
    (again,) = since_last_call(number, consumer="warehouse")
    assert (again["id"], again["answers"]) == (tasks[0]["id"], {"weather": "sun"})
    assert ids(since_last_call(number, consumer="other", batch_id=batch_id)) == ids([*tasks[1:9], tasks[0]])

    today = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())
    stats = client.get_project_stats(number, from_timestamp=today)
    assert (stats["delivered"], stats["new"], stats["throughput"]["rejected"]) == (9, 3, 1)


def test_more_deliveries_than_a_page_has_are_all_fetched(
    stack: Stack, client: sama.Client, organization: Organization, number: str
) -> None:
    """By the client's own paging: 1,000 at a time."""
    batch_id = client.create_task_batch(number, data(PAGE + 2), submit=True)["batch_id"]
    wanted = ids(completed(client, number, batch_id, PAGE + 2))
    seed.use(stack)
    project = projects.find(store.authenticate(organization.admin.key), number)
    for its_id in wanted:
        tasks.approve(project, its_id, time.time_ns())
    assert ids(client.get_delivered_tasks(number)) == wanted
    assert ids(client.get_delivered_tasks_since_last_call(number)) == wanted
    assert ids(client.get_delivered_tasks_since_last_call(number)) == []
    assert client.get_project_stats(number)["delivered"] == PAGE + 2


def test_lists_are_narrowed_by_the_names_and_dates_that_the_client_gives(
    client: sama.Client, organization: Organization, number: str
) -> None:
    for name in ("spring 2026", "spring 2027", "autumn 2026"):
        form = {"tasks": [{"data": {"url": name}}], "client_batch_id": name}
        begun = answer(organization.admin.post(f"/v2/projects/{number}/batches.json", json=form))
        deliver(organization.admin, number, completed(client, number, begun["batch_id"], 1))
    for listed in (client.get_multi_task_status, client.get_delivered_tasks):
        assert urls(listed(number, client_batch_id="spring 2026")) == ["spring 2026"]
        spring = listed(number, client_batch_id="spring", client_batch_id_match_type="contains")
        assert sorted(urls(spring)) == ["spring 2026", "spring 2027"]  # batches of one second have no order
        assert urls(listed(number, client_batch_id="spring", client_batch_id_match_type="exact")) == []
    spring = client.get_delivered_tasks_since_last_call(
        number, client_batch_id="spring", client_batch_id_match_type="contains", consumer="warehouse"
    )
    assert sorted(urls(spring)) == ["spring 2026", "spring 2027"]  # batches of one second have no order
    for date_type in ("creation_date", "completion_date", "delivered", None):
        since = client.get_multi_task_status(
            number, date_type=date_type, from_timestamp="2020-01-01T00:00:00Z"
        )
        assert len(urls(since)) == 3
        until = client.get_multi_task_status(number, date_type=date_type, to_timestamp="2020-01-01T00:00:00Z")
        assert urls(until) == []
    long_ago = client.get_project_stats(number, to_timestamp="2020-01-01")
    assert (long_ago["delivered"], long_ago["throughput"]["delivered"]) == (3, 0)


def urls(tasks: Any) -> list[str]:
    return [task["data"]["url"] for task in tasks]


def test_tasks_may_be_created_submitted(client: sama.Client, number: str) -> None:
    several = [{"url": "https://images.example/1.jpg", "output_weather": "sunny"}]
    batch_id = client.create_task_batch(number, several, submit=True)["batch_id"]
    (task,) = completed(client, number, batch_id, 1)
    assert (task["state"], task["answers"]) == ("completed", {"weather": "sunny"})


def test_what_became_no_task_is_told_row_by_row(client: sama.Client, number: str) -> None:
    several = [{"url": "https://images.example/1.jpg"}, {"name": "no url"}, {"url": 7}]
    batch_id = client.create_task_batch(number, several)["batch_id"]
    listed = completed(client, number, batch_id, 3)
    assert [(row["index"], row["state"]) for row in listed] == [(0, "new"), (1, "failed"), (2, "failed")]
    assert listed[1]["data"] == {"name": "no url"}
    bare = list(client.get_status_batch_creation_job(number, batch_id, omit_failed_task_data=True))
    assert "data" not in bare[1]


def test_a_batch_is_cancelled(client: sama.Client, organization: Organization, number: str) -> None:
    waiting = organization.admin.post(f"/v2/projects/{number}/batches.json", json={}).json()
    for _ in range(2):
        assert client.cancel_batch_creation_job(number, waiting["batch_id"])["state"] == "cancelled"
    assert list(client.get_status_batch_creation_job(number, waiting["batch_id"])) == []


def test_what_a_batch_has_created_before_it_is_cancelled_stays(client: sama.Client, number: str) -> None:
    batch_id = client.create_task_batch(number, data(3_000))["batch_id"]
    cancelled = client.cancel_batch_creation_job(number, batch_id)
    assert (cancelled["state"], cancelled["failed"]) == ("cancelled", 0)
    for _ in range(2):
        assert len(list(client.get_status_batch_creation_job(number, batch_id))) == cancelled["created"]
    assert client.get_project_stats(number)["new"] == cancelled["created"]


def test_the_project_tells_itself_and_its_schemas(client: sama.Client, number: str) -> None:
    assert client.get_creation_task_schema(number) == SCHEMAS["input_schema"]
    assert client.get_delivery_task_schema(number) == SCHEMAS["answer_schema"]
    told = client.get_project_information(number)
    assert (told["id"], told["name"]) == (int(number), "Street scenes")
    assert re.fullmatch(r"\d{8}T\d\d:\d\d:\d\d", told["created_at"])


def test_what_is_refused_is_an_error_of_the_client(client: sama.Client, number: str) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        list(client.get_task_status(number, "0123456789abcdef01234567"))
    with pytest.raises(requests.HTTPError, match="404"):
        client.get_project_information("1")
    with pytest.raises(requests.HTTPError, match="401"):
        sama.Client("hb_wrong").get_project_information(number)
