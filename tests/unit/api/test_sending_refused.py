"""What a single send makes of Meta's refusals and silences."""

import pytest

from tests.unit.api.chats import Chat, Json, chat, graph_url
from tests.unit.api.conftest import Answer
from tests.unit.api.scripted_meta import ACCEPTED, answering, refused

__all__ = ["chat", "graph_url"]
Patch = pytest.MonkeyPatch
TEXT: Json = {"type": "text", "text": {"body": "your answer"}}
FUNCTION_SECONDS = 29


def send_marketing(chat: Chat) -> Answer:
    chat.template("21", "MARKETING", "Hello there")
    return chat.send({"type": "template", "template": {"template_id": "21"}})


def test_a_meta_that_says_nothing_is_given_up_on_before_the_function_is_ended(chat: Chat, monkeypatch: Patch) -> None:
    chat.hears()
    meta = answering(chat, monkeypatch, takes_ms=60_000, messages=ACCEPTED)
    answer = chat.send(TEXT)
    assert (answer.status, answer.body["status"]) == (201, "unknown")
    assert len(meta.asked) == 1
    assert 15 < meta.seconds[0] <= 20


@pytest.mark.parametrize("takes_ms", [4_900, 9_000, 19_500])
def test_trying_again_ends_before_the_function_does(chat: Chat, monkeypatch: Patch, takes_ms: int) -> None:
    meta = answering(chat, monkeypatch, takes_ms, messages=refused(130429))
    assert send_marketing(chat).body["status"] in ("failed", "unknown")
    assert len(meta.asked) > 1
    assert meta.passed_ms <= (FUNCTION_SECONDS - 3) * 1000


def test_when_giving_meta_a_file_took_all_the_time_it_is_tried_once(chat: Chat, monkeypatch: Patch) -> None:
    meta = answering(chat, monkeypatch, 4_900, messages=refused(130429))
    meta.passed_ms = 20_000
    assert send_marketing(chat).body["error_code"] == "130429"
    assert meta.seconds == [5.0]
