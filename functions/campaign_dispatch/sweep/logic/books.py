"""What the books of a campaign that is being sent call for."""

from enum import StrEnum

from shared.clock import EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.incident import Incident
from shared.domain.campaigns.number_work import NumberWork

_FIGURES = ("planned", "sent", "failed", "skipped", "cancelled", "unknown", "waiting")


class Finding(StrEnum):
    UNBALANCED = "unbalanced"
    """Somebody is not accounted for: tell those who run the platform."""
    FAILING = "failing"
    """Too many fail for one reason: stop before it burns its audience."""
    LOST = "lost"
    """Nothing more will be heard of what is unknown: give up on it."""
    SETTLED = "settled"
    """Everybody has an outcome: it is complete."""
    SENDING = "sending"


def judge(books: Books, failure: str, *, last_claim: EpochMs, grace_ms: int, now: EpochMs) -> Finding:
    """`failure` is the code with which too many failed of late, "" when there is none; `last_claim` when a lane last
    took somebody of it, `now` likewise in epoch ms."""
    if not books.balanced:
        return Finding.UNBALANCED
    if books.waiting and failure:
        return Finding.FAILING
    if books.unsettled and books.waiting == 0 and last_claim + grace_ms < now:
        return Finding.LOST
    return Finding.SETTLED if books.settled else Finding.SENDING


def last_claim(campaign: Campaign, work: NumberWork) -> EpochMs:
    """When a lane last took somebody of the campaign, in epoch ms; 0 when none ever did."""
    of = campaign.campaign_id
    return max((lane.claims[of].at for lane in work.lanes.values() if of in lane.claims), default=EpochMs(0))


def incident(campaign: Campaign, books: Books, now: EpochMs) -> Incident:
    figures = {name: getattr(books, name) for name in _FIGURES}
    return Incident(campaign.campaign_id, "books_unbalanced", now, figures)
