"""Webhooks at full speed: 3,000 statuses and 300 messages a second, through the receiver and both consumers.

The queues between them are left out, the database is dynoxide. `INGEST_SECONDS` says how many seconds' worth of events
(10 unless told, 60 for the long run). Beside it pywa parses the same events; it takes one event from a POST, so each
comes to it alone, which costs it an envelope per event.
"""

import hashlib
import hmac
import itertools
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

from pywa.client import WhatsApp

from functions.webhook_ingest.messages.list_parts import ListParts
from functions.webhook_ingest.messages.replies import Replies
from functions.webhook_ingest.messages.take import take_message
from functions.webhook_ingest.people.owners import Owners
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.people.reunion import Reunion
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.signature import is_signed
from functions.webhook_ingest.receive.split import split
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, block_number
from shared.domain.campaigns.callback import CampaignSlot, encode_slot
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.ids import CampaignId, new_ulid
from shared.queue_messages import InboundMessage
from shared.services.heads import Heads
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.contacts.senders import Senders
from shared.store.conversations.conversations import Conversations
from shared.store.conversations.first_look import FirstLook
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.numbers.cells import CellDirectory
from shared.store.numbers.notices import Notices
from shared.store.numbers.onboardings import Onboardings
from tests.support.consumers import Deps
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import RecordingQueue, World, open_measured_database
from tests.support.frozen import frozen_campaign
from tests.support.journals import compact_all, recipient_events

STATUSES_A_SECOND, MESSAGES_A_SECOND = 3_000, 300
STATUSES_A_POST, MESSAGES_A_POST = 28, 3
"""As the simulator batches them in the demo; Meta may put 1,000 updates into one POST."""
GATHERED = 1_000
"""Queue messages in one invocation of the status consumer (the template's batch size)."""
_SECRET = "bench"
Json = dict[str, Any]
T = TypeVar("T")


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    logging.disable(logging.CRITICAL)
    seconds = int(os.environ.get("INGEST_SECONDS", "10"))
    with running_dynoxide() as url:
        database = open_measured_database(url)
        world = World(database, throughput=1000)
        statuses = list(_statuses(world, STATUSES_A_SECOND * seconds))
        messages = list(_messages(MESSAGES_A_SECOND * seconds))
        print(
            f"{len(statuses):,} statuses, {len(messages):,} messages: {seconds} s of {STATUSES_A_SECOND:,}/s and "
            f"{MESSAGES_A_SECOND}/s"
        )
        posts = [_post(world, "statuses", part) for part in _parts(statuses, STATUSES_A_POST)]
        said = [_post(world, "messages", part) for part in _parts(messages, MESSAGES_A_POST)]
        made = _deps(database, world)
        queued, received = measured(lambda: receive(posts))
        inbound, heard = measured(lambda: receive(said))
        _row("receive: verify, split, hear a no, encode; per status", received, len(statuses))
        _row("receive: the same; per message", heard, len(messages))
        _, folded = measured(lambda: _record(made, queued))
        _row("statuses: fold and keep in the journal", folded, len(statuses))
        _, compacted = measured(lambda: compact_all(database, world.tenant_id, epoch_ms() + DAY_MS))
        _row("statuses: compact the journal", compacted, len(statuses))
        _, taken = measured(lambda: _take(made, inbound))
        _row("messages: identity, consent, conversation, reply", taken, len(messages))
        _check(world, made, len(statuses), len(messages))
        _row("pywa: parse a status", _pywa(world, "statuses", statuses), len(statuses))
        _row("pywa: parse a message", _pywa(world, "messages", messages), len(messages))
        whole = received[0] + folded[0] + compacted[0] + heard[0] + taken[0]
        print(f"a second of all that: {whole / seconds:.2f} s of one core, without the database's")


