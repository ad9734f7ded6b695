"""The running stack as its users see it, and the file that tells them: `.local/stack.json`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"


@dataclass(frozen=True)
class Stack:
    """Where the product answers, where AWS answers, and what CloudFormation made."""

    base_url: str
    endpoint_url: str
    outputs: dict[str, str]
    resources: dict[str, str]
    """Logical id → physical id, for every resource of the stack."""
    region: str = REGION
    home: Path = Path()
    """The folder with the files of the emulator."""
    keys: dict[str, Any] = field(default_factory=dict)
    """`admin`, `user` and `other_admin`, each `{key, email, organization_id}`."""
    demo: dict[str, Any] = field(default_factory=dict)
    """What a client of each family needs to begin."""

    def client(self, service: str) -> Any:
        """The boto3 client of `service` for this machine."""
        return aws_client(service, self.endpoint_url)

    def as_json(self) -> dict[str, Any]:
        """What `.local/stack.json` holds."""
        names = ("base_url", "endpoint_url", "region", "outputs", "keys", "demo")
        return {name: getattr(self, name) for name in names}


@cache
def aws_client(service: str, endpoint_url: str) -> Any:
    """One client per service and endpoint: making one costs 100 ms."""
    session = boto3.session.Session("test", "test", region_name=REGION)
    config = Config(
        retries={"mode": "standard", "max_attempts": 2},
        s3={"addressing_style": "path"},
        signature_version="s3v4" if service == "s3" else None,
    )
    return session.client(service, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload]


def write(stack: Stack, path: Path) -> None:
    """Write what clients need to know, last and atomically: who finds the file finds the stack ready."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(stack.as_json(), indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)
