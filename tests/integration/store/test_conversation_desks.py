"""Lists of conversations, changes made at the same moment, entries, presence: over a real DynamoDB."""

from dataclasses import replace

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.conversation import Conversation, assign, close, label, snooze
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.conversations.presence import PRESENT_MS
from shared.errors import Conflict, NotFound
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.agents import Agents
from shared.store.conversations.conversations import Conversations, Head
from shared.store.conversations.lists import MOST_LOOKED_AT, ConversationFilter
from shared.store.engine.codec import encode_item
from shared.store.engine.database import Database
from tests.support.capacity import Meter
from tests.support.faults import Crash, at_once, crash_at_write

NOW = EpochMs(1_700_000_000_000)


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def heard(
    conversations: Conversations,
    tenant: TenantId,
    name: ConversationId,
    at: EpochMs,
    number: PhoneNumberId = PhoneNumberId("pn1"),
) -> None:
    message = Message(message_key(at, name), name, "in", "contact", "text", "hello", at, {"body": "hello"}, f"w{at}")
    conversations.append(tenant, Head(name, number, ContactId(f"c{name}"), "Ana Lima", "+5511912345678"), message)


def listed(
    conversations: Conversations,
    tenant: TenantId,
    wanted: ConversationFilter | None = None,
    limit: int = 2,
    now: EpochMs = NOW,
) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = conversations.page(tenant, limit, cursor, now, wanted)
        assert len(page.items) <= limit
        found += [conversation.conversation_id for conversation in page.items]
        cursor = page.cursor
        if cursor is None:
            return found


def test_lists_by_status_and_desk_are_whole_and_in_order(conversations: Conversations, tenant: TenantId) -> None:
    for i in range(9):
        heard(
            conversations, tenant, ConversationId(f"v{i}"), EpochMs(NOW - 100 + i), number=PhoneNumberId(f"pn{i % 2}")
        )
        desk = ("ana", "bea", "")[i % 3]
        conversations.change(tenant, ConversationId(f"v{i}"), lambda c, desk=desk: assign(c, desk))  # type: ignore[misc]
    for i in (0, 1):
        conversations.change(tenant, ConversationId(f"v{i}"), lambda c: close(c, NOW))
    for i, until in ((2, NOW + 50), (3, NOW + 20)):
        conversations.change(tenant, ConversationId(f"v{i}"), lambda c, until=until: snooze(c, until, NOW))  # type: ignore[misc]
    assert listed(conversations, tenant) == ["v2", "v3", "v8", "v7", "v6", "v5", "v4", "v1", "v0"]
    assert listed(conversations, tenant, ConversationFilter("open")) == ["v8", "v7", "v6", "v5", "v4"]
    assert listed(conversations, tenant, ConversationFilter("open"), now=EpochMs(NOW + 20)) == [
        "v3",
        "v8",
        "v7",
        "v6",
        "v5",
        "v4",
    ]
    assert listed(conversations, tenant, ConversationFilter("snoozed")) == ["v3", "v2"]
    assert listed(conversations, tenant, ConversationFilter("snoozed"), now=EpochMs(NOW + 20)) == ["v2"]
    assert listed(conversations, tenant, ConversationFilter("closed")) == ["v1", "v0"]
    assert listed(conversations, tenant, ConversationFilter("open", "ana")) == ["v6"]
    assert listed(conversations, tenant, ConversationFilter("open", "ana"), now=EpochMs(NOW + 20)) == ["v3", "v6"]
    assert listed(conversations, tenant, ConversationFilter(assignee="")) == ["v2", "v8", "v5"]
    assert listed(conversations, tenant, ConversationFilter("open", phone_number_id=PhoneNumberId("pn0"))) == [
        "v8",
        "v6",
        "v4",
    ]
    other = TenantId(new_ulid())
    assert listed(conversations, other) == []
    assert listed(conversations, other, ConversationFilter("open", "ana")) == []


