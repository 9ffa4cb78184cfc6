"""What WhatsApp shows people of an agent: that they were read, that somebody writes. Against the Meta simulator."""

from shared.clock import epoch_ms
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId
from shared.store.conversations.conversations import Head
from tests.support.chats import DAY_MS, Chat, chat, graph_url

__all__ = ["chat", "graph_url"]


def test_reading_tells_the_person_once_and_never_fails(chat: Chat) -> None:
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    chat.hears()
    chat.hears()
    first = chat.call("POST", "/read")
    assert (first.status, first.body["read_mark"], first.body["unread"]) == (200, "sent", 0)
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    old = chat.hears(ago_ms=31 * DAY_MS)
    assert old.wamid
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    marks = [entry for entry in chat.journal() if entry["body"].get("status") == "read"]
    assert len(marks) == 1


def test_a_mark_that_meta_refuses_is_said_and_the_conversation_is_read(chat: Chat) -> None:
    at = epoch_ms()
    message = Message(
        message_key(at, "x"), ConversationId(chat.conversation), "in", "contact", "text", "x", at, {}, "wamid.unknown"
    )
    chat.api.deps.conversations.append(
        chat.tenant,
        Head(ConversationId(chat.conversation), chat.number, ContactId(chat.contact), ""),
        message,
    )
    answer = chat.call("POST", "/read")
    assert (answer.status, answer.body["read_mark"], answer.body["read_mark_code"]) == (200, "refused", "131009")
    assert answer.body["unread"] == 0


def test_writing_is_shown_to_the_team_and_to_the_person(chat: Chat) -> None:
    chat.hears()
    first = chat.call("POST", "/typing")
    assert (first.status, first.body["indicator"]) == (200, "sent")
    assert [(p["member_id"], p["status"]) for p in first.body["present"]] == [(chat.ana, "typing")]
    assert chat.call("POST", "/typing").body["indicator"] == "none"
    assert len(chat.call("POST", "/typing", by=chat.bea).body["present"]) == 2
    signs = [entry["body"] for entry in chat.journal() if entry["body"].get("typing_indicator")]
    assert len(signs) == 2
    assert chat.call("POST", "/read").body["read_mark"] == "none"


def test_nobody_sees_writing_when_the_window_is_closed(chat: Chat) -> None:
    chat.hears(ago_ms=DAY_MS + 60_000)
    assert chat.call("POST", "/typing").body["indicator"] == "none"
    assert chat.journal() == []
