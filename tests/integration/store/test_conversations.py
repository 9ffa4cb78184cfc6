"""Conversations: a message once, a head that catches up, states that join."""

import itertools
from dataclasses import replace
from typing import get_args

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.conversation import read
from shared.domain.conversations.message import Direction, Message
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Conversations, Head
from shared.store.conversations.messages import MOST_BETWEEN
from shared.store.engine.database import Database
from tests.support.faults import Crash, at_once, crash_at_write

HEAD = Head(ConversationId("v1"), PhoneNumberId("pn1"), ContactId("c1"), "Ana")
DIRECTIONS = get_args(Direction)


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def message(at: int, direction: Direction = "in", text: str = "", status: str = "", name: str = "m") -> Message:
    author = "contact" if direction == "in" else "agent"
    body = text or f"at {at}"
    return Message(message_key(at, name), "v1", direction, author, "text", body, at, {"body": body}, status=status)  # type: ignore[arg-type]


def test_a_message_comes_back_as_it_was_and_opens_the_conversation(
    conversations: Conversations, tenant: TenantId
) -> None:
    assert conversations.append(tenant, HEAD, message(1_000, text="olá"))
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert (found.phone_number_id, found.contact_id, found.contact_name) == ("pn1", "c1", "Ana")
    assert (found.last_message_at, found.last_message_text, found.last_inbound_at) == (1_000, "olá", 1_000)
    assert (found.unread, found.status) == (1, "open")
    assert conversations.messages.get(tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m")) == message(
        1_000, text="olá"
    )


def test_the_same_message_twice_is_one(conversations: Conversations, tenant: TenantId) -> None:
    assert [conversations.append(tenant, HEAD, message(1_000)) for _ in range(3)] == [True, False, False]
    assert len(conversations.messages.page(tenant, ConversationId("v1"), 10, None).items) == 1
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert found.unread == 1


def test_of_many_deliveries_at_once_one_counts(conversations: Conversations, tenant: TenantId) -> None:
    assert sum(at_once(6, lambda _i: conversations.append(tenant, HEAD, message(1_000)))) == 1
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert found.unread == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", [1, 2])
def test_the_head_catches_up_after_a_crash_between_the_writes(
    database: Database, conversations: Conversations, tenant: TenantId, k: int, when: str
) -> None:
    with crash_at_write(database, k, when), pytest.raises(Crash):  # type: ignore[arg-type]
        conversations.append(tenant, HEAD, message(1_000))
    conversations.append(tenant, HEAD, message(1_000))
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert (found.last_message_at, found.last_inbound_at, found.contact_id) == (1_000, 1_000, "c1")
    assert [c.conversation_id for c in conversations.page(tenant, 10, None, EpochMs(9_000)).items] == ["v1"]
    assert len(conversations.messages.page(tenant, ConversationId("v1"), 10, None).items) == 1


@pytest.mark.parametrize("order", list(itertools.permutations([1_000, 2_000, 3_000])))
def test_messages_out_of_order_never_move_the_window_back(
    conversations: Conversations, tenant: TenantId, order: tuple[int, ...]
) -> None:
    for at in order:
        conversations.append(tenant, HEAD, message(at))
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert (found.last_inbound_at, found.last_message_at, found.last_message_text) == (3_000, 3_000, "at 3000")
    assert found.unread == 3
    assert [m.at for m in conversations.messages.page(tenant, ConversationId("v1"), 10, None).items] == [
        3_000,
        2_000,
        1_000,
    ]


def test_what_we_write_opens_no_window_and_is_not_unread(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, message(1_000))
    conversations.append(tenant, HEAD, message(5_000, "out"))
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert (found.last_inbound_at, found.last_message_at, found.unread) == (1_000, 5_000, 1)


def test_reading_marks_as_read_and_a_new_message_opens_again(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, message(1_000))
    conversations.change(tenant, ConversationId("v1"), read)
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert found.unread == 0
    conversations.append(tenant, HEAD, message(2_000))
    found = conversations.get(tenant, ConversationId("v1"))
    assert found is not None
    assert (found.unread, found.status) == (1, "open")


