"""Fixtures that several suites share, and the environment that every test runs in."""

import contextlib
import functools
import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from infra.local.cloud import LocalCloud
from tests.support.compiled import compile_suite
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.read_once import read_once
from tests.support.reports import run_and_report
from tests.support.scheduling import CloudFirst, cloud_first, gives_way

# Set before any module under test is imported: no test can reach an account of this machine's user.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="wasapbos",
    POWERTOOLS_METRICS_NAMESPACE="wasapbos",
)
read_once()
# What is started in the background of a shell ignores SIGINT, and so would the processes that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)


# Properties run without a deadline: the machine may be busy.
settings.register_profile("shared_machine", deadline=None, max_examples=60)
settings.load_profile("shared_machine")


@pytest.fixture(scope="session")
def dynoxide() -> Iterator[str]:
    """URL of a DynamoDB with the template's tables, named by their logical ids (`DirectoryTable`…).

    Tests share it, so each works under a tenant id of its own.
    """
    if not BINARY.exists():
        pytest.skip(MISSING)
    with running_dynoxide() as url:
        yield url


_started = contextlib.ExitStack()


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    """The local cloud, started once for all integration and end-to-end tests; each test makes a tenant of its own.

    It enforces policies, signatures and sessions as AWS does.
    """
    running = LocalCloud(parameters={"LaneSliceSeconds": "5", "UnknownGraceSeconds": "15"}, enforcing=True)
    with _started:
        yield _started.enter_context(running)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """The cloud ends when its tests do: it would go on with its work beside the rest of the suite."""
    try:
        yield
    finally:
        if nextitem and gives_way(nextitem.nodeid) and not gives_way(item.nodeid):
            _started.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = cloud_first(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return None
    run_and_report(item, nextitem)
    return True


def pytest_runtest_setup(item: pytest.Item) -> None:
    from shared.observability import show_counts  # not before the environment is set

    # What tests before have counted outside of handlers is in no line of this one's.
    show_counts()
    if "PYTEST_XDIST_WORKER" in os.environ and gives_way(item.nodeid):
        _give_way()


@functools.cache
def _give_way() -> None:
    """For good: the cloud's worker has its tests first, and others when they are done.

    Linux shares a machine out among sessions first, so this one gets a session of its own, which others go before.
    """
    os.nice(19)
    with contextlib.suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text("19")


def pytest_collection_finish() -> None:
    """What thousands of tests are made of stays to the end: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A number that may be a moment is named by what it is for: each worker collects in another second, and all must
    find the same names."""
    return argname if isinstance(val, int) and 10**9 <= val < 10**13 else None


def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    compile_suite(config)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> CloudFirst:
    return CloudFirst(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in the last lines what was left out because a tool is missing."""
    left_out = sum(MISSING in str(report.longrepr) for report in terminalreporter.getreports("skipped"))
    if left_out:
        terminalreporter.write_line(f"NOT RUN: {left_out} tests need dynoxide. {MISSING}.", yellow=True)
