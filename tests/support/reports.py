"""What the workers of a run tell the process that leads it: one report a test, and all that is wrong. Of ten thousand
tests the other four messages each cost as much as hundreds of tests do."""

import pytest
from _pytest.runner import runtestprotocol


def run_and_report(item: pytest.Item, following: pytest.Item | None) -> None:
    """Runs a test as pytest does, and leaves out that it began, was set up, taken down and ended."""
    for report in runtestprotocol(item, log=False, nextitem=following):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
