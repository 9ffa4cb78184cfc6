"""Changes that the stream has no more are told of from the tables: of how things stand now, under ids that stay."""

import json

import pytest

from infra.ops.changes import events_behind
from infra.ops.desk import Desk
from infra.ops.pointers import Pointer, pointer_of
from infra.ops.stack import Stack
from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.webhooks.tenant_event import EventType
from shared.errors import InvalidInput
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Conversations, Head
from tests.support.fake_aws import FakeAws

TENANT = TenantId("01TENANT")
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/ConversationsTable/stream/2026-11-30T00:00:00.000"


@pytest.fixture
def desk(aws: FakeAws) -> Desk:
    return Desk(aws.database(), Stack("test", {"DataBucketName": "data", "TokenKeyArn": "key"}, {}), epoch_ms())


def pointer(first_at: int, last_at: int) -> Pointer:
    info = {
        "streamArn": ARN,
        "shardId": "shardId-00000001573689847184-864758bb",
        "startSequenceNumber": "800000000003126276362",
        "endSequenceNumber": "800000000003126276363",
        "approximateArrivalOfFirstRecord": to_rfc3339(EpochMs(first_at)),
        "approximateArrivalOfLastRecord": to_rfc3339(EpochMs(last_at)),
        "batchSize": 1,
    }
    return pointer_of(json.dumps({"requestContext": {}, "DDBStreamBatchInfo": info}))


def written(desk: Desk, at: int, *, direction: str = "in") -> Message:
    conversation_id = ConversationId(new_ulid())
    message = Message(
        message_id=message_key(EpochMs(at), new_ulid()),
        conversation_id=conversation_id,
        direction=direction,  # type: ignore[arg-type]
        author="contact" if direction == "in" else "agent",
        kind="text",
        text="Hello",
        at=EpochMs(at),
        content={"body": "Hello"},
        status="" if direction == "in" else "delivered",
    )
    head = Head(conversation_id, PhoneNumberId("1"), ContactId("c"), "Ana", "+34600111222")
    Conversations(desk.database).append(TENANT, head, message)
    return message


def test_what_changed_then_is_told_and_what_did_not_is_not(desk: Desk) -> None:
    theirs, ours = written(desk, desk.now - 60_000), written(desk, desk.now - 60_000, direction="out")
    written(desk, desk.now - 86_400_000)
    around = pointer(desk.now - 90_000, desk.now - 30_000)
    found = events_behind(desk, around)
    told = {(one.type, one.data.get("message_id")) for one in found[TENANT]}
    assert told == {
        (EventType.MESSAGE_RECEIVED, theirs.message_id),
        (EventType.MESSAGE_CREATED, ours.message_id),
        (EventType.MESSAGE_STATUS, ours.message_id),
        (EventType.CONVERSATION_CREATED, None),
    }
    assert len(found[TENANT]) == len({one.event_id for one in found[TENANT]}) == 5
    assert events_behind(desk, around) == found


def test_nothing_is_told_where_nothing_changed(desk: Desk) -> None:
    written(desk, desk.now - 86_400_000)
    assert events_behind(desk, pointer(desk.now - 90_000, desk.now)) == {}


@pytest.mark.parametrize("body", ["", "{}", '{"DDBStreamBatchInfo":{}}', "[]"])
def test_what_is_no_such_letter_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput, match="does not say where"):
        pointer_of(body)
