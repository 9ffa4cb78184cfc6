"""Short ways to make what the dispatch logic works on."""

from collections.abc import Mapping

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.number_work import Claim, LaneState, NumberWork, RetryBatch, Run
from shared.domain.contacts.identity import SHARDS
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId


def run(
    campaign_id: CampaignId = CampaignId("c1"),
    size: int = 100,
    *,
    state: str = "running",
    lanes: int = 1,
    weight: int = 1,
    sizes: tuple[int, ...] | None = None,
) -> Run:
    """A campaign whose recipients are all in shard 0, unless `sizes` says otherwise."""
    spread = sizes if sizes is not None else (size,) + (0,) * (SHARDS - 1)
    return Run(
        PhoneNumberId("pn"),
        TenantId("t"),
        campaign_id,
        state,
        spread,
        lanes,
        EpochMs(0),
        "MARKETING",
        "{}",
        weight=weight,
    )


def lane(
    cursors: Mapping[CampaignId, int], index: int = 0, claims: Mapping[CampaignId, Claim] | None = None
) -> LaneState:
    return LaneState(index, 1, EpochMs(0), cursors, claims or {})


def batch(
    count: int,
    *,
    campaign_id: CampaignId = CampaignId("c1"),
    due: EpochMs = EpochMs(0),
    index: int = 0,
    key: str = "",
    attempt: int = 2,
) -> RetryBatch:
    entries = tuple((0, slot, attempt) for slot in range(count))
    return RetryBatch(key or f"Q#{index}#{due:013d}#{campaign_id}{count}", campaign_id, index, due, entries)


def work(runs: list[Run], state: LaneState | None = None, retries: list[RetryBatch] | None = None) -> NumberWork:
    return NumberWork(tuple(runs), {state.lane: state} if state else {}, tuple(retries or []))


def recipient(name: ContactId = ContactId("ana")) -> Recipient:
    return Recipient(name, "+5511987654321", ())
