"""The search index over a real DynamoDB: what is found, what it costs, and that nothing of a person stays in it."""

from dataclasses import replace
from typing import Any

import pytest

from infra.reindex_search import reindex
from shared.clock import EpochMs
from shared.domain.conversations.former_words import former_indexed_words, former_name_words
from shared.domain.conversations.message import Author, Message
from shared.domain.conversations.message_changes import Change
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations import search_index
from shared.store.conversations.conversations import Conversations, Head
from shared.store.conversations.message_items import RETENTION_DAYS
from shared.store.conversations.moves import ConversationMoves
from shared.store.conversations.search_index import MOST_FOUND
from shared.store.engine.database import Database, put_items
from tests.support.capacity import Meter

NOW = EpochMs(1_700_000_000_000)


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def says(
    conversations: Conversations,
    tenant: TenantId,
    text: str,
    *,
    at: EpochMs = NOW,
    place: ConversationId = ConversationId("v"),
    author: Author = "contact",
    name: str = "Ana Lima",
    phone: str = "+5511912345678",
    change: Change | None = None,
) -> str:
    key = message_key(at, new_ulid())
    message = Message(
        message_id=key,
        conversation_id=place,
        direction="in" if author == "contact" else "out",
        author=author,
        kind="text",
        text=text,
        at=at,
        content={},
        wamid=f"w{key}",
        status="sent",
        change=change,
    )
    conversations.append(tenant, Head(place, PhoneNumberId("pn"), ContactId(f"c{place}"), name, phone), message)
    return key


def postings(database: Database, tenant: TenantId) -> list[dict[str, Any]]:
    """Everything that the index holds of a tenant."""
    pages = database.client.get_paginator("scan").paginate(TableName=database.conversations)
    items = [item for page in pages for item in page["Items"]]
    return [dict(item) for item in items if item["pk"]["S"].startswith(f"T#{tenant}#S")]


def found(conversations: Conversations, tenant: TenantId, word: str, *, whole: bool = True) -> list[str]:
    return [message_id for _, message_id in conversations.search.messages(tenant, word, whole=whole).ids]


def test_words_are_found_whole_and_by_their_beginning_newest_first(
    conversations: Conversations, tenant: TenantId
) -> None:
    old = says(conversations, tenant, "My order is late")
    new = says(conversations, tenant, "Which ORDER?", at=EpochMs(NOW + 10), author="agent")
    orders = says(conversations, tenant, "all my orders", at=EpochMs(NOW + 5))
    says(conversations, tenant, "order order order", at=EpochMs(NOW + 20), author="bot")
    assert found(conversations, tenant, "order") == [new, old]
    assert found(conversations, tenant, "ord", whole=False) == [new, orders, old]
    assert found(conversations, tenant, "ord") == []
    assert found(conversations, tenant, "is") == []
    assert found(conversations, TenantId(new_ulid()), "order") == []


def test_people_are_found_by_any_of_their_names_and_the_end_of_their_number(
    conversations: Conversations, tenant: TenantId
) -> None:
    says(conversations, tenant, "x", place=ConversationId("v1"), name="Ana Lima", phone="+5511912345678")
    says(conversations, tenant, "x", place=ConversationId("v2"), name="Lianne Ng", phone="+5511912340678")
    search = conversations.search
    assert sorted(search.names(tenant, "li").ids) == [("", "v1"), ("", "v2")]
    assert search.names(tenant, "ng").ids == [("", "v2")]
    assert sorted(search.phones(tenant, "678").ids) == [("", "v1"), ("", "v2")]
    assert search.phones(tenant, "5678").ids == [("", "v1")]
    assert search.phones(tenant, "5511912345678").ids == [("", "v1")]
    assert search.names(TenantId(new_ulid()), "li").ids == []


