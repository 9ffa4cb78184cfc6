"""Moving a conversation into another one over a real DynamoDB: nothing is lost, whatever happens on the way."""

from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.entry import Entry, Mention
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_changes import Change
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId
from shared.store.conversations.change_stream import read_change
from shared.store.conversations.conversations import Conversations, Head
from shared.store.conversations.lists import ConversationFilter
from shared.store.conversations.message_items import conversation_key
from shared.store.conversations.moves import ConversationMoves
from shared.store.engine.database import Database
from tests.support.faults import Crash, at_once, crash_at_write

GONE, KEPT = (
    Head(ConversationId("gone"), PhoneNumberId("pn"), ContactId("c-gone"), ""),
    Head(ConversationId("kept"), PhoneNumberId("pn"), ContactId("c-kept"), "Ana"),
)
NOW = EpochMs(1_700_000_000_000)


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def moves(database: Database, conversations: Conversations) -> ConversationMoves:
    return ConversationMoves(database, conversations.messages)


def said(head: Head, at: int, name: str, **more: Any) -> Message:
    known: dict[str, Any] = {"direction": "in", "author": "contact", "kind": "text", "text": name, "content": {}}
    known["wamid"] = f"wamid.{name}"
    return Message(
        message_key(EpochMs(NOW + at), name), head.conversation_id, at=EpochMs(NOW + at), **{**known, **more}
    )


def reaction(head: Head, at: int, name: str, target: str) -> Message:
    return said(head, at, name, kind="reaction", change=Change("reaction", f"wamid.{target}", emoji="👍"))


def fill(conversations: Conversations, tenant: TenantId) -> None:
    """Two in one conversation, one in the other, and a reaction in each to what the other one holds."""
    conversations.append(tenant, GONE, said(GONE, 1, "first"))
    conversations.append(tenant, KEPT, said(KEPT, 2, "second"))
    conversations.append(
        tenant, GONE, said(GONE, 3, "third", direction="out", author="agent", status="queued", wamid="")
    )
    conversations.append(tenant, KEPT, reaction(KEPT, 4, "to-first", "first"))
    conversations.append(tenant, GONE, reaction(GONE, 5, "to-second", "second"))
    note = Entry(message_key(EpochMs(NOW + 6), "note"), ConversationId("gone"), "note", "agent", "m1", "look", ("m2",))
    conversations.entries.put(tenant, note)


def move(moves: ConversationMoves, tenant: TenantId) -> bool:
    return moves.move(tenant, ConversationId("gone"), ConversationId("kept"), ContactId("c-kept"), NOW, lambda: False)


def whole(conversations: Conversations, tenant: TenantId) -> None:
    """Everything is in one conversation, and found under both ids."""
    listed = conversations.messages.page(tenant, ConversationId("kept"), 50, None).items
    assert [m.text for m in listed] == ["third", "second", "first"]
    assert [len(m.reactions) for m in listed] == [0, 1, 1]
    assert conversations.messages.page(tenant, ConversationId("gone"), 50, None).items == listed
    head = conversations.get(tenant, ConversationId("kept"))
    assert head is not None
    assert conversations.get(tenant, ConversationId("gone")) == head
    assert (head.contact_id, head.contact_name, head.unread) == ("c-kept", "Ana", 2)
    assert head.last_message_at == NOW + 5
    heads = conversations.page(tenant, 10, None, NOW, ConversationFilter()).items
    assert [one.conversation_id for one in heads] == ["kept"]
    mention = Mention(ConversationId("kept"), message_key(EpochMs(NOW + 6), "note"))
    assert conversations.entries.mentions(tenant, "m2", 10, None).items == [mention]
    assert conversations.entries.get_many(tenant, [mention])[mention].text == "look"


def test_two_conversations_become_one(moves: ConversationMoves, conversations: Conversations, tenant: TenantId) -> None:
    fill(conversations, tenant)
    assert moves.exists(tenant, ConversationId("gone"))
    for _ in range(2):
        assert move(moves, tenant)
        whole(conversations, tenant)
    assert not moves.exists(tenant, ConversationId("gone"))


def test_one_that_is_alone_moves_as_it_is(
    moves: ConversationMoves, conversations: Conversations, tenant: TenantId
) -> None:
    conversations.append(tenant, GONE, said(GONE, 1, "first"))
    before = conversations.get(tenant, ConversationId("gone"))
    move(moves, tenant)
    after = conversations.get(tenant, ConversationId("kept"))
    assert before is not None
    assert after is not None
    assert (after.unread, after.last_message_text, after.contact_id) == (before.unread, "first", "c-kept")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 6, 8, 10])
