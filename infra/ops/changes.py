"""`changes`: tell tenants of changes that the Change stream's function gave up on.

Its dead letters say only where in the stream they stand. While the stream has them (24 hours), the very same events are
made of them; afterwards events of how things stand now, of all that may have changed then. Either way they are told by
the webhooks' queue, and whoever gets an event twice sees it by its id.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from functions.api.events.changes import events_of
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, moment
from infra.ops.letters import CHANGE, held, letters_of
from infra.ops.pointers import Pointer, as_lambda_gives_it, pointer_of, rebuilt
from shared.clients.queue import Queue
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.ids import TenantId
from shared.services.tell_later import put_off
from shared.store.conversations.change_stream import read_change

_GONE = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"})
_MOST = 100
Events = dict[TenantId, list[TenantEvent]]


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "changes", "changes that nobody was told of")
    add_verb(verbs, "list", _list, "where they stand, and whether the stream has them still")
    add_verb(verbs, "rebuild", _rebuild, "tell of them, if need be of how things stand now", acts=True)


def _list(desk: Desk, _args: argparse.Namespace) -> Answer:
    with held(desk, letters_of(desk, CHANGE), _MOST) as found:
        return {"letters": len(found), "changes": [_shown(desk, pointer_of(one["Body"])) for one in found]}


def _shown(desk: Desk, pointer: Pointer) -> Answer:
    records = _records(desk, pointer)
    return {
        "table": pointer.table,
        "from": moment(pointer.first_at),
        "until": moment(pointer.last_at),
        "changes": pointer.size,
        "by": "the stream" if records is not None else "the table, read as a whole",
    }


def _rebuild(desk: Desk, args: argparse.Namespace) -> Answer:
    url = letters_of(desk, CHANGE)

    def do() -> Answer:
        told = 0
        with held(desk, url, _MOST) as found:
            for letter in found:
                events = events_behind(desk, pointer_of(letter["Body"]))
                put_off(Queue(desk.aws.sqs, desk.stack.queues["WebhookQueue"]), events, desk.now)
                told += sum(map(len, events.values()))
                desk.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        return {"letters": len(found), "events": told}

    return desk.act(args, "changes.rebuild", "all", do, preview=_list(desk, args))


def events_behind(desk: Desk, pointer: Pointer) -> Events:
    """By tenant, what is to be told of the changes that a letter points to."""
    records = _records(desk, pointer)
    return _of_table(desk, pointer) if records is None else _of_stream(records)


def _of_stream(records: list[Mapping[str, Any]]) -> Events:
    found: defaultdict[TenantId, list[TenantEvent]] = defaultdict(list)
    for record in records:
        tenant_id, events = events_of(record)
        found[tenant_id] += events
    return {tenant_id: events for tenant_id, events in found.items() if events}


def _records(desk: Desk, pointer: Pointer) -> list[Mapping[str, Any]] | None:
    """As Lambda would have handed them over; None when the stream has not all of them any more."""
    client = desk.aws.named("dynamodbstreams")
    place = {"StreamArn": pointer.stream_arn, "ShardId": pointer.shard_id, "SequenceNumber": pointer.first}
    found: list[Mapping[str, Any]] = []
    try:
        iterator = client.get_shard_iterator(ShardIteratorType="AT_SEQUENCE_NUMBER", **place)["ShardIterator"]
        while iterator:
            answer = client.get_records(ShardIterator=iterator, Limit=1000)
            for record in answer["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > int(pointer.last):
                    return found
                found.append(cast("Mapping[str, Any]", as_lambda_gives_it(record)))
            if found and int(found[-1]["dynamodb"]["SequenceNumber"]) >= int(pointer.last):
                return found
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return None
    return None


def _of_table(desk: Desk, pointer: Pointer) -> Events:
    """Reads all of the table: 0.5 RRU per 4 KB."""
    found: defaultdict[TenantId, list[TenantEvent]] = defaultdict(list)
    for item in _items(desk, pointer.table):
        changed = read_change({"dynamodb": {"NewImage": item}})
        if changed is not None:
            found[changed.tenant_id] += rebuilt(changed.new, pointer)
    return {tenant_id: events for tenant_id, events in found.items() if events}


def _items(desk: Desk, table: str) -> Iterator[Mapping[str, Any]]:
    """Those that the stream's function is told of (its filters in the template)."""
    request: dict[str, Any] = {
        "TableName": table,
        "FilterExpression": "sk = :head OR begins_with(sk, :message) OR begins_with(sk, :campaign)",
        "ExpressionAttributeValues": {":head": {"S": "HEAD"}, ":message": {"S": "M#"}, ":campaign": {"S": "CMP#"}},
    }
    while True:
        answer = desk.database.client.scan(**request)
        yield from cast("list[Mapping[str, Any]]", as_lambda_gives_it(answer["Items"]))
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
