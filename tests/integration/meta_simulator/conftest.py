from collections.abc import Iterator

import pytest

from tests.support.meta_simulator import Receiver, Sim, receiving, simulating


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def sim(receiver: Receiver) -> Iterator[Sim]:
    with simulating(receiver) as running:
        yield running
        assert "internal_errors" not in running.state()["counters"]
