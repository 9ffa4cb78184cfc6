from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.conversation import Conversation, Trail
from shared.domain.conversations.merge import merged
from shared.ids import ContactId, ConversationId, PhoneNumberId


def talk(conversation_id: ConversationId, at: EpochMs, **more: Any) -> Conversation:
    """One whose last message came at that time, from the person."""
    last_id = f"{at:013d}-a"
    trail = Trail(last_id, last_id, f"wamid.{at}", f"{at - 1:013d}-b", "agent:1", f"wamid.{at}", last_id)
    known: dict[str, Any] = {"unread": 1, "created_at": at - 100, "trail": trail, "contact_name": ""}
    return Conversation(
        conversation_id,
        PhoneNumberId("pn"),
        ContactId(f"c-{conversation_id}"),
        last_message_at=at,
        last_message_text=f"at {at}",
        last_inbound_at=at,
        **{**known, **more},
    )


def test_a_conversation_takes_the_place_of_none() -> None:
    gone = talk(ConversationId("gone"), EpochMs(5_000), labels=frozenset({"l"}), assignee="m")
    assert merged(None, gone, ConversationId("kept"), ContactId("c-kept")) == replace(
        gone, conversation_id=ConversationId("kept"), contact_id=ContactId("c-kept")
    )


@pytest.mark.parametrize(("kept_at", "gone_at"), [(5_000, 6_000), (6_000, 5_000)])
def test_the_latest_of_both_is_what_was_last(kept_at: EpochMs, gone_at: EpochMs) -> None:
    kept = talk(ConversationId("kept"), kept_at, assignee="me", labels=frozenset({"a"}), notes=1, version=3)
    gone = talk(
        ConversationId("gone"),
        gone_at,
        contact_name="Ana",
        contact_phone="+1",
        assignee="you",
        labels=frozenset({"b"}),
        notes=2,
    )
    both = merged(kept, gone, ConversationId("kept"), ContactId("c-kept"))
    assert (both.conversation_id, both.contact_id) == ("kept", "c-kept")
    assert (both.last_message_at, both.last_message_text, both.last_inbound_at) == (6_000, "at 6000", 6_000)
    assert (both.trail.last_id, both.trail.inbound_wamid) == ("0000000006000-a", "wamid.6000")
    assert both.trail.heard_id == "0000000006000-a"
    assert (both.unread, both.notes, both.version, both.created_at) == (2, 3, 4, 4_900)
    assert (both.contact_name, both.contact_phone) == ("Ana", "+1")
    assert (both.assignee, both.labels) == ("me", frozenset({"a", "b"}))


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("closed", "open", "open"),
        ("snoozed", "closed", "snoozed"),
        ("snoozed", "open", "open"),
        ("closed", "closed", "closed"),
    ],
)
def test_what_somebody_still_has_to_do_is_not_done(one: Any, other: Any, result: str) -> None:
    until = {"snoozed": 9_000}
    for status, second in ((one, other), (other, one)):
        kept = talk(ConversationId("kept"), EpochMs(1_000), status=status, snoozed_until=until.get(status))
        gone = talk(ConversationId("gone"), EpochMs(2_000), status=second, snoozed_until=until.get(second))
        both = merged(kept, gone, ConversationId("kept"), ContactId("c"))
        assert (both.status, both.snoozed_until) == (result, until.get(result))


def test_labels_stay_within_what_a_conversation_may_have() -> None:
    kept = talk(ConversationId("kept"), EpochMs(1), labels=frozenset(f"k{i:02d}" for i in range(15)))
    gone = talk(ConversationId("gone"), EpochMs(2), labels=frozenset(f"g{i:02d}" for i in range(15)))
    both = merged(kept, gone, ConversationId("kept"), ContactId("c"))
    assert len(both.labels) == 20
    assert kept.labels < both.labels
