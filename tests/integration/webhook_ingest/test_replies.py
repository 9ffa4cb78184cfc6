"""Which campaign a message answers, and until when."""

import hashlib
import struct
from dataclasses import replace
from typing import Any

import pytest

from functions.webhook_ingest import inbound_handler
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient, block_number, split_block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import Run
from shared.domain.contacts.identity import SHARDS, contact_id_for, shard_of
from shared.ids import CampaignId, ContactId
from shared.store.contacts.mergers import Mergers
from shared.store.engine.codec import encode_item
from tests.support.campaigns import a_campaign
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import PHONE_ID, TENANT, TEXT, Json, envelope, messages, wire

BY_PHONE = contact_id_for(TENANT, "phone", "+16505551234")
NOW_S = epoch_ms() // 1000


def text(body: str, n: int = 1) -> Json:
    """A message of the person, sent `n` seconds from now, with an id of its own."""
    return {**TEXT, "id": f"wamid.{body}{n}", "timestamp": str(NOW_S + n), "text": {"body": body}}


def deliver(message: Json, now: int | None = None) -> None:
    """Now, unless another moment (epoch ms) is given."""
    found = split(wire(envelope(messages(message))), EpochMs(now) if now is not None else epoch_ms())
    bodies = [routed.message.to_json() for routed in found.inbound]
    with pytest.MonkeyPatch.context() as monkeypatch:
        if now is not None:
            monkeypatch.setattr(inbound_handler, "epoch_ms", lambda: now)
        assert inbound_handler.lambda_handler(sqs_event(*bodies, group="g"), Context()) == {"batchItemFailures": []}


def ids_of_shard(shard: int, count: int) -> list[str]:
    """Contact ids of one shard, sorted, with the person's own among them."""
    others = [f"{shard:x}{i:031x}" for i in range(count - 1)]
    return sorted([*others, BY_PHONE])


def campaign(deps: Deps, campaign_id: CampaignId, started_at: EpochMs, **more: Any) -> tuple[int, int]:
    """Store a campaign of 200 people that began then; returns the person's (block, slot)."""
    shard = shard_of(BY_PHONE)
    ids = ids_of_shard(shard, 200)
    for n in range(3):
        part = [Recipient(ContactId(one), "+1", ()) for one in ids[n * 80 : n * 80 + 80]]
        sealed = SealedBlock(n, 0, min(200, n * 80 + 80), {}, ids[-1], n == 2)
        deps.sends.seal_block(TENANT, campaign_id, shard, sealed, part, [], EpochMs(1))
    sizes = tuple(200 if s == shard else 0 for s in range(SHARDS))
    made = a_campaign(
        campaign_id,
        phone_number_id=PHONE_ID,
        audience=Audience(everyone=True),
        state=State.SENDING,
        frozen_at=started_at,
        started_at=started_at,
        sizes=sizes,
    )
    deps.campaigns.create(TENANT, replace(made, **more))
    n, slot = divmod(ids.index(BY_PHONE), 80)
    return block_number(shard, n), slot


def replied(deps: Deps, campaign_id: CampaignId, block: int) -> set[int]:
    status = deps.sends.status_block(TENANT, campaign_id, block)
    assert status is not None
    return set(status.replied)


def test_an_answer_is_noted_in_the_latest_campaign_that_wrote_to_the_person(deps: Deps) -> None:
    now = NOW_S * 1000
    places = {
        "C1": campaign(deps, CampaignId("C1"), EpochMs(now - 50_000)),
        "C2": campaign(deps, CampaignId("C2"), EpochMs(now - 40_000), state=State.COMPLETED),
        "C3": campaign(deps, CampaignId("C3"), EpochMs(now - 30_000)),
        "C4": campaign(deps, CampaignId("C4"), EpochMs(now - 20_000), phone_number_id="888"),
    }
    for campaign_id in ("C1", "C2", "C4"):
        block, slot = places[campaign_id]
        deps.sends.record(TENANT, CampaignId(campaign_id), block, StatusChange(sent={slot}))
    block, slot = places["C3"]
    deps.sends.record(TENANT, CampaignId("C3"), block, StatusChange(failed={slot: "131026"}))
    deliver(text("Nice!"))
    marked = {campaign_id: replied(deps, CampaignId(campaign_id), places[campaign_id][0]) for campaign_id in places}
    assert marked == {"C1": set(), "C2": {places["C2"][1]}, "C3": set(), "C4": set()}


