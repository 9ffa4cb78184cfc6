"""What a webhook splits into, and which queue and group of it a message belongs to. Pure; never raises."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from functions.webhook_ingest.json_input import Json, as_list, as_object, word
from functions.webhook_ingest.message_kind import typed
from shared.clock import EpochMs
from shared.domain.fairness import ordered_group
from shared.ids import PhoneNumberId, WabaId
from shared.queue_messages import AccountEvent, InboundMessage, StatusUpdates, SyncTask

_OWNER, _PERSON = 12, 27
"""Characters of digests: how much of a FIFO group tells the number, and how much the person."""
PREFERENCES = "user_preferences"
"""Field of people's own choices: a no, or a yes."""
SENDER, ADDRESSEE = ("from_user_id", "from"), ("to_user_id", "to")
"""Keys of the person's ids, in what they wrote and in what was written to them. The user id first: it stays when the
phone is left out, so that one person has one group."""
RECIPIENT = ("recipient_user_id", "recipient_id")
_PERSONS = {"messages": SENDER, "message_echoes": (*ADDRESSEE, "recipient"), "statuses": RECIPIENT}
"""Lists of a value whose entries are about a person, and the keys of that person's ids in them."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A message with its FIFO group (what one person and one number say to each other) and its dedupe id."""

    message: InboundMessage
    group: str
    dedupe: str


@dataclass(frozen=True, slots=True)
class Parked:
    """`waba_id` is whose entry it stood in, where that is known."""

    reason: str
    raw: object
    waba_id: WabaId = WabaId("")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One change of an account that is another cell's, as an entry of its own; `consent`: a person's own choice."""

    cell: str
    consent: bool
    entry: Json


@dataclass(slots=True)
class Split:
    inbound: list[Routed] = field(default_factory=list)
    statuses: list[StatusUpdates] = field(default_factory=list)
    events: list[AccountEvent] = field(default_factory=list)
    long: list[SyncTask] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    accounts: set[WabaId] = field(default_factory=set)
    """Those of which something was told that is neither what people write nor how far a message got."""
    elsewhere: list[Elsewhere] = field(default_factory=list)
    forwarded: bool = False
    """Another stack sent it on."""


Finder = Callable[[Json], Json]
"""From a message to the entry of `contacts` that describes its person, or an empty object."""


def finder(value: Mapping[str, object], messages: Sequence[object], keys: tuple[str, str] = SENDER) -> Finder:
    """Looks in the value's `contacts`, for messages of it whose person stands under these keys.

    An entry that shares an id describes the person: Meta puts a BSUID into `from` and `wa_id` at times, so any id
    counts. A sole entry describes them also under other ids, or where the message names none (Meta, business-scoped
    user ids: answers to a contact request), but not if the messages are of several people. And it describes whoever is
    named under other ids only if all that the value tells, statuses too, is of that person: else it may be another's,
    and what is learned of two ids makes two contacts one, for good.
    """
    contacts = [as_object(contact) for contact in as_list(value.get("contacts"))]

    @cache
    def several() -> bool:
        named = [ids for message in messages if (ids := _ids(message, keys))]
        return bool(named) and not frozenset.intersection(*named)

    @cache
    def all_of_one() -> bool:
        people = [_ids(message, keys) for message in messages]
        for key, where in _PERSONS.items():
            # An agent's message stands in an object of its own (see standby).
            people += [_ids(one, where) | _ids(as_object(one).get("message"), where) for one in as_list(value.get(key))]
        return bool(people) and bool(frozenset.intersection(*people))

    place: dict[str, int] = {}
    for i, contact in enumerate(contacts):
        for known in (word(contact, "wa_id"), word(contact, "user_id")):
            place.setdefault(known, i)

    def find(message: Json) -> Json:
        ids = _ids(message, keys)
        places = [place[one] for one in ids if one in place]
        if places:
            return contacts[min(places)]
        if len(contacts) != 1 or several() or (ids and not all_of_one()):
            return {}
        return contacts[0]

    return find


def _ids(item: object, keys: Iterable[str]) -> frozenset[str]:
    source = as_object(item)
    return frozenset(word(source, key) for key in keys) - {""}


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
