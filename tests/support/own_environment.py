"""For tests in which something sets variables of the environment, as the operators' command does."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """In every test of a module that imports it: afterwards the environment is as it was."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
