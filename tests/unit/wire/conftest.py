"""An API without routes, and what it logs."""

import logging
from collections.abc import Iterator

import pytest
from hearback.organization import audit
from hearback.wire.api import Api
from hearback.wire.families import TRANSLATION

from tests.unit.wire.gateway import authenticate


@pytest.fixture
def api() -> Api:
    return Api(TRANSLATION, authenticate)


@pytest.fixture(autouse=True)
def trail(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The lines of the audit trail, which is a table: here, each a list of action and outcome."""
    lines: list[list[str]] = []

    def write(
        organization_id: str, account_id: int, key_id: str, action: str, about: dict[str, str], now: int
    ) -> audit.Line:
        line = audit.Line(str(len(lines)), organization_id, now, account_id, key_id, action, about)
        lines.append([f"{account_id} {action} {about}"])
        return line

    monkeypatch.setattr(audit, "write", write)
    monkeypatch.setattr(audit, "refuse", lambda line, why: lines[int(line.id)].append(why))
    return lines


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
