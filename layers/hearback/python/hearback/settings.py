"""The environment as one frozen value, read when first asked for."""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple


class Settings(NamedTuple):
    """Names of the stack's resources: for each field, the variable `HEARBACK_<FIELD>`."""

    environment: str
    access_table: str
    owed_table: str
    translation_table: str
    content_table: str
    dataset_table: str
    task_table: str
    callback_table: str
    feedback_table: str
    organization_table: str
    transfer_bucket: str
    import_queue: str
    export_queue: str
    deletion_queue: str
    upkeep_queue: str
    creation_queue: str
    lifecycle_queue: str
    callback_queue: str
    slow_callback_queue: str
    callback_networks: str
    callback_http: str
    callback_back_off: str
    callback_secrets: str
    token_secret: str
    aws_endpoint: str
    """The address where AWS answers, as a function reaches it; empty for AWS's own endpoints."""
    link_endpoint: str
    """The address where S3 answers the users of presigned links, if it is another one than `aws_endpoint`."""


@cache
def settings() -> Settings:
    return Settings(**{field: os.environ[f"HEARBACK_{field.upper()}"] for field in Settings._fields})