def test_a_new_name_replaces_the_old_one(database: Database, conversations: Conversations, tenant: TenantId) -> None:
    says(conversations, tenant, "x", name="Ana Lima")
    says(conversations, tenant, "x", name="Ana Souza", phone="", at=EpochMs(NOW + 1))
    assert conversations.search.names(tenant, "lima").ids == []
    assert conversations.search.names(tenant, "souza").ids == [("", "v")]
    conversations.change(
        tenant, ConversationId("v"), lambda c: replace(c, contact_name="Bea", contact_phone="+491711234567")
    )
    assert {item["sk"]["S"].partition("#")[0] for item in postings(database, tenant)} == {"bea", "765432117194"}


def test_entries_live_as_long_as_what_they_lead_to(
    database: Database, conversations: Conversations, tenant: TenantId
) -> None:
    says(conversations, tenant, "hello")
    later = EpochMs(NOW + 40 * 86_400_000)
    says(conversations, tenant, "again", at=later)
    expiry = {item["sk"]["S"].partition("#")[0]: int(item["ttl"]["N"]) for item in postings(database, tenant)}
    keep = RETENTION_DAYS * 86_400
    assert expiry == {
        "hello": NOW // 1000 + keep, "again": later // 1000 + keep, "ana": later // 1000 + keep,
        "lima": later // 1000 + keep, "8765432191155": later // 1000 + keep,
    }  # fmt: skip


def test_nothing_of_a_person_stays_when_they_are_forgotten(
    database: Database, conversations: Conversations, tenant: TenantId
) -> None:
    says(conversations, tenant, "my first secret", at=NOW)
    wamid = f"w{says(conversations, tenant, 'a second secret', at=EpochMs(NOW + 1))}"
    edit = Change("edit", wamid, kind="text", text="third thought", content={})
    says(conversations, tenant, "[edited] third thought", at=EpochMs(NOW + 2), change=edit)
    says(conversations, tenant, "somebody elses secret", place=ConversationId("v2"), name="Bea", phone="+491711234567")
    head = conversations.get(tenant, ConversationId("v"))
    assert head is not None
    conversations.search.forget(tenant, head)
    left = {item["sk"]["S"].partition("#")[0] for item in postings(database, tenant)}
    assert left == {"somebody", "elses", "secret", "bea", "765432117194"}
    assert [place for place, _ in conversations.search.messages(tenant, "secret", whole=True).ids] == ["v2"]


def test_what_one_person_said_under_two_ids_is_found_in_one_place_and_forgotten_together(
    database: Database, conversations: Conversations, tenant: TenantId
) -> None:
    old = says(conversations, tenant, "first secret", place=ConversationId("v1"), name="Ana Old", phone="")
    new = says(conversations, tenant, "second secret", place=ConversationId("v2"), name="Ana New", at=EpochMs(NOW + 1))
    moves = ConversationMoves(database, conversations.messages)
    assert moves.move(tenant, ConversationId("v1"), ConversationId("v2"), ContactId("cv2"), NOW, lambda: False)
    assert conversations.search.names(tenant, "old").ids == []
    assert conversations.search.names(tenant, "new").ids == [("", "v2")]
    proposed = conversations.search.messages(tenant, "secret", whole=True).ids
    shown = [conversations.messages.get(tenant, ConversationId(place), message_id) for place, message_id in proposed]
    assert [(m.conversation_id, m.message_id) for m in shown if m is not None] == [("v2", new), ("v2", old)]
    head = conversations.get(tenant, ConversationId("v1"))
    assert head is not None
    conversations.search.forget(tenant, head)
    assert postings(database, tenant) == []


def indexed_as_before(
    conversations: Conversations, monkeypatch: pytest.MonkeyPatch, tenant: TenantId, text: str, name: str
) -> None:
    """A message and a head whose entries were written before text was folded in one way."""
    with monkeypatch.context() as before:
        before.setattr(search_index, "indexed_words", former_indexed_words)
        before.setattr(search_index, "indexed_numbers", lambda text: [])
        before.setattr(search_index, "name_words", former_name_words)
        says(conversations, tenant, text, name=name)


