from dataclasses import replace
from typing import Any

import pytest

from functions.webhook_ingest import status_handler
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.callback import SingleSend, encode_single
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import Run
from shared.domain.contacts.identity import contact_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.ids import CampaignId, ContactId, ConversationId, PhoneNumberId, TenantId
from shared.queue_messages import StatusUpdates
from shared.store.conversations.conversations import Head
from tests.support.campaigns import a_campaign
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import OTHER, OTHER_PHONE_ID, PHONE_ID, TENANT, WABA

AT = 1_750_030_073
IDS = sorted(f"0{i:031x}" for i in range(4))
SIZES = (4, *(0,) * 15)
CAMPAIGN = a_campaign("C", phone_number_id=PHONE_ID, waba_id=WABA, state=State.SENDING, sizes=SIZES, cursors=(4,))


@pytest.fixture(autouse=True)
def block(deps: Deps) -> None:
    """Campaign C of the tenant: four people in block 0, of whom all were claimed to be sent to."""
    people = [Recipient(ContactId(one), "+1", ()) for one in IDS]
    deps.sends.seal_block(TENANT, CampaignId("C"), 0, SealedBlock(0, 0, 4, {}, IDS[-1], True), people, [], EpochMs(1))
    deps.campaigns.create(TENANT, CAMPAIGN)


def slot(
    status: str, n: int, *, tenant: TenantId = TENANT, code: str = "", block: int = 0, attempt: int = 1
) -> list[object]:
    callback = f"v1|{tenant}|C|{block}|{n}|{attempt}"
    return [status, AT, callback, code, "marketing" if status == "sent" else "", f"wamid.{n}"]


def deliver(*batches: StatusUpdates, time_left_ms: int = 60_000) -> list[str]:
    """Deliver queue messages; returns the records that failed."""
    event = sqs_event(*(batch.to_json() for batch in batches))
    answer = status_handler.lambda_handler(event, Context(time_left_ms))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_statuses_end_in_the_block(deps: Deps) -> None:
    first = StatusUpdates(PHONE_ID, [slot("sent", 0), slot("sent", 1), slot("failed", 2, code="131026")])
    second = StatusUpdates(PHONE_ID, [slot("delivered", 0), slot("read", 1), slot("sent", 0)])
    assert deliver(first, second) == []
    assert deliver(second, first) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    sets = (stored.sent, stored.delivered, stored.read, stored.priced["marketing"])
    assert [set(one) for one in sets] == [{0, 1}, {0}, {1}, {0, 1}]
    assert stored.failed == {2: "131026"}


def test_who_stopped_marketing_at_whatsapp_is_opted_out(deps: Deps) -> None:
    assert deliver(StatusUpdates(PHONE_ID, [slot("failed", 3, code="131050")])) == []
    contact = deps.contacts.get(TENANT, ContactId(IDS[3]))
    assert contact is not None
    assert (contact.opted_out_at, contact.opt_out_source) == (AT * 1000, "meta_131050")
    assert [change.contact_id for change in deps.contacts.consent.feed(TENANT, EpochMs(0))] == [IDS[3]]


def sending(
    deps: Deps, campaign_id: CampaignId = CampaignId("C"), number: PhoneNumberId = PHONE_ID, **more: Any
) -> None:
    """A campaign of the tenant's account that sends, on a number."""
    campaign = replace(CAMPAIGN, campaign_id=campaign_id, phone_number_id=number, **more)
    if campaign_id == CAMPAIGN.campaign_id:
        deps.campaigns.change(TENANT, campaign_id, lambda _: campaign)
    else:
        deps.campaigns.create(TENANT, campaign)
    deps.lanes.runs.open(Run(number, TENANT, campaign_id, "running", SIZES, 1, EpochMs(1), "MARKETING", "{}"))


def standing(deps: Deps, campaign_id: CampaignId = CampaignId("C")) -> tuple[str, str, str]:
    """State and reason of a campaign, and the state of its run."""
    campaign = deps.campaigns.get(TENANT, campaign_id)
    runs = {run.campaign_id: run.state for run in deps.lanes.work(campaign.phone_number_id).runs}
    return str(campaign.state), campaign.reason, runs.get(campaign_id, "")