def test_lists_in_parts_are_merged_also_with_what_was_written_before(
    database: Database, conversations: Conversations, tenant: TenantId
) -> None:
    def hear(i: int, parts: int) -> None:
        name, at = ConversationId(f"v{i:02}"), EpochMs(NOW + i)
        message = Message(message_key(at, name), name, "in", "contact", "text", "hello", at, {}, f"w{i}")
        head = Head(name, PhoneNumberId("pn1"), ContactId(f"c{name}"), "Ana", list_parts=parts)
        conversations.append(tenant, head, message)

    split = conversations.list_split
    assert (split.parts(tenant), split.raise_to(tenant, 1)) == (1, 1)
    for i in range(10):
        hear(i, 1)
    # As heads stood before those of nobody had a place of their own.
    for i in range(3):
        database.client.update_item(
            TableName=database.conversations,
            Key=encode_item({"pk": f"T#{tenant}#V#v{i:02}", "sk": "HEAD"}),
            UpdateExpression="SET gsi1pk = :all, gsi2pk = :nobody",
            ExpressionAttributeValues=encode_item(
                {":all": f"T#{tenant}#CONV#open", ":nobody": f"T#{tenant}#DESK#-#open"}
            ),
        )
    assert at_once(4, lambda i: split.raise_to(tenant, 2**i)).count(8) >= 1
    assert (split.parts(tenant), split.raise_to(tenant, 4)) == (8, 8)
    for i in range(10, 40):
        hear(i, 8)
    for i in range(0, 40, 4):
        conversations.change(tenant, ConversationId(f"v{i:02}"), lambda c: assign(c, "ana"))
    newest = [f"v{i:02}" for i in range(39, -1, -1)]
    of_ana = [name for name in newest if int(name[1:]) % 4 == 0]
    for limit in (3, 100):
        assert listed(conversations, tenant, ConversationFilter("open"), limit) == newest
        assert listed(conversations, tenant, ConversationFilter("open", "ana"), limit) == of_ana
        nobodys = listed(conversations, tenant, ConversationFilter("open", ""), limit)
        assert nobodys == [name for name in newest if name not in of_ana]
    assert split.parts(TenantId(new_ulid())) == 1


