"""Who says what they have seen does not close, snooze or mark as read what came after. Against the Meta simulator."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.ids import ContactId, ConversationId, new_ulid
from shared.store.conversations.conversations import Conversations, Head
from tests.support.chats import DAY_MS, Chat, Json, chat, graph_url

__all__ = ["chat", "graph_url"]
PATHS = ["/close", "/snooze", "/read"]


def wish(path: str, **more: Any) -> Json:
    return {**more, **({"until": to_rfc3339(EpochMs(epoch_ms() + DAY_MS))} if path == "/snooze" else {})}


def now_is(chat: Chat) -> Json:
    return chat.call("GET", "").body


def marks(chat: Chat) -> list[str]:
    """The messages that Meta was told are read."""
    return [entry["body"]["message_id"] for entry in chat.journal() if entry["body"].get("status") == "read"]


def meanwhile(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, happens: Callable[[], object]) -> None:
    """Something happens just before the first call of a method."""
    real, pending = getattr(owner, name), [happens]

    def late(self: object, *args: Any, **more: Any) -> Any:
        if pending:
            pending.pop()()
        return real(self, *args, **more)

    monkeypatch.setattr(owner, name, late)


@pytest.mark.parametrize("path", PATHS)
def test_a_message_that_came_after_what_was_seen_is_shown_and_nothing_is_changed(chat: Chat, path: str) -> None:
    seen = chat.hears(ago_ms=5_000)
    version = now_is(chat)["version"]
    newer = chat.hears(ago_ms=1_000, text="wait, one more thing")
    before = now_is(chat)
    assert before["version"] == version, "it is not what tells of a message"
    body = wish(path, if_last_message_id=seen.message_id)
    refused = chat.call("POST", path, body if path == "/read" else {**body, "version": version})
    assert (refused.status, refused.body["code"], refused.body["field"]) == (
        409, "answered_meanwhile", "if_last_message_id",
    )  # fmt: skip
    assert (refused.body["newer_message"]["id"], refused.body["newer_message"]["text"]) == (
        newer.message_id,
        newer.text,
    )
    assert now_is(chat) == before
    assert (before["unread"], before["status"], marks(chat)) == (2, "open", [])
    if path != "/read":
        assert refused.body["conversation"] == before


@pytest.mark.parametrize("path", PATHS)
def test_who_has_seen_the_last_message_is_not_refused(chat: Chat, path: str) -> None:
    chat.hears(ago_ms=5_000)
    last = chat.hears(ago_ms=1_000)
    done = chat.call("POST", path, wish(path, if_last_message_id=last.message_id))
    assert done.status == 200, done.body
    changed = {"/close": ("closed", 0), "/snooze": ("snoozed", 2), "/read": ("open", 0)}
    assert (done.body["status"], done.body["unread"]) == changed[path]
    assert marks(chat) == ([last.wamid] if path == "/read" else [])


@pytest.mark.parametrize("path", PATHS)
def test_who_does_not_say_what_they_have_seen_is_not_refused(chat: Chat, path: str) -> None:
    chat.hears()
    for body in (wish(path), wish(path, if_last_message_id="")):
        assert chat.call("POST", path, body).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_what_a_colleague_answered_since_is_no_reason(chat: Chat, path: str) -> None:
    seen = chat.hears(ago_ms=1_000)
    assert chat.send({"type": "text", "text": {"body": "an answer"}}, by=chat.bea).status == 201
    assert chat.call("POST", path, wish(path, if_last_message_id=seen.message_id)).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_reaction_that_no_list_shows_is_no_reason(chat: Chat, path: str) -> None:
    seen, at = chat.hears(ago_ms=1_000), epoch_ms()
    thumb = Message(
        message_key(at, f"z{new_ulid()}"),
        ConversationId(chat.conversation),
        "in",
        "contact",
        "reaction",
        "👍",
        at,
        {},
        "wamid.thumb",
    )
    chat.api.deps.conversations.append(
        chat.tenant,
        Head(ConversationId(chat.conversation), chat.number, ContactId(chat.contact), ""),
        thumb,
    )
    assert chat.call("POST", path, wish(path, if_last_message_id=seen.message_id)).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_message_that_comes_at_the_very_moment_is_not_missed(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    seen = chat.hears(ago_ms=1_000)
    meanwhile(monkeypatch, Conversations, "_store", chat.hears)
    refused = chat.call("POST", path, wish(path, if_last_message_id=seen.message_id))
    assert (refused.status, refused.body["code"]) == (409, "answered_meanwhile")
    assert (now_is(chat)["unread"], now_is(chat)["status"]) == (2, "open")


def test_a_message_that_comes_while_meta_is_told_stays_unread_on_both_sides(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = chat.hears(ago_ms=1_000)
    newer: list[Message] = []
    meanwhile(monkeypatch, type(chat.api.deps.signals), "read", lambda: newer.append(chat.hears()))
    refused = chat.call("POST", "/read", {"if_last_message_id": seen.message_id})
    assert (refused.status, refused.body["newer_message"]["id"]) == (409, newer[0].message_id)
    assert (now_is(chat)["unread"], marks(chat)) == (2, [seen.wamid])
    again = chat.call("POST", "/read", {"if_last_message_id": newer[0].message_id})
    assert (again.status, again.body["unread"], again.body["read_mark"]) == (200, 0, "sent")
    assert marks(chat) == [seen.wamid, newer[0].wamid]


def test_what_was_seen_is_named_by_an_id_of_ours(chat: Chat) -> None:
    for path in PATHS:
        answer = chat.call("POST", path, wish(path, if_last_message_id="wamid.x"))
        assert (answer.status, answer.body["field"]) == (422, "if_last_message_id")
