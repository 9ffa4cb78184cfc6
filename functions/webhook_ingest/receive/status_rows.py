"""Delivery statuses, slimmed to what is kept of them. Pure; never raises."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from functions.webhook_ingest.json_input import Json, as_list, as_object, constant, objects, time_ms, word
from functions.webhook_ingest.receive.routing import RECIPIENT, Finder
from shared.clock import EpochMs
from shared.domain.campaigns.books import FREE_PREFIX, UNKNOWN_PRICE
from shared.domain.campaigns.outcome import OPTED_OUT_CODE
from shared.queue_messages import DELIVERY_STATES

STATUS_MESSAGE_BYTES = 200_000
"""Statuses of one queue message, so that batches of them fit into what SQS hands to a function (6 MB)."""
_CALLBACK_LENGTH = 512
"""Meta's limit of biz_opaque_callback_data; ours are shorter."""
_PHONE_LENGTH, _USER_ID_LENGTH = 20, 160
_WAMID_LENGTH = 256
_CODE_LENGTH = 16
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_PRICE = re.compile(r"[a-z_-]{1,40}")
_NAME_LENGTH = 32
_ROW_CHARACTERS = _NAME_LENGTH + _CALLBACK_LENGTH + _CODE_LENGTH + 40 + _WAMID_LENGTH + _PHONE_LENGTH + _USER_ID_LENGTH
_ALWAYS_FIT = STATUS_MESSAGE_BYTES // (6 * _ROW_CHARACTERS + 64)
"""So many rows fit into a queue message whatever they hold: a character takes six bytes at most."""


def is_other_status(status: Mapping[str, object]) -> bool:
    """Whether it tells of something else than a message's way, such as a payment (Meta, payments, status `captured`,
    `pending` or `failed` with type `payment`)."""
    return constant(status, "type") not in ("", "MESSAGE") or "payment" in status


def slim_status(status: Mapping[str, object], contact: Json, received_at: EpochMs) -> list[object] | None:
    """[status, time in s, callback data, error code or "", price or "", wamid]; None when it is no delivery status.

    Who is told of by phone and by user id, in the status or in the `contact` beside it, has both behind these. Nobody
    has where a group was written to: `recipient_id` is the group's then (Meta, statuses of group messages). Whose time
    cannot be read was told when it was received (epoch ms): it may be a no.
    """
    name, at = _name_of(status), time_ms(status.get("timestamp"))
    if not name or len(name) > _NAME_LENGTH or is_other_status(status):
        return None
    if at is None and not word(status, "id"):
        return None
    callback = word(status, "biz_opaque_callback_data")
    phone = word(status, "recipient_id") or word(contact, "wa_id")
    user_id = word(status, "recipient_user_id") or word(contact, "user_id")
    group = constant(status, "recipient_type") == "GROUP"
    both = not group and 0 < len(phone) <= _PHONE_LENGTH and 0 < len(user_id) <= _USER_ID_LENGTH
    return [
        name,
        (received_at if at is None else at) // 1000,
        callback if len(callback) <= _CALLBACK_LENGTH else "",
        _code_of(status),
        _price_of(as_object(status.get("pricing"))),
        word(status, "id")[:_WAMID_LENGTH],
        *((phone, user_id) if both else ()),
    ]


def slimmer(
    value: Mapping[str, object], statuses: Sequence[object], received_at: EpochMs
) -> Callable[[object], list[object] | None]:
    """`slim_status` for each of these statuses, with the contact of the value that it is about."""
    find = _finder(value, statuses)

    def slim(item: object) -> list[object] | None:
        status = as_object(item)
        return slim_status(status, find(status), received_at)

    return slim


def _finder(value: Mapping[str, object], statuses: Sequence[object]) -> Finder:
    """Looks in the value's `contacts` for whom a status is about: who shares an id with it, or has its phone in another
    spelling.

    Unlike with messages, a sole entry under other ids is somebody else: what is learned of two ids makes two contacts
    one, for good. Where the status names nobody it is about a sole entry, if nothing else in the value has a person.
    """
    contacts = [as_object(contact) for contact in as_list(value.get("contacts"))]
    known: dict[str, Json] = {}
    for contact in contacts:
        for one in (word(contact, "wa_id"), word(contact, "user_id")):
            known.setdefault(one, contact)
    people = any(as_list(value.get(key)) for key in ("messages", "message_echoes"))
    people = people or any(word(as_object(status), key) for status in statuses for key in RECIPIENT)
    sole = contacts[0] if len(contacts) == 1 and not people else {}

    @cache
    def by_phone() -> tuple[Callable[[str], str], dict[str, Json]]:
        from shared.domain.contacts.number_plans import phone_of_wa_id  # 200 patterns, hardly ever needed

        return phone_of_wa_id, {phone_of_wa_id(one): contact for one, contact in reversed(known.items()) if one}

    def find(status: Json) -> Json:
        user_id, phone = word(status, RECIPIENT[0]), word(status, RECIPIENT[1])
        if not user_id and not phone:
            return sole
        found = (known.get(user_id) if user_id else None) or (known.get(phone) if phone else None)
        if found is not None:
            return found
        if user_id or not contacts:
            # Nothing that an entry could add, or no entry.
            return {}
        canonical, entries = by_phone()
        return entries.get(canonical(phone), {})

    return find


def _code_of(status: Mapping[str, object]) -> str:
    """The first error's code; that somebody wants no marketing any more wherever it stands."""
    if "errors" not in status:
        return ""
    codes = [word(error, "code")[:_CODE_LENGTH] for error in objects(status.get("errors"))]
    return OPTED_OUT_CODE if OPTED_OUT_CODE in codes else next(filter(None, codes), "")


def _name_of(status: Mapping[str, object]) -> str:
    stated = word(status, "status")
    return stated if stated in DELIVERY_STATES else constant(status, "status").lower()


def _price_of(pricing: Json) -> str:
    """The category that is charged, or the type of what is free. Meta gives up `billable` in favour of the type."""
    kind, category = word(pricing, "type").strip().lower(), word(pricing, "category").strip().lower()
    if kind.startswith(FREE_PREFIX):
        return kind if _PRICE.fullmatch(kind) else ""
    if kind != "regular" and pricing.get("billable") is not True:
        return ""
    return category if _PRICE.fullmatch(category) else UNKNOWN_PRICE


def message_portions(updates: list[list[object]]) -> Iterator[list[list[object]]]:
    """The rows, as many at a time as a queue message holds."""
    if len(updates) <= _ALWAYS_FIT:
        yield updates
        return
    part: list[list[object]] = []
    size = 0
    for update in updates:
        length = len(_ENCODER.encode(update).encode())
        if part and size + length > STATUS_MESSAGE_BYTES:
            yield part
            part, size = [], 0
        part.append(update)
        size += length
    if part:
        yield part
