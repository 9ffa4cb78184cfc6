"""What the inbox shows is what happened: names, times, notices and states, from Meta's POST to what is stored."""

import itertools
import time

import pytest

from functions.webhook_ingest import receive_handler
from shared.clock import EpochMs
from shared.domain.campaigns.callback import SingleSend, encode_single
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.store.conversations.conversations import Head
from shared.store.conversations.message_items import MessageItem, conversation_key
from tests.support.ingest import Ingest
from tests.support.webhook_payloads import Json, change, statuses
from tests.support.webhook_place import BSUID, DISPLAY, NOW_S, PHONE, WebhookPlace, said

LONG_AGO = NOW_S - 90 * 86_400
FORMATTED = "+1 555-078-3881"
WRONG_TIMES = [123_456_789, "123456789", NOW_S - 40 * 86_400, NOW_S + 3 * 86_400, "soon", "2026-01-01T00:00:00Z", None]
KINDS_OF_WRONG = ["nine digits", "nine digits as text", "long ago", "days ahead", "a word", "ISO 8601", "none"]


def history(*messages: Json, thread: str = PHONE, **more: object) -> Json:
    threads = [{"id": thread, "messages": list(messages), **more}]
    return change("history", {"history": [{"metadata": {"phase": 0, "progress": 10}, "threads": threads}]})


def old(wamid: str, body: str, sender: str = PHONE, at: object = LONG_AGO) -> Json:
    return {**said(wamid, body, at), "from": sender, "history_context": {"status": "READ"}}


def book(name: str, phone: str = PHONE, at: int = LONG_AGO, action: str = "add") -> Json:
    entry = {"type": "contact", "contact": {"full_name": name, "phone_number": phone}, "action": action}
    return change("smb_app_state_sync", {"state_sync": [{**entry, "metadata": {"timestamp": str(at)}}]})


