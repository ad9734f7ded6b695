"""What the dataset API costs, in AWS calls and capacity units, as a dataset grows.

Through the Lambdas' own handlers, the caller's key included (1 call, 1 read unit), on the stack that
the tests use.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from benchmarks.calling import DatasetClient
from benchmarks.dataset_world import BOX, World, annotate, build, picture
from benchmarks.meter import Meter, metered

SIZES = (1_000, 10_000, 100_000)
Meters = dict[str, Meter]


def rows(full: bool = True) -> list[dict[str, Any]]:
    """`full` goes to 100,000 entries."""
    with redirect_stdout(io.StringIO()):  # where the metrics go
        measured = {size: _measure(build(size)) for size in (SIZES if full else SIZES[:2])}
    return _rows(measured)


def _measure(world: World) -> Meters:
    annotate(world)
    return _lists(world) | _pages(world) | _others(world) | _records(world) | _events(world)


def _get(client: DatasetClient, path: str, least: int = 1) -> Meter:
    """The cost of a GET that gives at least so many records."""
    with metered() as meter:
        found = client.get(path)["data"]
    assert isinstance(found, dict) or len(found) >= least, (path, len(found))
    return meter


# ── Lists ──


def _lists(world: World) -> Meters:
    """The first page of a hundred entries, for each filter that an index serves, and for each role."""
    person, of = world.accounts["annotator"], f"filter[dataset_id]={world.dataset}"
    filters = {
        "entries": "",
        "entries of a dataset": of,
        "entries by step and status": f"{of}&filter[wf_step]=review&filter[status]=pending",
        "entries by assignee": f"{of}&filter[assigned_to_id]={person}",
        "entries by who participated": f"{of}&filter[participated]={person}",
        "entries created since": f"{of}&filter[created_at__gte]={world.middle}",
        "entries created since, counted": f"{of}&filter[created_at__gte]={world.middle}&count=true",
        "entries, counted": f"{of}&count=true",
    }
    meters: Meters = {}
    for who, client in world.clients.items():
        for name, asked in filters.items():
            if who in ("annotator", "reviewer") and "participated" in name:
                continue  # sees few of them: what is read is bounded, not flat
            meters[f"{name}, {who}"] = _get(client, f"entries?{asked}&page[size]=100", 0)
    admin = world.clients["admin"]
    meters["entries by resource, admin"] = _get(admin, f"entries?{of}&filter[resource]={picture(777)}")
    return meters


def _pages(world: World) -> Meters:
    """Pages of a hundred that are not the first."""
    admin, of = world.clients["admin"], f"entries?filter[dataset_id]={world.dataset}&page[size]=100"
    step = f"{of}&filter[wf_step]=annotate"
    since = f"{of}&filter[created_at__gte]={world.middle}"
    last = world.size // 100
    following = admin.get(f"{of}&page[after]=")["links"]["next"].partition("/dataset/")[2]
    meters = {
        "a page by cursor": _get(admin, following, 100),
        "page 10": _get(admin, f"{of}&page[number]=10", 100),
        "the last page": _get(admin, f"{of}&page[number]={last}", 100),
        "the last page, counted": _get(admin, f"{of}&page[number]={last}&count=true", 100),
        "newest first": _get(admin, f"{of}&sort=-created_at", 100),
        "the last page in annotate": _get(admin, f"{step}&page[number]={last * 7 // 10}", 1),
        "the last page since": _get(admin, f"{since}&page[number]={last // 2}", 1),
    }
    if last >= 50:
        meters["page 50"] = _get(admin, f"{of}&page[number]=50", 100)
    return meters


def _others(world: World) -> Meters:
    """Lists of the other resources, and what can be included."""
    admin, annotator = world.clients["admin"], world.clients["annotator"]
    of, size = f"filter[dataset_id]={world.dataset}", "page[size]=100"
    review = f"entries?{of}&{size}&filter[wf_step]=review&filter[status]=in_progress"
    paths = {
        "projects": f"projects?{size}",
        "project members": f"project_members?{size}",
        "project members with project": f"project_members?{size}&included=project",
        "datasets": f"datasets?{size}",
        "datasets with entries and project": "datasets?included=entries,project",
        "entries with dataset": f"{review}&included=dataset",
        "entries with dataset and project": f"{review}&included=dataset.project",
        "entries with people": f"{review}&included=assigned_to,submitted_by,reviewed_by",
        "annotations": f"annotations?{size}",
        "annotations of a dataset": f"annotations?{of}&{size}",
        "annotations of a dataset, page 2, counted": f"annotations?{of}&{size}&page[number]=2&count=true",
        "annotations of an entry": f"annotations?filter[entry_id]={world.in_hand[0]}&{size}",
        "note feeds of a dataset": f"note_feeds?{of}&{size}",
        "note feeds with entry and annotation": f"note_feeds?{of}&{size}&included=entry,annotation",
        "ten note feeds with comments": f"note_feeds?{of}&page[size]=10&included=note_comments",
        "note comments of a dataset": f"note_comments?{of}&{size}",
        "note comments with feed": f"note_comments?{of}&{size}&included=note_feed",
    }
    meters = {f"{name}, admin": _get(admin, path) for name, path in paths.items()}
    seen = {name: paths[name] for name in ("projects", "project members", "datasets")}
    meters |= {f"{name}, annotator": _get(annotator, path) for name, path in seen.items()}
    mine = f"annotations?filter[entry_id]={world.in_hand[0]}&{size}"
    return meters | {"annotations of an entry, annotator": _get(annotator, mine)}


# ── One record ──


def _records(world: World) -> Meters:
    admin, annotator = world.clients["admin"], world.clients["annotator"]
    entry = world.in_hand[0]
    annotation = admin.get(f"annotations?filter[entry_id]={entry}&page[size]=1")["data"][0]["id"]
    feed = admin.get(f"note_feeds?filter[entry_id]={entry}&page[size]=1")["data"][0]["id"]
    comment = admin.get(f"note_comments?filter[note_feed_id]={feed}&page[size]=1")["data"][0]["id"]
    paths = {
        "a project": f"projects/{world.project}",
        "a member": f"project_members/{world.members['annotator']}",
        "a dataset": f"datasets/{world.dataset}",
        "an entry": f"entries/{entry}",
        "an annotation": f"annotations/{annotation}",
        "a note feed": f"note_feeds/{feed}",
        "a note comment": f"note_comments/{comment}",
    }
    return {f"GET {name}": _get(annotator, path) for name, path in paths.items()}


# ── Events ──


def _events(world: World) -> Meters:
    return _workflow(world) | _annotating(world) | _noting(world)


def _measured(meters: Meters, name: str, work: Callable[[], Any], times: int = 1) -> Any:
    """Meter the work; of several `times` the median, since some of those who create look after the tail."""
    found = []
    for _ in range(times):
        with metered() as meter:
            made = work()
        found.append(meter)
    meters[name] = sorted(found, key=lambda each: (each.all_calls, each.read_units))[times // 2]
    return made


def _workflow(world: World) -> Meters:
    meters: Meters = {}
    owner, annotator, reviewer = (world.clients[who] for who in ("owner", "annotator", "reviewer"))
    within: dict[str, tuple[str, str]] = {"dataset": ("datasets", world.dataset)}

    def create(number: int) -> list[str]:
        several = [{"resource": f"{uuid.uuid4()}.jpg"} for _ in range(number)]
        made: list[str] = owner.create("entries", several, **within)
        return made

    def send(name: str, client: DatasetClient, method: str, path: str, body: Any = None) -> Any:
        return _measured(meters, name, lambda: client.call(method, path, body))

    entry, other = create(2)
    _measured(meters, "create an entry", lambda: create(1), times=5)
    several = _measured(meters, "create 1,080 entries, 45 at once", lambda: [create(45) for _ in range(24)])[
        0
    ]
    send("change an entry's priority", owner, "PATCH", f"entries/{entry}", _changes(entry, {"priority": 3}))
    send("submit from start", owner, "POST", f"entries/{entry}/submit", {})
    send("select", annotator, "GET", f"entries/{entry}/select")
    send("submit from annotate", annotator, "POST", f"entries/{entry}/submit", {})
    reviewer.get(f"entries/{entry}/select")
    send("submit, not approved", reviewer, "POST", f"entries/{entry}/submit", {"approved": False})
    annotator.call("POST", f"entries/{entry}/submit", {})
    reviewer.get(f"entries/{entry}/select")
    send("submit, approved", reviewer, "POST", f"entries/{entry}/submit", {"approved": True})
    owner.call("POST", f"entries/{other}/submit", {})
    person = {"assigned_to_id": world.accounts["annotator"]}
    send("assign", owner, "PATCH", f"entries/{other}/assign", person)
    send("give up with an error", annotator, "POST", f"entries/{other}/error", {"message": "too dark"})
    send("next", annotator, "POST", "entries/next", {"dataset_id": world.dataset})
    send("delete an entry", owner, "DELETE", f"entries/{several[0]}")
    return meters


def _changes(its_id: str, attributes: dict[str, Any], kind: str = "entries") -> Any:
    return {"data": {"type": f"dataset:{kind}", "id": its_id, "attributes": attributes}}


def _annotating(world: World) -> Meters:
    meters: Meters = {}
    client, entry = world.clients["annotator"], world.in_hand[-1]
    on: dict[str, tuple[str, str]] = {"entry": ("entries", entry)}

    def remote(method: str, **params: Any) -> Any:
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return _measured(
            meters, f"JSON-RPC {method}", lambda: client.call("POST", "annotations/_rpc", call)["result"]
        )

    one = _measured(meters, "create an annotation", partial(client.create, "annotations", BOX, **on), 5)
    create = partial(client.create, "annotations", [BOX] * 90, **on)
    _measured(meters, "create 1,080 annotations, 90 at once", lambda: [create() for _ in range(12)])
    change = _changes(one, {"metadata": {"seen": True}}, "annotations")
    _measured(meters, "change an annotation", lambda: client.call("PATCH", f"annotations/{one}", change))
    _measured(meters, "delete an annotation", lambda: client.call("DELETE", f"annotations/{one}"))
    made = remote("create", entry_id=entry, **BOX)
    for method in ("show", "delete"):
        remote(method, id=made["id"])
    return meters


def _noting(world: World) -> Meters:
    meters: Meters = {}
    client, entry = world.clients["annotator"], world.in_hand[-1]
    note = {"entry_id": entry, "content_md": "Is this a car?"}
    feed = _measured(meters, "create a note feed", partial(client.create, "note_feeds", note), 5)
    on: dict[str, tuple[str, str]] = {"note_feed": ("note_feeds", feed)}
    comment = {"content_md": "It is."}
    _measured(meters, "create a note comment", partial(client.create, "note_comments", comment, **on), 5)
    _measured(meters, "resolve a note feed", lambda: client.call("POST", f"note_feeds/{feed}/resolve", {}))
    _measured(meters, "delete a note feed", lambda: client.call("DELETE", f"note_feeds/{feed}"))
    return meters


# ── Rows ──


_BOUNDS = {
    "page 10": 200,
    "page 50": 200,
    "the last page": 200,
    "the last page, counted": 200,
    "the last page in annotate": 200,
    "the last page since": 400,
    "entries created since, counted, admin": 200,
    "entries created since, counted, owner": 200,
    "entries created since, counted, annotator": 200,
    "entries created since, counted, reviewer": 200,
    "entries, counted, annotator": 200,
    "entries, counted, reviewer": 200,
    "GET a dataset": 15,
}
"""Read units where it depends on the place how many they are: a page by number reads the keys of up to
one block (1,000 entries of some 600 bytes), a range that begins within a block counts that one too, and
what a reviewer sees is counted by looking. A dataset's counts are a row for each 1,000 entries."""


