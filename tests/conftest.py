"""What every test finds: no AWS account, and `stack`, the whole product running on this machine.

Starting a stack takes seconds, and a test mostly waits for it. So under pytest-xdist all tests that use
`stack` form two groups of about the same length (`--dist loadgroup`), each of which runs in one worker and
on one stack: those that speak HTTP to it, and those that work on its resources themselves or in a browser.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from local.hostile import switch
from local.paths import ROOT
from local.permissions.decisions import take_denied
from local.stack import Stack
from local.testing import running_stack

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("untimed")

NO_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "Hearback",
}


def pytest_configure(config: pytest.Config) -> None:
    """No test may reach an AWS account, whatever the developer's environment says."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_ACCOUNT)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests that share a stack in one worker."""
    if "stack" in getattr(item, "fixturenames", ()):
        kind = item.path.relative_to(ROOT / "tests").parts[0]
        item.add_marker(pytest.mark.xdist_group("requests" if kind == "flows" else "resources"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What searches everything goes first."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: what is not run is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = bool(reporter and reporter.stats.get("skipped"))
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The deployed, seeded product, without any memory of earlier runs."""
    with running_stack(switch.wanted()) as running:
        yield running
        assert take_denied(running.home) == [], "a role lacks a right"
