"""One webhook POST, split into what our queues carry. Pure; never raises, whatever the bytes are.

One POST may hold many updates of many tenants (Meta: up to 1,000 updates), so each change is routed by its own phone
number id or WABA id. What cannot be routed is parked with a reason; nothing is dropped.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from functions.webhook_ingest.json_input import (
    Json,
    NotUnderstood,
    as_list,
    as_object,
    identifier,
    parse_json,
    time_ms,
    word,
)
from shared.domain.campaigns.books import FREE_PREFIX, UNKNOWN_PRICE
from shared.queue_messages import AccountEvent, InboundMessage, StatusUpdates, SyncTask

STATUS_MESSAGE_BYTES = 200_000
"""Statuses of one queue message, so that batches of them fit into what SQS hands to a function (6 MB)."""
_CALLBACK_LENGTH = 512
"""Meta's limit of biz_opaque_callback_data; ours are shorter."""
_PHONE_LENGTH, _USER_ID_LENGTH = 20, 160
_WAMID_LENGTH = 256
_PRICE = re.compile(r"[a-z_-]{1,40}")
_ENVELOPE_KEYS = frozenset({"messaging_product", "metadata", "contacts", "messages", "statuses"})
_LONG = frozenset({"history", "smb_app_state_sync"})
"""Fields that bring months of a number's past at once; nothing else may wait behind them."""
_ECHOES = "smb_message_echoes"


@dataclass(frozen=True, slots=True)
class Routed:
    """A message with its FIFO group (what one person and one number say to each other) and its dedupe id."""

    message: InboundMessage
    group: str
    dedupe: str


@dataclass(frozen=True, slots=True)
class Parked:
    reason: str
    raw: object


@dataclass(slots=True)
class Split:
    inbound: list[Routed] = field(default_factory=list)
    statuses: list[StatusUpdates] = field(default_factory=list)
    events: list[AccountEvent] = field(default_factory=list)
    long: list[SyncTask] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)


def split(raw: bytes, received_at: int) -> Split:
    """What a webhook's body says. `received_at` in epoch ms."""
    found = Split()
    try:
        document = parse_json(raw)
    except NotUnderstood as problem:
        found.parked.append(Parked(f"body: {problem}", raw.decode("utf-8", "backslashreplace")))
        return found
    envelope = as_object(document)
    if word(envelope, "object") != "whatsapp_business_account" or not isinstance(envelope.get("entry"), list):
        found.parked.append(Parked("not a WhatsApp Business webhook", document))
        return found
    statuses: dict[str, list[list[object]]] = {}
    for entry in as_list(envelope["entry"]):
        changes = as_object(entry).get("changes")
        if not isinstance(changes, list):
            found.parked.append(Parked("entry without changes", entry))
            continue
        for change in changes:
            _add_change(found, statuses, as_object(entry), change, received_at)
    for phone_number_id, updates in statuses.items():
        found.statuses += [StatusUpdates(phone_number_id, part) for part in _parts(updates)]
    return found


def _add_change(
    found: Split, statuses: dict[str, list[list[object]]], entry: Json, change: object, received_at: int
) -> None:
    kind = word(as_object(change), "field")
    value = as_object(change).get("value")
    if not kind or not isinstance(value, dict):
        found.parked.append(Parked("change without field or value", change))
        return
    if kind == "messages":
        rest = _add_messages(found, statuses, value, received_at)
        if not rest:
            return
        value = rest
    elif kind == _ECHOES:
        _add_echoes(found, value, received_at)
        return
    elif kind in _LONG:
        found.long.append(SyncTask(kind, identifier(entry, "id"), value, received_at))
        return
    sent_at = time_ms(entry.get("time"))
    found.events.append(
        AccountEvent(
            waba_id=identifier(as_object(value.get("waba_info")), "waba_id") or identifier(entry, "id"),
            field=kind,
            value=value,
            received_at=received_at,
            # Meta's seconds are cut off, so the event happened before the end of that second.
            sent_at=sent_at + 999 if sent_at is not None else 0,
        )
    )


