"""What a log says of a failed call, when a real engine refuses it or nobody answers."""

from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.config import Config

from infra.local.ports import free_port
from shared.failures import failure
from shared.ids import TenantId
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.engine import open_measured_database
from tests.support.model_client import model_client_put_back
from tests.support.template import table_definitions

SECRET = "+5511987654321"


@pytest.fixture
def database(dynoxide: str) -> Iterator[Database]:
    """Reached as in production: what a log says of a call is read from botocore's own frames."""
    with model_client_put_back():
        yield open_measured_database(dynoxide)


def failing(call: Callable[[], object]) -> dict[str, object]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
        call()
    said = failure(caught.value)
    assert SECRET not in str(said)
    return said


def test_a_refusal_names_operation_table_and_code(database: Database) -> None:
    table = next(iter(table_definitions()))
    said = failing(lambda: database.client.get_item(TableName=table, Key={"wrong": {"S": SECRET}}))
    assert (said["aws"], said["resource"]) == ("DynamoDB.GetItem", table)
    assert (said["error"], said["aws_code"]) == ("ClientError", "ValidationException")


def test_a_transaction_names_its_tables(database: Database) -> None:
    one, other = sorted(table_definitions())[:2]

    def call() -> object:
        return database.client.transact_write_items(
            TransactItems=[
                {"Delete": {"TableName": name, "Key": {"wrong": {"S": SECRET}}}} for name in (one, other, one)
            ]
        )

    said = failing(call)
    assert (said["aws"], said["resource"]) == ("DynamoDB.TransactWriteItems", f"{one},{other}")


def test_of_what_a_library_wraps_the_cause_is_told(database: Database, tenant: TenantId) -> None:
    """PynamoDB has errors of its own around botocore's."""
    directory = Directory(database)
    said = failing(lambda: directory.get(tenant, "x" * 2_000, str))
    assert "ClientError" in str(said["error"])
    assert said["aws"] in ("DynamoDB.GetItem", "DynamoDB.Query")
    assert "shared.store.engine.directory:" in str(said["where"])


def test_nobody_who_answers_names_what_was_asked_for() -> None:
    never = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    client = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{free_port()}", region_name="us-east-1", config=never)
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/a-queue"
    said = failing(lambda: client.send_message(QueueUrl=url, MessageBody=SECRET))
    assert (said["aws"], said["resource"]) == ("SQS.SendMessage", "a-queue")
    assert str(said["error"]).startswith("EndpointConnectionError")
