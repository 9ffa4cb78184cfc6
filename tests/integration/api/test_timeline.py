"""A person's timeline: every source in one order, page by page, at a bounded cost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient, block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import SHARDS, shard_of
from shared.domain.templates.compiler import Variable, compile_plan
from shared.domain.templates.template import Template
from shared.ids import CampaignId, ContactId, ConversationId, WabaId, new_ulid
from shared.store.contacts.mergers import Mergers
from shared.store.engine.database import Database
from shared.store.engine.documents import to_document
from tests.support.api_handler import Api
from tests.support.campaigns import a_campaign
from tests.support.capacity import Meter
from tests.support.teams import Team, team

__all__ = ["team"]
Json = dict[str, Any]
DAY_MS = 86_400_000
TEMPLATE = Template(
    "42", WabaId("1"), "offer", "en", "MARKETING", "APPROVED", "POSITIONAL", [{"type": "BODY", "text": "For {{1}}."}]
)
VARIABLES = {"body.1": Variable("contact", "name")}


def wrote_to(
    team: Team,
    contact_id: ContactId,
    at: EpochMs,
    told: Callable[[int], StatusChange] = lambda slot: StatusChange(sent={slot}),
    *,
    among: int = 3,
    made: int = 0,
) -> CampaignId:
    """A campaign that began at a moment and had this person in the middle of its shard; `told` is what Meta said."""
    deps, shard = team.api.deps, shard_of(contact_id)
    deps.templates.put(team.tenant, TEMPLATE)
    others = [f"{shard:x}{'0' * 23}{i:08x}" for i in range(among // 2)]
    others += [f"{shard:x}{'f' * 23}{i:08x}" for i in range(among - among // 2)]
    people = [Recipient(ContactId(c), "+1", ("Ana",)) for c in sorted([*others, contact_id])]
    sizes = tuple(len(people) if n == shard else 0 for n in range(SHARDS))
    campaign_id = CampaignId(new_ulid(EpochMs(made or at)))
    deps.campaigns.create(
        team.tenant,
        a_campaign(
            campaign_id,
            name=f"at {at}",
            phone_number_id=team.number,
            template_id="42",
            audience=Audience(everyone=True),
            variables=VARIABLES,
            state=State.COMPLETED,
            created_at=EpochMs(made or at),
            frozen_at=at,
            started_at=at,
            finished_at=at,
            sizes=sizes,
            cursors=(len(people),),
            plan=to_document(compile_plan(TEMPLATE, VARIABLES, [])),
        ),
    )
    for n in range(-(-len(people) // BLOCK_SIZE)):
        block = people[n * BLOCK_SIZE : (n + 1) * BLOCK_SIZE]
        ids = [recipient.contact_id for recipient in block]
        sealed = SealedBlock(n, 0, n * BLOCK_SIZE + len(block), {}, ids[-1], end=block[-1] == people[-1])
        deps.sends.seal_block(team.tenant, campaign_id, shard, sealed, block, [], at)
        if contact_id in ids:
            deps.sends.record(team.tenant, campaign_id, block_number(shard, n), told(ids.index(contact_id)))
    return campaign_id


def person(team: Team, name: str = "Ana") -> tuple[str, str]:
    """(conversation, contact) of somebody who wrote just now."""
    conversation = team.hears(name)
    return conversation, team.ok("GET", f"/v1/conversations/{conversation}")["contact_id"]


def timeline(team: Team, path: str, limit: int = 100) -> list[Json]:
    items: list[Json] = []
    query = f"limit={limit}"
    while True:
        page = team.ok("GET", f"/v1/{path}/timeline", query=query)
        assert len(page["items"]) <= limit
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query = f"limit={limit}&cursor={page['next_cursor']}"


def test_everything_that_happened_with_a_person_is_there_newest_first(team: Team) -> None:
    now = epoch_ms()
    conversation, contact = person(team)
    team.adds(
        ConversationId(conversation), ContactId(contact), "in", "contact", "", "a month ago", EpochMs(now - 30 * DAY_MS)
    )
    team.adds(
        ConversationId(conversation),
        ContactId(contact),
        "out",
        "bot",
        "bot1",
        "at once",
        EpochMs(now - 30 * DAY_MS + 1),
    )
    read = wrote_to(
        team,
        ContactId(contact),
        EpochMs(now - 20 * DAY_MS),
        lambda slot: StatusChange(sent={slot}, read={slot}, replied={slot}),
    )
    failed = wrote_to(
        team, ContactId(contact), EpochMs(now - 10 * DAY_MS), lambda slot: StatusChange(failed={slot: "131026"})
    )
    stranger = wrote_to(team, ContactId(contact[0] + "0" * 31), EpochMs(now - 9 * DAY_MS))
    team.api.deps.contacts.consent.record(
        team.tenant,
        ContactId(contact),
        opted_out=True,
        source="keyword",
        at=EpochMs(now - 5 * DAY_MS),
        event_id="e1",
        now=now,
    )
    team.ok("POST", f"/v1/conversations/{conversation}/notes", {"text": "careful"})
    team.ok("POST", f"/v1/conversations/{conversation}/assign", {"to": "me"})
    team.ok("POST", f"/v1/conversations/{conversation}/close", {})
    items = timeline(team, f"contacts/{contact}")
    assert [item["type"] for item in items] == [
        "event", "event", "note", "message", "consent", "campaign", "campaign", "message", "message",
    ]  # fmt: skip
    assert [item["entry"]["kind"] for item in items[:3]] == ["closed", "assigned", "note"]
    assert items[1]["entry"]["details"] == {"from": None, "to": team.ana}
    assert items[2]["entry"]["text"] == "careful"
    assert items[4]["consent"] == {"id": "e1", "opted_out": True, "source": "keyword"}
    assert [item["campaign"]["campaign_id"] for item in items[5:7]] == [failed, read]
    assert (items[5]["campaign"]["outcome"], items[5]["campaign"]["code"]) == ("failed", "131026")
    assert (items[6]["campaign"]["outcome"], items[6]["campaign"]["replied"]) == ("read", True)
    assert items[6]["campaign"]["text"] == "For Ana."
    assert [item["message"]["author"] for item in items[7:]] == ["bot", "contact"]
    assert stranger not in repr(items)
    assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
    assert items[5]["at"] == to_rfc3339(EpochMs(now - 10 * DAY_MS))


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_everything_once_also_what_happened_in_the_same_moment(team: Team, limit: int) -> None:
    now = epoch_ms()
    conversation, contact = person(team)
    for i in range(4):
        team.adds(
            ConversationId(conversation), ContactId(contact), "in", "contact", "", f"at once {i}", EpochMs(now - DAY_MS)
        )
    for _ in range(3):
        wrote_to(team, ContactId(contact), EpochMs(now - DAY_MS))
    team.ok("POST", f"/v1/conversations/{conversation}/notes", {"text": "n"})
    whole = timeline(team, f"contacts/{contact}")
    assert len(whole) == 9
    assert timeline(team, f"contacts/{contact}", limit) == whole
    assert timeline(team, f"conversations/{conversation}", limit) == [i for i in whole if i["type"] != "campaign"]


def test_a_campaign_made_long_before_it_began_stands_where_it_began(team: Team) -> None:
    now = epoch_ms()
    _, contact = person(team)
    late = wrote_to(team, ContactId(contact), EpochMs(now - DAY_MS), made=now - 20 * DAY_MS)
    early = wrote_to(team, ContactId(contact), EpochMs(now - 10 * DAY_MS))
    gone = wrote_to(team, ContactId(contact), EpochMs(now - 100 * DAY_MS))
    for limit in (1, 100):
        found = [i["campaign"]["campaign_id"] for i in timeline(team, f"contacts/{contact}", limit) if i["campaign"]]
        assert found == [late, early]
        assert gone not in found


def test_a_campaign_scheduled_most_of_a_year_ago_is_found_behind_newer_ones(team: Team) -> None:
    now = epoch_ms()
    _, contact = person(team)
    campaign = wrote_to(team, ContactId(contact), EpochMs(now - DAY_MS), made=now - 300 * DAY_MS)
    campaigns = team.api.deps.campaigns
    draft = replace(campaigns.get(team.tenant, campaign), state=State.DRAFT, sizes=())
    for i in range(100):
        made = EpochMs(now - 200 * DAY_MS + i)
        campaigns.create(team.tenant, replace(draft, campaign_id=CampaignId(new_ulid(made)), created_at=made))
    found = [item["campaign"]["campaign_id"] for item in timeline(team, f"contacts/{contact}") if item["campaign"]]
    assert found == [campaign]


def test_a_person_found_to_be_two_has_one_timeline(database: Database, team: Team) -> None:
    now = epoch_ms()
    _, keep = person(team, "Ana")
    _, gone = person(team, "Ana again")
    campaign = wrote_to(team, ContactId(gone), EpochMs(now - DAY_MS))
    other = team.api.deps.contacts.get(team.tenant, ContactId(gone))
    assert isinstance(other, Contact)
    assert Mergers(database).merge(team.tenant, ContactId(keep), other, now)
    items = timeline(team, f"contacts/{keep}")
    assert Counter(item["type"] for item in items) == {"message": 2, "campaign": 1}
    assert items[-1]["campaign"]["campaign_id"] == campaign
    assert timeline(team, f"contacts/{gone}") == items


def test_many_campaigns_end_a_page_early_and_cost_no_more_than_stated(team: Team) -> None:
    now = epoch_ms()
    _, contact = person(team)
    hits = []
    for i in range(60):
        shard_mate = contact[0] + f"{i:031x}"
        hit = i % 20 == 0
        made = wrote_to(team, ContactId(contact if hit else shard_mate), EpochMs(now - (i + 1) * 60_000))
        hits += [made] if hit else []
    meter = Meter(team.api.deps.contacts._client)
    page = team.ok("GET", f"/v1/contacts/{contact}/timeline")
    assert meter.calls["GetItem"] < 150
    assert meter.reads.total() < 250
    assert page["next_cursor"] is not None
    items = timeline(team, f"contacts/{contact}")
    assert [item["campaign"]["campaign_id"] for item in items if item["campaign"]] == hits


def test_a_person_is_found_in_a_large_campaign_by_few_reads(team: Team) -> None:
    _, contact = person(team)
    at = EpochMs(epoch_ms() - DAY_MS)
    campaign = wrote_to(team, ContactId(contact), at, among=1_600)
    meter = Meter(team.api.deps.contacts._client)
    (touch,) = [item["campaign"] for item in timeline(team, f"contacts/{contact}") if item["campaign"]]
    assert (touch["campaign_id"], touch["outcome"]) == (campaign, "sent")
    assert meter.calls["GetItem"] < 20


def test_a_cursor_of_nobody_is_refused(api: Api, team: Team) -> None:
    conversation, contact = person(team)
    for path in (f"conversations/{conversation}", f"contacts/{contact}"):
        for cursor in ("e30", "x"):
            answer = team.call("GET", f"/v1/{path}/timeline", query=f"cursor={cursor}")
            assert (answer.status, answer.body["field"]) == (422, "cursor")
