"""What a turn at the sweep says of a campaign: its counts, and what must wake somebody, once a turn while it lasts. Ids
are in the log, never in a metric."""

from collections.abc import Mapping, Sequence

from functions.campaign_dispatch.sweep.logic.alarming import is_stuck, is_unheard, load_is_stuck, much_is_unknown
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clock import EpochMs
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import NumberWork
from shared.ids import TenantId
from shared.observability import Metric, count, logger, say

_SAID = ("planned", "sent", "failed", "skipped", "cancelled", "unknown", "waiting", "held", "unsettled")


def note_standstill(parts: SweepParts, tenant_id: TenantId, campaign: Campaign, work: NumberWork, now: EpochMs) -> None:
    """Whom operators have stopped is not stuck; that is asked only of those who stand still."""
    if is_stuck(campaign, work, now) and parts.stops.of(tenant_id) is None:
        _count(Metric("CampaignStuck"), tenant_id, campaign)


def note_standstill_of_load(
    tenant_id: TenantId,
    campaign: Campaign,
    progress: Sequence[SealedBlock | None],
    kept_at: Mapping[int, EpochMs],
    now: EpochMs,
) -> None:
    if load_is_stuck(progress, kept_at, campaign.frozen_at, now):
        _count(Metric("CampaignStuck"), tenant_id, campaign)


def say_books(books: Books) -> None:
    """People, as of this turn: in a field of their own, since a line has a `failed` itself."""
    say(books={name: getattr(books, name) for name in _SAID})


def note_books(tenant_id: TenantId, campaign: Campaign, books: Books, now: EpochMs) -> None:
    say_books(books)
    if much_is_unknown(books):
        _count(Metric("UnknownShareHigh"), tenant_id, campaign)
    if is_unheard(campaign, books, now):
        _count(Metric("NumberUnheard"), tenant_id, campaign)


def _count(fact: Metric, tenant_id: TenantId, campaign: Campaign) -> None:
    count(fact)
    ids = {"campaign_id": campaign.campaign_id, "phone_number_id": campaign.phone_number_id, "tenant_id": tenant_id}
    logger.warning("campaign needs somebody", extra={"fact": fact, **ids})