def test_a_person_who_still_waits_answers_nothing_one_being_sent_to_does(deps: Deps) -> None:
    now = EpochMs(NOW_S * 1000)
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(now - 50_000))
    sizes = deps.campaigns.get(TENANT, CampaignId("C1")).sizes
    deps.lanes.runs.open(Run(PHONE_ID, TENANT, CampaignId("C1"), "running", sizes, 1, now, "MARKETING", "{}"))
    deliver(text("Hello", -5), now - 5_000)
    assert replied(deps, CampaignId("C1"), block) == set()
    lane = deps.lanes.acquire(PHONE_ID, 0, "me", "", now, EpochMs(now + 1000))
    assert lane is not None
    deps.lanes.claim(PHONE_ID, 0, lane.fence, {CampaignId("C1"): (0, 200)}, "token", now, EpochMs(now + 1000), 0)
    deliver(text("Hello again", 2))
    assert replied(deps, CampaignId("C1"), block) == {slot}


def test_a_campaign_that_began_since_the_last_message_is_found(deps: Deps) -> None:
    deliver(text("Good morning", -5), (NOW_S - 5) * 1000)
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 - 2_000))
    sizes = deps.campaigns.get(TENANT, CampaignId("C1")).sizes
    deps.lanes.runs.open(
        Run(
            PHONE_ID,
            TENANT,
            CampaignId("C1"),
            "running",
            sizes,
            1,
            EpochMs(NOW_S * 1000),
            "MARKETING",
            "{}",
        )
    )
    deps.sends.record(TENANT, CampaignId("C1"), block, StatusChange(sent={slot}))
    deliver(text("Nice!", 2))
    assert replied(deps, CampaignId("C1"), block) == {slot}


def test_an_answer_after_three_days_belongs_to_no_campaign(deps: Deps) -> None:
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 - 73 * 3600 * 1000))
    deps.sends.record(TENANT, CampaignId("C1"), block, StatusChange(sent={slot}))
    deliver(text("Hello"))
    assert replied(deps, CampaignId("C1"), block) == set()


HOUR = 3600 * 1000
DAY = 24 * HOUR


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("begun", ["before", "meanwhile"])
def test_what_a_lane_took_up_since_somebody_else_wrote_is_answered_at_once(
    deps: Deps, begun: str, earlier: bool
) -> None:
    """A machine answers within a second, before anything of the message has been stored but the lane's claim."""
    now = NOW_S * 1000
    places = {"C1": noted(deps, CampaignId("C1"), EpochMs(now - DAY))} if earlier else {}

    def begin() -> None:
        places["C2"] = campaign(deps, CampaignId("C2"), EpochMs(now - 2_000))
        sizes = deps.campaigns.get(TENANT, CampaignId("C2")).sizes
        run = Run(PHONE_ID, TENANT, CampaignId("C2"), "running", sizes, 1, EpochMs(now - 2_000), "MARKETING", "{}")
        deps.lanes.runs.open(run)

    if begun == "before":
        begin()
    deliver({**text("Who is this?"), "from": "16505559999", "from_user_id": "US.9999"}, now)
    if begun == "meanwhile":
        begin()
    lane = deps.lanes.acquire(PHONE_ID, 0, "me", "", EpochMs(now + 500), EpochMs(now + 1_500))
    assert lane is not None
    claimed = {CampaignId("C2"): (0, 200)}
    deps.lanes.claim(PHONE_ID, 0, lane.fence, claimed, "token", EpochMs(now + 500), EpochMs(now + 1_500), 0)
    deliver(text("Out of office"), now + 1_400)
    assert credited(deps, places) == ["C2"]


