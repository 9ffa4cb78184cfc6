"""Which campaign a person answers: the one whose message they name, else the last one that wrote to them before.

Meta names the message behind a button, a quotation or a reaction (Meta, webhooks reference, `context.id`). What names
none is taken for an answer to what that number wrote to this person last, by their own message, within three days of
when its campaign last wrote to somebody: one may take days itself, and is resumed. Who wrote before they were written
to answers nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from functions.webhook_ingest.messages.number_works import NumberWorks
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Segment, lane_of, split_block_number
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.campaigns.fate import WRITTEN_TO, Place
from shared.domain.campaigns.number_work import NumberWork
from shared.errors import NotFound
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId
from shared.observability import count
from shared.services.recipient_events import RecipientEvents
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.people import fate_at, place_in
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.standing import Standing

REPLY_MS = 72 * 3600 * 1000
"""A message within three days of when a campaign last wrote to somebody counts as an answer to it."""
_KEEP_MS = 60_000
_RECHECK_MS = 5_000
_CLOCKS_MS = 2_000
"""What Meta's clock may be behind ours."""
_NEWEST = 50
_BLOCKS = 256
"""Blocks of recipients that are remembered: some 10 MB."""
_BEGUN = frozenset({State.SENDING, State.PAUSED, State.COMPLETED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote, no later than `at` by Meta's clock and `received_at` by ours (epoch ms). `names` is Meta's
    id of the message that it is about, if it is about one; `bare`: a reaction, and no word."""

    at: EpochMs
    received_at: EpochMs
    names: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    """What a campaign wrote to the person: where it stands, when it left (epoch ms), what is stored of its block."""

    campaign: Campaign
    place: Place
    at: EpochMs
    status: StatusBlock | None


class Replies:
    """Remembers a number's campaigns for a minute: many people answer the same one.

    A campaign that began since is on its number until the sweep has closed it, and after that is found when nobody's
    message fits what is remembered. One that was taken off its number since is read anew, for 1 RRU, until it says that
    it is closed: it stands where it has kept. What the number sends is read after the answer was written (NumberWorks),
    unless the answer names a message that is found among what was known before.
    """

    def __init__(self, campaigns: Campaigns, lanes: Lanes, sends: Sends, recipients: RecipientEvents) -> None:
        self._campaigns = campaigns
        self._works = NumberWorks(lanes)
        self._sends = sends
        self._recipients = recipients
        self._kept: dict[TenantId, tuple[EpochMs, Mapping[CampaignId, Campaign]]] = {}
        # The searches for a campaign's people begin at the same blocks, and a frozen block stays what it is.
        self._read_block = lru_cache(maxsize=_BLOCKS)(sends.read_block)

    def mark(
        self,
        tenant_id: TenantId,
        phone_number_id: PhoneNumberId,
        contact_ids: tuple[ContactId, ...],
        answer: Answer,
        now: EpochMs,
    ) -> bool:
        """Note the answer in its campaign; False when it answers none. `contact_ids` are all ids of the person."""
        found = self._found(tenant_id, phone_number_id, contact_ids, answer, now)
        if found is not None:
            self._note(tenant_id, found, now, bare=answer.bare)
        return found is not None

    def _found(
        self,
        tenant_id: TenantId,
        phone_number_id: PhoneNumberId,
        contact_ids: tuple[ContactId, ...],
        answer: Answer,
        now: EpochMs,
    ) -> _Message | None:
        before = self._works.remembered(phone_number_id, now, _RECHECK_MS) if answer.names else None
        if before is not None:
            recent = self._recent(tenant_id, phone_number_id, before, _KEEP_MS, answer.at, now)
            named = self._named(recent, tenant_id, contact_ids, answer.names)
            if named is not None:
                return named
        work = self._works.of(phone_number_id, min(EpochMs(answer.at + _CLOCKS_MS), answer.received_at, now), now)
        tried: set[CampaignId] = set()
        # What is remembered answers for most; only somebody it does not fit costs a fresh look.
        for keep_ms in (_KEEP_MS, _RECHECK_MS):
            recent = self._recent(tenant_id, phone_number_id, work, keep_ms, answer.at, now)
            campaigns = [campaign for campaign in recent if campaign.campaign_id not in tried]
            found = self._answered(campaigns, work, tenant_id, contact_ids, answer)
            if found is not None:
                return found
            tried.update(campaign.campaign_id for campaign in recent)
        return None

    def _named(
        self, campaigns: list[Campaign], tenant_id: TenantId, contact_ids: tuple[ContactId, ...], wamid: str
    ) -> _Message | None:
        """The message that is known by this id. A lane noted it when it left, so nothing else has to be asked."""
        for campaign in campaigns:
            for contact_id in contact_ids:
                place = place_in(self._read_block, tenant_id, campaign, contact_id)
                if place is None:
                    continue
                status, notes = self._read(tenant_id, campaign, place)
                note = notes.get(place.slot)
                if note is not None and note.is_of(wamid):
                    return _Message(campaign, place, note.at, status)
        return None

    def _read(
        self, tenant_id: TenantId, campaign: Campaign, place: Place
    ) -> tuple[StatusBlock | None, dict[int, DispatchNote]]:
        """(what is stored of the person's block, what was noted of its messages, by slot)."""
        status = self._sends.status_block(tenant_id, campaign.campaign_id, place.block)
        return status, self._sends.notes.of_block(tenant_id, campaign.campaign_id, place.block, status, place.slot)

    def _note(self, tenant_id: TenantId, answered: _Message, now: EpochMs, *, bare: bool) -> None:
        """A tenant that asks what its people did is told first: of what is noted nobody is told again."""
        slot, status = answered.place.slot, answered.status
        if status is None or slot not in (status.reacted if bare else status.replied):
            change = StatusChange(reacted={slot}) if bare else StatusChange(replied={slot})
            block, campaign_id = answered.place.block, answered.campaign.campaign_id
            if not bare and self._recipients.asks(tenant_id, now):
                self._recipients.tell(tenant_id, campaign_id, [(block, change)], now, now)
            self._sends.record(tenant_id, campaign_id, block, change)
        count("CampaignReaction" if bare else "CampaignReply")

    def _answered(
        self,
        campaigns: list[Campaign],
        work: NumberWork,
        tenant_id: TenantId,
        contact_ids: tuple[ContactId, ...],
        answer: Answer,
    ) -> _Message | None:
        last: _Message | None = None
        for campaign in campaigns:
            if not answer.names and last is not None and _wrote_last(campaign, work) <= last.at:
                break  # neither this one nor those after it wrote to anybody later
            for contact_id in contact_ids:
                found = self._written(tenant_id, (campaign, work), contact_id)
                if found is None:
                    continue
                written, note = found
                named = note.is_of(answer.names) if answer.names and note is not None else None
                if named:
                    return written
                # Known to be another message than the one that is named, it is not the one that is answered.
                if named is None and (last.at if last else 0) < written.at <= answer.at:
                    last = written
        return last

    def _written(
        self, tenant_id: TenantId, standing: Standing, contact_id: ContactId
    ) -> tuple[_Message, DispatchNote | None] | None:
        """(what a campaign wrote to this contact, what was noted of it); None when it wrote nothing."""
        campaign, work = standing
        place = place_in(self._read_block, tenant_id, campaign, contact_id)
        if place is None:
            return None
        status, notes = self._read(tenant_id, campaign, place)
        if fate_at(place, status, lambda: standing).outcome not in WRITTEN_TO:
            return None
        return _Message(campaign, place, _left_at(campaign, place, notes, work), status), notes.get(place.slot)

    def _recent(
        self,
        tenant_id: TenantId,
        phone_number_id: PhoneNumberId,
        work: NumberWork,
        keep_ms: int,
        at: EpochMs,
        now: EpochMs,
    ) -> list[Campaign]:
        """Those that may be answered at `at`, the last to write to somebody first. What the number sends right now is
        looked up every time: answers come within seconds."""
        known_at, known = self._newest(tenant_id, keep_ms, now)
        of_number = [campaign for campaign in known.values() if campaign.phone_number_id == phone_number_id]
        changed = {campaign.campaign_id for campaign in of_number if _was_taken_off(campaign, work)}
        for run in work.runs:
            seen = known.get(run.campaign_id)
            if run.tenant_id == tenant_id and (seen is None or seen.state not in _BEGUN or not seen.sizes):
                changed.add(run.campaign_id)
        anew: dict[CampaignId, Campaign] = {}
        for campaign_id in changed:
            with suppress(NotFound):
                anew[campaign_id] = self._campaigns.get(tenant_id, campaign_id)
        if anew:
            # A new one: others of the batch may be looking through the one that there was.
            known = {**known, **anew}
            self._kept[tenant_id] = (known_at, known)
        recent = [
            campaign
            for campaign in known.values()
            if campaign.phone_number_id == phone_number_id
            and campaign.state in _BEGUN
            and campaign.sizes
            and _start(campaign) <= at < _wrote_last(campaign, work) + REPLY_MS
        ]
        return sorted(recent, key=lambda campaign: _wrote_last(campaign, work), reverse=True)

    def _newest(self, tenant_id: TenantId, keep_ms: int, now: EpochMs) -> tuple[EpochMs, Mapping[CampaignId, Campaign]]:
        """(when they were read, campaigns)."""
        kept = self._kept.get(tenant_id)
        if kept is None or now - kept[0] >= keep_ms:
            newest = self._campaigns.page(tenant_id, _NEWEST, None).items
            kept = self._kept[tenant_id] = (now, {c.campaign_id: c for c in newest})
        return kept


def _was_taken_off(campaign: Campaign, work: NumberWork) -> bool:
    """Whether a campaign may be off some of its lanes in `work`, while it is not known here that it is closed: what it
    has kept by now is needed, and not what it had when it was read."""
    on_lanes = (campaign.campaign_id in lane.cursors for lane in work.lanes.values() if lane.lane < campaign.lanes)
    return campaign.state in _BEGUN and bool(campaign.sizes) and not campaign.closed and sum(on_lanes) < campaign.lanes


def _start(campaign: Campaign) -> EpochMs:
    return campaign.started_at or campaign.frozen_at


def _latest(campaign: Campaign) -> EpochMs:
    """When it last began to write to people."""
    return max(_start(campaign), campaign.resumed_at or EpochMs(0))


def _wrote_last(campaign: Campaign, work: NumberWork) -> EpochMs:
    """When it last wrote to somebody, or a little later: its lanes' last claims are known until it is finished."""
    claims = (lane.claims.get(campaign.campaign_id) for lane in work.lanes.values())
    return max(_latest(campaign), campaign.finished_at or EpochMs(0), *(claim.at for claim in claims if claim))


def _left_at(campaign: Campaign, place: Place, notes: Mapping[int, DispatchNote], work: NumberWork) -> EpochMs:
    """When this person's message left, as it was noted; or as late as is certain where a lane died before it noted it:
    no earlier than its claim, than the others of its block, or than when the campaign began or was last resumed."""
    if place.slot in notes:
        return notes[place.slot].at
    shard, n = split_block_number(place.block)
    lane = lane_of(shard, campaign.lanes)
    position = Segment(campaign.sizes, lane, campaign.lanes).start_of(shard) + n * BLOCK_SIZE + place.slot
    claim = work.lanes[lane].claims.get(campaign.campaign_id) if lane in work.lanes else None
    if claim is not None and claim.start <= position < claim.stop:
        return claim.at
    resumed_from = dict(enumerate(campaign.resumed_from)).get(lane, 0)
    after_that = campaign.resumed_at is not None and position >= resumed_from
    began = _latest(campaign) if after_that else _start(campaign)
    return max(began, min((note.at for note in notes.values()), default=EpochMs(0)))
