"""An API without routes, and what it logs."""

import logging
from collections.abc import Iterator

import pytest
from hearback.wire.api import Api
from hearback.wire.families import TRANSLATION

from tests.unit.wire.gateway import authenticate


@pytest.fixture
def api() -> Api:
    return Api(TRANSLATION, authenticate)


class _Kept(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def log(api: Api) -> Iterator[list[logging.LogRecord]]:
    """What the API writes to its log from now on."""
    records: list[logging.LogRecord] = []
    handler = _Kept(records)
    api.logger.addHandler(handler)
    yield records
    logging.getLogger(api.family.name).removeHandler(handler)
