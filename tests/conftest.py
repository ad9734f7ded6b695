"""What every test finds: no AWS account, and `stack`, the whole product running on this machine.

One stack per run is enough, and starting one takes seconds, so under pytest-xdist all tests that use
`stack` form one group (`--dist loadgroup`): one worker starts it and runs them, while the other
workers run everything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local.stack import Stack
from local.testing import running_stack

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
    """Keep the tests that share the one stack in one worker."""
    if "stack" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.xdist_group("stack"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: what is not run is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = bool(reporter and reporter.stats.get("skipped"))
    if os.environ.get("CI") and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The deployed, seeded product, without any memory of earlier runs."""
    with running_stack() as running:
        yield running
