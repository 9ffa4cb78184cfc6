"""One webhook POST, split into what our queues carry. Pure; never raises, whatever the bytes are.

One POST may hold many updates of many tenants (Meta: up to 1,000 updates), so each change is routed by its own phone
number id or WABA id. What cannot be routed is parked with a reason; nothing is dropped.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from functions.webhook_ingest.json_input import (
    Json,
    NotUnderstood,
    as_list,
    as_object,
    constant,
    identifier,
    objects,
    parse_json,
    time_ms,
    word,
)
from functions.webhook_ingest.receive.routing import PREFERENCES, Elsewhere, Parked, Split, finder, routed
from functions.webhook_ingest.receive.standby import HANDOVERS, STANDBY, add_echoes, add_handover, add_standby
from functions.webhook_ingest.receive.status_rows import is_other_status, message_portions, slimmer
from shared.clock import EpochMs
from shared.domain.numbers.cells import FORWARDED
from shared.ids import PhoneNumberId, WabaId
from shared.queue_messages import AccountEvent, StatusUpdates, SyncTask

_ENVELOPE_KEYS = frozenset({"messaging_product", "metadata", "contacts", "messages", "statuses"})
_LONG = frozenset({"history", "smb_app_state_sync"})
"""Fields that bring months of a number's past at once; nothing else may wait behind them."""
_ECHOES = "smb_message_echoes"
_MESSAGES = "messages"
_ACCOUNT_EVENT = re.compile(r"(PARTNER|ACCOUNT)_[A-Z_]{1,60}|DISABLED_UPDATE|VERIFIED_ACCOUNT")
"""What only an account_update says."""
Rows = dict[PhoneNumberId, list[list[object]]]


_NOWHERE: Mapping[WabaId, str] = {}


def split(raw: bytes, received_at: EpochMs, elsewhere: Mapping[WabaId, str] = _NOWHERE) -> Split:
    """What a webhook's body says. `received_at` in epoch ms. What it tells of accounts `elsewhere` is set aside for
    their cells, but for messages and statuses, which come to the right cell by themselves; and so nothing of those is
    taken out of what another stack sent on."""
    found = Split()
    try:
        document = parse_json(raw)
    except NotUnderstood as problem:
        found.parked.append(Parked(f"body: {problem}", raw.decode("utf-8", "backslashreplace")))
        return found
    envelope = as_object(document)
    found.forwarded = word(envelope, "object") == FORWARDED
    named = found.forwarded or word(envelope, "object") == "whatsapp_business_account"
    if not named or not isinstance(envelope.get("entry"), list):
        found.parked.append(Parked("not a WhatsApp Business webhook", document))
        return found
    if found.forwarded:
        received_at = min(received_at, time_ms(envelope.get("received_at")) or received_at)
    statuses: Rows = {}
    for entry in as_list(envelope["entry"]):
        changes = as_object(entry).get("changes", [entry] if "value" in as_object(entry) else None)
        changes = [changes] if isinstance(changes, dict) else changes
        if not isinstance(changes, list):
            around = as_object(entry)
            parked = Parked("entry without changes", entry, WabaId(identifier(around, "id")))
            _put_aside(found, parked, around, elsewhere)
            continue
        for change in changes:
            _add_change(found, statuses, as_object(entry), change, received_at, elsewhere)
    for phone_number_id, updates in statuses.items():
        found.statuses += [StatusUpdates(phone_number_id, rows) for rows in message_portions(updates)]
    return found


def _add_change(
    found: Split,
    statuses: Rows,
    entry: Json,
    change: object,
    received_at: EpochMs,
    elsewhere: Mapping[WabaId, str],
) -> None:
    value = as_object(change).get("value")
    kind = _field_of(entry, as_object(change))
    if not kind or not isinstance(value, dict):
        parked = Parked("change without field or value", change, WabaId(identifier(entry, "id")))
        _put_aside(found, parked, _alone(entry, change), elsewhere)
        return
    waba_id = WabaId(_waba_of(value) or identifier(entry, "id"))
    if kind == _MESSAGES:
        if not found.forwarded and (rest := _add_messages(found, statuses, waba_id, value, received_at)):
            found.events.append(_event(waba_id, kind, rest, entry, received_at))
        return
    found.accounts.add(waba_id)
    if (cell := elsewhere.get(waba_id)) is not None:
        found.elsewhere.append(Elsewhere(cell, kind == PREFERENCES, _alone(entry, change)))
    elif not _add_conversation(found, statuses, entry, kind, value, received_at):
        event = _event(waba_id, kind, value, entry, received_at)
        found.events.append(replace(event, forwarded=found.forwarded))


