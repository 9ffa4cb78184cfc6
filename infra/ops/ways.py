"""How something that was parked is tried again: by the public door, by the queue it came from, or by telling a tenant.
Pure.

All who take it are made to take a thing twice: what was done of it before is found done.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.events.changes import events_of
from functions.webhook_ingest.json_input import as_object, word
from functions.webhook_ingest.receive.routing import digest, routed
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.ids import TenantId
from shared.queue_messages import (
    AccountEvent,
    BotTurn,
    CopyMedia,
    ForwardWebhook,
    InboundMessage,
    LeaveControl,
    QueueMessage,
    StatusUpdates,
    SyncTask,
)

ENVELOPE = "whatsapp_business_account"
_KINDS: tuple[tuple[str, type[QueueMessage], frozenset[str]], ...] = (
    ("Inbound", InboundMessage, frozenset({"phone_number_id", "message", "contact", "received_at"})),
    ("Account", AccountEvent, frozenset({"waba_id", "field", "value", "received_at"})),
    ("Forward", ForwardWebhook, frozenset({"cell", "entries", "received_at"})),
    ("Forward", LeaveControl, frozenset({"waba_id", "left_at"})),
    ("Sync", SyncTask, frozenset({"kind", "waba_id", "value", "received_at"})),
    ("Status", StatusUpdates, frozenset({"phone_number_id", "updates"})),
    ("Bot", BotTurn, frozenset({"tenant_id", "phone_number_id", "contact_id", "conversation_id", "message_id"})),
    ("Media", CopyMedia, frozenset({"tenant_id", "phone_number_id", "conversation_id", "message_id"})),
)
"""What our own queues carry, told apart by its keys; of two that fit, the first."""
_FIELDS = (("echoes", "smb_message_echoes"), ("message_echoes", "message_echoes"), ("a standby", "standby"))


@dataclass(frozen=True, slots=True)
class Post:
    """To the address that Meta's webhooks come to, signed as Meta signs."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Send:
    """To one of our queues; `dedupe` is blank for a standard one."""

    queue: str
    body: str
    group: str
    fifo: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Events to a tenant."""

    tenant_id: TenantId
    events: tuple[TenantEvent, ...]


@dataclass(frozen=True, slots=True)
class NoWay:
    """It cannot be tried again; `why` says what can be done."""

    why: str


Way = Post | Send | Tell | NoWay


def way_of(reason: str, raw: object) -> Way:
    """`raw` is what was parked, for this reason."""
    if isinstance(raw, str):
        return _of_text(reason, raw)
    if isinstance(raw, list):
        return _of_list(reason, raw)
    thing = as_object(raw)
    if "eventID" in thing and "dynamodb" in thing:
        return _of_record(thing)
    if reason.startswith("message body too large"):
        return NoWay("the message is stored without its content, which no item holds: read it here")
    return Post(json.dumps(_enveloped(reason, thing), separators=(",", ":")).encode())


def _of_text(reason: str, raw: str) -> Way:
    try:
        thing = json.loads(raw)
    except (ValueError, RecursionError):
        thing = None
    keys = as_object(thing).keys()
    if as_object(thing).get("object") == "event" or reason.startswith("an event"):
        return NoWay("an event of Stripe's: have Stripe send it again")
    for queue, kind, needed in _KINDS:
        if needed <= keys and "object" not in keys:
            return Send(queue, raw, _group(kind.from_json(raw)), fifo=queue in ("Inbound", "Bot"))
    return Post(raw.encode("utf-8", "surrogatepass"))


def _group(message: QueueMessage) -> str:
    """The group with which it was sent first: it decides its order, and whose share it is."""
    match message:
        case InboundMessage(phone_number_id, body, contact, at, echo, standby=standby):
            return routed(phone_number_id, body, lambda _: contact, at, echo=echo, standby=standby).group
        case AccountEvent() | SyncTask():
            return digest(message.waba_id)
        case StatusUpdates():
            return digest(message.phone_number_id)
        case BotTurn() | ForwardWebhook() | LeaveControl():
            return message.group
        case CopyMedia():
            return message.tenant_id
        case _:
            return ""


def _of_list(reason: str, raw: list[object]) -> Way:
    """Events that could not be told, which the reason names the tenant of; or statuses of nobody."""
    words = reason.split()
    if reason.startswith("events of ") and all(isinstance(one, str) for one in raw):
        return Tell(TenantId(words[2]), tuple(TenantEvent.from_json(str(one)) for one in raw))
    return NoWay("statuses of a number that is nobody's here, or of what it did not send: drop them")


def _of_record(record: Mapping[str, object]) -> Way:
    try:
        tenant_id, events = events_of(record)
    except Exception as error:
        return NoWay(f"the change is still not understood ({type(error).__name__}): deploy what understands it first")
    return Tell(tenant_id, tuple(events)) if events else NoWay("the change makes no event: drop it")


def _enveloped(reason: str, thing: Mapping[str, object]) -> object:
    """A whole webhook around what was parked of one."""
    if "entry" in thing or "object" in thing:
        return thing
    if "changes" in thing:
        return {"object": ENVELOPE, "entry": [thing]}
    if "value" in thing or "field" in thing:
        return {"object": ENVELOPE, "entry": [{"id": word(thing, "id"), "changes": [thing]}]}
    named = next((field for start, field in _FIELDS if reason.startswith(start)), "")
    field = named or ("messaging_handovers" if reason.startswith("a handover") else "messages")
    return {"object": ENVELOPE, "entry": [{"id": "", "changes": [{"field": field, "value": thing}]}]}