def test_a_move_that_dies_is_done_by_doing_it_again(
    database: Database, moves: ConversationMoves, conversations: Conversations, tenant: TenantId, k: int, when: Any
) -> None:
    fill(conversations, tenant)
    with crash_at_write(database, k, when) as crashed, pytest.raises(Crash):
        move(moves, tenant)
    assert crashed()
    found = conversations.get(tenant, ConversationId("gone"))
    assert found is not None
    move(moves, tenant)
    whole(conversations, tenant)


def test_a_long_one_is_moved_bit_by_bit(
    moves: ConversationMoves, conversations: Conversations, tenant: TenantId
) -> None:
    fill(conversations, tenant)
    turns = 0
    while True:
        spent = iter([False, True])
        turns += 1
        if moves.move(
            tenant,
            ConversationId("gone"),
            ConversationId("kept"),
            ContactId("c-kept"),
            NOW,
            lambda spent=spent: next(spent),  # type: ignore[misc]
        ):
            break
    assert turns > 3
    whole(conversations, tenant)


def test_what_happens_under_the_old_id_happens_to_the_new_one(
    moves: ConversationMoves, conversations: Conversations, tenant: TenantId
) -> None:
    fill(conversations, tenant)
    move(moves, tenant)
    third = message_key(EpochMs(NOW + 3), "third")
    assert conversations.messages.record_status(tenant, ConversationId("gone"), third, "delivered", wamid="wamid.third")
    conversations.append(tenant, GONE, said(GONE, 9, "late"))
    found = conversations.messages.by_wamid(tenant, ConversationId("gone"), "wamid.third")
    assert found is not None
    assert (found.conversation_id, found.status) == ("kept", "delivered")
    head = conversations.get(tenant, ConversationId("kept"))
    assert head is not None
    assert (head.last_message_text, head.contact_id) == ("late", "c-kept")
    assert conversations.messages.page(tenant, ConversationId("kept"), 1, None).items[0].text == "late"


@pytest.mark.parametrize("round_", range(5))
def test_ticks_that_come_while_it_moves_are_kept(
    moves: ConversationMoves, conversations: Conversations, tenant: TenantId, round_: int
) -> None:
    fill(conversations, tenant)
    third = message_key(EpochMs(NOW + 3), "third")
    states = ["sent", "delivered", "read"]

    def act(i: int) -> object:
        if i == 0:
            return move(moves, tenant)
        return conversations.messages.record_status(tenant, ConversationId("gone"), third, states[i - 1])

    assert all(at_once(4, act))
    found = conversations.messages.get(tenant, ConversationId("gone"), third)
    assert found is not None
    assert (found.conversation_id, found.status) == ("kept", "read")


def test_a_message_that_is_stored_while_its_conversation_moves_comes_along(
    moves: ConversationMoves, conversations: Conversations, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations.append(tenant, GONE, said(GONE, 1, "first"))
    conversations.append(tenant, KEPT, said(KEPT, 2, "second"))
    put = type(conversations.messages).put

    def move_first(messages: Any, tenant_id: TenantId, message: Message, beside: Any = ()) -> bool:
        if message.conversation_id == "gone":
            assert moves.move(
                tenant,
                ConversationId("gone"),
                ConversationId("kept"),
                ContactId("c-kept"),
                EpochMs(1_700_000_000_000),
                lambda: False,
            )
        return put(messages, tenant_id, message, beside)

    monkeypatch.setattr(type(conversations.messages), "put", move_first)
    assert conversations.append(tenant, GONE, said(GONE, 3, "third"))
    assert [m.text for m in conversations.messages.page(tenant, ConversationId("kept"), 50, None).items] == [
        "third",
        "second",
        "first",
    ]
    head = conversations.get(tenant, ConversationId("gone"))
    assert head is not None
    assert (head.conversation_id, head.unread, head.last_message_text) == ("kept", 3, "third")
    assert not moves.exists(tenant, ConversationId("gone"))


def test_nothing_moves_onto_itself(moves: ConversationMoves, conversations: Conversations, tenant: TenantId) -> None:
    fill(conversations, tenant)
    move(moves, tenant)
    assert moves.move(tenant, ConversationId("kept"), ConversationId("gone"), ContactId("c-gone"), NOW, lambda: False)
    whole(conversations, tenant)


def test_what_moved_is_no_news(
    database: Database, moves: ConversationMoves, conversations: Conversations, tenant: TenantId
) -> None:
    fill(conversations, tenant)
    move(moves, tenant)
    key = {
        "pk": {"S": conversation_key(tenant, ConversationId("kept"))},
        "sk": {"S": f"M#{message_key(EpochMs(NOW + 1), 'first')}"},
    }
    moved = database.client.get_item(TableName=database.conversations, Key=key)["Item"]
    assert read_change({"dynamodb": {"NewImage": moved}}) is None
    assert read_change({"dynamodb": {"NewImage": moved, "OldImage": moved}}) is not None
