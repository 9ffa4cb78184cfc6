"""What a campaign did to each person is told to whoever asks for it by name, and to nobody else."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import pytest

from functions.api.events.later import tell_late
from functions.api.events.publish import Publisher
from functions.webhook_ingest.messages.replies import Answer, Replies
from functions.webhook_ingest.statuses.compaction import compact
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clients.queue import Outgoing
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import block_number
from shared.domain.contacts.identity import SHARDS
from shared.domain.webhooks.tenant_event import FeedPart
from shared.errors import RetryableError
from shared.ids import CampaignId
from shared.queue_messages import CompactJournal, DeliverWebhook, TellTenant
from shared.services.recipient_events import KEEP_MS
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from tests.support.engine import FakeMeta, RecordingQueue, World
from tests.support.frozen import frozen_campaign
from tests.support.journals import (
    ask_for_recipients,
    compact_all,
    compaction,
    consumers,
    entries_of,
    recipient_events,
    recipients_told,
    status_message,
    tell,
)

BLOCKS = [block_number(shard, 0) for shard in range(SHARDS)]
TOLD = [*(("read", block, 0) for block in BLOCKS), ("failed:131026", BLOCKS[3], 1)]
LATER = 120_000


class Refusing(RecordingQueue):
    """Takes nothing."""

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        raise RetryableError("the queue did not take every message")


@pytest.fixture
def campaign(world: World) -> CampaignId:
    """64 people, four in a block, all of whom were written to."""
    campaign_id = frozen_campaign(world, 64)
    world.run_lane(FakeMeta(latency=0.001), rate=2_000.0)
    return campaign_id


def person(world: World, campaign_id: CampaignId, block: int, slot: int) -> str:
    return world.deps.sends.read_block(world.tenant_id, campaign_id, block)[slot].contact_id


def test_what_is_compacted_is_told_once_to_who_names_it(world: World, database: Database, campaign: CampaignId) -> None:
    ask_for_recipients(database, world.tenant_id)
    now, queue = epoch_ms(), RecordingQueue()
    tell(world, database, campaign, TOLD, now)
    assert compact_all(database, world.tenant_id, now + LATER, queue) == ["closed"]
    (event,) = recipients_told(queue)
    assert (event.data["campaign_id"], event.at) == (campaign, now)
    assert sorted((one["contact_id"], one["outcome"], one.get("code", "")) for one in entries_of(event)) == sorted(
        [
            *((person(world, campaign, block, 0), "read", "") for block in BLOCKS),
            (person(world, campaign, BLOCKS[3], 1), "failed", "131026"),
        ]
    )
    assert compact_all(database, world.tenant_id, now + 2 * LATER, queue) == []
    assert len(queue.messages) == 1


@pytest.mark.parametrize("events", [("*",), ("campaign.completed",), ()])
def test_who_does_not_name_it_is_not_told(
    world: World, database: Database, campaign: CampaignId, events: tuple[str, ...]
) -> None:
    if events:
        ask_for_recipients(database, world.tenant_id, *events)
    now, queue = epoch_ms(), RecordingQueue()
    tell(world, database, campaign, TOLD, now)
    assert compact_all(database, world.tenant_id, now + LATER, queue) == ["closed"]
    assert queue.messages == []


def test_what_goes_into_its_block_at_once_is_told_as_well(
    world: World, database: Database, campaign: CampaignId
) -> None:
    ask_for_recipients(database, world.tenant_id)
    queue = RecordingQueue()
    parts = replace(consumers(database), recipients=recipient_events(database, queue)).for_statuses()
    message = status_message(world.tenant_id, world.phone_number_id, campaign, TOLD[:2])
    records = [{"messageId": "1", "body": message.to_json()}]
    assert record_statuses(parts, records, epoch_ms(), lambda: 60_000) == set()
    told = [(one["contact_id"], one["outcome"]) for event in recipients_told(queue) for one in entries_of(event)]
    assert sorted(told) == sorted((person(world, campaign, block, 0), "read") for block in BLOCKS[:2])


def test_who_answers_is_told_before_it_is_noted(world: World, database: Database, campaign: CampaignId) -> None:
    ask_for_recipients(database, world.tenant_id)
    contact_id = world.deps.sends.read_block(world.tenant_id, campaign, BLOCKS[0])[2].contact_id

    def answer(queue: RecordingQueue) -> None:
        now = EpochMs(epoch_ms() + 5_000)
        deps = world.deps
        replies = Replies(deps.campaigns, deps.lanes, deps.sends, recipient_events(database, queue))
        assert replies.mark(world.tenant_id, world.phone_number_id, (contact_id,), Answer(now, now), now)

    with pytest.raises(RetryableError):
        answer(Refusing())
    queue = RecordingQueue()
    answer(queue)
    (event,) = recipients_told(queue)
    assert entries_of(event) == [{"contact_id": contact_id, "outcome": "answered"}]
    answer(queue)
    assert len(queue.messages) == 1


def test_a_queue_that_takes_nothing_holds_up_no_block_and_loses_no_event(
    world: World, database: Database, campaign: CampaignId
) -> None:
    ask_for_recipients(database, world.tenant_id)
    now = epoch_ms()
    tell(world, database, campaign, TOLD, now)
    task = CompactJournal(world.tenant_id, campaign, 0, 64)
    with pytest.raises(RetryableError):
        compact(compaction(database, Refusing()), task, EpochMs(now + LATER), lambda: False)
    stored = world.deps.sends.status_block(world.tenant_id, campaign, BLOCKS[0])
    assert stored is not None
    assert stored.read == {0}
    queue = RecordingQueue()
    assert compact_all(database, world.tenant_id, now + 2 * LATER, queue) == ["closed"]
    assert [len(entries_of(event)) for event in recipients_told(queue)] == [len(TOLD)]


def test_whether_somebody_asks_is_read_once_a_minute(world: World, database: Database) -> None:
    recipients, now = recipient_events(database), epoch_ms()
    assert not recipients.asks(world.tenant_id, now)
    ask_for_recipients(database, world.tenant_id)
    assert not recipients.asks(world.tenant_id, EpochMs(now + KEEP_MS - 1))
    assert recipients.asks(world.tenant_id, EpochMs(now + KEEP_MS))


def test_it_goes_to_the_endpoint_that_names_it_and_into_the_feed(
    world: World, database: Database, campaign: CampaignId
) -> None:
    ask_for_recipients(database, world.tenant_id)
    ask_for_recipients(database, world.tenant_id, "*")
    now, queue, delivered = epoch_ms(), RecordingQueue(), RecordingQueue()
    tell(world, database, campaign, TOLD, now)
    compact_all(database, world.tenant_id, now + LATER, queue)
    feed, webhooks = EventFeed(database), cast("Any", delivered)
    cursor = feed.end(world.tenant_id, now)
    (message,) = queue.take()
    assert isinstance(message, TellTenant)
    tell_late(Publisher(WebhookEndpoints(Directory(database)), webhooks, feed), webhooks, message, now)
    (delivery,) = delivered.messages
    assert isinstance(delivery, DeliverWebhook)
    people = frozenset({FeedPart.PEOPLE})
    assert [delivery.body] == message.events == feed.read(world.tenant_id, cursor, now, people).events
    assert feed.read(world.tenant_id, cursor, now).events == []
