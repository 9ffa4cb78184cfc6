"""Who a contact is: a deterministic id from the first identity seen, and the order everything is sorted by.

Phone (E.164) and Meta's business-scoped user id (BSUID) are attributes of a contact, never its key: webhooks may omit
either (Meta, business-scoped user ids, 2026). The id of any identity is also the key under which its alias is found.
"""

import hashlib
from typing import Literal

from shared.domain.contacts.number_plans import spellings
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId

IdentityKind = Literal["phone", "bsuid"]

SHARDS = 16
"""Partitions of a tenant's contacts and of a campaign's blocks: the first hex digit of the contact id."""


def contact_id_for(tenant_id: TenantId, kind: IdentityKind, value: str) -> ContactId:
    """32 hex digits, the same for the same tenant and identity for ever."""
    return ContactId(hashlib.sha256(f"{tenant_id}|{kind}|{value}".encode()).hexdigest()[:32])


def phone_ids(tenant_id: TenantId, phone: str) -> tuple[ContactId, ...]:
    """The contact ids of a number under every spelling of it (`number_plans`), the canonical one first."""
    return tuple(contact_id_for(tenant_id, "phone", spelling) for spelling in spellings(phone))


def shard_of(contact_id: ContactId) -> int:
    """0 to 15. Shard order followed by id order inside a shard is the global order."""
    return int(contact_id[0], 16)


def conversation_id_for(tenant_id: TenantId, phone_number_id: PhoneNumberId, contact_id: ContactId) -> ConversationId:
    """A conversation is one of the tenant's numbers times one contact; its id follows from both."""
    return ConversationId(hashlib.sha256(f"{tenant_id}|{phone_number_id}|{contact_id}".encode()).hexdigest()[:32])
