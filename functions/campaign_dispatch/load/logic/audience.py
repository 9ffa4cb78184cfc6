"""Deciding, for one contact, whether a campaign writes to them: the same answer for a dry run and for the real load."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from functions.campaign_dispatch.load.logic.history import History, Standing
from shared.domain.campaigns.blocks import Recipient
from shared.domain.contacts.consent import Purpose, SkipReason, refusal
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import SendPlan, Unsendable, resolve
from shared.ids import ContactId


@dataclass(frozen=True, slots=True)
class Skip:
    """A person of the audience who is not written to. `slot` names the variable, where one is the reason."""

    contact_id: ContactId
    reason: str
    slot: str = ""


_HELD_BACK = {
    Standing.OVER_THE_CAP: SkipReason.FREQUENCY_CAP,
    Standing.RESTING: SkipReason.MARKETING_LIMIT,
}
SameNumber = Callable[[Contact], Sequence[Contact]]
"""Everybody with the same phone, themselves and who was deleted included, in the order of spellings; empty for nearly
everybody."""


def nobody(_contact: Contact) -> Sequence[Contact]:
    return ()


def judge(
    contact: Contact, history: History, purpose: Purpose, plan: SendPlan, same_number: SameNumber = nobody
) -> Recipient | Skip | None:
    """The recipient with frozen variables, a skip with its reason, or None for somebody not in the audience."""
    standing = history.standing(contact)
    if standing is Standing.OUTSIDE:
        return None
    reason = refusal(contact, purpose) or _same_phone(contact, same_number(contact), history)
    if reason is None:
        reason = _HELD_BACK.get(standing)
    if reason is not None:
        return Skip(contact.contact_id, reason)
    try:
        values = resolve(plan, contact)
    except Unsendable as exc:
        return Skip(contact.contact_id, exc.reason, exc.slot)
    return Recipient(contact.contact_id, contact.phone or contact.bsuid or "", values)


def _same_phone(contact: Contact, people: Sequence[Contact], history: History) -> SkipReason | None:
    """Of several contacts with one phone the first is written to, and a no of any counts."""
    if not people:
        return None
    if any(one.opted_out_at is not None for one in people):
        return SkipReason.OPTED_OUT
    before = takewhile(lambda one: one.contact_id != contact.contact_id, people)
    meant = history.audience.source is None and any(history.means(one) for one in before if not one.deleted_at)
    return SkipReason.DUPLICATE_IDENTITY if meant else None
