"""A message that is asked for again because the first attempt failed, died or was not heard of: sent at most once, and
never said to be on its way when it is not."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.http.idempotency import IdempotencyStore
from shared.clients.platform_secret import SecretReader
from shared.clients.vault import Vault
from shared.clock import EpochMs, epoch_ms
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.errors import RetryableError
from shared.ids import ContactId, ConversationId, new_ulid
from shared.services.single_send import Draft
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.consent import Consent
from shared.store.conversations.conversations import Head
from shared.store.conversations.messages import Messages
from tests.support.api_handler import Answer
from tests.support.chats import Chat, Json, chat, graph_url
from tests.support.scripted_meta import answering, refused

__all__ = ["chat", "graph_url"]
Patch = pytest.MonkeyPatch
TEXT: Json = {"type": "text", "text": {"body": "your answer"}}
IDEMPOTENCY = "functions.api.http.routing.epoch_ms"
ROUTE = "functions.api.inbox.routes.epoch_ms"


class Died(BaseException):
    """The process is ended: nothing after this runs."""


def fails_once(patch: Patch, owner: type, name: str, error: BaseException) -> None:
    real, failures = getattr(owner, name), [error]

    def method(*args: Any, **more: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(*args, **more)

    patch.setattr(owner, name, method)


def keyed(chat: Chat, body: object = TEXT) -> Callable[[], Answer]:
    """Sends the same under the same Idempotency-Key, each time it is called."""
    headers = {"Idempotency-Key": new_ulid()}
    return lambda: chat.send(body, headers=headers)


def a_minute_passes(patch: Patch) -> None:
    for name in (IDEMPOTENCY, ROUTE):
        patch.setattr(name, lambda: epoch_ms() + 61_000)


def shown(chat: Chat) -> list[str]:
    """The states of the business's messages, as the inbox shows them."""
    return [m["status"] for m in chat.call("GET", "/messages").body["items"] if m["direction"] == "out"]


@pytest.mark.parametrize(("owner", "name"), [(Accounts, "waba"), (Vault, "open"), (SecretReader, "read")], ids=str)
def test_what_failed_before_it_was_sent_is_sent_by_the_next_attempt(
    chat: Chat, monkeypatch: Patch, owner: type, name: str
) -> None:
    chat.hears()
    send = keyed(chat)
    fails_once(monkeypatch, owner, name, RuntimeError("throttled"))
    assert send().status == 500
    assert shown(chat) == []
    assert [send().body["status"] for _ in range(2)] == ["sent", "sent"]
    assert (shown(chat), len(chat.journal())) == (["sent"], 1)


def test_who_could_not_answer_keeps_nobody_from_answering(chat: Chat, monkeypatch: Patch) -> None:
    seen = chat.hears()
    text = TEXT | {"if_last_message_id": seen.message_id}
    fails_once(monkeypatch, Vault, "open", RuntimeError("throttled"))
    assert chat.send(text).status == 500
    assert chat.send(text, by=chat.bea).status == 201


def test_an_answer_that_could_not_be_stored_becomes_unknown_and_is_not_sent_again(
    chat: Chat, monkeypatch: Patch
) -> None:
    chat.hears()
    send = keyed(chat)
    fails_once(monkeypatch, Messages, "record_status", RuntimeError("throttled"))
    assert send().status == 500
    early = send()
    assert (early.status, early.body["code"]) == (503, "temporarily_unavailable")
    assert shown(chat) == ["queued"]
    a_minute_passes(monkeypatch)
    late = send()
    assert (late.status, late.body["status"], send().body["status"]) == (201, "unknown", "unknown")
    assert shown(chat) == ["unknown"]
    assert len(chat.journal()) == 1, "Meta was asked once"
    chat.api.deps.conversations.messages.record_status(
        chat.tenant, ConversationId(chat.conversation), late.body["id"], "delivered"
    )
    assert shown(chat) == ["delivered"]


def test_what_was_begun_is_told_also_when_the_person_has_said_no_since(chat: Chat, monkeypatch: Patch) -> None:
    chat.hears()
    send = keyed(chat)
    fails_once(monkeypatch, Messages, "record_status", Died())
    monkeypatch.setattr(IdempotencyStore, "give_up", lambda *_: None)
    with pytest.raises(Died):
        send()
    assert send().body["code"] == "idempotency_in_progress"
    now = EpochMs(epoch_ms() + 1000)
    chat.api.deps.contacts.consent.record(
        chat.tenant, ContactId(chat.contact), opted_out=True, source="x", at=now, event_id="e", now=now
    )
    a_minute_passes(monkeypatch)
    late = send()
    assert (late.status, late.body["status"]) == (201, "unknown")
    assert len(chat.journal()) == 1


def test_a_message_whose_head_was_not_written_is_in_the_list_of_conversations_when_repeated(
    chat: Chat, monkeypatch: Patch
) -> None:
    chat.hears()
    send = keyed(chat)
    fails_once(monkeypatch, type(chat.api.deps.conversations), "_store", Died())
    with pytest.raises(Died):
        send()
    a_minute_passes(monkeypatch)
    assert send().body["status"] == "unknown"
    head = chat.api.call("GET", f"/v1/conversations/{chat.conversation}", tenant=chat.tenant).body
    assert head["last_message_text"] == "your answer"
    assert chat.journal() == []


@pytest.mark.parametrize("age_ms", [1_000, 100_000])
def test_only_after_a_minute_is_a_sender_taken_for_dead(chat: Chat, age_ms: int) -> None:
    chat.hears(ago_ms=200_000)
    at = EpochMs(epoch_ms() - age_ms)
    draft = Draft("died", at, "agent", chat.ana, "text", "x", {"body": "x"})
    message = Message(
        message_key(at, "died"), ConversationId(chat.conversation), "out", "agent", "text", "x", at, {}, status="queued"
    )
    chat.api.deps.conversations.append(
        chat.tenant,
        Head(ConversationId(chat.conversation), chat.number, ContactId(chat.contact), ""),
        message,
    )
    send, place = chat.api.deps.sender.send, (chat.tenant, ConversationId(chat.conversation))
    if age_ms < 60_000:
        with pytest.raises(RetryableError):
            send(*place, draft, epoch_ms())
    else:
        assert send(*place, draft, epoch_ms()).status == "unknown"
    assert chat.journal() == []


def test_a_no_that_meta_told_is_kept_when_the_sender_dies_right_after(chat: Chat, monkeypatch: Patch) -> None:
    chat.hears()
    chat.template("21", "MARKETING", "Hello there")
    send = keyed(chat, {"type": "template", "template": {"template_id": "21"}})
    answering(chat, monkeypatch, marketing_messages=refused(131050))
    fails_once(monkeypatch, Messages, "record_status", Died())
    with pytest.raises(Died):
        send()
    contact = chat.api.deps.contacts.get(chat.tenant, ContactId(chat.contact))
    assert contact is not None
    assert contact.opted_out_at is not None
    assert send().status == 503
    a_minute_passes(monkeypatch)
    assert send().body["status"] == "unknown"


def test_a_no_that_could_not_be_recorded_leaves_no_outcome_that_hides_it(chat: Chat, monkeypatch: Patch) -> None:
    chat.hears()
    chat.template("21", "MARKETING", "Hello there")
    send = keyed(chat, {"type": "template", "template": {"template_id": "21"}})
    answering(chat, monkeypatch, marketing_messages=refused(131050))
    fails_once(monkeypatch, Consent, "record", RuntimeError("throttled"))
    assert (send().status, shown(chat)) == (500, ["queued"])