@pytest.mark.parametrize("phone", [PHONE, "+1 (650) 555-1234"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_history_shows_name_and_number_of_a_stranger(place: WebhookPlace, order: tuple[int, ...], phone: str) -> None:
    events = [history(old("wamid.1", "Hello")), book("Pablo Morales", phone)]
    for i in order:
        place.post(events[i])
    head, listed = place.talk()
    assert (head.contact_name, head.contact_phone) == ("Pablo Morales", f"+{PHONE}")
    assert [m.text for m in listed] == ["Hello"]
    search = place.ingest.deps.conversations.search
    assert [found for _, found in search.names(place.tenant_id, "morales").ids] == [head.conversation_id]
    assert [found for _, found in search.phones(place.tenant_id, "5551234").ids] == [head.conversation_id]
    place.post(book("", at=LONG_AGO + 9, action="remove"))
    assert place.talk()[0].contact_name == ""
    assert search.names(place.tenant_id, "morales").ids == []


def test_a_thread_of_somebody_with_only_a_username_shows_it(place: WebhookPlace) -> None:
    context = {"user_id": BSUID, "username": "@realana"}
    place.post(history({**old("wamid.1", "Hello"), "from_user_id": BSUID, "from": ""}, thread="", context=context))
    assert place.talk(BSUID, "bsuid")[0].contact_name == "@realana"


@pytest.mark.parametrize("display", [DISPLAY, FORMATTED, "(1) 555 078\u00a03881", ""])
@pytest.mark.parametrize("sender", [DISPLAY, FORMATTED])
def test_our_own_stop_in_a_history_is_ours(ingest: Ingest, display: str, sender: str) -> None:
    place = WebhookPlace(ingest, display)
    place.post(history(old("wamid.1", "Stop", sender), old("wamid.2", "Hello", at=LONG_AGO + 1)))
    assert [m.author for m in place.talk()[1]] == ["phone_app", "contact"]
    assert place.person(f"+{PHONE}").opted_out_at is None


@pytest.mark.parametrize("sender", [PHONE, "+1 650-555-1234"])
def test_their_stop_in_a_history_is_theirs(ingest: Ingest, sender: str) -> None:
    place = WebhookPlace(ingest, FORMATTED)
    place.post(history(old("wamid.1", "Stop", sender)))
    assert place.person(f"+{PHONE}").opted_out_at == LONG_AGO * 1000


@pytest.mark.parametrize("display", [DISPLAY, FORMATTED])
def test_events_of_a_number_find_it_however_it_is_written(place: WebhookPlace, display: str) -> None:
    told = {"display_phone_number": display}
    place.post(change("phone_number_quality_update", {**told, "event": "FLAGGED"}), time=NOW_S)
    name = {"decision": "APPROVED", "requested_verified_name": "Lucky Shrub"}
    place.post(change("phone_number_name_update", {**told, **name}), time=NOW_S)
    assert (place.number().quality, place.number().verified_name) == ("RED", "Lucky Shrub")
    gone = {"event": "PARTNER_REMOVED", "phone_number": display}
    place.post(change("account_update", gone), time=NOW_S + 1)
    assert place.number().status == "disconnected"


@pytest.mark.parametrize("at", WRONG_TIMES, ids=KINDS_OF_WRONG)
def test_a_live_message_with_a_wrong_time_is_kept_by_when_it_came(place: WebhookPlace, at: object) -> None:
    place.say(said("wamid.1", "STOP", at))
    place.say(said("wamid.1", "STOP", at))
    head, (message,) = place.talk()
    assert abs(message.at // 1000 - time.time()) < 600
    assert (head.unread, head.last_inbound_at) == (1, message.at)
    item = MessageItem.get(conversation_key(place.tenant_id, head.conversation_id), f"M#{message.message_id}")
    assert item.ttl > NOW_S + 300 * 86_400
    assert abs((place.person(f"+{PHONE}").opted_out_at or 0) // 1000 - time.time()) < 600


@pytest.mark.parametrize("at", [123_456_789, None])
def test_an_old_message_with_a_wrong_time_is_kept_and_its_yes_is_none(place: WebhookPlace, at: object) -> None:
    place.post(history(old("wamid.1", "STOP", at=LONG_AGO)))
    for _ in range(2):
        place.post(history(old("wamid.2", "START", at=at)))
    assert [m.text for m in place.talk()[1]] == ["STOP", "START"]
    assert place.person(f"+{PHONE}").opted_out_at == LONG_AGO * 1000
    place.post(history(old("wamid.3", "Stop", at=at)))
    assert (place.person(f"+{PHONE}").opted_out_at or 0) > LONG_AGO * 1000


@pytest.mark.parametrize("at", WRONG_TIMES, ids=KINDS_OF_WRONG)
def test_what_comes_again_without_a_time_says_nothing_new(
    place: WebhookPlace, monkeypatch: pytest.MonkeyPatch, at: object
) -> None:
    clock = itertools.count(NOW_S * 1000, 60_000)
    monkeypatch.setattr(receive_handler, "epoch_ms", lambda: next(clock))
    reaction = {**said("wamid.r", at=at), "type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "\u2764"}}
    back = {**reaction, "id": "wamid.back", "reaction": {"message_id": "wamid.1", "emoji": ""}}
    yes, no = said("wamid.yes", "START", at), said("wamid.no", "STOP", at)
    events = [said("wamid.1", "Hello", NOW_S - 60), reaction, back, yes, no]
    for event in events:
        place.say(event)
    once = place.talk()
    for event in (reaction, yes, reaction):
        place.say(event)
    assert place.talk() == once
    assert once[1][0].reactions == ()
    assert place.person(f"+{PHONE}").opted_out_at is not None


def test_a_reaction_to_nothing_comes_once(place: WebhookPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(NOW_S * 1000, 60_000)
    monkeypatch.setattr(receive_handler, "epoch_ms", lambda: next(clock))
    for _ in range(2):
        place.say({**said("wamid.r"), "type": "reaction", "reaction": {"emoji": "\u2764"}})
    assert [m.text for m in place.talk()[1]] == ["\u2764"]


def test_an_echo_without_a_time_comes_once(place: WebhookPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(NOW_S * 1000, 60_000)
    monkeypatch.setattr(receive_handler, "epoch_ms", lambda: next(clock))
    for _ in range(2):
        place.post(
            change("smb_message_echoes", {"message_echoes": [{**said("wamid.e"), "from": DISPLAY, "to": PHONE}]})
        )
    assert [m.author for m in place.talk()[1]] == ["phone_app"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_the_older_of_two_names_and_decisions_does_not_win(place: WebhookPlace, order: tuple[int, ...]) -> None:
    for i in order:
        number, at = {"display_phone_number": DISPLAY}, NOW_S + i
        name = {**number, "decision": "APPROVED", "requested_verified_name": f"Shop {i}"}
        place.post(change("phone_number_name_update", name), time=at)
        place.post(
            change("business_username_update", {**number, "username": f"shop{i}", "status": "approved"}), time=at
        )
        place.post(change("account_review_update", {"decision": ["REJECTED", "APPROVED"][i]}), time=at)
    assert (place.number().verified_name, place.number().username) == ("Shop 1", "shop1")
    assert place.waba().review == "APPROVED"


@pytest.mark.parametrize("state", ["failed", "captured", "pending"])
@pytest.mark.parametrize("form", [{"type": "payment"}, {"payment": {"reference_id": "r"}}])
def test_a_payment_is_no_delivery(place: WebhookPlace, state: str, form: Json) -> None:
    place.ingest.bucket.objects.clear()
    contact_id = contact_id_for(place.tenant_id, "phone", f"+{PHONE}")
    conversation_id = conversation_id_for(place.tenant_id, place.number_id, contact_id)
    message_id = message_key(EpochMs(NOW_S * 1000), "ours")
    sent = Message(
        message_id, conversation_id, "out", "agent", "text", "Pay", EpochMs(NOW_S * 1000), {}, status="queued"
    )
    messages = place.ingest.deps.conversations.messages
    place.ingest.deps.conversations.append(
        place.tenant_id, Head(conversation_id, place.number_id, contact_id, ""), sent
    )
    callback = encode_single(SingleSend(place.tenant_id, conversation_id, message_id))
    told = {"id": "wamid.o", "timestamp": str(NOW_S), "biz_opaque_callback_data": callback}
    for status in ({"status": "sent", "type": "message"}, {"status": state, **form}):
        one = statuses({**told, **status})
        del one["value"]["metadata"]
        place.post(one)
    stored = messages.get(place.tenant_id, conversation_id, message_id)
    assert stored is not None
    assert stored.status == "sent"
    (kept,) = place.ingest.bucket.under(f"account-events/{place.waba_id}")
    assert kept["value"]["statuses"][0]["status"] == state
    assert place.parked() == []


BARE: list[tuple[str, Json]] = [
    ("account_alerts", {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "WARNING"}}),
    ("account_alerts", {"alert_info": {"alert_type": "OBA_REJECTED"}}),
    ("account_alerts", {"alert_info": {"alert_description": "Look"}}),
    ("account_alerts", {"alert_type": "PROFILE_PICTURE_LOST", "alert_description": "Gone"}),
    ("security", {"display_phone_number": DISPLAY}),
    ("phone_number_name_update", {"display_phone_number": DISPLAY}),
    ("account_review_update", {}),
    ("message_template_status_update", {"event": "REJECTED", "message_template_id": 1}),
    ("account_update", {"event": "ACCOUNT_VIOLATION"}),
    ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{}]}),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}),
    ("business_username_update", {"display_phone_number": DISPLAY}),
    ("flows", {}),
    ("messages", {"errors": [{"code": 1}]}),
]


@pytest.mark.parametrize(("field", "value"), BARE)
def test_a_notice_without_words_says_what_it_is_of(place: WebhookPlace, field: str, value: Json) -> None:
    place.post(change(field, value))
    (text,) = place.notices()
    assert len(text) > 3
    assert not any(bad in text for bad in ("()", '""', " :", "  ", ": ;"))
    assert text[-1] not in ": ."
    assert text[0] not in ": "


UNINSTALLED = "PARTNER_APP_UNINSTALLED"


@pytest.mark.parametrize("shape", range(8))
def test_a_clear_word_that_the_app_is_gone_disconnects(place: WebhookPlace, shape: int) -> None:
    waba = place.waba_id
    value: Json = {
        "event": UNINSTALLED,
        "waba_info": {"waba_id": waba, "owner_business_id": "1", "partner_app_id": "2"},
    }
    partner = {"id": "35602282435505", "time": NOW_S}
    entries: list[Json] = [
        {**partner, "changes": [{"value": value}], "field": "account_update"},
        {**partner, "changes": [{"value": value}]},
        {**partner, "changes": {"field": "account_update", "value": value}},
        {**partner, "field": "account_update", "value": value},
        {**partner, "changes": [{"field": "account_update", "value": {**value, "waba_info": [value["waba_info"]]}}]},
        {**partner, "changes": [{"field": "account_update", "value": {"event": UNINSTALLED, "waba_id": waba}}]},
        {**partner, "changes": [{"field": "account_update", "value": {**value, "event": " partner_app_uninstalled"}}]},
        {"id": waba, "changes": [{"field": "account_update", "value": {"event": UNINSTALLED, "waba_info": None}}]},
    ]
    place.post_raw({"object": "whatsapp_business_account", "entry": [entries[shape]]})
    assert (place.number().status, place.number().reason) == ("disconnected", "app_uninstalled")
    assert place.waba().token == ""
    assert any("removed from the account" in text for text in place.notices())
