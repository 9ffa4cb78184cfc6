"""Learning from statuses which user id belongs to whom: whoever we write to by phone may answer without one.

Somebody with a username is known by a business-scoped user id alone once 30 days have passed without a message (Meta,
business-scoped user ids). Their no must find the contact that was imported with a phone.
"""

from collections.abc import Mapping

from functions.webhook_ingest.people.logic.identity import Identities, identities
from functions.webhook_ingest.statuses.logic.fold import Target
from functions.webhook_ingest.statuses.parts import StatusParts
from shared.clock import EpochMs
from shared.domain.campaigns.callback import SingleSend
from shared.domain.contacts.contact import NEVER_BACK, Contact
from shared.domain.contacts.identity import contact_id_for
from shared.domain.contacts.number_plans import spellings
from shared.ids import ContactId, TenantId
from shared.observability import count

Person = tuple[str, str]
"""Phone and user id, as a status names them."""


def learn_user_ids(
    parts: StatusParts, tenant_id: TenantId, people: Mapping[Person, Target | None], now: EpochMs
) -> None:
    """`people` leads to a message of ours to each of them. Only contacts that there are learn; harmless to repeat.

    Somebody whose number we know under no spelling is the contact that our message was for: WhatsApp names them in a
    way that no table knows. Who was deleted learns it too, under the number as well, so that their no is found by
    either, and stays deleted.

    Costs 0.5 RRU for each person of a batch, for one whose user id is new 1 WRU and a few RRU, once, and those RRU each
    time for one whose contact began with another number.
    """
    senders: dict[ContactId, tuple[Identities, Target | None]] = {}
    for (phone, user_id), target in people.items():
        who = identities(phone, user_id)
        if who.phone and who.bsuid:
            senders[contact_id_for(tenant_id, "bsuid", who.bsuid)] = who, target
    linked = parts.contacts.linked(tenant_id, senders)
    strangers = {
        key: (who, target)
        for key, (who, target) in senders.items()
        if not _leads_to(linked.get(key, ""), tenant_id, who)
    }
    keys = {one for who, _ in strangers.values() for one in who.keys(tenant_id)}
    by_key = parts.contacts.get_many(tenant_id, keys, deleted=True)
    for key, (who, target) in strangers.items():
        if _learn(parts, tenant_id, key, who, target, by_key, now):
            count("UserIdLearned")


def _learn(
    parts: StatusParts,
    tenant_id: TenantId,
    key: ContactId,
    who: Identities,
    target: Target | None,
    by_key: Mapping[ContactId, Contact],
    now: EpochMs,
) -> bool:
    """Whether the user id `key`, or the number of somebody who was deleted, leads where it did not."""
    known = {one: by_key[one] for one in who.keys(tenant_id) if one in by_key}
    found = {contact.contact_id: contact for contact in known.values()}
    addressee = None
    if found.keys() <= {known[key].contact_id if key in known else ""}:
        # Nobody has this phone: it leads to whom we wrote to, and so will the user id.
        addressee = _addressee(parts, tenant_id, target)
        if addressee is not None:
            found[addressee.contact_id] = addressee
    living = any(not contact.deleted_at for contact in found.values())
    # Known under both, or under two spellings: these are one person. Or their phone is learned.
    joins = living and (len(found) > 1 or (key in known and not known[key].phone))
    free = [one for one in who.keys(tenant_id) if one not in known] if found else []
    if living and addressee is None:
        free = [key] if key in free and not joins else []
    for one in free:
        parts.contacts.put_pointer(tenant_id, one, addressee.contact_id if addressee is not None else min(found))
    if not joins:
        if len(found) > 1:
            # All were deleted, and stay so: whichever of them is there again has the no.
            parts.people.share_no(tenant_id, parts.people.find(tenant_id, who), now)
        return bool(free)
    person = parts.people.find(tenant_id, who)
    if person.contact is None or person.contact.deleted_at:
        # The number was another's once. Who was deleted is not there again because of a status.
        return False
    parts.people.link(tenant_id, person, who, now, now, NEVER_BACK)
    return True


def _leads_to(known: str, tenant_id: TenantId, who: Identities) -> bool:
    """Whether what a user id leads to is the phone that it is told with: the contact of it, or its number."""
    return known in who.keys(tenant_id) or (bool(known) and known in spellings(who.phone))


def contact_behind(parts: StatusParts, target: Target) -> ContactId | None:
    """The id of the contact that a message of ours was for; None when we sent no such message."""
    if isinstance(target, SingleSend):
        message = parts.conversations.messages.get(target.tenant_id, target.conversation_id, target.message_id)
        if message is None or message.direction != "out":
            return None
        conversation = parts.conversations.get(target.tenant_id, target.conversation_id)
        return conversation.contact_id if conversation is not None else None
    recipients = parts.sends.read_block(target.tenant_id, target.campaign_id, target.block)
    return recipients[target.slot].contact_id if target.slot < len(recipients) else None


def _addressee(parts: StatusParts, tenant_id: TenantId, target: Target | None) -> Contact | None:
    contact_id = contact_behind(parts, target) if target is not None else None
    return parts.contacts.get(tenant_id, contact_id, deleted=True) if contact_id else None
