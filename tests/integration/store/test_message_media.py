"""How the file of a message stands, over a real DynamoDB: whatever the order and the number of news, one result."""

from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_changes import Change
from shared.domain.conversations.message_ids import message_key
from shared.domain.media.message_media import MessageMedia
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId
from shared.store.conversations.conversations import Conversations, Head
from shared.store.engine.database import Database
from tests.support.faults import at_once

HEAD = Head(ConversationId("v1"), PhoneNumberId("pn1"), ContactId("c1"), "Ana")
PENDING = MessageMedia("pending", "image", "media/1", media_id="1", mime_type="image/jpeg", filename="otoño.jpg")
STORED = replace(PENDING, status="stored", size=5, sha256="ab")
FAILED = replace(PENDING, status="failed", reason="meta_190")


@pytest.fixture(scope="module")
def conversations(database: Database) -> Conversations:
    return Conversations(database)


def picture(at: EpochMs, name: str, media: MessageMedia | None, **more: Any) -> Message:
    known: dict[str, Any] = {"direction": "in", "author": "contact", "kind": "image", "text": "[image]"}
    known |= {"content": {"id": name}, "wamid": f"wamid.{name}", "media": media}
    return Message(message_key(at, name), ConversationId("v1"), at=at, **{**known, **more})


FIRST = picture(EpochMs(1_000), "first", PENDING)
EDIT = picture(
    EpochMs(2_000),
    "edit",
    replace(PENDING, media_id="2", key="media/2"),
    kind="edit",
    change=Change("edit", "wamid.first", kind="image", text="[image]", content={"id": "2"}),
)


def test_a_message_comes_back_with_its_file(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, FIRST)
    assert conversations.messages.get(tenant, ConversationId("v1"), FIRST.message_id) == FIRST
    assert conversations.messages.page(tenant, ConversationId("v1"), 5, None).items == [FIRST]


def test_news_join_and_a_redelivered_message_undoes_nothing(conversations: Conversations, tenant: TenantId) -> None:
    messages = conversations.messages
    conversations.append(tenant, HEAD, FIRST)
    told = [
        messages.record_media(tenant, ConversationId("v1"), FIRST.message_id, news)
        for news in (FAILED, STORED, STORED, FAILED)
    ]
    assert told == [FAILED, STORED, STORED, STORED]
    conversations.append(tenant, HEAD, FIRST)
    assert messages.get(tenant, ConversationId("v1"), FIRST.message_id) == replace(FIRST, media=STORED)


def test_of_many_at_once_the_copy_wins(conversations: Conversations, tenant: TenantId) -> None:
    conversations.append(tenant, HEAD, FIRST)
    news = [FAILED, STORED, replace(FAILED, reason="http_403"), STORED]
    at_once(4, lambda i: conversations.messages.record_media(tenant, ConversationId("v1"), FIRST.message_id, news[i]))
    found = conversations.messages.get(tenant, ConversationId("v1"), FIRST.message_id)
    assert found is not None
    assert found.media == STORED


def test_news_of_a_message_that_is_gone_make_none(conversations: Conversations, tenant: TenantId) -> None:
    assert (
        conversations.messages.record_media(tenant, ConversationId("v1"), message_key(EpochMs(1), "nobody"), STORED)
        is None
    )
    assert conversations.messages.get(tenant, ConversationId("v1"), message_key(EpochMs(1), "nobody")) is None


@pytest.mark.parametrize("order", [(FIRST, EDIT), (EDIT, FIRST)])
def test_an_edited_message_shows_the_file_of_its_edit(
    conversations: Conversations, tenant: TenantId, order: tuple[Message, Message]
) -> None:
    messages = conversations.messages
    for message in order:
        conversations.append(tenant, HEAD, message)
    assert EDIT.media is not None
    stored = replace(EDIT.media, status="stored")
    messages.record_media(tenant, ConversationId("v1"), FIRST.message_id, STORED)
    messages.record_media(tenant, ConversationId("v1"), EDIT.message_id, stored)
    (shown,) = messages.page(tenant, ConversationId("v1"), 5, None).items
    assert shown == messages.get(tenant, ConversationId("v1"), FIRST.message_id)
    assert (shown.message_id, shown.media) == (FIRST.message_id, stored)


def test_a_new_caption_leaves_the_file_and_a_revoke_takes_it(conversations: Conversations, tenant: TenantId) -> None:
    messages = conversations.messages
    conversations.append(tenant, HEAD, replace(FIRST, media=STORED))
    conversations.append(tenant, HEAD, replace(EDIT, media=None))
    found = messages.get(tenant, ConversationId("v1"), FIRST.message_id)
    assert found is not None
    assert found.media == STORED
    gone = picture(EpochMs(3_000), "gone", None, kind="revoke", change=Change("revoke", "wamid.first"))
    conversations.append(tenant, HEAD, EDIT)
    conversations.append(tenant, HEAD, gone)
    found = messages.get(tenant, ConversationId("v1"), FIRST.message_id)
    assert found is not None
    assert found.media is None
