"""Thousands of statuses folded into one change per block, before anything is written. Pure.

The result is a join: any order and any number of repetitions of the same statuses give the same change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.callback import CampaignSlot, SingleSend, decode
from shared.domain.campaigns.outcome import OPTED_OUT_CODE, rule_of
from shared.domain.campaigns.stop_reasons import SCOPES
from shared.domain.conversations.message import merge_status
from shared.errors import InvalidInput
from shared.ids import CampaignId, PhoneNumberId, TenantId
from shared.queue_messages import DELIVERY_STATES, StatusUpdates

Target = CampaignSlot | SingleSend
"""A message of ours, as its callback names it."""


@dataclass(frozen=True, slots=True)
class Update:
    """One status. `source` is the queue message that brought it, `at` epoch ms, `code` Meta's error code or "".

    `price` is the category it is charged in, or the type of what is free; "" when this status says nothing of it.
    `person` is (phone, user id) of the one written to, where the status names both.
    """

    source: str
    phone_number_id: PhoneNumberId
    status: str
    at: EpochMs
    callback: str
    code: str
    price: str
    wamid: str
    person: tuple[str, str] | None = None

    @property
    def row(self) -> list[object]:
        return [self.status, self.at // 1000, self.callback, self.code, self.price, self.wamid]


@dataclass(frozen=True, slots=True, order=True)
class BlockKey:
    tenant_id: TenantId
    campaign_id: CampaignId
    block: int


@dataclass(frozen=True, slots=True)
class CampaignKey:
    tenant_id: TenantId
    campaign_id: CampaignId


@dataclass(slots=True)
class SingleChange:
    """What is known of one message of a conversation."""

    status: str = ""
    wamid: str = ""
    code: str = ""


@dataclass(slots=True)
class Folded:
    """What to write. `sources` says which queue messages each part came from.

    `opt_outs` maps the recipient to when they said no, `stops` a campaign to the codes that stop it and when each was
    last said. `strangers` are statuses of numbers that are nobody's, or that name another tenant than the number's or
    what was never sent; `others` counts those that carry no data of ours, such as messages sent with
    the WhatsApp Business app, and `unknown` those in a state that Meta has added since: they change nothing.
    `people` are (phone, user id) of those whom a tenant's numbers wrote to, with one of our messages to each, where
    it is ours.
    """

    blocks: dict[BlockKey, StatusChange] = field(default_factory=dict)
    singles: dict[SingleSend, SingleChange] = field(default_factory=dict)
    opt_outs: dict[Target, EpochMs] = field(default_factory=dict)
    stops: dict[CampaignKey, dict[str, EpochMs]] = field(default_factory=dict)
    strangers: list[Update] = field(default_factory=list)
    people: dict[TenantId, dict[tuple[str, str], Target | None]] = field(default_factory=dict)
    others: int = 0
    unknown: int = 0
    sources: dict[object, set[str]] = field(default_factory=dict)


def read_updates(source: str, body: str) -> list[Update]:
    """The statuses of a queue message. Raises InvalidInput when it is not one."""
    message = StatusUpdates.from_json(body)
    try:
        return [Update(source, message.phone_number_id, *_row(row)) for row in message.updates]
    except (TypeError, ValueError) as exc:
        raise InvalidInput("not a list of statuses") from exc


def _row(row: list[object]) -> tuple[str, EpochMs, str, str, str, str, tuple[str, str] | None]:
    status, at, callback, code, price, wamid, *who = row
    if not isinstance(at, int) or not isinstance(status, str):
        raise InvalidInput("a status without a name or a time")
    person = (str(who[0]), str(who[1])) if len(who) == 2 else None
    return (
        status,
        EpochMs(at * 1000),
        str(callback),
        str(code),
        price if isinstance(price, str) else "",
        str(wamid),
        person,
    )


def fold(
    updates: Iterable[Update],
    owners: Mapping[PhoneNumberId, TenantId],
    can_have_sent: Callable[[PhoneNumberId, CampaignSlot], bool],
) -> Folded:
    """`owners` maps phone number id to the tenant whose it is; a number that is not there is nobody's. `can_have_sent`
    says whether a number can have sent what callback data names."""
    folded = Folded()
    for update in updates:
        folded.unknown += update.status not in DELIVERY_STATES
        target = decode(update.callback)
        owner = owners.get(update.phone_number_id)
        ours = target is not None and target.tenant_id == owner
        if isinstance(target, CampaignSlot):
            ours = ours and can_have_sent(update.phone_number_id, target)
        if owner is not None and update.person is not None:
            people = folded.people.setdefault(owner, {})
            people[update.person] = target if ours else people.get(update.person)
        if target is None and owner is not None:
            folded.others += 1
        elif target is None or not ours:
            folded.strangers.append(update)
        elif isinstance(target, CampaignSlot):
            _fold_slot(folded, target, update)
        else:
            _fold_single(folded.singles.setdefault(target, SingleChange()), update)
            folded.sources.setdefault(target, set()).add(update.source)
            _note_opt_out(folded, target, update)
    return folded


def _fold_slot(folded: Folded, target: CampaignSlot, update: Update) -> None:
    key = BlockKey(target.tenant_id, target.campaign_id, target.block)
    change = folded.blocks.setdefault(key, StatusChange())
    folded.sources.setdefault(key, set()).add(update.source)
    sets = {"sent": change.sent, "delivered": change.delivered, "read": change.read, "played": change.read}
    if update.status in sets:
        sets[update.status].add(target.slot)
        if update.price:
            change.priced.setdefault(update.price, set()).add(target.slot)
    elif update.status == "failed":
        code = update.code or "unknown"
        # One of several codes must win whatever the order: the smallest does.
        change.failed[target.slot] = min(code, change.failed.get(target.slot, code))
        _note_opt_out(folded, target, update)
        if rule_of(update.code).action in SCOPES:
            campaign = CampaignKey(target.tenant_id, target.campaign_id)
            said = folded.stops.setdefault(campaign, {})
            said[update.code] = max(update.at, said.get(update.code, EpochMs(0)))
            folded.sources.setdefault(campaign, set()).add(update.source)


def _note_opt_out(folded: Folded, target: Target, update: Update) -> None:
    if update.status == "failed" and update.code == OPTED_OUT_CODE:
        folded.opt_outs[target] = max(update.at, folded.opt_outs.get(target, EpochMs(0)))
        folded.sources.setdefault(target, set()).add(update.source)


def _fold_single(change: SingleChange, update: Update) -> None:
    change.status = merge_status(change.status, update.status)
    change.wamid = max(change.wamid, update.wamid)
    if update.status == "failed" and update.code:
        change.code = min(update.code, change.code or update.code)
