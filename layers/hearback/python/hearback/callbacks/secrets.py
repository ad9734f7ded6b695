"""The secrets with which callbacks prove where they come from: in Secrets Manager, one for each project.

A secret is written anew, as a new version, before the project refers to it; who reads names the version,
so that what was owed under an older one still finds its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hearback import clients
from hearback.settings import settings


class Secrets(NamedTuple):
    """Of one receiver: what authenticates (a password, key, token or HMAC secret), and what signs."""

    secret: str | None = None
    signing_secret: str | None = None


def keep(project_id: str, of: Mapping[str, Secrets]) -> str:
    """Keep a project's secrets by kind of callback; the version under which they are found."""
    body = json.dumps({kind: each._asdict() for kind, each in of.items()})
    client, name = clients.secrets(), _name(project_id)
    try:
        return client.put_secret_value(SecretId=name, SecretString=body)["VersionId"]
    except client.exceptions.ResourceNotFoundException:
        return client.create_secret(Name=name, SecretString=body)["VersionId"]


@lru_cache(maxsize=256)
def read(project_id: str, version: str) -> dict[str, Secrets]:
    """A project's secrets by kind of callback, under one version, which never changes."""
    found = clients.secrets().get_secret_value(SecretId=_name(project_id), VersionId=version)
    return {kind: Secrets(**each) for kind, each in json.loads(found["SecretString"]).items()}


def _name(project_id: str) -> str:
    return f"{settings().callback_secrets}/{project_id}"