def _add_messages(found: Split, statuses: dict[str, list[list[object]]], value: Json, received_at: int) -> Json | None:
    """Messages and statuses of a change; returns what else it carries (errors, user actions), None when nothing."""
    phone_number_id = identifier(as_object(value.get("metadata")), "phone_number_id")
    lists = {key: value[key] for key in ("messages", "statuses") if key in value}
    rest = {key: item for key, item in value.items() if key not in _ENVELOPE_KEYS and item}
    if not phone_number_id:
        found.parked.append(Parked("no phone number id", value))
        return None
    if not lists and not rest:
        found.parked.append(Parked("change says nothing", value))
        return None
    for key, listed in lists.items():
        if not isinstance(listed, list):
            found.parked.append(Parked(f"{key} is not a list", value))
            continue
        for item in listed:
            if key == "messages" and isinstance(item, dict):
                # A millisecond apart, so that their order is known.
                received = received_at + len(found.inbound)
                found.inbound.append(_routed(phone_number_id, item, as_list(value.get("contacts")), received))
            elif key == "statuses" and (slim := slim_status(as_object(item))) is not None:
                statuses.setdefault(phone_number_id, []).append(slim)
            else:
                found.parked.append(Parked(f"{key} entry not understood", {**value, key: [item]}))
    if not rest:
        return None
    whose: Json = {"contacts": value["contacts"]} if "user_actions" in rest and value.get("contacts") else {}
    return {"metadata": value.get("metadata"), **whose, **rest}


def _add_echoes(found: Split, value: Json, received_at: int) -> None:
    """What the business wrote with the WhatsApp Business app: in order with what it is answered."""
    phone_number_id = identifier(as_object(value.get("metadata")), "phone_number_id")
    echoes = as_list(value.get("message_echoes"))
    if not phone_number_id or not echoes:
        found.parked.append(Parked("echoes without a number or a list", value))
        return
    for item in echoes:
        if isinstance(item, dict):
            contacts = as_list(value.get("contacts"))
            found.inbound.append(_routed(phone_number_id, item, contacts, received_at, echo=True))
        else:
            found.parked.append(Parked("message_echoes entry not understood", {**value, "message_echoes": [item]}))


def _routed(
    phone_number_id: str, message: Json, contacts: list[object], received_at: int, *, echo: bool = False
) -> Routed:
    # The user id first: it stays when the phone is left out, so that one person has one group.
    keys = ("to_user_id", "to") if echo else ("from_user_id", "from")
    known = [word(message, key) for key in keys]
    identity = word(message, "id") or json.dumps(message, sort_keys=True)
    return Routed(
        InboundMessage(phone_number_id, message, contact_of(known, contacts), received_at, echo),
        group=digest(f"{phone_number_id}:{known[0] or known[1]}"),
        dedupe=digest(f"{identity}:{word(message, 'type')}"),
    )


def contact_of(known: Iterable[str], contacts: list[object]) -> Json:
    """The entry of `contacts` that describes the person known by these ids, or an empty object.

    Meta puts a BSUID into `from` and `wa_id` at times, so any shared id counts.
    """
    ids = {*known} - {""}
    for contact in contacts:
        described = as_object(contact)
        if not ids.isdisjoint({word(described, "wa_id"), word(described, "user_id")}):
            return described
    return {}


def slim_status(status: Mapping[str, object]) -> list[object] | None:
    """[status, time in s, callback data, error code or "", price or "", wamid]; None when it is not a status.

    Who is told of by phone and by user id has both behind these, once for each message: with `sent`.
    """
    name, at = word(status, "status"), time_ms(status.get("timestamp"))
    if not name or len(name) > 32 or at is None:
        return None
    errors = as_list(status.get("errors"))
    callback = word(status, "biz_opaque_callback_data")
    phone, user_id = word(status, "recipient_id"), word(status, "recipient_user_id")
    both = name == "sent" and 0 < len(phone) <= _PHONE_LENGTH and 0 < len(user_id) <= _USER_ID_LENGTH
    return [
        name,
        at // 1000,
        callback if len(callback) <= _CALLBACK_LENGTH else "",
        word(as_object(errors[0]), "code")[:16] if errors else "",
        _price_of(as_object(status.get("pricing"))),
        word(status, "id")[:_WAMID_LENGTH],
        *((phone, user_id) if both else ()),
    ]


def _price_of(pricing: Json) -> str:
    """The category that is charged, or the type of what is free. Meta gives up `billable` in favour of the type."""
    kind, category = word(pricing, "type"), word(pricing, "category")
    if kind.startswith(FREE_PREFIX):
        return kind if _PRICE.fullmatch(kind) else ""
    if kind != "regular" and pricing.get("billable") is not True:
        return ""
    return category if _PRICE.fullmatch(category) else UNKNOWN_PRICE


def digest(text: str) -> str:
    """SQS group and dedupe ids are at most 128 ASCII characters, and a phone number is nobody's business there."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _parts(updates: list[list[object]]) -> Iterator[list[list[object]]]:
    part: list[list[object]] = []
    size = 0
    for update in updates:
        length = len(json.dumps(update, ensure_ascii=False).encode())
        if part and size + length > STATUS_MESSAGE_BYTES:
            yield part
            part, size = [], 0
        part.append(update)
        size += length
    if part:
        yield part
