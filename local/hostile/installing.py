"""A bad day in this process's MiniStack."""

from __future__ import annotations

import importlib
from pathlib import Path

from local.hostile import events
from local.hostile.gate import App, wrap
from local.hostile.lagging import let_lag
from local.hostile.switch import Day


def install(app: App, place: Path) -> App:
    """`app` as it is once the file `place` says so (`switch`)."""
    day = Day(place)
    let_lag(importlib.import_module("ministack.services.dynamodb"), day)
    events.disturb_queues(importlib.import_module("ministack.services.sqs"), day)
    events.disturb_notifications(importlib.import_module("ministack.services.s3"), day)
    return wrap(app, day)
