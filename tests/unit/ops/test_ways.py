"""How what was parked is tried again."""

import json
from dataclasses import asdict

import pytest

from functions.webhook_ingest.receive.split import split
from infra.ops.redact import redacted
from infra.ops.ways import NoWay, Post, Send, Tell, way_of
from shared.clock import EpochMs
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.ids import ContactId, ConversationId, TenantId
from shared.queue_messages import (
    AccountEvent,
    BotTurn,
    CopyMedia,
    ForwardWebhook,
    InboundMessage,
    LeaveControl,
    QueueMessage,
    StatusUpdates,
    SyncTask,
)
from tests.support.webhook_payloads import CONTACT, PHONE_ID, TEXT, WABA, envelope, messages, wire

NOW = EpochMs(1_749_416_400_000)
T = TenantId("t")


@pytest.mark.parametrize(
    ("message", "queue"),
    [
        (InboundMessage(PHONE_ID, TEXT, CONTACT, NOW), "Inbound"),
        (AccountEvent(WABA, "account_update", {}, NOW), "Account"),
        (ForwardWebhook("west", ["{}"], NOW), "Forward"),
        (LeaveControl(WABA, NOW), "Forward"),
        (SyncTask("history", WABA, {}, NOW), "Sync"),
        (StatusUpdates(PHONE_ID, []), "Status"),
        (BotTurn(T, PHONE_ID, ContactId("c"), ConversationId("v"), "m"), "Bot"),
        (CopyMedia(T, PHONE_ID, ConversationId("v"), "m"), "Media"),
    ],
)
def test_a_message_of_our_own_goes_back_to_its_queue_as_it_is(message: QueueMessage, queue: str) -> None:
    way = way_of("invalid_input: x", message.to_json())
    assert isinstance(way, Send)
    assert (way.queue, way.body, way.fifo) == (queue, message.to_json(), queue in ("Inbound", "Bot"))
    assert way.group


def test_a_message_keeps_the_group_it_was_sent_with() -> None:
    (routed,) = split(wire(envelope(messages(TEXT))), NOW).inbound
    way = way_of("invalid_input: unknown phone number", routed.message.to_json())
    assert isinstance(way, Send)
    assert way.group == routed.group


@pytest.mark.parametrize(
    "document",
    [
        {"object": "page", "entry": []},
        envelope({"field": "messages", "value": "none"}),
        envelope(messages({"id": 1}), other=1),
        envelope({"value": messages(TEXT)["value"]}),
        envelope({"field": "messages", "value": {**messages(TEXT)["value"], "messages": "text"}}),
        envelope({"field": "messages", "value": {**messages(TEXT)["value"], "metadata": {}}}),
        envelope({"field": "messages", "value": {**messages()["value"], "messages": [7]}}),
        envelope({"field": "message_echoes", "value": {}}),
    ],
)
def test_what_the_door_parked_goes_by_the_door_and_means_the_same(document: object) -> None:
    """Parked for the same reason, under the same key: trying again changes nothing as long as nothing else has."""
    for parked in split(wire(document), NOW).parked:
        way = way_of(parked.reason, parked.raw)
        assert isinstance(way, Post)
        assert [(one.reason, one.raw) for one in split(way.body, NOW).parked] == [(parked.reason, parked.raw)]


def test_a_body_that_is_no_json_goes_as_it_came() -> None:
    assert way_of("body: not JSON", "{]") == Post(b"{]")


def test_events_are_told_to_their_tenant() -> None:
    event = TenantEvent("evt_1", EventType.CAMPAIGN_PAUSED, NOW, {"campaign_id": "c"})
    assert way_of("events of t that cannot be told: KeyError", [event.to_json()]) == Tell(T, (event,))


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("statuses of a number that is nobody's, or of what it did not send", [["sent"]]),
        ("message body too large for the conversation", TEXT),
        ("a change that is not understood: KeyError", {"eventID": "1", "dynamodb": {"NewImage": {}}}),
        ("an event without an id or a type", '{"object":"event"}'),
    ],
)
def test_what_has_no_way_says_what_can_be_done(reason: str, raw: object) -> None:
    way = way_of(reason, raw)
    assert isinstance(way, NoWay)
    assert way.why


def test_nothing_personal_is_left_in_what_is_shown() -> None:
    shown = json.dumps(redacted(json.dumps(asdict(InboundMessage(PHONE_ID, TEXT, CONTACT, NOW)))))
    for said in (CONTACT["wa_id"], CONTACT["user_id"], CONTACT["profile"]["name"], TEXT["text"]["body"]):
        assert said not in shown
    assert PHONE_ID in shown
    assert TEXT["id"] in shown
