"""The gate that every contact of a shard passes, for a dry run and for the load alike: the same inputs, one verdict."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial

from functions.campaign_dispatch.load.logic.audience import Skip, judge
from functions.campaign_dispatch.load.logic.history import History, open_history
from functions.campaign_dispatch.load.parts import LoadParts
from functions.campaign_dispatch.load.tries import read_tries
from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.blocks import Recipient, split_block_number
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.consent import purpose_of
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import SendPlan
from shared.ids import CampaignId, ContactId, TenantId
from shared.queue_messages import LoadShard
from shared.services.same_number import is_respelled, of_same_number
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, held_back_in, place_in, stream_shard

_BLOCKS = 256
"""Blocks of recipients that are remembered: some 10 MB. Searches begin at the same ones."""
Gate = Callable[[Contact], Recipient | Skip | None]


def open_gate(parts: LoadParts, task: LoadShard, campaign: Campaign, plan: SendPlan, category: str) -> Gate:
    """The gate for one shard's contacts, asked in order of contact_id. `category` is the template's, as of now.

    Who else has a contact's number is read only where its id is not its phone's: one that began with a user id, changed
    its number, or is still stored under a form that its national plan has given up. In a tenant whose contacts were not
    gone through since the plans changed, it is read for everybody whose number has several spellings.
    """
    history, purpose = _history(parts, task, campaign), purpose_of(category)
    respelled = is_respelled(parts.accounts, task.tenant_id)
    same_number = partial(of_same_number, parts.contacts, task.tenant_id, respelled=respelled)
    return lambda contact: judge(contact, history, purpose, plan, same_number)


def waits_for_another(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> bool:
    """Whether a campaign that begins earlier, and whose people this one must know, is not loaded yet.

    Of two that begin at about the same time the later waits: else neither would count the other's people. Also for one
    that is named in its audience, and due, and whose start is only announced late. Another try at the same people that
    was cancelled is waited for until it is closed: its lanes may not have heard of it yet.
    """
    tries = read_tries(campaigns, tenant_id, campaign).others
    if any(other.state is State.CANCELLED and other.sizes and not other.closed for other in tries):
        return True
    named = [campaigns.get(tenant_id, other) for other in campaign.audience.named_campaigns]
    counted = (*named, *_under_the_cap(campaigns, tenant_id, campaign), *tries)
    return any(other.state is State.LOADING and other.turn < campaign.turn for other in counted) or any(
        other.state is State.SCHEDULED and other.turn < campaign.turn for other in named
    )


def _under_the_cap(campaigns: Campaigns, tenant_id: TenantId, campaign: Campaign) -> list[Campaign]:
    cap = campaign.frequency_cap
    if cap is None:
        return []
    frozen = campaigns.frozen_since(tenant_id, EpochMs(campaign.frozen_at - cap.days * DAY_MS))
    return [c for c in frozen if c.campaign_id != campaign.campaign_id and purpose_of(c.category) == "marketing"]


def _history(parts: LoadParts, task: LoadShard, campaign: Campaign) -> History:
    """Earlier campaigns are read as they stand now, what their journals know included: whoever is known to have got a
    message is not written to once more for being failed or unknown."""
    earlier = lru_cache(maxsize=None)(partial(parts.campaigns.get, task.tenant_id))
    read_block = lru_cache(maxsize=_BLOCKS)(parts.sends.read_block)
    source = campaign.audience.source

    @cache
    def journal(campaign_id: CampaignId) -> JournalReader:
        return JournalReader(parts.sends, task.tenant_id, earlier(campaign_id))

    def stream(campaign_id: CampaignId) -> Iterator[Fate]:
        return stream_shard(parts.sends, parts.lanes, task.tenant_id, earlier(campaign_id), task.shard)

    def look_up(campaign_id: CampaignId, contact_id: ContactId) -> Fate | None:
        known = earlier(campaign_id)
        place = place_in(read_block, task.tenant_id, known, contact_id)
        if place is not None:
            waiting = journal(campaign_id).of_shard(split_block_number(place.block)[0])
            return fate_in(parts.sends, parts.lanes, task.tenant_id, known, place, waiting)[0]
        if source is None or source.campaign_id != campaign_id or "skipped" not in source.outcomes:
            # Whom the load held back was not reached; only an audience of such people asks for them.
            return None
        return held_back_in(read_block, parts.sends, task.tenant_id, known, contact_id)

    def took_over(contact: Contact, other_id: ContactId) -> bool:
        if contact.updated_at > campaign.frozen_at:
            # Perhaps by the merger: the other may have been frozen before it.
            return False
        other = parts.contacts.get(task.tenant_id, other_id)
        return other is None or other.contact_id != other_id

    counted = _under_the_cap(parts.campaigns, task.tenant_id, campaign)
    recent = [c.campaign_id for c in counted if c.started_at is not None]
    tries = read_tries(parts.campaigns, task.tenant_id, campaign)
    return open_history(campaign, recent, stream, look_up, took_over, tries)
