"""Deciding, for one contact, whether a campaign writes to them: the same answer for a dry run and for the real load."""

from dataclasses import dataclass

from functions.campaign_dispatch.history import History, Standing
from shared.domain.blocks import Recipient
from shared.domain.compiler import SendPlan, Unsendable, resolve
from shared.domain.consent import Purpose, SkipReason, refusal
from shared.domain.contact import Contact


@dataclass(frozen=True, slots=True)
class Skip:
    """A person of the audience who is not written to. `slot` names the variable, where one is the reason."""

    contact_id: str
    reason: str
    slot: str = ""


def purpose_of(category: str) -> Purpose:
    """Unknown categories count as marketing, the strictest."""
    match category.upper():
        case "UTILITY":
            return "utility"
        case "AUTHENTICATION":
            return "authentication"
        case _:
            return "marketing"


def judge(contact: Contact, history: History, purpose: Purpose, plan: SendPlan) -> Recipient | Skip | None:
    """The recipient with frozen variables, a skip with its reason, or None for somebody not in the audience."""
    standing = history.standing(contact.contact_id, contact.tags)
    if standing is Standing.OUTSIDE:
        return None
    reason = refusal(contact, purpose)
    if reason is None and standing is Standing.OVER_THE_CAP:
        reason = SkipReason.FREQUENCY_CAP
    if reason is not None:
        return Skip(contact.contact_id, reason)
    try:
        values = resolve(plan, contact)
    except Unsendable as exc:
        return Skip(contact.contact_id, exc.reason, exc.slot)
    return Recipient(contact.contact_id, contact.phone or contact.bsuid or "", values)
