"""Index the words of every conversation anew: once, after a release that folds text otherwise than the one before.

    CONVERSATIONS_TABLE=… python -m infra.reindex_search

Reads the Conversations table once (0.5 RRU per 4 KB) and every conversation's messages, and writes what is folded
otherwise now, 1 WRU an entry. The product runs meanwhile. To run it again, after it was interrupted too, changes
nothing that is right already. Prints how many conversations it has looked at; nothing of what they say.
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.ids import ConversationId, TenantId
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.heads import HEAD
from shared.store.engine.database import Database, open_database

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ScanInputTypeDef

_SHOW_EVERY = 1_000


def reindex(database: Database) -> tuple[int, int]:
    """(conversations, entries written)."""
    conversations = Conversations(database)
    looked_at = written = 0
    for tenant_id, conversation_id in _heads(database):
        conversation = conversations.get(tenant_id, conversation_id)
        if conversation is not None:
            written += conversations.search.reindex(tenant_id, conversation)
        looked_at += 1
        if looked_at % _SHOW_EVERY == 0:
            print(f"{looked_at} conversations", flush=True)
    return looked_at, written


def _heads(database: Database) -> Iterator[tuple[TenantId, ConversationId]]:
    request: ScanInputTypeDef = {
        "TableName": database.conversations,
        "FilterExpression": "sk = :head",
        "ExpressionAttributeValues": {":head": {"S": HEAD}},
        "ProjectionExpression": "pk",
    }
    while True:
        answer = database.client.scan(**request)
        for item in answer["Items"]:
            _, tenant_id, _, conversation_id = item["pk"]["S"].split("#")
            yield TenantId(tenant_id), ConversationId(conversation_id)
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def main(env: Mapping[str, str]) -> None:
    looked_at, written = reindex(open_database(env))
    print(f"{looked_at} conversations, {written} entries written")


if __name__ == "__main__":
    main(os.environ)