def test_what_was_indexed_under_the_former_fold_is_found_once_it_is_indexed_anew(
    database: Database, conversations: Conversations, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_as_before(conversations, monkeypatch, tenant, "Zamówienie z Łodzi, +48 601 234 567, मेरा", "Łukasz Żak")
    search = conversations.search
    assert (found(conversations, tenant, "lodzi"), search.names(tenant, "lukasz").ids) == ([], [])
    for _ in range(2):
        reindex(database)
        assert search.names(tenant, "lukasz").ids == [("", "v")]
        for word in ("lodzi", "zamowienie", "मेरा"):
            assert len(found(conversations, tenant, word)) == 1, word
        assert [place for place, _ in search.numbers(tenant, "4567").ids] == ["v"]
        assert search.phones(tenant, "5678").ids == [("", "v")]
    left = {item["sk"]["S"].partition("#")[0] for item in postings(database, tenant)}
    assert left == {
        *("zamowienie", "lodzi", "मेरा", "601", "234", "567", "48", "76543210684", "lukasz", "zak", "8765432191155")
    }
    assert found(conversations, TenantId(new_ulid()), "lodzi") == []


@pytest.mark.parametrize("anew", [True, False])
def test_nothing_that_was_indexed_before_stays_when_a_person_is_forgotten(
    database: Database, conversations: Conversations, tenant: TenantId, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    indexed_as_before(conversations, monkeypatch, tenant, "z Łodzi +48 601 234 567 मेरा ऑर्डर", "Łukasz Żak")
    says(conversations, tenant, "łódź", name="Łukasz Żak", at=EpochMs(NOW + 1))
    if anew:
        reindex(database)
    head = conversations.get(tenant, ConversationId("v"))
    assert head is not None
    conversations.search.forget(tenant, head)
    assert postings(database, tenant) == []


def test_a_name_of_before_goes_when_there_is_another(
    database: Database, conversations: Conversations, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_as_before(conversations, monkeypatch, tenant, "x", "Łukasz Żak")
    conversations.change(tenant, ConversationId("v"), lambda c: replace(c, contact_name="Ana Lima"))
    assert {item["sk"]["S"].partition("#")[0] for item in postings(database, tenant)} == {
        "ana", "lima", "8765432191155",
    }  # fmt: skip


def test_a_search_looks_at_so_many_and_says_so(conversations: Conversations, tenant: TenantId) -> None:
    for i in range(MOST_FOUND + 1):
        message = Message(
            message_key(EpochMs(NOW + i), "m"),
            ConversationId("v"),
            "in",
            "contact",
            "text",
            "word",
            EpochMs(NOW + i),
            {},
        )
        put_items(conversations.search.of_message(tenant, message))
    result = conversations.search.messages(tenant, "word", whole=True)
    assert (len(result.ids), result.complete) == (MOST_FOUND, False)
    assert result.ids[0] == ("v", message_key(EpochMs(NOW + MOST_FOUND), "m"))
    assert conversations.search.messages(tenant, "other", whole=True).complete


def test_what_it_costs_is_as_stated(database: Database, conversations: Conversations, tenant: TenantId) -> None:
    meter = Meter(database.client)
    says(conversations, tenant, "hi")

    def written(text: str, at: EpochMs) -> float:
        before = meter.writes.total()
        says(conversations, tenant, text, at=at)
        return meter.writes.total() - before

    plain = written("ok", EpochMs(NOW + 1))
    assert written("where is my order please", EpochMs(NOW + 2)) == plain + 3
    assert written(" ".join(f"word{i}" for i in range(100)), EpochMs(NOW + 3)) <= plain + 26
    reads = meter.reads.total()
    conversations.search.messages(tenant, "order", whole=True)
    assert meter.reads.total() - reads <= 0.5