@pytest.mark.parametrize("written_s", [2, 20], ids=["within seconds", "later"])
@pytest.mark.parametrize("noted_end", [True, False])
def test_a_campaign_that_was_taken_off_its_number_since_somebody_else_wrote_is_answered(
    deps: Deps, noted_end: bool, written_s: int
) -> None:
    """It was cancelled after a lane had claimed them and before what became of that was stored."""
    now, c1 = EpochMs(NOW_S * 1000), CampaignId("C1")
    block, slot = campaign(deps, c1, EpochMs(now - 50_000))
    sizes = deps.campaigns.get(TENANT, c1).sizes
    deps.lanes.runs.open(Run(PHONE_ID, TENANT, c1, "running", sizes, 1, now, "MARKETING", "{}"))
    lane = deps.lanes.acquire(PHONE_ID, 0, "me", "", now, EpochMs(now + 1_000))
    assert lane is not None
    deps.lanes.claim(PHONE_ID, 0, lane.fence, {c1: (0, 200)}, "token", now, EpochMs(now + 1_000), 0)
    deliver({**text("Who is this?"), "from": "16505559999", "from_user_id": "US.9999"}, now)
    deps.campaigns.change(TENANT, c1, lambda one: replace(one, state=State.CANCELLED, cursors=(200,)))
    deps.lanes.runs.close(PHONE_ID, c1, 1, {0: 200}, now)
    if noted_end:
        deps.campaigns.change(TENANT, c1, lambda one: replace(one, finished_at=EpochMs(now + 1_000)))
    deliver(text("Nice!", written_s), now + written_s * 1_000 + 500)
    assert credited(deps, {"C1": (block, slot)}) == ["C1"]


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({"resumed_at": -2 * HOUR, "resumed_from": (0,)}, True),
        ({"resumed_at": -2 * DAY, "resumed_from": (0,), "state": State.PAUSED}, True),
        ({"resumed_at": -4 * DAY, "resumed_from": (0,), "state": State.PAUSED}, False),
        ({"resumed_at": -2 * HOUR, "resumed_from": (200,)}, True),
        ({"finished_at": -71 * HOUR, "state": State.COMPLETED}, True),
        ({"finished_at": -73 * HOUR, "state": State.COMPLETED}, False),
    ],
)
def test_a_campaign_that_took_days_is_answered_for_three_days_after_its_last_messages(
    deps: Deps, more: dict[str, Any], counts: bool
) -> None:
    now = NOW_S * 1000
    times = {name: now + more[name] for name in ("resumed_at", "finished_at") if name in more}
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(now - 9 * DAY), **(more | times))
    deps.sends.record(TENANT, CampaignId("C1"), block, StatusChange(sent={slot}))
    deliver(text("Hello"))
    assert replied(deps, CampaignId("C1"), block) == ({slot} if counts else set())


def test_a_campaign_that_still_writes_to_people_after_days_is_answered(deps: Deps) -> None:
    now = EpochMs(NOW_S * 1000)
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(now - 9 * DAY))
    sizes = deps.campaigns.get(TENANT, CampaignId("C1")).sizes
    deps.lanes.runs.open(Run(PHONE_ID, TENANT, CampaignId("C1"), "running", sizes, 1, now, "MARKETING", "{}"))
    lane = deps.lanes.acquire(PHONE_ID, 0, "me", "", now, EpochMs(now + 1000))
    assert lane is not None
    deps.lanes.claim(
        PHONE_ID,
        0,
        lane.fence,
        {CampaignId("C1"): (0, 200)},
        "token",
        EpochMs(now - HOUR),
        EpochMs(now + 1000),
        0,
    )
    deliver(text("Hello"))
    assert replied(deps, CampaignId("C1"), block) == {slot}