def test_held_messages_that_meta_drops_fail_and_pause_their_campaign(deps: Deps) -> None:
    sending(deps)
    sending(deps, CampaignId("D"))
    deps.sends.record(TENANT, CampaignId("C"), 0, StatusChange(held={0, 1, 2}))
    assert deliver(StatusUpdates(PHONE_ID, [slot("failed", 0, code="132015"), slot("sent", 1)])) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert [stored.outcome(n) for n in range(4)] == ["failed", "sent", "sent", None]
    assert standing(deps) == ("paused", "meta_132015", "paused")
    assert standing(deps, CampaignId("D")) == ("sending", "", "running")


@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("131026", set()),
        ("131049", set()),
        ("131008", {"C"}),
        ("131048", {"C", "D"}),
        ("131042", {"C", "D", "E"}),
    ],
)
def test_a_later_failure_stops_as_much_as_one_at_once(deps: Deps, code: str, stopped: set[str]) -> None:
    """D sends on the same number, E on another one of the account, F for another account."""
    sending(deps)
    sending(deps, CampaignId("D"))
    sending(deps, CampaignId("E"), PhoneNumberId("7700"))
    sending(deps, CampaignId("F"), PhoneNumberId("7701"), waba_id="999")
    assert deliver(StatusUpdates(PHONE_ID, [slot("failed", 0, code=code)])) == []
    assert {name for name in "CDEF" if standing(deps, CampaignId(name))[0] == "paused"} == stopped
    assert {name for name in "CDEF" if standing(deps, CampaignId(name))[2] == "paused"} == stopped


@pytest.mark.parametrize(("resumed_at", "state"), [(AT * 1000 + 1_000, "sending"), (AT * 1000 + 999, "paused")])
def test_what_failed_before_somebody_resumed_stops_nothing_any_more(deps: Deps, resumed_at: int, state: str) -> None:
    sending(deps, resumed_at=resumed_at)
    assert deliver(StatusUpdates(PHONE_ID, [slot("failed", 0, code="131042")])) == []
    assert standing(deps)[0] == state