def test_filters_look_at_so_many_and_say_where_they_stopped(
    conversations: Conversations, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_LOOKED_AT == 2_000
    monkeypatch.setattr("shared.store.conversations.lists.MOST_LOOKED_AT", 5)
    for i in range(12):
        heard(conversations, tenant, ConversationId(f"v{i:02}"), EpochMs(NOW + i))
    conversations.change(tenant, ConversationId("v03"), lambda c: label(c, ["vip"], []))
    first = conversations.page(tenant, 10, None, NOW, ConversationFilter("open", label="vip"))
    assert (first.items, first.cursor is None) == ([], False)
    assert listed(conversations, tenant, ConversationFilter("open", label="vip")) == ["v03"]
    assert len(listed(conversations, tenant, ConversationFilter("open", unread=True), limit=4)) == 12


def test_of_many_changes_at_once_none_is_lost(conversations: Conversations, tenant: TenantId) -> None:
    heard(conversations, tenant, ConversationId("v"), NOW)

    def change(i: int) -> None:
        if i % 2:
            conversations.change(tenant, ConversationId("v"), lambda c: label(c, [f"l{i}"], []))
        else:
            heard(conversations, tenant, ConversationId("v"), EpochMs(NOW + i))

    at_once(6, change)
    found = conversations.get(tenant, ConversationId("v"))
    assert found is not None
    assert found.labels == {"l1", "l3", "l5"}
    assert (found.unread, found.version) == (3, 3)


def test_of_two_who_decide_by_one_version_one_wins(conversations: Conversations, tenant: TenantId) -> None:
    heard(conversations, tenant, ConversationId("v"), NOW)

    def claim(i: int) -> str:
        def change(conversation: Conversation) -> Conversation:
            if conversation.version != 0:
                raise Conflict("changed")
            return assign(conversation, f"m{i}")

        try:
            return conversations.change(tenant, ConversationId("v"), change)[1].assignee
        except Conflict:
            return ""

    winners = [name for name in at_once(4, claim) if name]
    found = conversations.get(tenant, ConversationId("v"))
    assert found is not None
    assert winners == [found.assignee]


def entry(name: str, at: EpochMs = NOW, mentions: tuple[str, ...] = ()) -> Entry:
    return Entry(message_key(at, name), ConversationId("v"), "note", "agent", "ana", text=name, mentions=mentions)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_change_and_what_is_said_of_it_are_one_write(
    database: Database, conversations: Conversations, tenant: TenantId, when: str
) -> None:
    heard(conversations, tenant, ConversationId("v"), NOW)
    said = entry("x", mentions=("bea",))

    def note() -> None:
        conversations.change(tenant, ConversationId("v"), lambda c: replace(c, notes=c.notes + 1), lambda _a, _b: said)

    with crash_at_write(database, 1, when), pytest.raises(Crash):  # type: ignore[arg-type]
        note()
    found = conversations.get(tenant, ConversationId("v"))
    assert found is not None
    written = when == "after"
    assert (found.notes == 1) is written
    assert (conversations.entries.get(tenant, ConversationId("v"), said.entry_id) == said) is written
    assert bool(conversations.entries.mentions(tenant, "bea", 9, None).items) is written


def test_entries_and_mentions_are_newest_first_and_each_tenants_own(
    conversations: Conversations, tenant: TenantId
) -> None:
    for i in range(5):
        conversations.entries.put(tenant, entry(f"n{i}", EpochMs(NOW + i), ("bea", "cid")))
    read = [e.text for e in conversations.entries.newest_first(tenant, ConversationId("v"), EpochMs(NOW + 3), 2)]
    assert read == ["n3", "n2", "n1", "n0"]
    seen: list[str] = []
    cursor: str | None = None
    while not seen or cursor:
        page = conversations.entries.mentions(tenant, "bea", 2, cursor)
        seen += [e.text for e in conversations.entries.get_many(tenant, page.items).values()]
        cursor = page.cursor
    assert sorted(seen) == ["n0", "n1", "n2", "n3", "n4"]
    other = TenantId(new_ulid())
    assert conversations.entries.mentions(other, "bea", 9, None).items == []
    assert list(conversations.entries.newest_first(other, ConversationId("v"), EpochMs(NOW + 9), 9)) == []


def test_a_conversation_that_a_person_opens_again_says_so(conversations: Conversations, tenant: TenantId) -> None:
    heard(conversations, tenant, ConversationId("v"), NOW)
    conversations.change(tenant, ConversationId("v"), lambda c: close(c, EpochMs(NOW + 1)))
    heard(conversations, tenant, ConversationId("v"), EpochMs(NOW + 2))
    (said,) = conversations.entries.newest_first(tenant, ConversationId("v"), EpochMs(NOW + 9), 9)
    assert (said.kind, said.author, said.at) == ("reopened", "contact", NOW + 2)


def test_a_conversation_is_opened_once(conversations: Conversations, tenant: TenantId) -> None:
    head = Head(ConversationId("v"), PhoneNumberId("pn1"), ContactId("c"), "Ana", "+1")
    assert sum(made for _, made in at_once(4, lambda _: conversations.open(tenant, head, NOW))) == 1
    assert listed(conversations, tenant, ConversationFilter("open", "")) == ["v"]
    with pytest.raises(NotFound):
        conversations.change(tenant, ConversationId("nothing"), lambda c: c)


def test_presence_and_turns(database: Database, tenant: TenantId) -> None:
    agents = Agents(database)
    agents.enter(tenant, ConversationId("v"), "ana", "viewing", NOW)
    agents.enter(tenant, ConversationId("v"), "ana", "typing", EpochMs(NOW + 5))
    agents.enter(tenant, ConversationId("v"), "bea", "viewing", NOW)
    assert {(p.member_id, p.doing) for p in agents.present(tenant, ConversationId("v"), NOW)} == {
        ("ana", "typing"),
        ("bea", "viewing"),
    }
    assert [p.member_id for p in agents.present(tenant, ConversationId("v"), EpochMs(NOW + PRESENT_MS))] == ["ana"]
    assert agents.present(TenantId(new_ulid()), ConversationId("v"), NOW) == []
    agents.leave(tenant, ConversationId("v"), "ana")
    assert [p.member_id for p in agents.present(tenant, ConversationId("v"), NOW)] == ["bea"]
    turns = at_once(6, lambda _: agents.next_turn(tenant))
    assert sorted(turns) == [1, 2, 3, 4, 5, 6]
    assert agents.next_turn(TenantId(new_ulid())) == 1


def test_what_messages_changes_and_lists_cost_is_as_stated(
    database: Database, conversations: Conversations, tenant: TenantId
) -> None:
    meter = Meter(database.client)
    heard(conversations, tenant, ConversationId("v00"), NOW)
    before = meter.writes.total(), meter.reads.total()
    heard(conversations, tenant, ConversationId("v00"), EpochMs(NOW + 1))
    # Message 1, made findable by Meta's id 1 and by its one word 1, head 1, and its place in one index 2.
    assert meter.writes.total() - before[0] <= 6
    assert meter.reads.total() - before[1] <= 2
    writes = meter.writes.total()
    conversations.change(tenant, ConversationId("v00"), lambda c: assign(c, "ana"), lambda _b, _a: entry("x"))
    assert meter.writes.total() - writes <= 8
    for i in range(1, 40):
        heard(conversations, tenant, ConversationId(f"v{i:02}"), EpochMs(NOW + i))
    reads = meter.reads.total()
    assert len(conversations.page(tenant, 40, None, NOW, ConversationFilter("open", "")).items) == 39
    # Two queries, of which one finds 30 KB.
    assert meter.reads.total() - reads <= 6
