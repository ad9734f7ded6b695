"""What the dataset API costs, in AWS calls and capacity units, as a dataset grows.

Through the Lambdas' own handlers, the caller's key included (1 call, 1 read unit), on the stack that
the tests use.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from benchmarks import dataset_events
from benchmarks.calling import DatasetClient
from benchmarks.costs import flat_rows
from benchmarks.dataset_world import World, annotate, build, picture
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
    return _lists(world) | _pages(world) | _others(world) | _records(world) | dataset_events.measure(world)


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


# ── Rows ──


_BOUNDS: dict[str, float] = {
    "the last page since": 400,
    "page 10": 200,
    "page 50": 200,
    "the last page": 200,
    "the last page, counted": 200,
    "the last page in annotate": 200,
    "entries created since, counted": 200,
    "entries, counted, annotator": 200,
    "entries, counted, reviewer": 200,
}
"""Read units where it depends on the place how many they are: a page by number reads the keys of up to one
block (1,000 entries of 620 bytes), a time that lies within a block has that one counted as well, and of what
a reviewer sees a thousand are counted by looking."""

_COUNTS = ("entries, counted", "a dataset", "datasets", "entries with dataset")
"""What reads a dataset's counts, of which there is a row for each 1,000 entries: 3 units at first, and one
more for every 15,000 entries, where all of them are needed."""


def _rows(measured: dict[int, Meters]) -> list[dict[str, Any]]:
    largest = max(measured)
    return [row for name in measured[largest] for row in _compared(name, measured)]


def _compared(name: str, measured: dict[int, Meters]) -> list[dict[str, Any]]:
    first = min(size for size, meters in measured.items() if name in meters)
    last = max(measured)
    small, large = measured[first][name], measured[last][name]
    same = f"{name}: at {last:,}, against {first:,}"
    bound = next((most for start, most in _BOUNDS.items() if name.startswith(start)), None)
    if bound is None and name.removeprefix("GET ").startswith(_COUNTS):
        bound = small.read_units + 3 + last / 15_000
    if bound is not None:
        calls = _bounded(
            f"calls, {name}: at {last:,}", large.all_calls, max(25, small.all_calls + 2), "calls"
        )
        return [calls, _bounded(f"read units, {name}: at {last:,}", large.read_units, round(bound), "RCU")]
    return flat_rows(same, large, small)


def _bounded(name: str, value: float, most: float, unit: str) -> dict[str, Any]:
    return _row(name, value, most, unit, round(value / most, 2), f"≤ {most:g}", value <= most)


def _row(
    name: str, value: float, baseline: float, unit: str, ratio: float, goal: str, met: bool
) -> dict[str, Any]:
    found = {"name": name, "value": round(value, 2), "unit": unit, "baseline": round(baseline, 2)}
    return {**found, "ratio": ratio, "goal": goal, "met": met}
