"""Which campaign a person answers: the latest one of that number that wrote to them within three days."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from shared.domain.books import StatusChange
from shared.domain.campaign import Campaign, State
from shared.errors import NotFound
from shared.observability import count
from shared.store.campaign_people import WRITTEN_TO, fate_in, place_in
from shared.store.catalogue import Catalogue
from shared.store.lanes import Lanes
from shared.store.number_work import Run
from shared.store.sends import Sends

REPLY_MS = 72 * 3600 * 1000
"""A message within three days of a campaign's start counts as an answer to it."""
_KEEP_MS = 60_000
_LOOK_AGAIN_MS = 5_000
_NEWEST = 50
_BLOCKS = 256
"""Blocks of recipients that are remembered: some 10 MB."""
_BEGUN = frozenset({State.SENDING, State.PAUSED, State.COMPLETED, State.CANCELLED})


class Replies:
    """Remembers a number's campaigns for a minute: many people answer the same one.

    A campaign that began since is on its number until the sweep has closed it, and after that is found when nobody's
    message fits what is remembered.
    """

    def __init__(self, catalogue: Catalogue, lanes: Lanes, sends: Sends) -> None:
        self._catalogue = catalogue
        self._lanes = lanes
        self._sends = sends
        self._kept: dict[str, tuple[int, dict[str, Campaign]]] = {}
        # The searches for a campaign's people begin at the same blocks, and a frozen block stays what it is.
        self._read_block = lru_cache(maxsize=_BLOCKS)(sends.read_block)

    def mark(self, tenant_id: str, phone_number_id: str, contact_ids: tuple[str, ...], at: int, now: int) -> bool:
        """Note the reply (`at` epoch ms, cut to Meta's second) in its campaign; False when it answers none."""
        runs = self._lanes.work(phone_number_id).runs
        tried: set[str] = set()
        # What is remembered answers for most; only somebody it does not fit costs a fresh look.
        for keep_ms in (_KEEP_MS, _LOOK_AGAIN_MS):
            recent = self._recent(tenant_id, phone_number_id, runs, keep_ms, now)
            if self._mark([c for c in recent if c.campaign_id not in tried], tenant_id, contact_ids, at):
                return True
            tried.update(campaign.campaign_id for campaign in recent)
        return False

    def _mark(self, campaigns: list[Campaign], tenant_id: str, contact_ids: tuple[str, ...], at: int) -> bool:
        for campaign in campaigns:
            if not _start(campaign) <= at + 999 < _start(campaign) + REPLY_MS:
                continue
            for contact_id in contact_ids:
                place = place_in(self._read_block, tenant_id, campaign, contact_id)
                if place is None:
                    continue
                fate, _ = fate_in(self._sends, self._lanes, tenant_id, campaign, place)
                if fate.outcome not in WRITTEN_TO:
                    continue
                self._sends.record(tenant_id, campaign.campaign_id, place.block, StatusChange(replied={place.slot}))
                count("CampaignReply")
                return True
        return False

    def _recent(
        self, tenant_id: str, phone_number_id: str, runs: Sequence[Run], keep_ms: int, now: int
    ) -> list[Campaign]:
        """Latest first. What the number sends right now is looked up every time: answers come within seconds."""
        known = self._newest(tenant_id, keep_ms, now)
        for run in runs:
            seen = known.get(run.campaign_id)
            if run.tenant_id == tenant_id and (seen is None or seen.state not in _BEGUN or not seen.sizes):
                with suppress(NotFound):
                    known[run.campaign_id] = self._catalogue.campaign(tenant_id, run.campaign_id)
        recent = [
            campaign
            for campaign in known.values()
            if campaign.phone_number_id == phone_number_id
            and campaign.state in _BEGUN
            and campaign.sizes
            and now - _start(campaign) < 2 * REPLY_MS
        ]
        return sorted(recent, key=_start, reverse=True)

    def _newest(self, tenant_id: str, keep_ms: int, now: int) -> dict[str, Campaign]:
        kept = self._kept.get(tenant_id)
        if kept is None or now - kept[0] >= keep_ms:
            newest = self._catalogue.campaigns(tenant_id, _NEWEST, None).items
            kept = self._kept[tenant_id] = (now, {c.campaign_id: c for c in newest})
        return kept[1]


def _start(campaign: Campaign) -> int:
    return campaign.started_at or campaign.frozen_at