def test_an_answer_to_something_long_ago_reads_a_bounded_number_of_messages(
    conversations: Conversations, tenant: TenantId
) -> None:
    for at in range(1_000, 1_000 + MOST_BETWEEN + 2):
        conversations.append(tenant, HEAD, message(at))
    last = message_key(EpochMs(1_000 + MOST_BETWEEN + 1), "m")
    count = conversations.messages.count_heard
    assert count(tenant, ConversationId("v1"), message_key(EpochMs(1_001), "m"), last) == MOST_BETWEEN
    assert count(tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m"), last) is None
    answer = replace(message(9_000, "out", status="sent"), message_id=message_key(EpochMs(9_000), "a"))
    conversations.note_answer(tenant, answer, message_key(EpochMs(1_000), "m"))
    far = conversations.get(tenant, ConversationId("v1"))
    conversations.note_answer(tenant, answer, message_key(EpochMs(1_001), "m"))
    near = conversations.get(tenant, ConversationId("v1"))
    assert far is not None
    assert near is not None
    assert (far.unread, near.unread) == (MOST_BETWEEN + 2, MOST_BETWEEN)


ORDER = ["sent", "failed", "delivered", "read"]


@pytest.mark.parametrize("states", list(itertools.permutations(ORDER)))
def test_states_join_in_any_order(conversations: Conversations, tenant: TenantId, states: tuple[str, ...]) -> None:
    conversations.append(tenant, HEAD, message(1_000, "out", status="queued"))
    best = "queued"
    for state in states:
        for _ in range(2):
            assert conversations.messages.record_status(
                tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m"), state, wamid="wamid.1"
            )
        best = max(best, state, key=["queued", *ORDER].index)
        found = conversations.messages.get(tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m"))
        assert found is not None
        assert (found.status, found.wamid) == (best, "wamid.1")


def test_states_that_come_at_once_join(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, message(1_000, "out", status="queued"))
    states = ["sent", "delivered", "read", "failed"]
    at_once(
        4,
        lambda i: conversations.messages.record_status(
            tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m"), states[i]
        ),
    )
    found = conversations.messages.get(tenant, ConversationId("v1"), message_key(EpochMs(1_000), "m"))
    assert found is not None
    assert found.status == "read"


def test_an_unknown_send_is_settled_by_a_status_and_not_the_other_way_round(
    conversations: Conversations, tenant: TenantId
) -> None:
    key = message_key(EpochMs(1_000), "m")
    conversations.append(tenant, HEAD, message(1_000, "out", status="queued"))
    conversations.messages.record_status(tenant, ConversationId("v1"), key, "unknown")
    conversations.messages.record_status(tenant, ConversationId("v1"), key, "failed", error_code="131026")
    found = conversations.messages.get(tenant, ConversationId("v1"), key)
    assert found is not None
    assert (found.status, found.error_code) == ("failed", "131026")
    conversations.messages.record_status(tenant, ConversationId("v1"), key, "delivered")
    conversations.messages.record_status(tenant, ConversationId("v1"), key, "unknown")
    found = conversations.messages.get(tenant, ConversationId("v1"), key)
    assert found is not None
    assert found.status == "delivered"


def test_a_state_of_a_message_that_is_not_there_makes_none(conversations: Conversations, tenant: TenantId) -> None:
    assert not conversations.messages.record_status(tenant, ConversationId("v1"), message_key(EpochMs(1), "x"), "sent")
    assert conversations.messages.get(tenant, ConversationId("v1"), message_key(EpochMs(1), "x")) is None


def test_another_tenants_conversation_is_not_there(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, message(1_000, "out", status="queued"))
    other = TenantId(new_ulid())
    assert conversations.get(other, ConversationId("v1")) is None
    assert conversations.page(other, 10, None, EpochMs(9_000)).items == []
    assert conversations.messages.page(other, ConversationId("v1"), 10, None).items == []
    assert not conversations.messages.record_status(
        other, ConversationId("v1"), message_key(EpochMs(1_000), "m"), "sent"
    )


def test_pages_hold_every_conversation_once_last_active_first(conversations: Conversations, tenant: TenantId) -> None:
    for i in range(7):
        conversations.append(
            tenant, Head(ConversationId(f"v{i}"), PhoneNumberId("pn1"), ContactId(f"c{i}"), ""), message(1_000 + i)
        )
    conversations.append(tenant, Head(ConversationId("v2"), PhoneNumberId("pn1"), ContactId("c2"), ""), message(9_000))
    seen: list[str] = []
    cursor: str | None = None
    while not seen or cursor:
        page = conversations.page(tenant, 3, cursor, EpochMs(9_000))
        seen += [c.conversation_id for c in page.items]
        cursor = page.cursor
    assert seen == ["v2", "v6", "v5", "v4", "v3", "v1", "v0"]


def test_pages_hold_every_message_once_newest_first(conversations: Conversations, tenant: TenantId) -> None:
    for i in range(7):
        conversations.append(tenant, HEAD, message(1_000 + i, DIRECTIONS[i % 2]))
    seen: list[int] = []
    cursor: str | None = None
    while not seen or cursor:
        page = conversations.messages.page(tenant, ConversationId("v1"), 3, cursor)
        seen += [m.at for m in page.items]
        cursor = page.cursor
    assert seen == [1_006, 1_005, 1_004, 1_003, 1_002, 1_001, 1_000]
