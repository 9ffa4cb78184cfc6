"""Turns at the sweep: one message a campaign at a time, repeated when lost, and nobody waits longer than they must."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.campaign_dispatch import due_handler, sweep_handler
from functions.campaign_dispatch.sweep import turn
from functions.campaign_dispatch.sweep.logic.alarming import STUCK_MS
from functions.campaign_dispatch.sweep.turns import DueParts, give_turns
from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.sending_stop import SendingStop
from shared.errors import RetryableError
from shared.ids import CampaignId, TenantId, new_ulid
from shared.queue_messages import SweepCampaign
from shared.store.campaigns.campaigns import START_GRACE_MS, Campaigns, DueCampaign
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory, Due
from tests.support.engine import RecordingQueue, World
from tests.support.fake_aws import Context
from tests.support.faults import at_once

TURN_MS = 360_000


class Sweep:
    """Both functions over the real stores; the queue is looked into, and handed on when the test says so."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.now = world, EpochMs(epoch_ms() + START_GRACE_MS)
        self.queue = RecordingQueue()
        turns = world.deps.turns
        due = DueParts(world.deps.campaigns, turns, cast("Queue", self.queue), TURN_MS)
        monkeypatch.setattr(due_handler, "deps", lambda: due)
        monkeypatch.setattr(sweep_handler, "deps", world.deps.for_sweep)
        for handler in (due_handler, sweep_handler):
            monkeypatch.setattr(handler, "epoch_ms", lambda: self.now)

    def minute(self, campaign_id: CampaignId) -> list[SweepCampaign]:
        """The next run; what it queued of this campaign. The tables are shared with other tests."""
        self.now = EpochMs(self.now + 60_000)
        due_handler.lambda_handler({}, Context())
        sent = cast("list[SweepCampaign]", self.queue.take())
        return [message for message in sent if message.campaign_id == campaign_id]

    def take(self, message: SweepCampaign) -> dict[str, Any]:
        record = {"messageId": "m", "body": message.to_json(), "attributes": {"SentTimestamp": str(self.now - 5_000)}}
        return cast("dict[str, Any]", sweep_handler.lambda_handler({"Records": [record]}, Context()))


@pytest.fixture
def sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    return Sweep(world, monkeypatch)


@pytest.fixture
def campaign(world: World) -> CampaignId:
    world.add_contacts(3)
    return world.launch()


def test_a_campaign_whose_message_waits_is_not_queued_again_until_it_was_looked_at(
    sweep: Sweep, campaign: CampaignId
) -> None:
    (message,) = sweep.minute(campaign)
    assert sweep.minute(campaign) == []
    assert sweep.minute(campaign) == []
    assert sweep.take(message) == {"batchItemFailures": []}
    assert sweep.world.start_queue.messages, "the overdue campaign is started"
    (again,) = sweep.minute(campaign)
    assert again.turn != message.turn


def test_a_lost_message_is_repeated_and_of_two_for_one_turn_one_is_worked_on(
    sweep: Sweep, campaign: CampaignId
) -> None:
    (late,) = sweep.minute(campaign)
    sweep.now = EpochMs(sweep.now + TURN_MS - 60_000)
    (again,) = sweep.minute(campaign)
    assert again.turn == late.turn, "a queue that is behind holds messages that somebody still waits for"
    sweep.take(late)
    assert len(sweep.world.start_queue.take()) == 1
    sweep.take(again)
    assert sweep.world.start_queue.take() == [], "its turn is over"
    (following,) = sweep.minute(campaign)
    sweep.take(again)
    assert sweep.world.start_queue.take() == []
    assert sweep.minute(campaign) == [], "who comes too late does not end another's turn"
    sweep.take(following)
    assert len(sweep.world.start_queue.take()) == 1


