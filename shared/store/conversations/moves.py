"""Moving a conversation into another one, in the Conversations table: when two contacts turn out to be one person.

| access | key | cost |
|---|---|---|
| mark it as moved | `T#<t>#V#<source>` / `MOVED` | 1 WRU |
| its head into the other's | both `HEAD` | 4 WRU and more for the indexes |
| every other item | both, one by one | 4 WRU per KB |

From the mark on, the source is found under the target's head; its items are found in either place until the last one
has come. Every item moves in a transaction, on condition that nobody changed it meanwhile, so a move that dies is done
by doing it again, and doing it twice is doing it once.
"""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from shared.clock import EpochMs
from shared.domain.conversations.merge import merged
from shared.errors import RetryableError
from shared.ids import ContactId, ConversationId, TenantId
from shared.store.conversations.heads import HEAD, ConversationItem, conversation_of, head_item, part_in
from shared.store.conversations.message_items import MOVED, MovedItem, conversation_key, expiry, moved_to
from shared.store.conversations.messages import Messages
from shared.store.conversations.search_index import SearchIndex
from shared.store.engine.claims import condition_failed
from shared.store.engine.database import Database

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

Wire = dict[str, Any]
"""An item as DynamoDB holds it: nothing of it is read here, so nothing of it can get lost."""
_ATTEMPTS = 8
_MOVES = 3
_CHANGED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
# Attributes that an item may get after it was read; what it has is compared as a whole.
_LATER = ("status", "wamid", "error_code", "changes", "merged_in", "media")


class ConversationMoves:
    def __init__(self, database: Database, messages: Messages) -> None:
        self._messages = messages
        self._search = SearchIndex(database)
        self._client = database.client
        self._table = database.conversations

    def exists(self, tenant_id: TenantId, conversation_id: ConversationId) -> bool:
        """Whether there is anything to move: a head, or what a move that died left behind."""
        return next(self._items(tenant_id, conversation_id), None) is not None

    def move(
        self,
        tenant_id: TenantId,
        source: ConversationId,
        target: ConversationId,
        contact_id: ContactId,
        now: EpochMs,
        stop: Callable[[], bool],
    ) -> bool:
        """Move everything; `contact_id` is the target's. False when `stop` said so before the end: call it again.

        Raises RetryableError when others keep changing the same.
        """
        for _ in range(_MOVES):
            target = moved_to(tenant_id, target) or target
        if target == source:
            return True
        self._mark(tenant_id, source, target, now)
        self._move_head(tenant_id, source, target, contact_id)
        for item in self._items(tenant_id, source):
            if stop():
                return False
            if item["sk"]["S"] != HEAD:
                self._move_item(tenant_id, item, target)
        self._messages.settle_changes(tenant_id, target)
        return True

    def _mark(self, tenant_id: TenantId, source: ConversationId, target: ConversationId, now: EpochMs) -> None:
        if moved_to(tenant_id, source) is None:
            MovedItem(conversation_key(tenant_id, source), MOVED, conversation_id=target, ttl=expiry(now)).save()

    def _items(self, tenant_id: TenantId, conversation_id: ConversationId) -> Iterator[Wire]:
        """Everything but the mark."""
        request: QueryInputTypeDef = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": conversation_key(tenant_id, conversation_id)}},
            "ConsistentRead": True,
            "Limit": 50,
        }
        while True:
            answer = self._client.query(**request)
            yield from (item for item in answer["Items"] if item["sk"].get("S") != MOVED)
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _move_head(
        self, tenant_id: TenantId, source: ConversationId, target: ConversationId, contact_id: ContactId
    ) -> None:
        for _ in range(_ATTEMPTS):
            gone, kept = _head(tenant_id, source), _head(tenant_id, target)
            if gone is None:
                return
            known = conversation_of(kept) if kept is not None else None
            after = merged(known, conversation_of(gone), target, contact_id)
            # Before the head goes: whoever repeats this would not know what it was found by.
            self._search.announce(tenant_id, known, after)
            self._search.retract(tenant_id, conversation_of(gone), None)
            free = ConversationItem.rev == kept.rev if kept is not None else ConversationItem.pk.does_not_exist()
            try:
                with TransactWrite(connection=ConversationItem.low_level()) as transaction:
                    transaction.save(head_item(tenant_id, after, part_in(kept)), condition=free)
                    transaction.delete(gone, condition=ConversationItem.rev == gone.rev)
            except TransactWriteError as exc:
                if not _CHANGED & {reason.code for reason in exc.cancellation_reasons if reason is not None}:
                    raise
                continue
            return
        raise RetryableError("a conversation keeps changing while it moves; try again")

    def _move_item(self, tenant_id: TenantId, item: Wire, target: ConversationId) -> None:
        for member_id in json.loads(item["mentions"]["S"]) if "mentions" in item else ():
            self._point(tenant_id, member_id, item["sk"]["S"].partition("#")[2], target)
        key = {"pk": item["pk"], "sk": item["sk"]}
        for _ in range(_ATTEMPTS):
            moved = {**item, "pk": {"S": conversation_key(tenant_id, target)}, "moved": {"BOOL": True}}
            put = {"TableName": self._table, "Item": moved, "ConditionExpression": "attribute_not_exists(pk)"}
            delete = {"TableName": self._table, "Key": key, **_unless_changed(item)}
            try:
                self._client.transact_write_items(TransactItems=[{"Put": put}, {"Delete": delete}])  # type: ignore[typeddict-item]
            except self._client.exceptions.TransactionCanceledException as error:
                codes = [str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])]
                if not _CHANGED & {*codes}:
                    raise
                if codes[0] == "ConditionalCheckFailed":
                    # It came there by itself: the same message again, from somebody who is known by now.
                    self._client.delete_item(TableName=self._table, Key=key)
                    return
            else:
                return
            current = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
            if current is None:
                return
            item = current
        raise RetryableError("an item keeps changing while it moves; try again")

    def _point(self, tenant_id: TenantId, member_id: str, entry_id: str, target: ConversationId) -> None:
        """Whoever is mentioned in a note finds it by its conversation."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"T#{tenant_id}#AT#{member_id}"}, "sk": {"S": entry_id}},
                UpdateExpression="SET conversation_id = :target",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":target": {"S": target}},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise


def _head(tenant_id: TenantId, conversation_id: ConversationId) -> ConversationItem | None:
    try:
        return ConversationItem.get(conversation_key(tenant_id, conversation_id), HEAD, consistent_read=True)
    except ConversationItem.DoesNotExist:
        return None


def _unless_changed(item: Wire) -> Wire:
    """The condition that an item still is what it was."""
    known = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    later = [name for name in _LATER if name not in known]
    names = {f"#k{i}": name for i, name in enumerate(known)} | {f"#l{i}": name for i, name in enumerate(later)}
    conditions = [f"#k{i} = :k{i}" for i in range(len(known))]
    conditions += [f"attribute_not_exists(#l{i})" for i in range(len(later))]
    return {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":k{i}": value for i, value in enumerate(known.values())},
    }