@pytest.mark.parametrize(("resumed_from", "answered"), [(200, "C2"), (0, "C1")])
def test_of_two_campaigns_the_one_that_wrote_to_this_person_last_is_answered(
    deps: Deps, resumed_from: int, answered: str
) -> None:
    """C1 was resumed after C2 had begun: the person stands before or behind where it went on."""
    now = NOW_S * 1000
    places = {
        "C1": campaign(
            deps, CampaignId("C1"), EpochMs(now - 5 * DAY), resumed_at=now - HOUR, resumed_from=(resumed_from,)
        ),
        "C2": campaign(deps, CampaignId("C2"), EpochMs(now - DAY)),
    }
    for name, (block, slot) in places.items():
        deps.sends.record(TENANT, CampaignId(name), block, StatusChange(sent={slot}))
    deliver(text("Nice!"))
    assert [name for name, (block, _) in places.items() if replied(deps, CampaignId(name), block)] == [answered]


@pytest.mark.parametrize(("started", "resumed"), [(60_000, None), (-9 * DAY, 60_000)])
def test_what_wrote_to_a_person_only_after_their_message_is_not_answered_by_it(
    deps: Deps, started: int, resumed: int | None
) -> None:
    now = NOW_S * 1000
    resumed_at = None if resumed is None else now + resumed
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(now + started), resumed_at=resumed_at, resumed_from=(0,))
    deps.sends.record(TENANT, CampaignId("C1"), block, StatusChange(sent={slot}))
    deliver(text("Hello"))
    assert replied(deps, CampaignId("C1"), block) == set()


def noted(deps: Deps, campaign_id: CampaignId, at: EpochMs, wamid: str = "") -> tuple[int, int]:
    """A campaign that began long before it wrote to the person, at `at`; returns where they stand."""
    place = campaign(deps, campaign_id, EpochMs(NOW_S * 1000 - HOUR))
    wrote(deps, campaign_id, place, at, wamid)
    return place


def wrote(deps: Deps, campaign_id: CampaignId, place: tuple[int, int], at: EpochMs, wamid: str = "") -> None:
    block, slot = place
    deps.sends.record(TENANT, campaign_id, block, StatusChange(sent={slot}, noted={slot: DispatchNote.of(at, wamid)}))


def button(context_id: str, n: int = 1) -> Json:
    pressed = {"text": "Show me", "payload": "show"}
    message = {**TEXT, "id": f"wamid.b{n}", "timestamp": str(NOW_S + n), "type": "button", "button": pressed}
    del message["text"]
    return {**message, "context": {"from": "15550783881", "id": context_id}}


def reaction(wamid: str, emoji: str = "❤️", n: int = 1) -> Json:
    body = {"message_id": wamid, "emoji": emoji}
    message = {**TEXT, "id": f"wamid.r{n}", "timestamp": str(NOW_S + n), "type": "reaction", "reaction": body}
    del message["text"]
    return message


def credited(deps: Deps, places: dict[str, tuple[int, int]]) -> list[str]:
    return [name for name, (block, slot) in places.items() if slot in replied(deps, CampaignId(name), block)]


def reacted(deps: Deps, places: dict[str, tuple[int, int]]) -> list[str]:
    stored = {name: deps.sends.status_block(TENANT, CampaignId(name), block) for name, (block, _) in places.items()}
    return [name for name, (_, slot) in places.items() if (one := stored[name]) and slot in one.reacted]


