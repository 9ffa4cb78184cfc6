"""What a webhook splits into, and which queue and group of it a message belongs to. Pure; never raises."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from functions.webhook_ingest.json_input import Json, as_list, as_object, word
from functions.webhook_ingest.message_kind import typed
from shared.clock import EpochMs
from shared.domain.fairness import ordered_group
from shared.ids import PhoneNumberId, WabaId
from shared.queue_messages import AccountEvent, InboundMessage, StatusUpdates, SyncTask

_OWNER, _PERSON = 12, 27
"""Characters of digests: how much of a FIFO group tells the number, and how much the person."""
SENDER, ADDRESSEE = ("from_user_id", "from"), ("to_user_id", "to")
"""Keys of the person's ids, in what they wrote and in what was written to them. The user id first: it stays when the
phone is left out, so that one person has one group."""


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
    accounts: set[WabaId] = field(default_factory=set)
    """Those of which something was told that is neither what people write nor how far a message got."""


Finder = Callable[[Json], Json]
"""From a message to the entry of `contacts` that describes its person, or an empty object."""


def finder(value: Mapping[str, object], messages: Sequence[object], keys: tuple[str, str] = SENDER) -> Finder:
    """Looks in the value's `contacts`, for messages of it whose person stands under these keys.

    An entry that shares an id describes the person: Meta puts a BSUID into `from` and `wa_id` at times, so any id
    counts. A sole entry describes them also under other ids, or where the message names none (Meta, business-scoped
    user ids: answers to a contact request), but not if the messages are of several people.
    """
    contacts = [as_object(contact) for contact in as_list(value.get("contacts"))]
    named = [[word(as_object(message), key) for key in keys] for message in messages]
    several = len({next(filter(None, ids)) for ids in named if any(ids)}) > 1

    place: dict[str, int] = {}
    for i, contact in enumerate(contacts):
        for known in (word(contact, "wa_id"), word(contact, "user_id")):
            place.setdefault(known, i)

    def find(message: Json) -> Json:
        ids = {word(message, key) for key in keys} - {""}
        places = [place[one] for one in ids if one in place]
        if places:
            return contacts[min(places)]
        return contacts[0] if len(contacts) == 1 and not several else {}

    return find


def routed(
    phone_number_id: PhoneNumberId,
    message: Json,
    find: Finder,
    received_at: EpochMs,
    *,
    echo: bool = False,
    standby: bool = False,
) -> Routed:
    message, contact = typed(message), find(message)
    who = [word(message, key) for key in (ADDRESSEE if echo else SENDER)]
    who += [word(contact, "user_id"), word(contact, "wa_id")]
    identity = word(message, "id") or json.dumps(message, sort_keys=True)
    return Routed(
        InboundMessage(phone_number_id, message, contact, received_at, echo, standby=standby),
        group=ordered_group(digest(phone_number_id)[:_OWNER], digest(next(filter(None, who), ""))[:_PERSON]),
        dedupe=digest(f"{identity}:{word(message, 'type')}"),
    )


def digest(text: str) -> str:
    """SQS group and dedupe ids are at most 128 ASCII characters, and a phone number is nobody's business there."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
