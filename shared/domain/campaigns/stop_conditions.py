"""Whether a campaign may begin, and go on, given what Meta says of its template and its number by now.

Meta refuses few of these messages. What stops a campaign that sends is told by webhook (see webhook_ingest); one that
still loads, or stands still for another reason, finds out from what is stored.
"""

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.stop_reasons import NUMBER_RED, TEMPLATE_RECATEGORISED, TEMPLATE_RED, template_is
from shared.domain.contacts.consent import purpose_of
from shared.domain.numbers.number import Number
from shared.domain.templates.template import Template


def reason_not_to_begin(campaign: Campaign, template: Template, number: Number, now: EpochMs) -> str:
    """The reason that a webhook would have stored had the campaign been sending, or blank; `now` in epoch ms."""
    if template.category != campaign.category:
        return TEMPLATE_RECATEGORISED
    if template.status != "APPROVED":
        return template_is(template.status)
    if idle := reason_to_idle(number, now):
        return idle
    if template.quality == "RED":
        return TEMPLATE_RED
    return NUMBER_RED if number.quality == "RED" else ""


def reason_to_idle(number: Number, now: EpochMs) -> str:
    """Why the number may not send at this moment (epoch ms), or blank."""
    state = number.state_at(now)
    return "" if state == "active" else number.reason or f"number_{state}"


def keeps_the_gates(frozen: str, category: str) -> bool:
    """Whether people who were chosen for a template of the category `frozen` may get it as one of `category`.

    The gates of utility are the widest. Whoever was let in for utility may be somebody in the US, who must not get
    marketing, or one whose phone number nobody knows, which authentication needs.
    """
    return purpose_of(category) in ("utility", purpose_of(frozen))
