"""Statuses of a campaign's people, as the consumer takes them in, and the compaction of its journal."""

from collections.abc import Iterable
from typing import Any, cast

from functions.webhook_ingest.statuses.compaction import compact, send_due
from functions.webhook_ingest.statuses.parts import CompactionDueParts, CompactionParts
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clock import EpochMs
from shared.domain.campaigns.callback import CampaignSlot, encode_slot
from shared.domain.webhooks.endpoint import WebhookEndpoint
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.ids import CampaignId, PhoneNumberId, TenantId, new_ulid
from shared.queue_messages import CompactJournal, StatusUpdates, TellTenant
from shared.services.recipient_events import RecipientEvents
from shared.store.campaigns.sends import Sends
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints
from tests.support.consumers import Deps, build
from tests.support.engine import TABLES, RecordingQueue, World
from tests.support.places import place_of_its_own

_URLS = {f"{name}_QUEUE_URL": "http://127.0.0.1:9/none" for name in ("BOT", "FORWARD", "MEDIA", "SYNC", "WEBHOOK")} | {
    "DATA_BUCKET": "data"
}
Told = tuple[str, int, int]
"""Status, block, slot. A code behind a colon makes it a failure: `failed:131026`."""


_made: dict[int, Deps] = {}


def consumers(database: Database) -> Deps:
    """Making them takes longer than most of what a test does with them."""
    if id(database.client) not in _made:
        _made[id(database.client)] = build(database, TABLES | _URLS)
    return _made[id(database.client)]


def status_message(
    tenant_id: TenantId, phone_number_id: PhoneNumberId, campaign_id: CampaignId, told: Iterable[Told]
) -> StatusUpdates:
    rows: list[list[Any]] = []
    for said, block, slot in told:
        status, _, code = said.partition(":")
        callback = encode_slot(CampaignSlot(tenant_id, campaign_id, block, slot, 1))
        price = "marketing" if status in ("sent", "delivered") else ""
        rows.append([status, 1_750_030_073, callback, code, price, "wamid"])
    return StatusUpdates(phone_number_id, rows)


def take_in(database: Database, messages: Iterable[StatusUpdates], now: int) -> set[str]:
    """Returns what is to be delivered again."""
    records = [{"messageId": str(i), "body": message.to_json()} for i, message in enumerate(messages)]
    return record_statuses(consumers(database).for_statuses(), records, EpochMs(now), lambda: 60_000)


def tell(world: World, database: Database, campaign_id: CampaignId, told: Iterable[Told], now: int) -> None:
    message = status_message(world.tenant_id, world.phone_number_id, campaign_id, told)
    assert take_in(database, [message], now) == set()


def compaction(database: Database, queue: RecordingQueue | None = None) -> CompactionParts:
    """`queue` gets what tenants are told of people."""
    return CompactionParts(Sends(database), recipient_events(database, queue), every_ms=1_000)


def recipient_events(database: Database, queue: RecordingQueue | None = None) -> RecipientEvents:
    """Of a worker that has just begun."""
    endpoints, kept = WebhookEndpoints(Directory(database)), cast("Any", queue or RecordingQueue())
    return RecipientEvents(endpoints, Sends(database), kept)


def due_parts(database: Database) -> CompactionDueParts:
    """With a place of its own: tests share the tables."""
    places, queue = place_of_its_own(database), cast("Any", RecordingQueue())
    return CompactionDueParts(Sends(database).journal, places, queue, every_ms=1_000)


def due(parts: CompactionDueParts, tenant_id: TenantId, now: int) -> list[CompactJournal]:
    """What the schedule queues of this tenant's at that moment."""
    queue = cast("RecordingQueue", parts.queue)
    assert send_due(parts, EpochMs(now), lambda: True)
    found = [message for message in queue.take() if isinstance(message, CompactJournal)]
    return [message for message in found if message.tenant_id == tenant_id]


def compact_all(database: Database, tenant_id: TenantId, now: int, queue: RecordingQueue | None = None) -> list[str]:
    """What became of each journal of the tenant that was due; `queue` gets what it is told of people."""
    parts = compaction(database, queue)
    tasks = due(due_parts(database), tenant_id, now)
    return [compact(parts, task, EpochMs(now), lambda: False) for task in tasks]


def ask_for_recipients(database: Database, tenant_id: TenantId, *events: str) -> None:
    """An endpoint of the tenant's, which names what is told of people, or something else."""
    endpoint = WebhookEndpoint(
        new_ulid(), "https://hooks.example.com/", events or (EventType.CAMPAIGN_RECIPIENTS,), "", (), EpochMs(1)
    )
    WebhookEndpoints(Directory(database)).create(tenant_id, endpoint)


def recipients_told(queue: RecordingQueue) -> list[TenantEvent]:
    """What was queued of people, in order."""
    told = [message for message in queue.messages if isinstance(message, TellTenant)]
    return [TenantEvent.from_json(event) for message in told for event in message.events]


def entries_of(event: TenantEvent) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", event.data["recipients"])
