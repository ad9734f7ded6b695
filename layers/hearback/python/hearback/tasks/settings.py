"""Task settings of a project, as its owner changes them through the dataset API.

Secrets go to Secrets Manager before the project's own change; the project keeps their version. A crash
between the two leaves a version that nothing refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hearback.callbacks import receivers, secrets
from hearback.callbacks.model import Kind, Receiver
from hearback.callbacks.secrets import Secrets
from hearback.dataset.model import Project
from hearback.errors import Invalid
from hearback.jsonapi.errors import Fault, Unprocessable

CALLBACKS = {f"{kind}_callback": kind for kind in Kind}


def settled(project: Project, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes as the project keeps them: callbacks without their secrets, which are put away."""
    changed = {name: value for name, value in attributes.items() if name in CALLBACKS}
    if not changed:
        return dict(attributes)
    kept = _kept(project)
    found: dict[str, Receiver | None] = {}
    of = dict(kept)
    for name, value in changed.items():
        kind = CALLBACKS[name]
        of.pop(kind, None)
        found[name] = None
        if value is not None:
            found[name], of[kind] = _read(project, name, value, kept.get(kind, Secrets()))
    version = secrets.keep(project.id, of) if any(any(each) for each in of.values()) else None
    return {**attributes, **_with_version(project, found, version)}


def _read(project: Project, name: str, value: Any, of_kept: Secrets) -> tuple[Receiver, Secrets]:
    before = getattr(project, name)
    try:
        setting = receivers.read(value, Receiver.from_json(before) if before else None, of_kept)
    except Invalid as error:
        raise Unprocessable(Fault(error.message, f"/data/attributes/{name}")) from None
    return setting.receiver, setting.secrets


def _kept(project: Project) -> dict[str, Secrets]:
    """The secrets that the project's callbacks have now."""
    found = {}
    for name, kind in CALLBACKS.items():
        value = getattr(project, name)
        if value and value.get("secret_version"):
            found[str(kind)] = secrets.read(project.id, value["secret_version"])[kind]
    return found


def _with_version(
    project: Project, changed: Mapping[str, Receiver | None], version: str | None
) -> dict[str, Any]:
    """All callbacks of the project, which share one version of its secrets."""
    told: dict[str, Any] = {}
    for name in CALLBACKS:
        before = getattr(project, name)
        receiver = changed[name] if name in changed else (Receiver.from_json(before) if before else None)
        told[name] = receiver._replace(secret_version=version).to_json() if receiver else None
    return told
