"""Reactions, edits and revokes over a real DynamoDB: one state, whatever the order, repetition, crash or race."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_changes import Change, Reaction
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Conversations, Head
from shared.store.conversations.message_items import conversation_key
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all
from tests.support.faults import Crash, at_once, crash_at_write

HEAD = Head(ConversationId("v1"), PhoneNumberId("pn1"), ContactId("c1"), "Ana")
Event = Callable[[Conversations, TenantId], object]


@pytest.fixture(scope="module")
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def said(at: EpochMs, name: str, **more: Any) -> Message:
    known: dict[str, Any] = {"direction": "in", "author": "contact", "kind": "text", "text": name}
    known |= {"content": {"n": name}, "wamid": f"wamid.{name}"}
    return Message(message_key(at, name), ConversationId("v1"), at=at, **{**known, **more})


def changing(at: EpochMs, name: str, action: Any, target: str, **change: Any) -> Message:
    direction = change.pop("direction", "in")
    author = "contact" if direction == "in" else "phone_app"
    status = "" if direction == "in" else "sent"
    made = Change(action, target, **change)
    return said(at, name, kind=action, change=made, direction=direction, author=author, status=status)


def brought(message: Message) -> Event:
    return lambda conversations, tenant: conversations.append(tenant, HEAD, message)


def told(message: Message, status: str, code: str = "") -> Event:
    return lambda conversations, tenant: conversations.messages.record_status(
        tenant, ConversationId("v1"), message.message_id, status, wamid="wamid.sent", error_code=code
    )


HEARD = said(EpochMs(1_000), "heard")
OURS = said(EpochMs(1_000), "ours", direction="out", author="agent", status="queued", wamid="")
# Ours is stored before it is sent, so before anybody can change it.
OF_OURS: list[Event] = [
    told(OURS, "sent"),
    told(OURS, "delivered"),
    told(OURS, "failed", "131026"),
    told(OURS, "failed", "131000"),
    brought(changing(EpochMs(2_000), "thumb", "reaction", "wamid.sent", emoji="👍")),
    brought(changing(EpochMs(3_000), "heart", "reaction", "wamid.sent", emoji="❤️")),
    brought(changing(EpochMs(3_000), "none", "reaction", "wamid.sent")),
]
OF_HEARD: list[Event] = [
    brought(HEARD),
    brought(
        changing(EpochMs(2_000), "green", "edit", "wamid.heard", kind="text", text="Green", content={"n": "Green"})
    ),
    brought(changing(EpochMs(3_000), "red", "edit", "wamid.heard", kind="text", text="Red", content={"n": "Red"})),
    brought(changing(EpochMs(3_000), "app", "reaction", "wamid.heard", emoji="😀", direction="out")),
    brought(changing(EpochMs(3_000), "forged", "edit", "wamid.heard", text="Forged", direction="out")),
    brought(changing(EpochMs(4_000), "gone", "revoke", "wamid.heard")),
]


_PARTITIONS = frozenset({"pk", "gsi1pk", "gsi2pk"})


def state(database: Database, tenant: TenantId) -> list[Any]:
    """Every item of the conversation, but for where the tenant stands in it."""
    key = conversation_key(tenant, ConversationId("v1"))
    found = query_all(database.client, database.conversations, "pk = :pk", {":pk": key}, consistent=True)
    return [{name: value for name, value in item.items() if name not in _PARTITIONS} for item in found]


def orders(count: int) -> st.SearchStrategy[list[int]]:
    """Every event at least once, in any order, some again."""
    return st.tuples(st.permutations(range(count)), st.lists(st.integers(0, count - 1), max_size=3)).flatmap(
        lambda drawn: st.permutations([*drawn[0], *drawn[1]])
    )


def replay(database: Database, conversations: Conversations, events: list[Event], order: list[int]) -> list[Any]:
    tenant = TenantId(new_ulid())
    if events is OF_OURS:
        conversations.append(tenant, HEAD, OURS)
    for i in order:
        events[i](conversations, tenant)
    return state(database, tenant)


@pytest.mark.parametrize("events", [OF_OURS, OF_HEARD], ids=["sent by us", "heard"])
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_repetition_ends_in_the_same_state(
    database: Database, conversations: Conversations, events: list[Event], data: st.DataObject
) -> None:
    in_order = replay(database, conversations, events, list(range(len(events))))
    assert replay(database, conversations, events, data.draw(orders(len(events)))) == in_order


def test_what_people_see_of_it(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, OURS)
    for event in [*OF_OURS[4:6], *OF_OURS[:3]]:
        event(conversations, tenant)
    (message,) = conversations.messages.page(tenant, ConversationId("v1"), 10, None).items
    assert message.reactions == (Reaction("contact", "", "❤️", EpochMs(3_000)),)
    assert (message.status, message.error_code, message.wamid) == ("delivered", "", "wamid.sent")
    head = conversations.get(tenant, ConversationId("v1"))
    assert head is not None
    assert (head.unread, head.last_inbound_at, head.last_message_text) == (0, 3_000, "heart")


def test_a_change_that_finds_nothing_is_a_message_of_its_own(conversations: Conversations, tenant: TenantId) -> None:
    of_campaign = changing(EpochMs(2_000), "thumb", "reaction", "wamid.of-a-campaign", emoji="👍")
    conversations.append(tenant, HEAD, of_campaign)
    assert conversations.messages.page(tenant, ConversationId("v1"), 10, None).items == [of_campaign]


@pytest.mark.parametrize("target", ["", "wamid.#", "wämid", "w" * 300])
def test_a_target_that_cannot_be_an_id_is_looked_for_nowhere(
    conversations: Conversations, tenant: TenantId, target: str
) -> None:
    odd = changing(EpochMs(2_000), "odd", "reaction", target, emoji="👍")
    assert conversations.append(tenant, HEAD, odd)
    assert conversations.messages.page(tenant, ConversationId("v1"), 10, None).items == [odd]
    assert conversations.messages.by_wamid(tenant, ConversationId("v1"), target) is None


def test_a_message_is_found_by_its_wamid_in_its_conversation_only(
    conversations: Conversations, tenant: TenantId
) -> None:
    conversations.append(tenant, HEAD, HEARD)
    assert conversations.messages.by_wamid(tenant, ConversationId("v1"), "wamid.heard") == HEARD
    assert conversations.messages.by_wamid(tenant, ConversationId("v2"), "wamid.heard") is None
    assert conversations.messages.by_wamid(TenantId(new_ulid()), ConversationId("v1"), "wamid.heard") is None


def test_a_reaction_of_ours_shows_once_it_is_with_the_other_side(
    conversations: Conversations, tenant: TenantId
) -> None:
    conversations.append(tenant, HEAD, HEARD)
    change = Change("reaction", "wamid.heard", emoji="👍")
    ours = said(
        EpochMs(2_000),
        "ours",
        kind="reaction",
        change=change,
        direction="out",
        author="agent",
        status="queued",
        wamid="",
    )
    conversations.append(tenant, HEAD, ours)
    heard = conversations.messages.get(tenant, ConversationId("v1"), HEARD.message_id)
    assert heard is not None
    assert heard.reactions == ()
    conversations.messages.record_status(tenant, ConversationId("v1"), ours.message_id, "sent", wamid="wamid.r")
    (heard,) = conversations.messages.page(tenant, ConversationId("v1"), 10, None).items
    assert heard.reactions == (Reaction("agent", "", "👍", EpochMs(2_000)),)


def test_pages_are_full_though_changes_are_left_out(conversations: Conversations, tenant: TenantId) -> None:
    for i in range(6):
        conversations.append(tenant, HEAD, said(EpochMs(1_000 + 10 * i), f"m{i}"))
        for r in range(3):
            conversations.append(
                tenant, HEAD, changing(EpochMs(1_001 + 10 * i + r), f"r{i}{r}", "reaction", f"wamid.m{i}", emoji="👍")
            )
    seen: list[list[str]] = []
    cursor: str | None = None
    while not seen or cursor:
        page = conversations.messages.page(tenant, ConversationId("v1"), 2, cursor)
        seen.append([message.text for message in page.items])
        cursor = page.cursor
    assert [texts for texts in seen if texts] == [["m5", "m4"], ["m3", "m2"], ["m1", "m0"]]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["message first", "reaction first"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", range(1, 8))
def test_a_crash_between_the_writes_is_mended_by_the_next_delivery(
    database: Database, conversations: Conversations, tenant: TenantId, k: int, when: Any, order: tuple[int, int]
) -> None:
    events = [brought(HEARD), brought(changing(EpochMs(2_000), "thumb", "reaction", "wamid.heard", emoji="👍"))]
    first, second = (events[i] for i in order)
    first(conversations, tenant)
    with crash_at_write(database, k, when) as crashed:
        try:
            second(conversations, tenant)
        except Crash:
            assert crashed()
    second(conversations, tenant)
    (message,) = conversations.messages.page(tenant, ConversationId("v1"), 10, None).items
    assert (message.text, len(message.reactions)) == ("heard", 1)


@pytest.mark.parametrize("round_", range(10))
def test_a_message_and_its_changes_at_the_same_moment(
    conversations: Conversations, tenant: TenantId, round_: int
) -> None:
    at_once(len(OF_HEARD) - 1, lambda i: OF_HEARD[i](conversations, tenant))
    message = conversations.messages.get(tenant, ConversationId("v1"), HEARD.message_id)
    assert message is not None
    assert (message.text, message.original and message.original.text) == ("Red", "heard")
    assert [one.emoji for one in message.reactions] == ["😀"]
    listed = conversations.messages.page(tenant, ConversationId("v1"), 10, None).items
    assert {one.text for one in listed} == {"Red", "forged"}
