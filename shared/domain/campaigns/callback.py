"""`biz_opaque_callback_data`: our ids on every message, which Meta echoes in every status of it.

At most 512 characters, opaque ids only: any app subscribed to the WABA sees it.
"""

from dataclasses import dataclass

from shared.ids import CampaignId, ConversationId, TenantId

_LONGEST = 512


@dataclass(frozen=True, slots=True)
class CampaignSlot:
    """One recipient of one campaign: block, slot in the block, and which attempt this was, from 1 on."""

    tenant_id: TenantId
    campaign_id: CampaignId
    block: int
    slot: int
    attempt: int


@dataclass(frozen=True, slots=True)
class SingleSend:
    """A message of a conversation: an agent's, a bot's or the API's."""

    tenant_id: TenantId
    conversation_id: ConversationId
    message_id: str


def encode_slot(slot: CampaignSlot) -> str:
    return f"v1|{slot.tenant_id}|{slot.campaign_id}|{slot.block}|{slot.slot}|{slot.attempt}"


def encode_single(single: SingleSend) -> str:
    return f"m1|{single.tenant_id}|{single.conversation_id}|{single.message_id}"


def decode(text: str | None) -> CampaignSlot | SingleSend | None:
    """What the callback data refers to; None when it is missing or not ours (another app may set its own)."""
    if not text or len(text) > _LONGEST:
        return None
    parts = text.split("|")
    if parts[0] == "v1" and len(parts) == 6 and all(parts) and all(p.isascii() and p.isdigit() for p in parts[3:]):
        return CampaignSlot(TenantId(parts[1]), CampaignId(parts[2]), int(parts[3]), int(parts[4]), int(parts[5]))
    if parts[0] == "m1" and len(parts) == 4 and all(parts):
        return SingleSend(TenantId(parts[1]), ConversationId(parts[2]), parts[3])
    return None