def _statuses(world: World, count: int) -> Iterator[Json]:
    """Three for each message, as they come: sent, delivered, read, those of a block near each other."""
    people = -(-count // 3)
    campaign_id = frozen_campaign(world, people)
    _claim(world, campaign_id)
    _link(world, people)
    in_shard = [len(range(shard, people, SHARDS)) for shard in range(SHARDS)]
    places = (
        (block_number(shard, i // BLOCK_SIZE), i % BLOCK_SIZE)
        for first in range(0, max(in_shard), BLOCK_SIZE)
        for shard in range(SHARDS)
        for i in range(first, min(first + BLOCK_SIZE, in_shard[shard]))
    )
    states = itertools.product(places, ("sent", "delivered", "read"))
    for n, ((block, slot), state) in enumerate(itertools.islice(states, count)):
        yield {
            "id": f"wamid.{n // 3:028d}",
            "status": state,
            "timestamp": str(epoch_ms() // 1000),
            "recipient_id": _phone(n // 3),
            "recipient_user_id": _user_id(n // 3),
            "biz_opaque_callback_data": encode_slot(CampaignSlot(world.tenant_id, campaign_id, block, slot, 1)),
            "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
        }


def _phone(person: int) -> str:
    return f"55119{person + 10_000_000:08d}"


def _user_id(person: int) -> str:
    return f"BR.{person:020d}"


def _link(world: World, people: int) -> None:
    """Their user ids are known, as from the second campaign on."""
    for person in range(people):
        key = contact_id_for(world.tenant_id, "bsuid", _user_id(person))
        world.deps.contacts.put_pointer(
            world.tenant_id, key, contact_id_for(world.tenant_id, "phone", f"+{_phone(person)}")
        )


def _claim(world: World, campaign_id: CampaignId) -> None:
    """All of it is sent: statuses of what no lane has claimed are not believed."""
    campaign, now = world.campaign(campaign_id), epoch_ms()
    until = EpochMs(now + DAY_MS)
    for lane in range(campaign.lanes):
        held = world.deps.lanes.acquire(world.phone_number_id, lane, new_ulid(), "", now, until)
        assert held is not None
        size = sum(campaign.sizes[shard] for shard in Segment(campaign.sizes, lane, campaign.lanes).shards)
        moves = {campaign_id: (0, size)}
        world.deps.lanes.claim(world.phone_number_id, lane, held.fence, moves, new_ulid(), now, until, 0)


def _messages(count: int) -> Iterator[Json]:
    """A second's worth with each second, up to now."""
    first = epoch_ms() // 1000 - count // MESSAGES_A_SECOND
    for n in range(count):
        yield {
            "from": f"551198{n % 997:07d}",
            "from_user_id": f"BR.9{n % 997:019d}",
            "id": f"wamid.in{n:026d}",
            "timestamp": str(first + n // MESSAGES_A_SECOND),
            "type": "text",
            "text": {"body": f"Does it come in another colour? {n}"},
        }


def _parts(items: Sequence[Json], size: int) -> list[Sequence[Json]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _post(world: World, kind: str, items: Sequence[Json]) -> bytes:
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": world.phone_number_id},
        kind: list(items),
    }
    phone, user = ("from", "from_user_id") if kind == "messages" else ("recipient_id", "recipient_user_id")
    value["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": item[phone], "user_id": item[user]} for item in items]
    entry = {"id": world.waba_id, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _deps(database: Database, world: World) -> Deps:
    conversations, queue = Conversations(database), cast("Any", RecordingQueue())
    moves = ConversationMoves(database, conversations.messages)
    made = world.deps
    return Deps(
        accounts=made.accounts,
        campaigns=made.campaigns,
        templates=made.templates,
        contacts=made.contacts,
        conversations=conversations,
        sends=made.sends,
        lanes=made.lanes,
        notices=Notices(Directory(database)),
        onboardings=Onboardings(Directory(database)),
        first_look=FirstLook(database, made.contacts),
        list_parts=ListParts(made.accounts, conversations.list_split),
        owners=Owners(made.accounts),
        people=People(
            made.contacts,
            Mergers(database),
            ContactNames(database),
            ContactReach(database),
            Senders(database),
            Reunion(made.accounts, moves, queue),
        ),
        heads=Heads(made.accounts, made.contacts, conversations),
        moves=moves,
        replies=Replies(made.campaigns, made.lanes, made.sends, recipient_events(database, queue)),
        bots=queue,
        media=queue,
        sync=queue,
        parking=cast("Any", None),
        cells=CellDirectory(lambda: database.client, database.directory),
        forwards=queue,
        recipients=recipient_events(database, queue),
    )


def receive(posts: Sequence[bytes]) -> list[str]:
    """The receiver's own work; what it would put on the ordinary queues."""
    queued = []
    now = epoch_ms()
    for body in posts:
        header = "sha256=" + hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert is_signed(body, header, (_SECRET, ""))
        found = split(body, now)
        queued += [updates.to_json() for updates in found.statuses]
        queued += [routed.message.to_json() for routed in found.inbound]
        for said in consent_said(found):
            said.to_json()
    return queued


def _record(made: Deps, queued: Sequence[str]) -> None:
    records = [{"messageId": str(i), "body": body} for i, body in enumerate(queued)]
    for i in range(0, len(records), GATHERED):
        assert not record_statuses(made.for_statuses(), records[i : i + GATHERED], epoch_ms(), lambda: 60_000)


def _take(made: Deps, queued: Sequence[str]) -> None:
    for body in queued:
        take_message(made.for_messages(), InboundMessage.from_json(body), epoch_ms())


def _check(world: World, made: Deps, statuses: int, messages: int) -> None:
    (run,) = made.lanes.work(world.phone_number_id).runs
    books = world.books(run.campaign_id)
    assert books.sent == -(-statuses // 3), books
    unread, cursor = 0, None
    while True:
        page = made.conversations.page(world.tenant_id, 100, cursor, epoch_ms())
        unread += sum(head.unread for head in page.items)
        cursor = page.cursor
        if cursor is None:
            break
    assert unread == messages, unread


def _pywa(world: World, kind: str, items: Sequence[Json]) -> tuple[float, float]:
    client: Any = WhatsApp(phone_id=world.phone_number_id, token="token", skip_duplicate_updates=False)
    seen = itertools.count()
    note = client.on_message_status() if kind == "statuses" else client.on_message()
    note(lambda _client, _update: next(seen))
    bodies = [_post(world, kind, [item]) for item in items]
    _, spent = measured(lambda: [client.webhook_update_handler(body) for body in bodies])
    assert next(seen) == len(items)
    return spent


def measured(work: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What it returns, and its CPU and wall seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    done = work()
    return done, (time.process_time() - cpu, time.monotonic() - wall)


def _row(name: str, spent: tuple[float, float], events: int) -> None:
    print(f"{name:52} {spent[0] / events * 1e6:9.1f} µs CPU {events / spent[1]:10,.0f}/s")
