"""The lane over a real DynamoDB: nobody twice, everybody accounted for, nobody who said no."""

import asyncio

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.contacts.consent_record import ConsentChange
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId
from tests.support.engine import FakeMeta, World, open_test_database


@pytest.fixture
def world(dynoxide: str) -> World:
    return World(open_test_database(dynoxide))


def test_everybody_in_the_audience_is_sent_to_once(world: World) -> None:
    world.add_contacts(200)
    campaign = world.send_to_everybody()
    meta = FakeMeta()
    end = world.run_lane(meta)
    assert end is not None
    assert end.sent == 200
    assert not end.more
    books = world.books(campaign)
    assert (books.planned, books.sent, books.waiting, books.unknown) == (200, 200, 0, 0)
    assert len(meta.accepted) == 200
    assert not meta.twice


def test_a_slice_hands_over_and_the_next_goes_on_where_it_stopped(world: World) -> None:
    world.add_contacts(150)
    campaign = world.send_to_everybody()
    meta = FakeMeta()
    for _ in range(100):
        # One that comes to nothing, where the machine is slow, is handed over as well.
        first = world.run_lane(meta, rate=20.0, seconds=5.0)
        assert first is not None
        assert first.more
        if first.sent:
            break
    assert first is not None
    assert 0 < first.sent < 150
    assert world.books(campaign).waiting > 0
    second = world.run_lane(meta)
    assert second is not None
    assert world.books(campaign).sent == 150
    assert not meta.twice


def test_a_second_worker_of_a_held_lane_sends_nothing(world: World) -> None:
    world.add_contacts(60)
    campaign = world.send_to_everybody()
    meta = FakeMeta()

    async def both() -> tuple[object, object]:
        first = world.lane(meta, rate=100.0)
        return await asyncio.gather(first.run(), asyncio.to_thread(world.run_lane, meta))

    ends = asyncio.run(both())
    assert ends.count(None) == 1
    assert world.books(campaign).sent == 60
    assert not meta.twice


def test_who_says_stop_before_their_turn_is_not_written_to(world: World) -> None:
    people = world.add_contacts(120)
    campaign = world.send_to_everybody()
    for contact_id in people[:40]:
        world.opt_out(ContactId(contact_id))
    meta = FakeMeta()
    world.run_lane(meta)
    books = world.books(campaign)
    assert books.skipped_by == {"opted_out": 40}
    assert books.sent == 80
    assert len(meta.requests) == 80


def test_who_opted_out_before_the_load_is_in_the_books_with_the_reason(world: World) -> None:
    people = world.add_contacts(30)
    world.opt_out(ContactId(people[3]))
    campaign = world.send_to_everybody()
    world.run_lane(FakeMeta())
    books = world.books(campaign)
    assert (books.planned, books.sent, dict(books.skipped_by)) == (30, 29, {"opted_out": 1})


def test_what_meta_refuses_for_now_is_sent_later_and_once(world: World) -> None:
    world.add_contacts(50)
    campaign = world.send_to_everybody()
    refused: set[str] = set()

    def throttle(to: str, _n: int) -> Outcome | None:
        if to.endswith("7") and to not in refused:
            refused.add(to)
            return Outcome(Kind.THROTTLED, "130429", Action.SLOW_DOWN)
        return None

    meta = FakeMeta(throttle)
    world.run_lane(meta)
    assert refused
    assert world.books(campaign).sent == 50
    assert not meta.twice


def test_an_unanswered_send_is_unknown_and_never_repeated(world: World) -> None:
    world.add_contacts(40)
    campaign = world.send_to_everybody()
    meta = FakeMeta(lambda to, _n: Outcome(Kind.UNKNOWN, "no_answer") if to.endswith("3") else None)
    world.run_lane(meta)
    world.run_lane(meta)
    books = world.books(campaign)
    assert books.unknown == 4
    assert books.sent == 36
    assert not meta.twice


def test_a_template_that_meta_paused_pauses_the_campaign_and_nobody_loses_their_place(world: World) -> None:
    world.add_contacts(50)
    campaign = world.send_to_everybody()
    meta = FakeMeta(lambda _to, _n: Outcome(Kind.THROTTLED, "132015", Action.PAUSE_CAMPAIGN))
    world.run_lane(meta, rate=20.0)
    stopped = world.campaign(campaign)
    assert stopped.state is State.PAUSED
    assert stopped.reason == "meta_132015"
    books = world.books(campaign)
    assert (books.sent, books.failed, books.waiting) == (0, 0, 50)
    assert len(meta.requests) < 50


class Killed(BaseException):
    """Nothing catches it and, once it came, nothing works any more: as when the process is gone."""


