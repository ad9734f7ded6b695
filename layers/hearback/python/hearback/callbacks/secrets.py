"""The secrets with which callbacks prove where they come from: in Secrets Manager, one for each project.

A secret is written anew, as a new version, before the project refers to it; who reads names the version,
so that what was owed under an older one still finds its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from hearback import clients
from hearback.errors import NotFound
from hearback.settings import settings


class Secrets(NamedTuple):
    """Of one receiver: what authenticates (a password, key, token or HMAC secret), and what signs."""

    secret: str | None = None
    signing_secret: str | None = None


def keep(project_id: str, of: Mapping[str, Secrets]) -> str:
    """Keep a project's secrets by kind of callback; the version under which they are found."""
    body = json.dumps({kind: each._asdict() for kind, each in of.items()})
    client, name = clients.secrets(), _name(project_id)
    with suppress(client.exceptions.ResourceNotFoundException):
        return client.put_secret_value(SecretId=name, SecretString=body)["VersionId"]
    with suppress(client.exceptions.ResourceExistsException):
        return client.create_secret(Name=name, SecretString=body)["VersionId"]
    return client.put_secret_value(SecretId=name, SecretString=body)["VersionId"]  # made at this moment


@lru_cache(maxsize=256)
def read(project_id: str, version: str) -> dict[str, Secrets]:
    """A project's secrets by kind of callback, under one version, which never changes.

    Raises `NotFound`: Secrets Manager keeps the latest versions, and forgets old ones some day.
    """
    client = clients.secrets()
    try:
        found = client.get_secret_value(SecretId=_name(project_id), VersionId=version)
    except client.exceptions.ResourceNotFoundException:
        raise NotFound("The secrets of this callback are no longer kept: set them again.") from None
    return {kind: Secrets(**each) for kind, each in json.loads(found["SecretString"]).items()}


def forget(project_id: str) -> None:
    """Delete all that is kept for a project, whether or not there is anything."""
    client = clients.secrets()
    with suppress(client.exceptions.ResourceNotFoundException):
        client.delete_secret(SecretId=_name(project_id), ForceDeleteWithoutRecovery=True)


def _name(project_id: str) -> str:
    return f"{settings().callback_secrets}/{project_id}"
