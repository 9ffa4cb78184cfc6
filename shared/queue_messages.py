"""The messages our own queues carry. Each is a small frozen object with one JSON form; readers ignore unknown keys."""

import json
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from shared.clock import EpochMs
from shared.domain.fairness import one_of, ordered_group
from shared.errors import InvalidInput
from shared.ids import CampaignId, ContactId, ConversationId, PhoneNumberId, TenantId, WabaId

BOT_GROUPS = 16
"""Of the BotQueue for each tenant, which has fifty workers for all of them."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class QueueMessage:
    """Base of queue messages: `to_json` and `from_json`. Subclasses are flat dataclasses."""

    def to_json(self) -> str:
        # Not `asdict`, which copies all that the message holds.
        return _ENCODER.encode({f.name: getattr(self, f.name) for f in fields(self)})  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises InvalidInput when the text is not such a message."""
        try:
            raw: dict[str, Any] = json.loads(text)
            known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
            return cls(**{name: value for name, value in raw.items() if name in known})
        except (ValueError, TypeError, AttributeError) as exc:
            raise InvalidInput(f"not a {cls.__name__} message") from exc


@dataclass(frozen=True, slots=True)
class StartCampaign(QueueMessage):
    """Begin a scheduled campaign; a duplicate firing is harmless."""

    tenant_id: TenantId
    campaign_id: CampaignId


@dataclass(frozen=True, slots=True)
class SweepCampaign(QueueMessage):
    """Look after a campaign once. `turn` is the token of the turn that is kept for it."""

    tenant_id: TenantId
    campaign_id: CampaignId
    turn: str


@dataclass(frozen=True, slots=True)
class LoadShard(QueueMessage):
    """Freeze one contact shard of a campaign's audience; with `dry_run_id`, only count and sample it."""

    tenant_id: TenantId
    campaign_id: CampaignId
    shard: int
    dry_run_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountForPeople(QueueMessage):
    """Tell a tenant who asks for its people of those whom a campaign that is closed did not reach, from this block of
    this shard on. Whoever knows LoadShard only takes it for one, of a campaign that has long been loaded."""

    tenant_id: TenantId
    campaign_id: CampaignId
    shard: int
    block: int


@dataclass(frozen=True, slots=True)
class WakeLane(QueueMessage):
    """Work on a number's lane. `handoff` is the token by which it is kept for whoever is woken; empty for a lane that
    is kept for nobody."""

    phone_number_id: PhoneNumberId
    lane: int
    handoff: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage(QueueMessage):
    """One message a person sent, as Meta delivered it. `contact` is the matching entry of `contacts`, or empty.

    `echo` says that the business sent it to that person, with the WhatsApp Business app, and `standby` that Meta's
    Business Agent has the conversation: what it answers is an echo. A message that no queue holds lies in the data
    bucket under the key `stored`, and `message` is empty.
    """

    phone_number_id: PhoneNumberId
    message: dict[str, Any]
    contact: dict[str, Any]
    received_at: EpochMs
    echo: bool = False
    stored: str = ""
    standby: bool = False


@dataclass(frozen=True, slots=True)
class ConsentSaid(QueueMessage):
    """What a person said of consent, on a path of its own; it comes with the message or event it stands in as well.

    In a message: `word` is "stop" or "start", `message` and `contact` are who said it, when, in which message; of one
    that cannot be handled, `waba_id` may say to whom. In WhatsApp's own control: `preference` is one entry of Meta's
    user_preferences. `received_at` in epoch ms.
    """

    received_at: EpochMs
    phone_number_id: PhoneNumberId = PhoneNumberId("")
    word: str = ""
    message: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    waba_id: WabaId = WabaId("")
    preference: dict[str, Any] = field(default_factory=dict)


DELIVERY_STATES = frozenset({"sent", "delivered", "read", "played", "failed"})
"""How far a message got, as Meta's statuses say it (Meta, webhooks reference, statuses). A status may name one that has
been added since."""


@dataclass(frozen=True, slots=True)
class StatusUpdates(QueueMessage):
    """Delivery statuses of one number, slimmed: [status, timestamp s, callback data, error code, price, wamid], and
    [phone, user id] of the person behind that where both are told."""

    phone_number_id: PhoneNumberId
    updates: list[list[Any]]


@dataclass(frozen=True, slots=True)
class CompactJournal(QueueMessage):
    """Fold what waits in one part of a campaign's journal of statuses into its blocks; doing it twice is harmless."""

    tenant_id: TenantId
    campaign_id: CampaignId
    part: int
    people: int