@pytest.mark.parametrize(("call", "applied"), [(1, True), (2, True), (4, False), (5, False), (5, True), (9, True)])
def test_a_worker_killed_at_a_database_call_costs_at_most_its_window(world: World, call: int, applied: bool) -> None:
    world.add_contacts(100)
    campaign = world.send_to_everybody()
    meta = FakeMeta()
    calls = 0

    async def dying(action, /):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls > call or (calls == call and not applied):
            raise Killed
        result = await asyncio.to_thread(action)
        if calls == call:
            raise Killed
        return result

    lane = world.lane(meta, rate=40.0)
    lane.blocking = dying
    with pytest.raises(Killed):
        asyncio.run(lane.run())
    assert world.books(campaign).unknown <= 2 * 40
    expire_lease(world)
    world.run_lane(meta)
    books = world.books(campaign)
    assert books.balanced
    assert books.waiting == 0
    assert books.sent + books.unknown == 100
    assert not meta.twice


def expire_lease(world: World) -> None:
    client = world.deps.lanes._client
    client.update_item(
        TableName="SendsTable",
        Key={"pk": {"S": f"PN#{world.phone_number_id}"}, "sk": {"S": "LANE#0"}},
        UpdateExpression="SET #exp = :zero",
        ExpressionAttributeNames={"#exp": "exp"},
        ExpressionAttributeValues={":zero": {"N": "0"}},
    )


def test_the_sweep_closes_a_finished_campaign_and_its_books_stay_right(world: World) -> None:
    world.add_contacts(90)
    campaign = world.send_to_everybody()
    world.run_lane(FakeMeta())
    assert world.sweep(campaign, epoch_ms()) == "closed"
    done = world.campaign(campaign)
    assert done.state is State.COMPLETED
    assert not world.deps.lanes.work(world.phone_number_id).runs
    books = world.books(campaign)
    assert (books.planned, books.sent, books.unknown) == (90, 90, 0)


def test_a_campaign_that_keeps_failing_for_one_reason_stops_itself(world: World) -> None:
    world.add_contacts(260)
    campaign = world.send_to_everybody()
    meta = FakeMeta(lambda _to, n: Outcome(Kind.REFUSED, "131026") if n % 5 else None)
    world.run_lane(meta, rate=100.0)
    stopped = world.campaign(campaign)
    assert stopped.state is State.PAUSED
    assert stopped.reason == "meta_131026"
    books = world.books(campaign)
    assert books.balanced
    assert books.waiting > 0
    assert sum(world.deps.sends.rates.curve(world.tenant_id, campaign).values()) == books.sent


def test_the_lanes_of_a_fast_number_share_a_campaign_without_overlap(dynoxide: str) -> None:
    world = World(open_test_database(dynoxide), throughput=1000)
    world.add_contacts(200)
    campaign = world.send_to_everybody()
    meta = FakeMeta()

    async def all_lanes() -> None:
        await asyncio.gather(*(world.lane(meta, index=i).run() for i in range(4)))

    assert world.campaign(campaign).lanes == 4
    asyncio.run(all_lanes())
    assert world.books(campaign).sent == 200
    assert not meta.twice


def test_campaigns_on_one_number_share_it(world: World) -> None:
    world.add_contacts(60, tag="a")
    world.add_contacts(60, tag="b", first=1000)
    first, second = world.send_to_everybody("a"), world.send_to_everybody("b")
    meta = FakeMeta()
    world.run_lane(meta, rate=60.0)
    order = [callback.split("|")[2] for _, _, callback in meta.requests]
    assert {order[:40].count(first), order[:40].count(second)} != {0, 40}
    assert world.books(CampaignId(first)).sent == world.books(CampaignId(second)).sent == 60


def test_books_that_do_not_balance_become_an_incident(world: World) -> None:
    world.add_contacts(20)
    campaign = world.send_to_everybody()
    lost = next(shard for shard, size in enumerate(world.campaign(campaign).sizes) if size)
    world.deps.sends._client.delete_item(
        TableName="SendsTable",
        Key={"pk": {"S": f"T#{world.tenant_id}#C#{campaign}#{lost:x}"}, "sk": {"S": "S#0000"}},
    )
    assert world.sweep(campaign, epoch_ms()) == "unbalanced"
    (incident,) = world.deps.campaigns.incidents(world.tenant_id)
    assert incident.figures["planned"] == 20
    assert incident.figures["waiting"] < 20


def test_however_many_campaigns_a_number_has_one_look_a_tick_tells_who_said_no(world: World) -> None:
    """Those that stand still are not looked after at all."""
    world.add_contacts(30)
    running = [world.send_to_everybody() for _ in range(3)]
    for _ in range(4):
        paused = world.send_to_everybody()
        world.deps.lanes.runs.set_state(world.phone_number_id, paused, "paused")
    looks, ticks = 0, 0
    consent, lanes = world.deps.contacts.consent, world.deps.lanes
    feed, work = consent.feed, lanes.work

    def counted_feed(tenant_id: TenantId, since: EpochMs) -> list[ConsentChange]:
        nonlocal looks
        looks += 1
        return feed(tenant_id, since)

    def counted_work(phone_number_id: PhoneNumberId) -> NumberWork:
        nonlocal ticks
        ticks += 1
        return work(phone_number_id)

    lane = world.lane(FakeMeta())
    lane.consent.feed, lane.lanes.work = counted_feed, counted_work  # type: ignore[method-assign]
    asyncio.run(lane.run())
    assert all(world.books(campaign).sent == 30 for campaign in running)
    assert 0 < looks <= ticks