def test_who_is_at_work_keeps_the_turn_although_it_waited_long(
    sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = sweep.minute(campaign)
    sweep.now = EpochMs(sweep.now + TURN_MS - 1)
    meanwhile: list[SweepCampaign] = []

    def work(*_: object) -> str:
        meanwhile.extend(sweep.minute(campaign))
        return "sending"

    monkeypatch.setattr(turn, "sweep_campaign", work)
    sweep.take(message)
    assert meanwhile == []
    assert len(sweep.minute(campaign)) == 1


def test_a_campaign_that_fails_is_counted_and_come_back_to_next_minute(
    sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("no")

    (message,) = sweep.minute(campaign)
    monkeypatch.setattr(turn, "sweep_campaign", fail)
    assert sweep.take(message) == {"batchItemFailures": []}
    assert '"SweepFailed":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert len(sweep.minute(campaign)) == 1


def test_books_that_do_not_balance_are_counted(
    sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(turn, "sweep_campaign", lambda *_: "unbalanced")
    sweep.take(sweep.minute(campaign)[0])
    assert '"BooksUnbalanced":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_campaign_that_nobody_starts_is_counted_until_operators_say_that_it_is_to_wait(
    sweep: Sweep, campaign: CampaignId, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    sweep.now = EpochMs(sweep.now - START_GRACE_MS + STUCK_MS)
    sweep.take(sweep.minute(campaign)[0])
    shown = capsys.readouterr().out.replace(" ", "")
    assert '"CampaignStuck":[1.0]' in shown
    noted = [vars(record) for record in caplog.records if record.message == "campaign needs somebody"]
    assert [(one["fact"], one["campaign_id"]) for one in noted] == [("CampaignStuck", campaign)]
    assert '"TurnLag":[5000.0]' in shown
    stops, tenant_id = sweep.world.deps.stops, sweep.world.tenant_id
    stops.stop(tenant_id, SendingStop("a drill", "somebody", EpochMs(1_000)))
    sweep.take(sweep.minute(campaign)[0])
    assert "CampaignStuck" not in capsys.readouterr().out


def test_what_the_queue_does_not_take_is_queued_next_minute(
    sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_messages: object) -> None:
        raise RetryableError("no")

    with monkeypatch.context() as down:
        down.setattr(sweep.queue, "send_all", refuse)
        assert sweep.minute(campaign) == []
    assert "SweepFailed" in capsys.readouterr().out
    assert len(sweep.minute(campaign)) == 1


def test_a_campaign_whose_turn_cannot_be_kept_holds_up_nobody(
    sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other, turns = sweep.world.launch(), sweep.world.deps.turns
    keep = turns.keep

    def failing(tenant_id: TenantId, campaign_id: CampaignId, turn: str, **times: EpochMs) -> str | None:
        if campaign_id == campaign:
            raise RetryableError("busy")
        return keep(tenant_id, campaign_id, turn, **times)

    with monkeypatch.context() as broken:
        broken.setattr(turns, "keep", failing)
        assert len(sweep.minute(other)) == 1
    assert '"SweepFailed":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert len(sweep.minute(campaign)) == 1


def test_messages_carry_whose_they_are(sweep: Sweep, campaign: CampaignId, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Outgoing] = []
    monkeypatch.setattr(sweep.queue, "send_all", lambda messages: sent.extend(messages))
    sweep.minute(campaign)
    assert sent
    assert all(one.group == cast("SweepCampaign", one.message).tenant_id for one in sent)


def test_a_run_that_ends_early_is_counted_and_gone_on_with(
    sweep: Sweep, campaign: CampaignId, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep.now = EpochMs(sweep.now + 60_000)
    due_handler.lambda_handler({}, Context(time_left_ms=9_000))
    assert '"SweepUnfinished":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert len(sweep.minute(campaign)) == 1


def test_of_many_runs_at_the_same_moment_one_keeps_the_turn(database: Database, tenant: TenantId) -> None:
    turns, campaign_id = SweepTurns(database), CampaignId(new_ulid())

    def keep(i: int) -> str | None:
        return turns.keep(tenant, campaign_id, f"turn{i}", now=EpochMs(1_000), until=EpochMs(2_000))

    kept = [turn for turn in at_once(8, keep) if turn is not None]
    assert len(kept) == 1
    again = [
        turn
        for turn in at_once(
            8, lambda i: turns.keep(tenant, campaign_id, f"later{i}", now=EpochMs(2_000), until=EpochMs(3_000))
        )
        if turn is not None
    ]
    assert again == kept


class Crowd:
    """Documents that are due, of many tenants, and runs that queue so many of them; everything queued is looked at."""

    def __init__(self, database: Database) -> None:
        self.kind = f"CROWD{new_ulid()}"
        self.directory, self.turns = Directory(database), SweepTurns(database, f"PLACE{new_ulid()}")
        self.queue = RecordingQueue()
        self.parts = DueParts(cast("Campaigns", None), self.turns, cast("Queue", self.queue), TURN_MS)
        self.present: dict[str, TenantId] = {}
        self.waiting: dict[str, int] = {}
        """How many runs passed without a turn."""
        self.met: dict[str, set[str]] = {}
        """Everybody who was there while one waited."""
        self.run = 0

    def add(self, tenant: int, order: int) -> None:
        tenant_id, key = TenantId(f"{self.kind}{tenant}"), f"CMP#{new_ulid()}"
        self.directory.create(tenant_id, key, "", due=Due(self.kind, EpochMs(order)))
        self.present[key], self.waiting[key], self.met[key] = tenant_id, 0, set()

    def remove(self, index: int) -> None:
        if self.present:
            key = sorted(self.present)[index % len(self.present)]
            self.directory.delete(self.present.pop(key), key)

    def turn(self, capacity: int) -> None:
        self.run += 1
        now = EpochMs(1_000_000 * self.run)
        left = iter(range(capacity))
        give_turns(self.parts, partial(self.due, now), now, lambda: next(left, None) is not None, at_once=1)
        served = [cast("SweepCampaign", message) for message in self.queue.take()]
        assert len({one.campaign_id for one in served}) == len(served) == min(capacity, len(self.present))
        for key in self.present:
            self.waiting[key] += 1
            self.met[key] |= set(self.present)
        for one in served:
            assert self.turns.begin(one.tenant_id, one.campaign_id, one.turn, EpochMs(now + TURN_MS))
            self.turns.end(one.tenant_id, one.campaign_id, one.turn)
            self.check(one.campaign_id, capacity)
            self.waiting[one.campaign_id], self.met[one.campaign_id] = 0, set()
        for key in self.present:
            if self.waiting[key]:
                self.check(key, capacity)

    def due(self, now: EpochMs, behind: str) -> Iterator[DueCampaign]:
        for one in self.directory.due(self.kind, now, behind):
            yield DueCampaign(one.tenant_id, CampaignId(one.key), one.place)

    def check(self, key: str, capacity: int) -> None:
        assert self.waiting[key] <= math.ceil(len(self.met[key]) / capacity) + 1


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 3), st.integers(1, 50)),
        st.tuples(st.just("remove"), st.integers(0, 50), st.just(0)),
    ),
    max_size=3,
)


@settings(max_examples=12)
@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(1, 5), CHANGES), min_size=4, max_size=14),
)
def test_nobody_waits_longer_than_as_many_runs_as_all_of_them_take_and_one(
    database: Database, first: int, runs: list[tuple[int, list[tuple[str, int, int]]]]
) -> None:
    """However many there are, come and go; of those who come and go, too, nobody is looked at twice before another."""
    capacity = runs[0][0]
    crowd = Crowd(database)
    for i in range(first):
        crowd.add(i % 2, i)
    for _, changes in runs:
        crowd.turn(capacity)
        for change, a, b in changes:
            if change == "add":
                crowd.add(a, b)
            else:
                crowd.remove(a)


def test_two_hundred_and_forty_campaigns_twenty_a_run_wait_for_twelve_runs(database: Database) -> None:
    crowd = Crowd(database)
    for i in range(240):
        crowd.add(i % 7, i)
    longest = 0
    for _ in range(25):
        longest = max(longest, *(runs + 1 for runs in crowd.waiting.values()))
        crowd.turn(20)
    assert longest == 12
