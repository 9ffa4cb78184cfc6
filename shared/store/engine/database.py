"""The four tables and the botocore client behind all of them; `impatient` opens one more.

PynamoDB opens a session and a client per model class unless told otherwise (510 ms and 70 MiB for eight classes,
against 58 ms for one client), so every model's connection is handed the same client here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import PynamoDBException
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from shared.config import USER_AGENT, required
from shared.errors import PermanentError
from shared.store.engine.answers import AnswerParserFactory
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONFIG = Config(
    user_agent=USER_AGENT,
    connect_timeout=1,
    read_timeout=5,
    max_pool_connections=32,
    retries={"total_max_attempts": 4, "mode": "standard"},
    parameter_validation=False,
)
_ONCE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1, "mode": "standard"})
_PARSERS = "response_parser_factory"
"""What a client asks for the parser of its answers (botocore's component of a session)."""
_TOO_LARGE = "exceeded the maximum allowed size"


class ItemTooLarge(PermanentError):
    """What is to be stored makes its item larger than 400 KB (Amazon DynamoDB, quotas: item size)."""

    code = "too_large"
    status = 413


class ActivityIndex(GlobalSecondaryIndex["TableItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "gsi1"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class TableItem(Model):
    """What the items of every table have in common. `ttl` is epoch seconds."""

    _client: DynamoDBClient

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        table.connection._client = cast("Any", TableItem._client)
        return table

    @classmethod
    def low_level(cls) -> Connection:
        """The connection a PynamoDB transaction runs over."""
        return cls._get_connection().connection


@dataclass(frozen=True, slots=True)
class Database:
    """The tables' names and the client. Repositories take one and take the tenant id in every call.

    A name is read when a repository asks for it: a function states only the tables that it works with. Raises
    ConfigError, which names the setting, when it is missing.
    """

    client: DynamoDBClient
    session: botocore.session.Session
    env: Mapping[str, str]

    def impatient(self) -> Database:
        """The same by a client that asks once and waits for a second: for what is done without where it fails."""
        client = cast("DynamoDBClient", self.session.create_client("dynamodb", config=_CONFIG.merge(_ONCE)))
        return replace(self, client=client)

    @property
    def directory(self) -> str:
        return required(self.env, "DIRECTORY_TABLE")

    @property
    def contacts(self) -> str:
        return required(self.env, "CONTACTS_TABLE")

    @property
    def conversations(self) -> str:
        return required(self.env, "CONVERSATIONS_TABLE")

    @property
    def sends(self) -> str:
        return required(self.env, "SENDS_TABLE")


def open_database(env: Mapping[str, str]) -> Database:
    """Make the one client; `env` names the tables."""
    session = botocore.session.get_session()
    usual = session.get_component(_PARSERS)
    session.register_component(_PARSERS, AnswerParserFactory())
    client = cast("DynamoDBClient", session.create_client("dynamodb", config=_CONFIG))
    session.register_component(_PARSERS, usual)
    client.meta.events.register("after-call.dynamodb", _refuse_what_is_too_large)
    TableItem._client = client
    return Database(client, session, env)


def _refuse_what_is_too_large(parsed: Mapping[str, Any], **_: object) -> None:
    """Raises ItemTooLarge where DynamoDB says so, of a single write or of one in a transaction: writing it again cannot
    help, and who sent it can be told."""
    error = parsed.get("Error") or {}
    if error.get("Code") == "ValidationException":
        words = [str(error.get("Message", ""))]
    elif error.get("Code") == "TransactionCanceledException":
        words = [str(reason.get("Message", "")) for reason in parsed.get("CancellationReasons") or ()]
    else:
        return
    if any(_TOO_LARGE in text for text in words):
        raise ItemTooLarge("this is larger than what can be stored (400 KB): make it shorter, or split it")


def refusal_code(error: PynamoDBException) -> str:
    """What DynamoDB said to what PynamoDB has wrapped; "" where it did not answer, which PynamoDB's own
    `cause_response_code` makes an AttributeError of."""
    return error.cause.response["Error"]["Code"] if isinstance(error.cause, ClientError) else ""


def put_items(items: Sequence[TableItem]) -> None:
    """Write these items of one table whatever stands there, in one call for 25 of them; none of them twice."""
    if items:
        with type(items[0]).batch_write() as batch:
            for item in items:
                batch.save(item)


def put_if_absent(client: DynamoDBClient, table: str, item: Item) -> Item:
    """Write an item whose key is free; what is there already stays as it is. Returns what stands there then: this item,
    or the one that was there."""
    try:
        client.put_item(
            TableName=table,
            Item=encode_item(item),
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        return standing_item(error)
    return item


def standing_item(error: ClientError) -> Item:
    """The item that a condition did not hold for, of a write that asks for it; empty where there was none. Raises every
    other error again."""
    if not condition_failed(error):
        raise error
    return decode_item(cast("Mapping[str, Mapping[str, Mapping[str, object]]]", error.response).get("Item", {}))
