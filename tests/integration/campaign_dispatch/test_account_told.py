"""Who asks for a campaign's people by name is told of each of them: what is told adds up to the books."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from functions.campaign_dispatch.load.account import account_for_people
from functions.campaign_dispatch.load_handler import read_work
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.books import Books
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.webhooks.tenant_event import TenantEvent
from shared.ids import CampaignId
from shared.queue_messages import AccountForPeople, LoadShard
from shared.store.engine.database import Database
from tests.integration.campaign_dispatch.test_sweep import GRACE_MS, LEASE_MS, blocks, change, hold_lane
from tests.support.engine import FakeMeta, World
from tests.support.journals import (
    ask_for_recipients,
    consumers,
    entries_of,
    recipient_events,
    recipients_told,
    status_message,
)

REFUSED, LOST = Outcome(Kind.REFUSED, "131026"), Outcome(Kind.UNKNOWN, "no_answer")
ARRIVED = {"delivered": 1, "read": 2}


def answer(to: str, _n: int) -> Outcome | None:
    return {"7": REFUSED, "3": LOST}.get(to[-1])


def account(world: World, *, cut: bool = False) -> list[str]:
    """What the load's workers do with the accounts that are queued; `cut` short after each block."""
    done: list[str] = []
    while tasks := [task for task in world.load_queue.take() if isinstance(task, AccountForPeople)]:
        done += [account_for_people(world.deps.for_load(), task, epoch_ms(), lambda: cut) for task in tasks]
    return done


def last_words(events: Iterable[TenantEvent]) -> dict[str, tuple[str, str]]:
    """Contact → (outcome, code) as one who listens keeps it: read, else delivered, else what came last."""
    kept: dict[str, tuple[str, str]] = {}
    for event in events:
        for one in entries_of(event):
            before = kept.get(one["contact_id"], ("", ""))[0]
            if ARRIVED.get(one["outcome"], 0) >= ARRIVED.get(before, 0):
                kept[one["contact_id"]] = one["outcome"], one.get("code", "")
    return kept


def lines(books: Books) -> Counter[str]:
    return +Counter(
        {
            "read": books.read,
            "delivered": books.delivered - books.read,
            "sent": books.sent - books.delivered,
            "failed": books.failed,
            "skipped": books.skipped,
            "cancelled": books.cancelled,
            "unknown": books.unknown,
        }
    )


def adds_up(world: World, campaign_id: CampaignId) -> bool:
    kept, books = last_words(recipients_told(world.webhook_queue)), world.books(campaign_id)
    assert len(kept) == books.planned
    assert Counter(outcome for outcome, _ in kept.values()) == lines(books)
    assert Counter(code for outcome, code in kept.values() if outcome == "skipped") == books.skipped_by
    assert Counter(code for outcome, code in kept.values() if outcome == "failed") == books.failed_by
    return True


def told_by_meta(world: World, database: Database, campaign_id: CampaignId, statuses: tuple[str, ...]) -> None:
    """One status of the first of each block."""
    told = [(said, block, 0) for said, block in zip(statuses, blocks(world, campaign_id), strict=False)]
    parts = replace(consumers(database), recipients=recipient_events(database, world.webhook_queue)).for_statuses()
    message = status_message(world.tenant_id, world.phone_number_id, campaign_id, told)
    records = [{"messageId": "1", "body": message.to_json()}]
    assert record_statuses(parts, records, epoch_ms(), lambda: 60_000) == set()


@pytest.mark.parametrize("cut", [False, True])
def test_everybody_of_a_completed_campaign_is_accounted_for(world: World, database: Database, *, cut: bool) -> None:
    ask_for_recipients(database, world.tenant_id)
    people = world.add_contacts(60)
    for contact_id in people[:4]:
        world.opt_out(contact_id)
    campaign_id = world.send_to_everybody()
    for contact_id in people[8:10]:
        world.opt_out(contact_id)
    world.run_lane(FakeMeta(answer))
    now = epoch_ms()
    told_by_meta(world, database, campaign_id, ("delivered", "read", "failed:131047"))
    assert world.sweep(campaign_id, EpochMs(now + GRACE_MS + 10_000)) == "closed"
    assert world.webhook_queue.messages
    done = account(world, cut=cut)
    assert done[-1] == "accounted for"
    assert ("continued" in done) is cut
    assert adds_up(world, campaign_id)
    assert set(lines(world.books(campaign_id))) >= {"sent", "failed", "skipped", "unknown"}


def test_everybody_of_a_cancelled_campaign_is_accounted_for(world: World, database: Database) -> None:
    ask_for_recipients(database, world.tenant_id)
    world.add_contacts(40)
    campaign_id = world.send_to_everybody()
    hold_lane(world, (campaign_id, 0, 4))
    change(world, campaign_id, "cancel")
    world.sweep(campaign_id, epoch_ms())
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + LEASE_MS + 50_000)) == "closed"
    assert account(world) == ["accounted for"]
    assert adds_up(world, campaign_id)
    assert lines(world.books(campaign_id)) == {"cancelled": 36, "unknown": 4}


def test_an_account_that_comes_twice_is_the_same_events(world: World, database: Database) -> None:
    ask_for_recipients(database, world.tenant_id)
    world.add_contacts(10)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta(answer))
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + GRACE_MS + 10_000)) == "closed"
    (task,) = (task for task in world.load_queue.messages if isinstance(task, AccountForPeople))
    account_for_people(world.deps.for_load(), task, epoch_ms(), lambda: False)
    account_for_people(world.deps.for_load(), task, epoch_ms(), lambda: False)
    first, second = recipients_told(world.webhook_queue)
    assert first.event_id == second.event_id


def test_who_does_not_ask_is_told_nothing_and_nobody_is_read(world: World) -> None:
    world.add_contacts(3)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta(answer))
    assert world.sweep(campaign_id, EpochMs(epoch_ms() + GRACE_MS + 10_000)) == "closed"
    assert account(world) == ["nobody asks"]
    assert world.webhook_queue.messages == []


def test_an_account_is_told_from_a_shard(world: World) -> None:
    for task in (
        AccountForPeople(world.tenant_id, CampaignId("c"), 3, 7),
        LoadShard(world.tenant_id, CampaignId("c"), 3),
        LoadShard(world.tenant_id, CampaignId("c"), 3, "run"),
    ):
        assert read_work(task.to_json()) == task
