"""What a single send makes of Meta's refusals and silences."""

import pytest

from shared.domain.campaigns.outcome import Kind, Outcome
from shared.ids import ContactId
from tests.support.api_handler import Answer
from tests.support.chats import Chat, Json, chat, graph_url
from tests.support.scripted_meta import ACCEPTED, answering, refused

__all__ = ["chat", "graph_url"]
Patch = pytest.MonkeyPatch
TEXT: Json = {"type": "text", "text": {"body": "your answer"}}
FUNCTION_SECONDS = 29


def send_marketing(chat: Chat) -> Answer:
    chat.template("21", "MARKETING", "Hello there")
    return chat.send({"type": "template", "template": {"template_id": "21"}})


@pytest.mark.parametrize("code", [131055, 134100, 134102, 134101, 10])
def test_marketing_that_meta_does_not_take_at_its_endpoint_goes_to_messages_at_once(
    chat: Chat, monkeypatch: Patch, code: int
) -> None:
    meta = answering(chat, monkeypatch, marketing_messages=refused(code), messages=ACCEPTED)
    answer = send_marketing(chat)
    assert (answer.status, answer.body["status"], answer.body["error_code"]) == (201, "sent", None)
    assert meta.asked == ["marketing_messages", "messages"]
    assert meta.passed_ms == 0, "nothing to wait for"


def test_what_is_no_marketing_goes_to_messages(chat: Chat, monkeypatch: Patch) -> None:
    meta = answering(chat, monkeypatch, messages=ACCEPTED)
    chat.template("21", "UTILITY", "Hello there")
    assert chat.send({"type": "template", "template": {"template_id": "21"}}).body["status"] == "sent"
    chat.hears()
    assert chat.send(TEXT).body["status"] == "sent"
    assert meta.asked == ["messages", "messages"]


@pytest.mark.parametrize("code", [131061, 131063])
def test_a_template_that_neither_endpoint_takes_fails_with_the_last_code(
    chat: Chat, monkeypatch: Patch, code: int
) -> None:
    meta = answering(chat, monkeypatch, marketing_messages=refused(134100), messages=refused(code))
    answer = send_marketing(chat)
    assert (answer.body["status"], answer.body["error_code"]) == ("failed", str(code))
    assert meta.asked == ["marketing_messages", "messages"]


def test_an_answer_that_got_lost_at_the_other_endpoint_is_unknown(chat: Chat, monkeypatch: Patch) -> None:
    lost = Outcome(Kind.UNKNOWN, "no_answer")
    meta = answering(chat, monkeypatch, marketing_messages=refused(134102), messages=lost)
    assert send_marketing(chat).body["status"] == "unknown"
    assert meta.asked == ["marketing_messages", "messages"]


def test_an_answer_that_got_lost_at_the_first_endpoint_is_not_asked_for_at_the_other(
    chat: Chat, monkeypatch: Patch
) -> None:
    meta = answering(chat, monkeypatch, marketing_messages=Outcome(Kind.UNKNOWN, "no_answer"))
    assert send_marketing(chat).body["status"] == "unknown"
    assert meta.asked == ["marketing_messages"]


def test_the_other_endpoint_too_is_tried_again_while_it_is_busy(chat: Chat, monkeypatch: Patch) -> None:
    meta = answering(chat, monkeypatch, marketing_messages=refused(134102), messages=refused(130429))
    answer = send_marketing(chat)
    assert (answer.body["status"], answer.body["error_code"]) == ("failed", "130429")
    assert meta.asked == ["marketing_messages", *["messages"] * 3]


def test_who_stopped_marketing_at_meta_has_said_no(chat: Chat, monkeypatch: Patch) -> None:
    answering(chat, monkeypatch, marketing_messages=refused(131050))
    answer = send_marketing(chat)
    assert (answer.status, answer.body["status"], answer.body["error_code"]) == (201, "failed", "131050")
    contact = chat.api.deps.contacts.get(chat.tenant, ContactId(chat.contact))
    assert contact is not None
    assert contact.opted_out_at is not None
    (event,) = chat.api.deps.contacts.consent.events(chat.tenant, ContactId(chat.contact))
    assert (event.source, event.opted_out, event.at) == ("meta_131050", True, contact.opted_out_at)
    assert event.event_id == f"{answer.body['id']}-131050"
    again = send_marketing(chat)
    assert (again.status, again.body["code"]) == (409, "opted_out")


def test_any_other_refusal_is_no_no(chat: Chat, monkeypatch: Patch) -> None:
    answering(chat, monkeypatch, marketing_messages=refused(131049))
    assert send_marketing(chat).body["error_code"] == "131049"
    assert chat.api.deps.contacts.consent.events(chat.tenant, ContactId(chat.contact)) == []


def test_a_meta_that_says_nothing_is_given_up_on_before_the_function_is_ended(chat: Chat, monkeypatch: Patch) -> None:
    chat.hears()
    meta = answering(chat, monkeypatch, takes_ms=60_000, messages=ACCEPTED)
    answer = chat.send(TEXT)
    assert (answer.status, answer.body["status"]) == (201, "unknown")
    assert len(meta.asked) == 1
    assert 15 < meta.seconds[0] <= 20


@pytest.mark.parametrize("takes_ms", [4_900, 9_000, 19_500])
@pytest.mark.parametrize("marketing", [130429, 134102])
def test_trying_again_ends_before_the_function_does(
    chat: Chat, monkeypatch: Patch, takes_ms: int, marketing: int
) -> None:
    meta = answering(chat, monkeypatch, takes_ms, marketing_messages=refused(marketing), messages=refused(130429))
    assert send_marketing(chat).body["status"] in ("failed", "unknown")
    assert len(meta.asked) > 1
    assert meta.passed_ms <= (FUNCTION_SECONDS - 3) * 1000


def test_an_endpoint_that_is_asked_late_has_a_few_seconds_all_the_same(chat: Chat, monkeypatch: Patch) -> None:
    meta = answering(chat, monkeypatch, 19_500, marketing_messages=refused(134102), messages=ACCEPTED)
    send_marketing(chat)
    assert meta.seconds[1] == 5.0


def test_when_giving_meta_a_file_took_all_the_time_it_is_tried_once(chat: Chat, monkeypatch: Patch) -> None:
    meta = answering(chat, monkeypatch, 4_900, marketing_messages=refused(130429))
    meta.passed_ms = 20_000
    assert send_marketing(chat).body["error_code"] == "130429"
    assert meta.seconds == [5.0]
