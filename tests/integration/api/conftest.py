"""The HTTP API over a DynamoDB of its own, with AWS's other services in this process (moto)."""

from collections.abc import Iterator

import pytest

from tests.support.api_handler import Api
from tests.support.running_api import running_api


@pytest.fixture(scope="module")
def graph_url() -> str:
    """Where the Graph API is: nowhere, unless a module has one of its own."""
    return "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def api(dynoxide: str, graph_url: str) -> Iterator[Api]:
    """Tests share it, so each works under a tenant of its own."""
    with running_api(dynoxide, graph_url) as running:
        yield running
