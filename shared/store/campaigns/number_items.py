"""What a phone number has to do: the campaigns on it, where its lanes stand, and who waits for another try."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import Claim, LaneState, NumberWork, RetryBatch, Run
from shared.ids import CampaignId, PhoneNumberId, TenantId
from shared.store.engine.codec import Item, moment, number, text
from shared.store.engine.paging import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def number_key(phone_number_id: PhoneNumberId, sk: str) -> Item:
    return {"pk": f"PN#{phone_number_id}", "sk": sk}


def read_work(client: "DynamoDBClient", table: str, phone_number_id: PhoneNumberId) -> NumberWork:
    """All of it, consistent."""
    found = query_all(client, table, "pk = :pk", {":pk": f"PN#{phone_number_id}"}, consistent=True)
    return work_of(phone_number_id, found)


def work_of(phone_number_id: PhoneNumberId, items: Iterable[Item]) -> NumberWork:
    """From the items of a number's partition."""
    runs: list[Run] = []
    lanes: dict[int, LaneState] = {}
    retries: list[RetryBatch] = []
    for item in items:
        kind = text(item, "sk").partition("#")[0]
        if kind == "RUN":
            runs.append(_run_of(phone_number_id, item))
        elif kind == "LANE":
            lane = lane_state_of(item)
            lanes[lane.lane] = lane
        elif kind == "Q":
            retries.append(_retry_of(item))
    return NumberWork(tuple(runs), lanes, tuple(retries))


def _run_of(phone_number_id: PhoneNumberId, item: Item) -> Run:
    return Run(
        phone_number_id=phone_number_id,
        tenant_id=TenantId(text(item, "t")),
        campaign_id=CampaignId(text(item, "sk").removeprefix("RUN#")),
        state=text(item, "state"),
        sizes=tuple(cast("list[int]", item["sizes"])),
        lanes=number(item, "lanes", 1),
        frozen_at=moment(item, "frozen"),
        category=text(item, "category"),
        plan=text(item, "plan"),
        reason=text(item, "reason"),
        weight=number(item, "weight", 1),
    )


def lane_state_of(item: Item) -> LaneState:
    claims = cast("dict[CampaignId, list[int]]", item.get("clm") or {})
    return LaneState(
        lane=int(text(item, "sk").removeprefix("LANE#")),
        fence=number(item, "fence"),
        expires_at=moment(item, "exp"),
        cursors=cast("dict[CampaignId, int]", item.get("cur") or {}),
        claims={campaign: Claim(start, stop, EpochMs(at)) for campaign, (start, stop, at) in claims.items()},
        rate=number(item, "rate"),
        claimed_at=moment(item, "at"),
    )


def _retry_of(item: Item) -> RetryBatch:
    key = text(item, "sk")
    return RetryBatch(
        key=key,
        campaign_id=CampaignId(text(item, "c")),
        lane=int(key.split("#")[1]),
        due=moment(item, "due"),
        entries=tuple((e[0], e[1], e[2]) for e in cast("list[list[int]]", item["e"])),
    )