def test_a_stop_that_fails_brings_its_records_back(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    sending(deps)

    def fail(*_: object) -> None:
        raise ConnectionError

    good, bad = slot("sent", 1), slot("failed", 0, code="132015")
    with monkeypatch.context() as patch:
        patch.setattr(deps.lanes.runs, "set_state", fail)
        assert deliver(StatusUpdates(PHONE_ID, [good]), StatusUpdates(PHONE_ID, [bad])) == ["m1"]
    assert standing(deps) == ("paused", "meta_132015", "running")
    assert deliver(StatusUpdates(PHONE_ID, [bad])) == []
    assert standing(deps) == ("paused", "meta_132015", "paused")


def test_a_failure_of_a_campaign_that_is_gone_stops_nothing(deps: Deps) -> None:
    assert deliver(StatusUpdates(PHONE_ID, [slot("failed", 0, code="132015")])) == []


def test_statuses_of_agents_and_bots_end_in_the_conversation(deps: Deps) -> None:
    message_id = message_key(EpochMs(AT * 1000), "key")
    message = Message(
        message_id, ConversationId("conv"), "out", "agent", "text", "Hi", EpochMs(AT * 1000), {}, status="queued"
    )
    deps.conversations.append(
        TENANT,
        Head(ConversationId("conv"), PHONE_ID, contact_id_for(TENANT, "phone", "+1"), ""),
        message,
    )
    callback = encode_single(SingleSend(TENANT, ConversationId("conv"), message_id))
    rows: list[list[object]] = [["read", AT, callback, "", "", "wamid.9"], ["sent", AT, callback, "", "service", ""]]
    assert deliver(StatusUpdates(PHONE_ID, rows)) == []
    stored = deps.conversations.messages.get(TENANT, ConversationId("conv"), message_id)
    assert stored is not None
    assert (stored.status, stored.wamid) == ("read", "wamid.9")


def test_nobody_changes_another_tenants_campaign(aws: FakeAws, deps: Deps) -> None:
    claimed = slot("failed", 0, code="131050")
    assert (
        deliver(
            StatusUpdates(OTHER_PHONE_ID, [claimed]),
            StatusUpdates(PhoneNumberId("777"), [slot("sent", 1)]),
        )
        == []
    )
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert (stored.sent, stored.failed) == (frozenset(), {})
    assert deps.contacts.get(TENANT, ContactId(IDS[0])) is None
    (parked,) = aws.objects("parked/")
    assert [row[0] for row in parked["raw"]] == [OTHER_PHONE_ID, "777"]


@pytest.mark.parametrize(
    ("row", "metric"),
    [
        (slot("sent", 0, block=1), "StatusForeign"),
        (slot("failed", 9, code="131050", block=1), "StatusForeign"),
        (["sent", AT, f"m1|{TENANT}|conv|{message_key(EpochMs(1), 'x')}", "", "", "w"], "StatusUnmatched"),
        (["sent", AT, "", "", "", "w"], "StatusNotOurs"),
        (slot("sent", 0, tenant=OTHER), "StatusForeign"),
    ],
)
def test_what_matches_nothing_is_counted(
    deps: Deps, row: list[object], metric: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deliver(StatusUpdates(PHONE_ID, [row])) == []
    assert f'"{metric}"' in capsys.readouterr().out


NEVER_SENT = {
    "an attempt before the first": slot("failed", 0, code="131050", attempt=0),
    "a second attempt that was not admitted": slot("failed", 0, code="131050", attempt=2),
    "a third attempt where two were admitted": slot("failed", 1, code="131050", attempt=3),
    "somebody who still waits": slot("failed", 3, code="131050"),
    "a slot that no block has": slot("failed", 80, code="131050"),
    "a slot behind the end of its block": slot("failed", 5, code="131050"),
    "a block that the campaign has not": slot("failed", 0, code="131050", block=7),
    "a shard that there is not": slot("failed", 0, code="131050", block=16 * 65_536),
    "a campaign that there is not": ["failed", AT, f"v1|{TENANT}|X|0|0|1", "131050", "", "w"],
    "an account's stop": slot("failed", 3, code="131031"),
    "a delivery": slot("delivered", 3),
}


@pytest.mark.parametrize("row", NEVER_SENT.values(), ids=NEVER_SENT.keys())
def test_a_status_of_what_was_never_sent_is_not_believed(aws: FakeAws, deps: Deps, row: list[object]) -> None:
    sending(deps, cursors=(3,))
    deps.sends.record(TENANT, CampaignId("C"), 0, StatusChange(admitted={1: 2}))
    before = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert deliver(StatusUpdates(PHONE_ID, [row, slot("sent", 2)])) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert before is not None
    assert stored == replace(before, sent=frozenset({2}), priced={"marketing": frozenset({2})})
    assert deps.contacts.consent.feed(TENANT, EpochMs(0)) == []
    assert standing(deps)[0] == "sending"
    (parked,) = aws.objects("parked/")
    assert [line[0] for line in parked["raw"]] == [PHONE_ID]


def test_what_a_lane_claimed_while_its_campaign_was_taken_off_the_number_is_believed(deps: Deps) -> None:
    """Its position was kept a moment too early; it is kept again by a later turn of the sweep, a minute later."""
    sending(deps, state=State.CANCELLED, cursors=(0,))
    lane = deps.lanes.acquire(PHONE_ID, 0, "worker", "", EpochMs(1), EpochMs(2))
    assert lane is not None
    claimed = {CampaignId("C"): (0, 4)}
    deps.lanes.claim(PHONE_ID, 0, lane.fence, claimed, "worker", EpochMs(1), EpochMs(2), 0)
    assert deliver(StatusUpdates(PHONE_ID, [slot("sent", n) for n in range(4)])) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert stored.sent == frozenset(range(4))


def test_a_status_of_another_number_than_the_campaigns_is_not_believed(deps: Deps) -> None:
    sending(deps, number=PhoneNumberId("7700"))
    assert deliver(StatusUpdates(PHONE_ID, [slot("sent", 0)])) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert stored.sent == frozenset()


def test_an_attempt_that_was_admitted_is_believed_beside_one_that_was_not(deps: Deps) -> None:
    deps.sends.record(TENANT, CampaignId("C"), 0, StatusChange(admitted={0: 2}))
    deps.sends.record(TENANT, CampaignId("C"), 0, StatusChange(admitted={0: 3}))
    rows = [slot("sent", 0, attempt=3), slot("failed", 0, code="131026", attempt=4), slot("delivered", 0, attempt=2)]
    assert deliver(StatusUpdates(PHONE_ID, rows)) == []
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert (set(stored.sent), set(stored.delivered), dict(stored.failed)) == ({0}, {0}, {})


def test_who_wrote_to_us_has_no_delivery_and_nobody_is_opted_out_by_a_message_we_never_sent(deps: Deps) -> None:
    message = Message(
        message_key(EpochMs(1), "in"), ConversationId("conv"), "in", "contact", "text", "hi", EpochMs(1), {}
    )
    deps.conversations.append(TENANT, Head(ConversationId("conv"), PHONE_ID, ContactId(IDS[0]), "Ana"), message)
    callbacks = [
        encode_single(SingleSend(TENANT, ConversationId("conv"), known))
        for known in (message.message_id, message_key(EpochMs(2), "x"))
    ]
    rows: list[list[object]] = [["failed", AT, callback, "131050", "", "w"] for callback in callbacks]
    assert deliver(StatusUpdates(PHONE_ID, rows)) == []
    found = deps.conversations.messages.get(TENANT, ConversationId("conv"), message.message_id)
    assert found == message
    assert deps.contacts.consent.feed(TENANT, EpochMs(0)) == []


def test_how_far_a_campaign_has_come_is_asked_again_when_that_cannot_be_read(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(deps.lanes, "work", fail)
        assert deliver(StatusUpdates(PHONE_ID, [slot("sent", 0)]), StatusUpdates(PHONE_ID, [])) == ["m0"]
    assert deliver(StatusUpdates(PHONE_ID, [slot("sent", 0)])) == []


def test_a_poison_record_is_parked_and_the_others_count(aws: FakeAws, deps: Deps) -> None:
    assert (
        deliver(
            StatusUpdates(PHONE_ID, [["sent"]]),
            StatusUpdates(PHONE_ID, [slot("sent", 0)]),
        )
        == []
    )
    assert len(aws.objects("parked/")) == 1
    stored = deps.sends.status_block(TENANT, CampaignId("C"), 0)
    assert stored is not None
    assert stored.sent == {0}


def test_only_the_records_of_a_failed_write_come_back(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [Recipient(ContactId(f"1{one[1:]}"), "+1", ()) for one in IDS]
    deps.sends.seal_block(TENANT, CampaignId("C"), 1, SealedBlock(0, 0, 4, {}, "x", True), people, [], EpochMs(1))
    sending(deps, sizes=(4, 4, *(0,) * 14), cursors=(8,))
    record = deps.sends.record

    def fail_on_shard_one(tenant_id: TenantId, campaign_id: str, block: int, change: object) -> bool:
        if block == 65_536:
            raise ConnectionError
        return record(tenant_id, campaign_id, block, change)  # type: ignore[arg-type]

    monkeypatch.setattr(deps.sends, "record", fail_on_shard_one)
    good, bad = slot("sent", 0), slot("sent", 0, block=65_536)
    batches = [StatusUpdates(PHONE_ID, rows) for rows in ([good], [bad], [good, bad])]
    assert deliver(*batches) == ["m1", "m2"]
    monkeypatch.undo()


def test_what_does_not_fit_into_the_time_comes_back(deps: Deps) -> None:
    assert deliver(StatusUpdates(PHONE_ID, [slot("sent", 0)]), time_left_ms=1_000) == ["m0"]


def test_a_number_whose_owner_cannot_be_read_now_comes_back(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant_of_number = deps.accounts.tenant_of_number

    def fail_for_one(phone_number_id: PhoneNumberId) -> str | None:
        if phone_number_id == OTHER_PHONE_ID:
            raise ConnectionError
        return tenant_of_number(phone_number_id)

    monkeypatch.setattr(deps.accounts, "tenant_of_number", fail_for_one)
    batches = [StatusUpdates(number, [slot("sent", 0)]) for number in (PHONE_ID, OTHER_PHONE_ID)]
    assert deliver(*batches) == ["m1"]


def test_the_owner_of_a_number_is_remembered_but_not_that_it_has_none(deps: Deps) -> None:
    assert deps.owners.tenant_of(PhoneNumberId("777"), EpochMs(0)) is None
    deps.accounts.connect(TENANT, deps.accounts.wabas(TENANT)[0], [])
    assert deps.owners.tenant_of(PHONE_ID, EpochMs(0)) == TENANT
    deps.accounts._directory.release(TENANT, f"PN#{PHONE_ID}")
    assert deps.owners.tenant_of(PHONE_ID, EpochMs(60_000)) == TENANT
    assert deps.owners.tenant_of(PHONE_ID, EpochMs(200_000)) is None