@pytest.mark.parametrize(("context", "answered"), [("wamid.one", "C1"), ("wamid.two", "C2")])
def test_of_two_campaigns_of_one_second_the_one_whose_message_is_named_is_answered(
    deps: Deps, context: str, answered: str
) -> None:
    now = NOW_S * 1000
    places = {
        "C1": noted(deps, CampaignId("C1"), EpochMs(now - 500), "wamid.one"),
        "C2": noted(deps, CampaignId("C2"), EpochMs(now - 400), "wamid.two"),
    }
    deliver(button(context))
    assert credited(deps, places) == [answered]


def test_a_campaign_that_writes_to_a_person_only_later_is_not_answered_by_them(deps: Deps) -> None:
    """Both began in the same second; the second wrote to this person after they had answered the first."""
    now = NOW_S * 1000
    places = {
        "C1": noted(deps, CampaignId("C1"), EpochMs(now - 500)),
        "C2": noted(deps, CampaignId("C2"), EpochMs(now + 60_000)),
    }
    deliver(text("Nice!"))
    assert credited(deps, places) == ["C1"]


def test_a_long_campaign_that_wrote_to_them_last_is_answered_although_another_began_after_it(deps: Deps) -> None:
    now = NOW_S * 1000
    places = {
        "C1": campaign(deps, CampaignId("C1"), EpochMs(now - HOUR), finished_at=now, state=State.COMPLETED),
        "C2": campaign(deps, CampaignId("C2"), EpochMs(now - HOUR // 2)),
    }
    wrote(deps, CampaignId("C1"), places["C1"], EpochMs(now - 1_000))
    wrote(deps, CampaignId("C2"), places["C2"], EpochMs(now - 60_000))
    deliver(text("Nice!"))
    assert credited(deps, places) == ["C1"]


def test_who_wrote_seconds_before_the_campaign_reached_them_answers_nothing(deps: Deps) -> None:
    places = {"C1": noted(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 + 5_000), "wamid.one")}
    deliver(text("STOP"))
    assert credited(deps, places) == []


@pytest.mark.parametrize("named", ["wamid.of-an-agent", "wamid.of-a-campaign-long-ago"])
def test_an_answer_to_another_message_is_no_answer_to_the_campaign(deps: Deps, named: str) -> None:
    places = {"C1": noted(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 - 500), "wamid.one")}
    deliver({**text("Yes"), "context": {"from": "15550783881", "id": named}})
    assert credited(deps, places) == []


def test_where_the_id_was_never_learned_what_was_written_last_is_answered(deps: Deps) -> None:
    now = NOW_S * 1000
    places = {
        "C1": noted(deps, CampaignId("C1"), EpochMs(now - 500)),
        "C2": noted(deps, CampaignId("C2"), EpochMs(now - 900), "wamid.two"),
    }
    deliver(button("wamid.lost"))
    assert credited(deps, places) == ["C1"]


@pytest.mark.parametrize(("others", "answers"), [(-10_000, True), (60_000, False)])
def test_where_a_lane_died_before_it_noted_a_message_the_others_of_its_block_tell_when(
    deps: Deps, others: int, answers: bool
) -> None:
    block, slot = campaign(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 - HOUR))
    at = EpochMs(NOW_S * 1000 + others)
    noted = {slot + 1: DispatchNote(at), slot + 2: DispatchNote(EpochMs(at + 9))}
    deps.sends.record(TENANT, CampaignId("C1"), block, StatusChange(sent={slot}, noted=noted))
    deliver(text("Nice!"))
    assert (slot in replied(deps, CampaignId("C1"), block)) is answers


