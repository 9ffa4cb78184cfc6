"""What the Change stream's dead letters say: where in a table's stream changes stand that nobody was told of. And what
can be told of them when the stream has them no more. Pure.

Source of the form: AWS Lambda, using Lambda with DynamoDB, on-failure destinations (`DDBStreamBatchInfo`).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.api.events.changes import data_of
from shared.clock import EpochMs, from_rfc3339
from shared.domain.campaigns.campaign import Campaign
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import time_of
from shared.domain.webhooks.tenant_event import (
    Change,
    EventType,
    TenantEvent,
    campaign_changes,
    event_id,
    message_changes,
)
from shared.errors import InvalidInput

SLACK_MS = 600_000
"""What changed was mostly said or made within so long before: a status comes after its message, an answer sooner."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """`first` and `last` are sequence numbers, `first_at` and `last_at` when these changes were made (epoch ms)."""

    stream_arn: str
    shard_id: str
    first: str
    last: str
    first_at: EpochMs
    last_at: EpochMs
    size: int

    @property
    def table(self) -> str:
        """The table's name, of `arn:…:table/<name>/stream/<label>`."""
        return self.stream_arn.split(":table/")[-1].split("/")[0]

    def covers(self, at: EpochMs | None) -> bool:
        """Whether something of this moment may be among them."""
        return at is not None and self.first_at - SLACK_MS <= at <= self.last_at + 1_000


def pointer_of(body: str) -> Pointer:
    """Raises InvalidInput for what is no such letter."""
    try:
        info = json.loads(body)["DDBStreamBatchInfo"]
        return Pointer(
            stream_arn=str(info["streamArn"]),
            shard_id=str(info["shardId"]),
            first=str(info["startSequenceNumber"]),
            last=str(info["endSequenceNumber"]),
            first_at=from_rfc3339(str(info["approximateArrivalOfFirstRecord"])),
            last_at=from_rfc3339(str(info["approximateArrivalOfLastRecord"])),
            size=int(info["batchSize"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("this letter does not say where in a stream something stands") from error


def rebuilt(thing: Message | Conversation | Campaign, pointer: Pointer) -> list[TenantEvent]:
    """The events that a thing's present state makes, if it may be among what the pointer means. Of the same state they
    have the same ids, however often it is done."""
    changes = _changes(thing, pointer)
    data = data_of(thing, pointer.last_at) if changes else {}
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:24]
    return [
        TenantEvent(event_id(f"rebuilt{digest}", i), change.type, pointer.last_at, data)
        for i, change in enumerate(changes)
    ]


def _changes(thing: Message | Conversation | Campaign, pointer: Pointer) -> list[Change]:
    match thing:
        case Message():
            new = message_changes(None, thing)
            if not new or not pointer.covers(time_of(thing.message_id)):
                return []
            status = [Change(EventType.MESSAGE_STATUS)] if thing.direction == "out" and thing.status else []
            return [*new, *status]
        case Conversation():
            if pointer.covers(thing.created_at):
                return [Change(EventType.CONVERSATION_CREATED)]
            moved = any(map(pointer.covers, (thing.last_message_at, thing.state_at)))
            return [Change(EventType.CONVERSATION_UPDATED)] if moved else []
        case Campaign():
            moments = (thing.created_at, thing.started_at, thing.resumed_at, thing.finished_at, thing.stands_since)
            return campaign_changes(None, thing) if any(map(pointer.covers, moments)) else []


def as_lambda_gives_it(value: object) -> object:
    """A record of the streams' own API as Lambda hands it over: moments in seconds, bytes in Base64."""
    if isinstance(value, Mapping):
        return {key: as_lambda_gives_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_lambda_gives_it(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
