"""Dry runs and recipients: what the stored parts add up to."""

import pytest

from functions.api.campaigns.recipients import Recipients
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.fate import Fate, fates
from shared.domain.campaigns.load_record import Record, SealedBlock
from shared.domain.campaigns.number_work import Run
from shared.errors import InvalidInput
from shared.ids import ContactId, PhoneNumberId, TenantId, new_ulid
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.sends import Sends
from shared.store.engine.database import Database
from tests.support.campaigns import a_campaign
from tests.support.exact_books import exact_books


def people(count: int, prefix: str = "0") -> list[Recipient]:
    return [Recipient(ContactId(f"{prefix}{i:031x}"), "+1", ()) for i in range(count)]


def test_everybody_of_a_block_has_one_outcome() -> None:
    status = StatusBlock(
        size=9,
        sent=frozenset({0, 1, 2}),
        delivered=frozenset({1, 2}),
        read=frozenset({2}),
        unconfirmed=frozenset({3}),
        failed={4: "131026", 5: "skip:opted_out"},
    )
    block = Record(0, 0, people(9), [("0" * 31, "us_marketing")])
    found = fates([block], status, 8, frozenset({6}), cancelled=False)
    assert [(fate.outcome, fate.code) for fate in found] == [
        ("skipped", "us_marketing"),
        ("sent", ""),
        ("delivered", ""),
        ("read", ""),
        ("unknown", ""),
        ("failed", "131026"),
        ("skipped", "opted_out"),
        ("waiting", ""),
        ("unknown", ""),
        ("waiting", ""),
    ]
    none = fates([Record(0, 0, people(2), [])], None, 1, frozenset(), cancelled=True)
    assert [fate.outcome for fate in none] == ["unknown", "cancelled"]


def test_who_was_met_before_a_spill_stands_among_those_held_back_then() -> None:
    crowd = people(5)
    held = [(f"{i.contact_id[:-1]}{i.contact_id[-1]}a", "opted_out") for i in crowd]
    records = [Record(3, 1, crowd[:2], held[:2]), Record(3, 2, crowd[:2], []), Record(3, 3, crowd[:4], held[2:4])]
    status = StatusBlock(size=5, sent=frozenset({0, 3}), failed={1: "131026", 4: "131049"})
    found = list(fates([*records, Record(3, 0, crowd, held[4:])], status, 5, frozenset(), cancelled=False))
    assert [fate.contact_id for fate in found] == sorted([*(p.contact_id for p in crowd), *(i for i, _ in held)])
    assert [fate.outcome for fate in found if fate.to] == ["sent", "failed", "unknown", "sent", "failed"]


@pytest.fixture
def stored(database: Database) -> tuple[Sends, Lanes, TenantId, Campaign]:
    """A campaign of 200 in two shards, in five blocks; the first 100 are claimed, 90 sent, 5 failed."""
    sends, lanes, tenant = Sends(database), Lanes(database), TenantId(new_ulid())
    sizes = (150, 0, 50, *([0] * 13))
    campaign = a_campaign(
        phone_number_id=PhoneNumberId(f"8{new_ulid()}"),
        category="UTILITY",
        state=State.SENDING,
        sizes=sizes,
        skipped={"opted_out": 1, "us_marketing": 1},
    )
    for shard, prefix, total in ((0, "0", 150), (2, "2", 50)):
        crowd = people(total, prefix)
        if shard == 0:
            early = SealedBlock(-1, 1, 0, {"opted_out": 1}, "0", end=False)
            sends.seal_block(tenant, campaign.campaign_id, 0, early, [], [("e" * 32, "opted_out")], EpochMs(1))
        for n in range(-(-total // 80)):
            block = crowd[n * 80 : n * 80 + 80]
            held = [("f" * 32, "us_marketing")] if (shard, n) == (0, 1) else []
            done = SealedBlock(n, 0, n * 80 + len(block), {}, block[-1].contact_id, end=(n + 1) * 80 >= total)
            sends.seal_block(tenant, campaign.campaign_id, shard, done, block, held, EpochMs(1))
    sends.record(
        tenant, campaign.campaign_id, 0, StatusChange(sent=set(range(75)), failed=dict.fromkeys(range(75, 80), "1"))
    )
    sends.record(tenant, campaign.campaign_id, 1, StatusChange(sent=set(range(15))))
    lanes.runs.open(
        Run(campaign.phone_number_id, tenant, campaign.campaign_id, "running", sizes, 1, EpochMs(1), "UTILITY", "{}")
    )
    state = lanes.acquire(campaign.phone_number_id, 0, "o", "", EpochMs(1), EpochMs(9))
    assert state is not None
    lanes.claim(
        campaign.phone_number_id, 0, state.fence, {campaign.campaign_id: (0, 100)}, "tok", EpochMs(2), EpochMs(9), 0
    )
    return sends, lanes, tenant, campaign


def shown(sends: Sends, lanes: Lanes) -> Recipients:
    return Recipients(sends, lambda _, campaign: (campaign, lanes.work(campaign.phone_number_id)))


def everybody(stored: tuple[Sends, Lanes, TenantId, Campaign], outcome: str | None, limit: int) -> list[Fate]:
    sends, lanes, tenant, campaign = stored
    found: list[Fate] = []
    cursor: str | None = None
    while True:
        page = shown(sends, lanes).page(tenant, campaign, outcome, limit, cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 80, 81, 500])
def test_pages_show_everybody_once_as_the_books_count_them(
    stored: tuple[Sends, Lanes, TenantId, Campaign], limit: int
) -> None:
    sends, lanes, tenant, campaign = stored
    found = everybody(stored, None, limit)
    assert len(found) == 202 == campaign.planned
    books = exact_books(sends, lanes, tenant, campaign)
    assert books.balanced
    counted = {name: sum(fate.outcome == name for fate in found) for name in ("sent", "failed", "skipped", "waiting")}
    assert counted == {"sent": 90, "failed": 5, "skipped": 2, "waiting": 100}
    assert (books.sent, books.failed, books.skipped, books.waiting) == (90, 5, 2, 100)
    assert sum(fate.outcome == "unknown" for fate in found) == books.unknown == 5


def test_one_outcome_can_be_asked_for(stored: tuple[Sends, Lanes, TenantId, Campaign]) -> None:
    assert {(fate.outcome, fate.code) for fate in everybody(stored, "failed", 2)} == {("failed", "1")}
    assert len(everybody(stored, "failed", 2)) == 5


def test_a_cursor_of_somebody_else_s_making_is_refused(stored: tuple[Sends, Lanes, TenantId, Campaign]) -> None:
    sends, lanes, tenant, campaign = stored
    for cursor in ("zz", "eyJzIjoiMSJ9", "eyJzaGFyZCI6Ijk5IiwibiI6IjAiLCJhdCI6IjAifQ"):
        with pytest.raises(InvalidInput):
            shown(sends, lanes).page(tenant, campaign, None, 5, cursor)
