"""Whom a campaign decides not to write to, and why, is told to whoever asks for its people by name."""

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, cast

import pytest

from functions.campaign_dispatch.load import shard as load
from functions.campaign_dispatch.load.parts import LoadParts
from functions.campaign_dispatch.load.shard import load_shard
from shared.clients.queue import Outgoing, Queue
from shared.clock import epoch_ms
from shared.domain.webhooks.recipient_outcomes import MOST_PEOPLE
from shared.errors import RetryableError
from shared.ids import CampaignId
from shared.services.recipient_events import RecipientEvents
from shared.store.engine.database import Database
from tests.integration.campaign_dispatch.test_load import add, begin, load_all, load_one, person, task
from tests.support.engine import RecordingQueue, World
from tests.support.faults import Crash, crash_at_write
from tests.support.journals import ask_for_recipients, entries_of, recipients_told


def told(queue: RecordingQueue, campaign_id: CampaignId) -> Counter[tuple[str, str, str]]:
    """How many different events tell of each (contact, outcome, code)."""
    events = {event.event_id: event for event in recipients_told(queue) if event.data["campaign_id"] == campaign_id}
    assert all(len(entries_of(event)) <= MOST_PEOPLE for event in events.values())
    entries = [entry for event in events.values() for entry in entries_of(event)]
    return Counter((one["contact_id"], one["outcome"], one["code"]) for one in entries)


def held_back(people: Iterable[int]) -> Counter[tuple[str, str, str]]:
    return Counter((person(i), "skipped", "opted_out") for i in people)


def test_who_is_told_of_the_skipped_has_as_many_as_the_books_have(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MAX_SKIPPED", 4)
    add(world, range(20))
    for i in (*range(5), 15):
        world.opt_out(person(i))
    world.deps.contacts.upsert(
        world.tenant_id, person(7), {"name": "Ana", "region": "BR"}, {}, frozenset({"all"}), epoch_ms()
    )
    ask_for_recipients(database, world.tenant_id)
    campaign_id = begin(world)
    load_all(world, campaign_id)
    found = told(world.webhook_queue, campaign_id)
    assert set(found.values()) == {1}
    by_code = Counter(code for _, outcome, code in found if outcome == "skipped")
    assert by_code == world.campaign(campaign_id).skipped
    assert sum(by_code.values()) + world.campaign(campaign_id).recipients == 20


@pytest.mark.parametrize("events", [("*",), ("campaign.completed",), ()])
def test_who_does_not_ask_for_people_by_name_is_not_told(
    world: World, database: Database, events: tuple[str, ...]
) -> None:
    add(world, range(3))
    world.opt_out(person(1))
    if events:
        ask_for_recipients(database, world.tenant_id, *events)
    campaign_id = begin(world)
    load_all(world, campaign_id)
    assert world.campaign(campaign_id).skipped == {"opted_out": 1}
    assert world.webhook_queue.messages == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_load_that_dies_anywhere_has_told_of_everybody_when_it_is_done(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, when: Literal["before", "after"]
) -> None:
    monkeypatch.setattr(load, "MAX_SKIPPED", 3)
    add(world, range(10))
    for i in range(8):
        world.opt_out(person(i))
    ask_for_recipients(database, world.tenant_id)
    crashes, k = 0, 1
    while crashes == k - 1:
        campaign_id = begin(world)
        with crash_at_write(database, k, when) as crashed, contextlib.suppress(Crash):
            load_one(world, campaign_id)
        crashes += crashed()
        load_one(world, campaign_id)
        assert told(world.webhook_queue, campaign_id) == held_back(range(8))
        k += 1
    assert crashes >= 3


class Refusing(RecordingQueue):
    """Takes nothing the n-th time that it is sent something."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.left = n

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        self.left -= 1
        if not self.left:
            raise RetryableError("the queue did not take every message")
        super().send_all(messages)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_queue_that_takes_nothing_has_the_load_come_again_and_nobody_untold(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    monkeypatch.setattr(load, "MAX_SKIPPED", 3)
    add(world, range(10))
    for i in range(8):
        world.opt_out(person(i))
    ask_for_recipients(database, world.tenant_id)
    campaign_id, queue = begin(world), Refusing(n)
    parts: LoadParts = replace(world.deps.for_load(), people=_people(world, queue))
    with pytest.raises(RetryableError):
        load_shard(parts, task(world, campaign_id), epoch_ms(), lambda: False)
    assert load_shard(parts, task(world, campaign_id), epoch_ms(), lambda: False) == "loaded"
    assert told(queue, campaign_id) == held_back(range(8))


def _people(world: World, queue: RecordingQueue) -> RecipientEvents:
    return RecipientEvents(world.deps.people._endpoints, world.deps.sends, cast("Queue", queue))
