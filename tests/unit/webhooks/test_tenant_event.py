"""Which events a change makes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from shared.domain.webhooks.tenant_event import (
    MAX_REPRESENTATION,
    EventType,
    TenantEvent,
    campaign_changes,
    campaign_data,
    conversation_changes,
    event_id,
    fits,
    message_changes,
)
from shared.ids import ContactId, ConversationId, PhoneNumberId
from tests.support.campaigns import a_campaign

IN = Message("m", ConversationId("v"), "in", "contact", "text", "hello", EpochMs(1), {"body": "hello"})
OUT = Message("m", ConversationId("v"), "out", "agent", "text", "hello", EpochMs(1), {"body": "hello"}, status="queued")
HEAD = Conversation(
    ConversationId("v"), PhoneNumberId("pn"), ContactId("c"), "Ana", EpochMs(1), "hello", EpochMs(1), unread=1
)
CAMPAIGN = a_campaign("k", phone_number_id=PhoneNumberId("pn"), audience=Audience(everyone=True))


def kinds(changes: list[Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(change.type), change.changed) for change in changes]


def test_a_new_message() -> None:
    assert kinds(message_changes(None, IN)) == [("message.received", ())]
    assert kinds(message_changes(None, OUT)) == [("message.created", ())]


def test_messages_that_a_number_brought_along_are_no_news() -> None:
    assert message_changes(None, replace(IN, source="history")) == []


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "failed", "unknown"])
def test_a_tick(status: str) -> None:
    ticked = replace(OUT, status=status, wamid="wamid.1", error_code="131026" if status == "failed" else "")
    assert kinds(message_changes(OUT, ticked)) == [("message.status", ("status",))]


def test_a_changed_message() -> None:
    assert kinds(message_changes(IN, replace(IN, text="hallo"))) == [("message.updated", ("text",))]
    both = replace(OUT, text="hallo", status="read")
    assert [kind for kind, _ in kinds(message_changes(OUT, both))] == ["message.status", "message.updated"]


def test_a_message_that_is_written_as_it_was_makes_none() -> None:
    assert message_changes(IN, IN) == []
    assert message_changes(OUT, replace(OUT, wamid="wamid.1")) == []


def test_a_conversation() -> None:
    assert kinds(conversation_changes(None, HEAD)) == [("conversation.created", ())]
    moved = replace(HEAD, last_message_at=EpochMs(2), last_message_text="and?", last_inbound_at=EpochMs(2))
    assert conversation_changes(HEAD, moved) == []
    read = replace(moved, unread=0, status="closed")
    assert kinds(conversation_changes(HEAD, read)) == [("conversation.updated", ("status", "unread"))]


@pytest.mark.parametrize("state", list(State))
def test_a_campaign_that_comes_into_a_state(state: State) -> None:
    before = replace(CAMPAIGN, state=State.LOADING if state is not State.LOADING else State.SCHEDULED)
    found = kinds(campaign_changes(before, replace(CAMPAIGN, state=state)))
    quiet = state in (State.DRAFT, State.LOADING)
    assert found == ([] if quiet else [(f"campaign.{state}", ("status",))])
    assert campaign_changes(replace(CAMPAIGN, state=state), replace(CAMPAIGN, state=state, lanes=4)) == []


def test_a_paused_campaign_says_why_and_what_to_do() -> None:
    data = campaign_data(replace(CAMPAIGN, state=State.PAUSED, reason="meta_131042"))
    assert (data["status"], data["reason"]) == ("paused", "meta_131042")
    assert "payment" in str(data["next_action"])


def test_an_id_follows_from_the_record_and_holds_no_full_stop() -> None:
    ids = [event_id(record, i) for record in ("a.1-b", "c" * 32) for i in range(3)]
    assert len(set(ids)) == 6
    assert all("." not in one and one.startswith("evt_") for one in ids)
    assert event_id("abc", 1) == event_id("abc", 1)


def test_an_event_is_the_standards_payload_in_ascii() -> None:
    text = TenantEvent(
        "evt_1", EventType.MESSAGE_RECEIVED, EpochMs(1_700_000_000_123), {"text": "olá \ud83d"}
    ).to_json()
    assert text.isascii()
    assert json.loads(text) == {
        "id": "evt_1",
        "type": "message.received",
        "timestamp": "2023-11-14T22:13:20.123Z",
        "data": {"text": "olá \ud83d"},
    }


def test_only_what_is_small_is_carried() -> None:
    assert fits("x" * (MAX_REPRESENTATION - 2))
    assert not fits("x" * (MAX_REPRESENTATION - 1))
    assert not fits("é" * (MAX_REPRESENTATION // 5))


@pytest.mark.parametrize("at", [1, 999, 1_800_000_000_001, 1_799_999_999_999])
def test_an_event_goes_to_json_and_back(at: int) -> None:
    event = TenantEvent("evt_1", EventType.MESSAGE_STATUS, EpochMs(at), {"text": "\ud83d", "n": [1]})
    assert TenantEvent.from_json(event.to_json()) == event
