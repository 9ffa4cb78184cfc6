"""The operators' command says of a campaign, a person, a number and a tenant what the stores hold."""

from dataclasses import replace

import pytest

from infra.ops import campaigns, numbers, people, tenants
from infra.ops.__main__ import parser
from infra.ops.desk import Answer, Desk
from infra.ops.stack import Stack
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.campaigns.outcome import Kind, Outcome
from shared.domain.campaigns.stop_reasons import Scope
from shared.errors import NotFound
from shared.ids import CampaignId, PhoneNumberId, TenantId
from shared.services.campaign_stop import CampaignStop
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, World

LATER = EpochMs(epoch_ms() + 30 * DAY_MS)
QUEUES = {f"{name}QueueUrl": "http://localhost/none" for name in ("Lane", "Load", "DryRun", "Webhook")}


@pytest.fixture
def desk(database: Database) -> Desk:
    outputs = {**QUEUES, "DataBucketName": "data", "TokenKeyArn": "key"}
    return Desk(database, Stack("test", outputs, {}), epoch_ms())


def phone(i: int) -> str:
    return f"+55 11 {900000000 + i}"


def why(desk: Desk, world: World, campaign_id: CampaignId, person: str) -> Answer:
    contact, ids = people.find(desk, world.tenant_id, person)
    return people.why(desk, world.tenant_id, world.campaign(campaign_id), contact, ids)


def test_a_campaign_that_was_sent(desk: Desk, world: World) -> None:
    world.add_contacts(10)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta())
    found = campaigns.status(desk, world.tenant_id, campaign_id)
    assert [one["code"] for one in found["why_not_sending"]] == ["all_claimed"]
    assert found["books"] | {"sent": 10, "waiting": 0, "planned": 10, "balanced": True} == found["books"]
    (lane,) = found["lanes"]
    assert (lane["at"], lane["of"], lane["lease"]) == (10, 10, "free")


def test_one_that_was_paused_says_so_for_its_number_and_tenant_too(desk: Desk, world: World) -> None:
    world.add_contacts(3)
    campaign_id = world.send_to_everybody()
    CampaignStop(world.deps.campaigns, world.deps.lanes)(world.tenant_id, campaign_id, Scope.CAMPAIGN, "meta_190")
    found = campaigns.status(desk, world.tenant_id, campaign_id)
    assert (found["why_not_sending"][0]["code"], "connect" in found["remedy"]) == ("paused", True)
    number = numbers.status(desk, world.phone_number_id)
    assert number["runs"] == [{"campaign": campaign_id, "status": "paused", "reason": "meta_190"}]
    assert "15550001111" not in str(number)
    tenant = tenants.status(desk, world.tenant_id)
    assert tenant["newest_campaigns"][0]["why_not_sending"] == "paused"


def test_why_each_of_them_got_it_or_not(desk: Desk, world: World) -> None:
    no, _refused, *_ = world.add_contacts(4)
    world.opt_out(no)
    world.add_contacts(1, tag="others", first=8)
    campaign_id = world.send_to_everybody()
    world.run_lane(FakeMeta(lambda to, _: Outcome(Kind.REFUSED, "131026") if to.endswith("900000001") else None))
    world.add_contacts(1, first=9)
    told = {i: why(desk, world, campaign_id, phone(i)) for i in (0, 1, 2, 7, 8, 9)}
    assert {i: (found["got_it"], found["outcome"], found["code"]) for i, found in told.items()} == {
        0: (False, "skipped", "opted_out"),
        1: (False, "failed", "131026"),
        2: (True, "sent", ""),
        7: (False, "not in it", "unknown_person"),
        8: (False, "not in it", "outside"),
        9: (False, "not in it", "changed_since"),
    }
    assert told[2]["handed_to_meta"]
    # By these the slice is found in the log: it claimed the places from 0 to 3.
    assert sorted((told[i]["lane"], told[i]["place"] in range(3)) for i in (1, 2)) == [(0, True), (0, True)]
    assert told[0]["consent"]["said"][0]["said"] == "no"
    assert not any(phone(i).replace(" ", "") in str(found) for i, found in told.items())


def test_before_the_freeze_the_gate_says_what_will_be(desk: Desk, world: World) -> None:
    no, *_ = world.add_contacts(2)
    world.opt_out(no)
    campaign_id = world.launch()
    assert [why(desk, world, campaign_id, phone(i))["code"] for i in (0, 1)] == ["opted_out", "would_be_written_to"]


def test_who_was_stopped_for_by_a_later_no_is_told_so(desk: Desk, world: World) -> None:
    ids = world.add_contacts(3)
    campaign_id = world.send_to_everybody()
    world.opt_out(ids[1])
    assert why(desk, world, campaign_id, ids[1])["outcome"] == "waiting"
    world.run_lane(FakeMeta())
    found = why(desk, world, campaign_id, ids[1])
    assert (found["outcome"], found["code"], found["handed_to_meta"]) == ("skipped", "opted_out", None)


def test_a_tenant_is_found_by_what_meta_calls_its_number_and_account(desk: Desk, world: World) -> None:
    for name in (world.tenant_id, world.phone_number_id, world.waba_id):
        assert desk.tenant_named(name) == world.tenant_id
    with pytest.raises(NotFound, match="no such tenant"):
        desk.tenant_named("nobody")
    with pytest.raises(NotFound, match="nobody's"):
        numbers.status(desk, PhoneNumberId("nobody"))


def test_nothing_of_another_tenant_is_shown(desk: Desk, world: World) -> None:
    campaign_id = world.launch()
    with pytest.raises(NotFound):
        campaigns.status(replace(desk, now=EpochMs(desk.now)), TenantId("other"), campaign_id)


def test_what_is_open_is_listed_however_far_off_it_is_and_can_be_cancelled(desk: Desk, world: World) -> None:
    world.add_contacts(3)
    paused, far_off = world.send_to_everybody(), world.launch()
    stop = CampaignStop(world.deps.campaigns, world.deps.lanes)
    stop(world.tenant_id, paused, Scope.CAMPAIGN, "meta_190")
    world.deps.campaigns.change(world.tenant_id, paused, lambda current: replace(current, rests_until=LATER))
    world.deps.campaigns.change(world.tenant_id, far_off, lambda current: replace(current, begins_at=LATER))

    def still_open() -> dict[str, str]:
        found = ops(desk, "campaign", "open")["campaigns"]
        return {one["campaign"]: one["status"] for one in found if one["tenant"] == world.tenant_id}

    assert still_open() == {paused: "paused", far_off: "scheduled"}
    words = ("campaign", "cancel", world.tenant_id, paused, "--reason", "restore")
    assert "nothing_was_done" in ops(desk, *words)
    assert ops(desk, *words, "--yes")["status"] == "cancelled"
    assert numbers.status(desk, world.phone_number_id)["runs"][0]["status"] == "cancelled"
    assert still_open() == {far_off: "scheduled"}


def ops(desk: Desk, *words: str) -> Answer:
    args = parser().parse_args(words)
    found: Answer = args.run(desk, args)
    return found