@dataclass(frozen=True, slots=True)
class AccountEvent(QueueMessage):
    """A change that is neither message nor status: template, quality, restriction, user preference.

    `sent_at` is Meta's own time of it (epoch ms, the end of their second), 0 when they gave none: events come twice
    and out of order, and an old one must not undo a newer one. A value that no queue holds lies in the data bucket
    under the key `stored`. `forwarded`: another stack sent it on, so it is not sent on again.
    """

    waba_id: WabaId
    field: str
    value: dict[str, Any]
    received_at: EpochMs
    sent_at: EpochMs = EpochMs(0)
    stored: str = ""
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class ForwardWebhook(QueueMessage):
    """Entries of Meta's webhooks that are another cell's, each as JSON. `consent`: people's own choices, and nothing
    else; `attempt` counts tries from 0; times are epoch ms, `due_at` being when to try. Entries that no queue holds lie
    in the data bucket under the key `stored`."""

    cell: str
    entries: list[str]
    received_at: EpochMs
    consent: bool = False
    stored: str = ""
    attempt: int = 0
    due_at: EpochMs = EpochMs(0)

    @property
    def group(self) -> str:
        """Whoever has few messages under way is served first (Amazon SQS, fair queues): another cell, and the noes."""
        return f"{self.cell}.consent" if self.consent else self.cell

    @property
    def since(self) -> EpochMs:
        return self.received_at


@dataclass(frozen=True, slots=True)
class LeaveControl(QueueMessage):
    """The control stack is to be told that an account is not connected here, as of `left_at`; see ForwardWebhook."""

    consent: ClassVar[bool] = False

    waba_id: WabaId
    left_at: EpochMs
    attempt: int = 0
    due_at: EpochMs = EpochMs(0)

    @property
    def group(self) -> str:
        return "leaving"

    @property
    def since(self) -> EpochMs:
        return self.left_at


@dataclass(frozen=True, slots=True)
class SyncTask(QueueMessage):
    """Work that is long and may wait. `kind` is one of Meta's fields, with its `value` (history, smb_app_state_sync;
    `stored` as in AccountEvent), or `move_conversation`: `value` holds tenant_id, source, target and the target's
    contact_id; or `respell_phones`: `value` holds tenant_id and, for a part of it, shard and after.
    """

    kind: str
    waba_id: WabaId
    value: dict[str, Any]
    received_at: EpochMs
    stored: str = ""


@dataclass(frozen=True, slots=True)
class BotTurn(QueueMessage):
    """An inbound message a bot may answer."""

    tenant_id: TenantId
    phone_number_id: PhoneNumberId
    contact_id: ContactId
    conversation_id: ConversationId
    message_id: str

    @property
    def group(self) -> str:
        """Turns of a conversation are taken in order; a tenant has so many groups, and no more workers at a time."""
        return ordered_group(self.tenant_id, one_of(BOT_GROUPS, self.conversation_id))


@dataclass(frozen=True, slots=True)
class CopyMedia(QueueMessage):
    """Copy the file of a stored message from Meta to the data bucket."""

    tenant_id: TenantId
    phone_number_id: PhoneNumberId
    conversation_id: ConversationId
    message_id: str


@dataclass(frozen=True, slots=True)
class ImportFile(QueueMessage):
    """Read an uploaded contacts file."""

    tenant_id: TenantId
    import_id: str


@dataclass(frozen=True, slots=True)
class BillingEvent(QueueMessage):
    """A payment provider's event whose signature was verified."""

    provider: str
    event_id: str
    kind: str
    object_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class DeliverWebhook(QueueMessage):
    """One attempt to bring one event to one endpoint. `body` is what is sent, byte for byte; `due_at` epoch ms.

    `attempt` counts from 0 within a `run`, `run` counts replays from 0. `test` is a single attempt at an endpoint that
    may be disabled, and says nothing of its health. `since` is when the run began, 0 in a message that has not been
    put off. `has_place`: it is counted among those that wait for their endpoint.
    """

    tenant_id: TenantId
    endpoint_id: str
    event_id: str
    event_type: str
    created_at: EpochMs
    body: str
    due_at: EpochMs
    attempt: int = 0
    run: int = 0
    test: bool = False
    since: EpochMs = EpochMs(0)
    has_place: bool = False


@dataclass(frozen=True, slots=True)
class TellTenant(QueueMessage):
    """Events that a tenant was not told of when they came, in order, each as `TenantEvent.to_json` gives it.

    `since` is when they should have been told (epoch ms), `attempt` counts from 0. `planned`: they always go by the
    queue, so the first attempt is not a late one.
    """

    tenant_id: TenantId
    events: list[str]
    since: EpochMs
    attempt: int = 0
    planned: bool = False
