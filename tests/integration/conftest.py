"""The real stores over dynoxide. Tests share its tables, so each has a tenant and a number of its own."""

from collections.abc import Iterator

import pytest

from shared.ids import TenantId, new_ulid
from shared.store.engine.database import Database, TableItem
from tests.support.dynoxide import BINARY
from tests.support.engine import World, open_test_database
from tests.support.fake_aws import FakeAws, fake_aws
from tests.support.told import told_as_described


@pytest.fixture(scope="session")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.fixture(autouse=True)
def models_of_the_database(request: pytest.FixtureRequest) -> None:
    """PynamoDB's models go through the client of the database opened last: here that is the one the test has."""
    if "database" in request.fixturenames:
        TableItem._client = request.getfixturevalue("database").client


@pytest.fixture(autouse=True)
def events_as_described() -> Iterator[None]:
    """Whatever tenants are told of is as the OpenAPI document says."""
    with told_as_described():
        yield


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


@pytest.fixture
def pn() -> str:
    """A phone number id."""
    return new_ulid()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture(scope="module")
def aws_of_the_file(request: pytest.FixtureRequest) -> Iterator[FakeAws]:
    with fake_aws(request.getfixturevalue("dynoxide") if BINARY.exists() else "") as running:
        yield running


@pytest.fixture
def aws(aws_of_the_file: FakeAws) -> FakeAws:
    """AWS as it is after a deployment: no tenant yet, queues and bucket empty."""
    aws_of_the_file.clear()
    return aws_of_the_file
