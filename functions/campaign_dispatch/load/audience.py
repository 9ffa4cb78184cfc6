"""Deciding, for one contact, whether a campaign writes to them: the same answer for a dry run and for the real load."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.campaign_dispatch.load.history import History, Standing
from shared.domain.campaigns.blocks import Recipient
from shared.domain.contacts.consent import Purpose, SkipReason, refusal
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import SendPlan, Unsendable, resolve


@dataclass(frozen=True, slots=True)
class Skip:
    """A person of the audience who is not written to. `slot` names the variable, where one is the reason."""

    contact_id: str
    reason: str
    slot: str = ""


_HELD_BACK = {
    Standing.OVER_THE_CAP: SkipReason.FREQUENCY_CAP,
    Standing.RESTING: SkipReason.MARKETING_LIMIT,
}
Twin = Callable[[Contact], Contact | None]
"""Another contact with the same phone, to whom the phone's identity leads; None for nearly everybody."""


def nobody(_contact: Contact) -> Contact | None:
    return None


def judge(
    contact: Contact, history: History, purpose: Purpose, plan: SendPlan, twin: Twin = nobody
) -> Recipient | Skip | None:
    """The recipient with frozen variables, a skip with its reason, or None for somebody not in the audience."""
    standing = history.standing(contact)
    if standing is Standing.OUTSIDE:
        return None
    reason = refusal(contact, purpose) or _same_phone(twin(contact), history)
    if reason is None:
        reason = _HELD_BACK.get(standing)
    if reason is not None:
        return Skip(contact.contact_id, reason)
    try:
        values = resolve(plan, contact)
    except Unsendable as exc:
        return Skip(contact.contact_id, exc.reason, exc.slot)
    return Recipient(contact.contact_id, contact.phone or contact.bsuid or "", values)


def _same_phone(other: Contact | None, history: History) -> SkipReason | None:
    """Of two contacts with one phone, the one to whom the phone leads is written to, and a no of either counts."""
    if other is None:
        return None
    if other.opted_out_at is not None:
        return SkipReason.OPTED_OUT
    meant = history.audience.source is None and history.audience.includes(other.tags)
    return SkipReason.DUPLICATE_IDENTITY if meant else None