def _rows(measured: dict[int, Meters]) -> list[dict[str, Any]]:
    largest = max(measured)
    return [row for name in measured[largest] for row in _compared(name, measured)]


def _compared(name: str, measured: dict[int, Meters]) -> list[dict[str, Any]]:
    first = min(size for size, meters in measured.items() if name in meters)
    last = max(measured)
    small, large = measured[first][name], measured[last][name]
    same = f"{name}: at {last:,}, against {first:,}"
    if name in _BOUNDS:
        calls, most = f"calls, {name}: at {last:,}", f"read units, {name}: at {last:,}"
        return [
            _bounded(calls, large.all_calls, 25, "calls"),
            _bounded(most, large.read_units, _BOUNDS[name], "RCU"),
        ]
    table = [
        _flat(f"calls, {same}", large.all_calls, small.all_calls, "calls"),
        _flat(f"read units, {same}", large.read_units, small.read_units, "RCU"),
    ]
    if large.write_units:
        table.append(_flat(f"write units, {same}", large.write_units, small.write_units, "WCU"))
    return table


def _flat(name: str, large: float, small: float, unit: str) -> dict[str, Any]:
    ratio = round(large / small, 2) if small else 1.0
    return _row(name, large, small, unit, ratio, "≤ 1.1×", ratio <= 1.1)


def _bounded(name: str, value: float, most: float, unit: str) -> dict[str, Any]:
    return _row(name, value, most, unit, round(value / most, 2), f"≤ {most:g}", value <= most)


def _row(
    name: str, value: float, baseline: float, unit: str, ratio: float, goal: str, met: bool
) -> dict[str, Any]:
    found = {"name": name, "value": round(value, 2), "unit": unit, "baseline": round(baseline, 2)}
    return {**found, "ratio": ratio, "goal": goal, "met": met}
