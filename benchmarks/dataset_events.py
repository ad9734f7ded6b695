"""What each event of the dataset API costs: creations, the workflow, annotations, notes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.calling import DatasetClient
from benchmarks.dataset_world import BOX, World
from benchmarks.meter import Meter, metered

Meters = dict[str, Meter]


def measure(world: World) -> Meters:
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