@pytest.mark.parametrize(("context", "answered"), [("wamid.one", ["C1"]), ("wamid.two", ["C2"]), ("wamid.x", [])])
def test_what_was_noted_in_the_former_place_is_known_by_its_id(
    aws: FakeAws, deps: Deps, context: str, answered: list[str]
) -> None:
    now = NOW_S * 1000
    places = {
        "C1": noted(deps, CampaignId("C1"), EpochMs(now - 500), "wamid.one"),
        "C2": campaign(deps, CampaignId("C2"), EpochMs(now - HOUR)),
    }
    block, slot = places["C2"]
    deps.sends.record(TENANT, CampaignId("C2"), block, StatusChange(sent={slot}))
    shard, n = split_block_number(block)
    place = n % 2 * BLOCK_SIZE + slot
    note = struct.pack(">BBH", place, 1, 0) + hashlib.sha256(b"wamid.two").digest()[:3]
    key = {"pk": f"T#{TENANT}#C#C2#{shard:x}", "sk": f"I#{n - n % 2:04x}"}
    table = aws.database()
    table.client.put_item(TableName=table.sends, Item=encode_item({**key, f"{now - 400:x}.{place:x}": note}))
    deliver(button(context))
    assert credited(deps, places) == answered


def test_a_bare_reaction_is_counted_apart_and_belongs_to_the_message_that_it_names(deps: Deps) -> None:
    now = NOW_S * 1000
    places = {
        "C1": noted(deps, CampaignId("C1"), EpochMs(now - 900), "wamid.one"),
        "C2": noted(deps, CampaignId("C2"), EpochMs(now - 500), "wamid.two"),
    }
    deliver(reaction("wamid.one"))
    assert (credited(deps, places), reacted(deps, places)) == ([], ["C1"])
    deliver(reaction("wamid.of-an-agent", n=2))
    deliver(reaction("wamid.two", "", n=3))
    assert (credited(deps, places), reacted(deps, places)) == ([], ["C1"])
    deliver(text("Nice!", 4))
    assert (credited(deps, places), reacted(deps, places)) == (["C2"], ["C1"])


@pytest.mark.parametrize("kind", ["edit", "revoke"])
def test_to_edit_what_was_said_before_or_to_take_it_back_is_no_answer(deps: Deps, kind: str) -> None:
    deliver(text("Hello", -60))
    places = {"C1": noted(deps, CampaignId("C1"), EpochMs(NOW_S * 1000 - 500), "wamid.one")}
    body: Json = {"original_message_id": "wamid.Hello-60"}
    if kind == "edit":
        body["message"] = {"type": "text", "text": {"body": "Hallo"}}
    message = {**text("x"), "type": kind, kind: body}
    del message["text"]
    deliver(message)
    assert credited(deps, places) == []
    assert reacted(deps, places) == []


def test_a_person_whom_the_campaign_knew_as_a_contact_that_was_merged_since_answers_it(
    aws: FakeAws, deps: Deps
) -> None:
    """The contact of their user id is a pointer to that of their phone by now."""
    known_as = contact_id_for(TENANT, "bsuid", "US.1234")
    shard = shard_of(known_as)
    sealed = SealedBlock(0, 0, 1, {}, known_as, True)
    deps.sends.seal_block(TENANT, CampaignId("C1"), shard, sealed, [Recipient(known_as, "US.1234", ())], [], EpochMs(1))
    sizes = tuple(int(s == shard) for s in range(SHARDS))
    now = NOW_S * 1000
    deps.campaigns.create(
        TENANT,
        a_campaign(
            "C1",
            phone_number_id=PHONE_ID,
            state=State.SENDING,
            frozen_at=EpochMs(now - HOUR),
            started_at=EpochMs(now - HOUR),
            sizes=sizes,
        ),
    )
    place = (block_number(shard, 0), 0)
    wrote(deps, CampaignId("C1"), place, EpochMs(now - 500))
    deps.contacts.upsert(TENANT, known_as, {"bsuid": "US.1234"}, {}, frozenset(), EpochMs(1))
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": "+16505551234"}, {}, frozenset(), EpochMs(1))
    gone = deps.contacts.get(TENANT, known_as)
    assert gone is not None
    assert Mergers(aws.database()).merge(TENANT, BY_PHONE, gone, EpochMs(2))
    deliver(text("Nice!"))
    assert credited(deps, {"C1": place}) == ["C1"]
