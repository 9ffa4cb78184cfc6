"""What a campaign did to each person, as events."""

import pytest

from functions.api.events.logic.choice import Choice, FeedEvent
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient
from shared.domain.campaigns.books import StatusChange
from shared.domain.webhooks.recipient_outcomes import MOST_PEOPLE, Entry, entries, recipient_events
from shared.domain.webhooks.tenant_event import FeedPart, TenantEvent
from shared.ids import CampaignId, ContactId

CAMPAIGN = CampaignId("c")
AT = EpochMs(1_800_000_000_000)


def people(block: int, count: int = BLOCK_SIZE) -> list[Recipient]:
    return [Recipient(ContactId(f"{block:016x}{slot:016x}"), "+5511988880000", ()) for slot in range(count)]


def told(blocks: int) -> list[Entry]:
    everybody = StatusChange(delivered=set(range(BLOCK_SIZE)))
    return [entry for block in range(blocks) for entry in entries(people(block), everybody)]


def sizes(events: list[TenantEvent]) -> list[int]:
    found = [event.data["recipients"] for event in events]
    return [len(one) for one in found if isinstance(one, list)]


def test_an_entry_says_how_far_the_message_came_and_who_answered() -> None:
    change = StatusChange(
        sent={0, 1, 2, 3}, delivered={1, 2}, read={2}, failed={3: "131026", 1: "131000"}, priced={"utility": {5}}
    )
    change.replied = {2}
    found = [(one["contact_id"][-1], one["outcome"], one.get("code")) for one in entries(people(0, 6), change)]
    assert found == [
        ("0", "sent", None),
        ("1", "delivered", None),
        ("2", "read", None),
        ("2", "answered", None),
        ("3", "failed", "131026"),
    ]


def test_nobody_is_made_up_for_a_slot_that_a_block_does_not_have() -> None:
    assert list(entries(people(0, 2), StatusChange(delivered={1, 7}))) == [
        {"contact_id": people(0, 2)[1].contact_id, "outcome": "delivered"}
    ]


def test_an_event_holds_so_many_people_at_most() -> None:
    events = list(recipient_events(CAMPAIGN, told(13), AT))
    assert sizes(events) == [MOST_PEOPLE, MOST_PEOPLE, 13 * BLOCK_SIZE - 2 * MOST_PEOPLE]
    assert max(len(event.to_json()) for event in events) < 40_000
    assert list(recipient_events(CAMPAIGN, [], AT)) == []


def test_the_same_outcomes_are_the_same_event_and_others_are_not() -> None:
    first = list(recipient_events(CAMPAIGN, told(13), AT))
    assert [event.event_id for event in recipient_events(CAMPAIGN, told(13), EpochMs(AT + 1))] == [
        event.event_id for event in first
    ]
    another = [event.event_id for event in recipient_events(CampaignId("d"), told(13), AT)]
    further = [event.event_id for event in recipient_events(CAMPAIGN, told(14), AT)]
    assert further[:2] == [event.event_id for event in first[:2]]
    assert len({event.event_id for event in first} | set(another) | set(further)) == 3 + 3 + 1


def test_the_feed_shows_them_to_who_names_them() -> None:
    (event,) = recipient_events(CAMPAIGN, told(1), AT)
    seen: FeedEvent = {"id": event.event_id, "type": str(event.type), "timestamp": "", "data": event.data}
    assert Choice(frozenset({"campaign.recipients"})).may_include(seen)
    assert not Choice().may_include(seen)
    assert not Choice(frozenset({"campaign.paused"})).may_include(seen)


@pytest.mark.parametrize(
    ("types", "desk", "parts"),
    [
        ((), None, {FeedPart.HAPPENINGS}),
        ((), "a member", {FeedPart.HAPPENINGS}),
        (("message.status",), None, {FeedPart.HAPPENINGS}),
        (("campaign.recipients",), None, {FeedPart.PEOPLE}),
        (("campaign.recipients", "message.status"), None, {FeedPart.PEOPLE, FeedPart.HAPPENINGS}),
        (("campaign.recipients", "message.status"), "a member", {FeedPart.HAPPENINGS}),
        (("campaign.recipients",), "", set()),
    ],
)
def test_a_part_of_the_feed_is_read_where_something_asked_for_may_stand(
    types: tuple[str, ...], desk: str | None, parts: set[FeedPart]
) -> None:
    assert Choice(frozenset(types), desk).parts == parts
