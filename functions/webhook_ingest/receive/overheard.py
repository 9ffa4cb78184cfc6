"""A no in what cannot be handled: it is heard before that is put aside. Pure; never raises.

Nothing is taken for granted of its form: whatever names a sender and, beside it, says no in any of the places where
messages carry words, counts. Only a no is heard so: to take somebody's yes from what is not understood could have them
written to against their will. What the business wrote, and a person's past, are no words of now.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.claimed_time import claimed_time
from functions.webhook_ingest.json_input import Json, as_list, as_object, identifier, word
from functions.webhook_ingest.message_kind import KINDS, typed
from functions.webhook_ingest.messages.logic.consent import consent_of
from functions.webhook_ingest.receive.consent import known_contact, known_words
from functions.webhook_ingest.receive.routing import SENDER
from shared.clock import EpochMs
from shared.domain.contacts.consent_words import button_word, consent_word
from shared.domain.json_text import storable
from shared.ids import PhoneNumberId, WabaId
from shared.queue_messages import ConsentSaid

_MOST = 1_000
"""Noes of one body: Meta sends up to 1,000 updates in one."""
_MOST_LOOKED_AT = 200_000
_WRITTEN, _PRESSED = ("text", "body", "caption", "message"), ("button", "payload", "title")
_NOT_NOW = frozenset({"message_echoes", "smb_message_echoes", "history", "statuses", "context", "errors"})
"""What stands under these names was written by the business, long ago, or by nobody."""
_FROM = re.compile(r'"(from|from_user_id)"\s*:\s*"([^"\\]{5,150})"')
_BODY = re.compile(r'"(?:body|payload|title)"\s*:\s*("(?:[^"\\]|\\.){1,200}")')
_NUMBER = re.compile(r'"phone_number_id"\s*:\s*"([0-9]{1,64})"')


@dataclass(frozen=True, slots=True)
class _Place:
    """What the objects around say of the one that is looked at."""

    phone_number_id: PhoneNumberId = PhoneNumberId("")
    waba_id: WabaId = WabaId("")
    contacts: tuple[Json, ...] = ()
    received_at: EpochMs = EpochMs(0)


def overheard(raw: object, received_at: EpochMs, waba_id: WabaId = WabaId("")) -> Iterator[ConsentSaid]:
    """The noes in what is put aside: JSON, or a body that is none. `received_at` in epoch ms; a no that says no time is
    as old as that."""
    place = _Place(waba_id=waba_id, received_at=received_at)
    if isinstance(raw, str):
        document = _loosely(raw)
        found = _in_pieces(raw, place) if document is None else _walk(document, place)
    else:
        found = _walk(raw, place)
    for i, said in enumerate(found):
        if i == _MOST:
            return
        yield said


def _loosely(text: str) -> object | None:
    """The first JSON object in a text, whatever follows it; None when there is none that ends."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder(strict=False, parse_constant=lambda _: None).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _in_pieces(text: str, place: _Place) -> Iterator[ConsentSaid]:
    """Of a body that breaks off: only where it names one sender and one number, so that there is no doubt who says so,
    and to whom."""
    senders, numbers = set(_FROM.findall(text)), set(_NUMBER.findall(text))
    if len(senders) != 1 or len(numbers) != 1:
        return
    ((key, sender),) = senders
    for quoted in _BODY.findall(text):
        try:
            said = json.loads(quoted, strict=False)
        except ValueError:
            continue
        if "stop" in (consent_word(said), button_word(said)):
            yield _said({key: sender}, replace(place, phone_number_id=PhoneNumberId(numbers.pop())))
            return


def _walk(document: object, place: _Place) -> Iterator[ConsentSaid]:
    """Without recursion: what is put aside may be nested however deep."""
    waiting: list[tuple[object, _Place]] = [(document, place)]
    looked_at = 0
    while waiting and looked_at < _MOST_LOOKED_AT:
        node, place = waiting.pop()
        looked_at += 1
        if isinstance(node, list):
            waiting += [(item, place) for item in node]
        elif isinstance(node, dict):
            place = _inside(node, place)
            if node.get("echo") is True:
                continue
            if (message := _message_in(node, place)) is not None:
                yield _said(message, place)
                continue
            waiting += [(item, place) for key, item in node.items() if key not in _NOT_NOW]


def _inside(node: Json, place: _Place) -> _Place:
    number = identifier(as_object(node.get("metadata")), "phone_number_id") or identifier(node, "phone_number_id")
    account = identifier(node, "id") if "changes" in node or "value" in node else ""
    contacts = [as_object(one) for one in as_list(node.get("contacts"))] or [as_object(node.get("contact"))]
    return _Place(
        PhoneNumberId(number) or place.phone_number_id,
        WabaId(account) or place.waba_id,
        tuple(filter(None, contacts)) or place.contacts,
        _received(node) or place.received_at,
    )


def _received(node: Json) -> EpochMs | None:
    """What a message of our own queues notes of it."""
    at = node.get("received_at")
    return EpochMs(at) if isinstance(at, int) and not isinstance(at, bool) and at > 0 else None


def _message_in(node: Json, place: _Place) -> Json | None:
    """The message that an object is, if it says no; one that is a mere text is of the only person who is described."""
    if _names_sender(node) and not (word(node, "to") or word(node, "to_user_id")):
        return node if _says_no(node) else None
    texts = [item for item in as_list(node.get("messages")) if isinstance(item, str)]
    if len(place.contacts) == 1 and any(consent_word(text) == "stop" for text in texts):
        contact = place.contacts[0]
        return {"from": word(contact, "wa_id"), "from_user_id": word(contact, "user_id")}
    return None


def _names_sender(node: Json) -> bool:
    return any(word(node, key) for key in SENDER)


def _says_no(message: Json) -> bool:
    forms = [typed(message)] + [{**message, "type": kind} for kind in KINDS if isinstance(message.get(kind), dict)]
    if any(consent_of(form) == "stop" for form in forms):
        return True
    return any(consent_word(word(message, key)) == "stop" for key in _WRITTEN) or any(
        button_word(word(message, key)) == "stop" for key in _PRESSED
    )


def _said(message: Mapping[str, object], place: _Place) -> ConsentSaid:
    known = as_object(storable(known_words(message, ("from", "from_user_id", "id", "timestamp"))))
    if claimed_time(known, place.received_at) is None:
        # It is heard nowhere else, so nothing can be older than when it came.
        known |= {"timestamp": str(place.received_at // 1000)}
    senders = {word(message, key) for key in SENDER} - {""}
    theirs = (c for c in place.contacts if senders & {word(c, "wa_id"), word(c, "user_id")})
    return ConsentSaid(
        received_at=place.received_at,
        phone_number_id=place.phone_number_id,
        waba_id=place.waba_id,
        word="stop",
        message=known,
        contact=as_object(storable(known_contact(next(theirs, {})))),
    )