def _put_aside(found: Split, parked: Parked, entry: Json, elsewhere: Mapping[WabaId, str]) -> None:
    """What cannot be understood may hold a no, so it goes to whose it is."""
    found.accounts.add(parked.waba_id)
    if (cell := elsewhere.get(parked.waba_id)) is not None:
        found.elsewhere.append(Elsewhere(cell, consent=True, entry=entry))
    else:
        found.parked.append(parked)


def _alone(entry: Json, change: object) -> Json:
    """The entry with this change only."""
    around = {key: field for key, field in entry.items() if key not in ("changes", "value")}
    return {**around, "changes": [change]}


def _add_conversation(found: Split, statuses: Rows, entry: Json, kind: str, value: Json, received_at: EpochMs) -> bool:
    """What comes of conversations under other fields than `messages`; False when the change is none of these."""
    if kind == _ECHOES:
        add_echoes(found, value, received_at)
    elif kind in STANDBY:
        for phone_number_id, rows in add_standby(found, value, received_at).items():
            statuses.setdefault(phone_number_id, []).extend(rows)
    elif kind == HANDOVERS:
        add_handover(found, value, received_at)
    elif kind in _LONG:
        found.long.append(SyncTask(kind, WabaId(identifier(entry, "id")), value, received_at))
    else:
        return False
    return True


def _event(waba_id: WabaId, kind: str, value: Json, entry: Json, received_at: EpochMs) -> AccountEvent:
    sent_at = time_ms(entry.get("time"))
    return AccountEvent(
        waba_id=waba_id,
        field=kind,
        value=value,
        received_at=received_at,
        # Meta's seconds are cut off, so the event happened before the end of that second.
        sent_at=EpochMs(sent_at + 999) if sent_at is not None else EpochMs(0),
    )


def _field_of(entry: Json, change: Json) -> str:
    """Meta's own examples have the field beside `changes`, or none where the event leaves no doubt."""
    field = (constant(change, "field") or constant(entry, "field")).lower()
    event = constant(as_object(change.get("value")), "event")
    return field or ("account_update" if _ACCOUNT_EVENT.fullmatch(event) else "")


def _waba_of(value: Json) -> str:
    """The account that an event names, in whatever form: what tells of partners comes under the partner's id."""
    named = [identifier(info, "waba_id") for info in (*objects(value.get("waba_info")), value)]
    return next(filter(None, (*named, identifier(value, "waba_info"))), "")


def _nobody(_message: Json) -> Json:
    return {}


def _add_messages(found: Split, statuses: Rows, waba_id: WabaId, value: Json, received_at: EpochMs) -> Json | None:
    """Messages and statuses of a change; returns what else it carries (errors, user actions), None when nothing."""
    phone_number_id = PhoneNumberId(identifier(as_object(value.get("metadata")), "phone_number_id"))
    lists = {key: value[key] for key in ("messages", "statuses") if key in value}
    rest = {key: item for key, item in value.items() if key not in _ENVELOPE_KEYS and item}
    if not phone_number_id:
        found.parked.append(Parked("no phone number id", value, waba_id))
        return None
    if not lists and not rest:
        found.parked.append(Parked("change says nothing", value, waba_id))
        return None
    messages = as_list(lists.get("messages"))
    find = finder(value, messages) if messages else _nobody
    slim = slimmer(value, as_list(lists.get("statuses")), received_at)
    for key, listed in lists.items():
        if not isinstance(listed, list):
            found.parked.append(Parked(f"{key} is not a list", value, waba_id))
            continue
        for item in listed:
            if key == "messages" and isinstance(item, dict):
                # A millisecond apart, so that their order is known.
                received = EpochMs(received_at + len(found.inbound))
                found.inbound.append(routed(phone_number_id, item, find, received))
            elif key == "statuses" and (row := slim(item)) is not None:
                statuses.setdefault(phone_number_id, []).append(row)
            elif key == "statuses" and is_other_status(as_object(item)):
                rest["statuses"] = [*as_list(rest.get("statuses")), item]
            else:
                found.parked.append(Parked(f"{key} entry not understood", {**value, key: [item]}, waba_id))
    if not rest:
        return None
    whose: Json = {"contacts": value["contacts"]} if "user_actions" in rest and value.get("contacts") else {}
    return {"metadata": value.get("metadata"), **whose, **rest}
