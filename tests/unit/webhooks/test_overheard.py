"""A no in what cannot be handled: whoever can be made out has said it, and nobody else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhook_ingest.receive.overheard import overheard
from shared.clock import EpochMs
from shared.ids import WabaId
from shared.queue_messages import ConsentSaid
from tests.support.webhook_payloads import CONTACT, METADATA, PHONE_ID, TEXT, WABA, Json, envelope, messages, wire

NOW = EpochMs(1_749_416_400_000)
STOP: Json = {**TEXT, "text": {"body": "STOP"}}
BUTTON: Json = {**TEXT, "type": "button", "button": {"text": "Stop promotions", "payload": "STOP"}}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["STOP", "from", "messages"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["from", "text", "body", "type", "to"]), inner),
)


def value(*listed: object, **more: object) -> Json:
    return {"metadata": METADATA, "contacts": [CONTACT], "messages": list(listed), **more}


def heard(raw: object) -> list[ConsentSaid]:
    return list(overheard(raw, NOW))


@pytest.mark.parametrize(
    "raw",
    [
        value(STOP),
        value(BUTTON),
        value("STOP"),
        value({**STOP, "text": "STOP"}),
        value({"from": CONTACT["wa_id"], "body": "stop"}),
        value({"from_user_id": CONTACT["user_id"], "type": "brand_new", "text": {"body": "STOP"}}),
        value([[STOP]]),
        {**value(), "messages": STOP},
        {"object": "page", "entry": [{"id": WABA, "changes": [{"value": value(STOP)}]}]},
        wire(envelope(messages(STOP))).decode() + "trailing",
        '\ufeff' + json.dumps(value(STOP)),
        '{"a":"\x01","value":' + json.dumps(value(STOP)) + "}",
        '{"phone_number_id":"' + PHONE_ID + '","from":"16505551234","text":{"body":"STOP"},"ti',
        json.dumps({"phone_number_id": PHONE_ID, "message": STOP, "contact": CONTACT, "received_at": NOW, "new": 1}),
    ],
)  # fmt: skip
def test_a_no_is_heard_wherever_a_sender_and_words_can_be_made_out(raw: object) -> None:
    (said,) = heard(raw)
    assert said.word == "stop"
    assert CONTACT["wa_id"] == said.message.get("from") or CONTACT["user_id"] == said.message.get("from_user_id")
    assert ConsentSaid.from_json(said.to_json()) == said


def test_to_whom_it_was_said_is_taken_from_what_stands_around_it() -> None:
    (said,) = heard(envelope(messages(STOP, metadata={"display_phone_number": "x"})))
    assert (said.phone_number_id, said.waba_id) == ("", WABA)
    (said,) = overheard(value(STOP), NOW, WabaId("7"))
    assert (said.phone_number_id, said.waba_id) == (PHONE_ID, "7")


def test_a_no_with_a_time_keeps_it_and_one_without_is_of_now() -> None:
    (dated,), (undated,) = heard(value(STOP)), heard(value({**STOP, "timestamp": "soon"}))
    assert (dated.message["timestamp"], undated.message["timestamp"]) == (STOP["timestamp"], str(NOW // 1000))


@pytest.mark.parametrize(
    "raw",
    [
        value(TEXT),
        value({**STOP, "text": {"body": "START"}}),
        value({**STOP, "to": "16505551235"}),
        {"metadata": METADATA, "message_echoes": [STOP]},
        {"metadata": METADATA, "history": [{"threads": [{"messages": [STOP]}]}]},
        {"phone_number_id": PHONE_ID, "message": STOP, "echo": True},
        value({**TEXT, "context": {"from": "16505551234", "body": "STOP"}}),
        {"metadata": METADATA, "contacts": [CONTACT, {"wa_id": "1"}], "messages": ["STOP"]},
        value({"text": {"body": "STOP"}}),
        '"phone_number_id":"1","from":"16505551234","from":"16505559999","text":{"body":"STOP"}',
        "STOP",
        "",
        None,
    ],
)
def test_nobody_is_silenced_by_others_words(raw: object) -> None:
    assert heard(raw) == []


def test_however_deep_it_is_nested() -> None:
    raw: object = value(STOP)
    for _ in range(3_000):
        raw = {"value": [raw]}
    assert len(heard(raw)) == 1
    assert heard("[" * 100_000) == []


@given(ANYTHING)
def test_nothing_makes_it_fail(raw: object) -> None:
    for said in heard({"metadata": METADATA, "messages": [raw]}):
        said.to_json().encode()
