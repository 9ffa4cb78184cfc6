"""The gate that every contact of a shard passes, for a dry run and for the load alike: the same inputs, one verdict."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial

from functions.campaign_dispatch.load.beside import Beside, read_as_decided
from functions.campaign_dispatch.load.logic.audience import Skip, judge
from functions.campaign_dispatch.load.logic.history import History, open_history
from functions.campaign_dispatch.load.logic.members import members_of
from functions.campaign_dispatch.load.parts import LoadParts
from shared.domain.campaigns.blocks import Recipient, split_block_number
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.consent import purpose_of
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import SendPlan
from shared.ids import CampaignId, ContactId
from shared.queue_messages import LoadShard
from shared.services.same_number import is_respelled, of_same_number
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, held_back_in, place_in, stream_shard

_BLOCKS = 256
"""Blocks of recipients that are remembered: some 10 MB. Searches begin at the same ones."""
Gate = Callable[[Contact], Recipient | Skip | None]


def open_gate(
    parts: LoadParts, task: LoadShard, campaign: Campaign, beside: Beside, plan: SendPlan, category: str
) -> Gate:
    """The gate for one shard's contacts, asked in order of contact_id. `category` is the template's, as of now.

    Who else has a contact's number is read only where its id is not its phone's: one that began with a user id, changed
    its number, or is still stored under a form that its national plan has given up. In a tenant whose contacts were not
    gone through since the plans changed, it is read for everybody whose number has several spellings.
    """
    history, purpose = _history(parts, task, campaign, beside), purpose_of(category)
    respelled = is_respelled(parts.accounts, task.tenant_id)
    same_number = partial(of_same_number, parts.contacts, task.tenant_id, respelled=respelled)
    return lambda contact: judge(contact, history, purpose, plan, same_number)


def _history(parts: LoadParts, task: LoadShard, campaign: Campaign, beside: Beside) -> History:
    """Earlier campaigns are read as they stood when it was decided to wait for none, and what became of their people as
    it stands now, what their journals know included: whoever is known to have got a message is not written to once more
    for being failed or unknown."""
    earlier = {other.campaign_id: other for other in beside.all}
    read_block = lru_cache(maxsize=_BLOCKS)(parts.sends.read_block)
    source = campaign.audience.source
    read = partial(read_as_decided, parts.campaigns, parts.lanes)

    @cache
    def journal(campaign_id: CampaignId) -> JournalReader:
        return JournalReader(parts.sends, task.tenant_id, earlier[campaign_id])

    def stream(campaign_id: CampaignId) -> Iterator[Fate]:
        known = earlier[campaign_id]
        return stream_shard(parts.sends, read, task.tenant_id, known, journal(campaign_id), task.shard)

    def look_up(campaign_id: CampaignId, contact_id: ContactId) -> Fate | None:
        known = earlier.get(campaign_id)
        if known is None:
            # A segment may ask about this very campaign, in which nobody is yet.
            return None
        place = place_in(read_block, task.tenant_id, known, contact_id)
        if place is not None:
            waiting = journal(campaign_id).of_shard(split_block_number(place.block)[0])
            return fate_in(parts.sends, read, task.tenant_id, known, place, waiting)[0]
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

    recent = [c.campaign_id for c in beside.counted if c.started_at is not None]
    return open_history(campaign, recent, stream, look_up, took_over, beside.tries, members_of(campaign))
