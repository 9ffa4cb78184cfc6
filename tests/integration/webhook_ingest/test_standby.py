"""Conversations that Meta's Business Agent has, from Meta's POST to what is stored: we only listen."""

import pytest

from functions.webhook_ingest.messages.replies import Replies
from tests.support.ingest import Ingest
from tests.support.webhook_payloads import Json, change
from tests.support.webhook_place import BSUID, NOW_S, PHONE, WebhookPlace, said

AGENT: Json = {"previous_owner_app_role": "meta_business_agent", "metadata": "customer_request"}


@pytest.fixture
def place(ingest: Ingest) -> WebhookPlace:
    for queue in ingest.queues.values():
        queue.waiting.clear()
    ingest.bucket.objects.clear()
    return WebhookPlace(ingest)


def standby(**lists: object) -> Json:
    return change("standby", {"messaging_product": "whatsapp", "standby": lists})


def answered(wamid: str, body: str, at: int) -> Json:
    """As seen in real webhooks: what the agent sent stands in an object of its own."""
    sent = {"to": PHONE, "recipient": PHONE, "recipient_type": "individual", "type": "text", "text": {"body": body}}
    return {"id": wamid, "timestamp": str(at), "message": sent}


def handover(at: int = NOW_S, form: str = "control_passed", told: Json = AGENT, **more: object) -> Json:
    return {"sender": {"phone_number": PHONE}, "timestamp": str(at), "type": form, form: told, **more}


def hand_over(place: WebhookPlace, value: Json) -> None:
    recipient = {"display_phone_number": "15550783881", "phone_number_id": place.number_id}
    place.post(change("messaging_handovers", {"metadata": {}, "recipient": recipient, **value}))


def test_the_thread_shows_who_answered(place: WebhookPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    marked: list[object] = []
    monkeypatch.setattr(Replies, "mark", lambda *args: marked.append(args))
    contacts = [{"profile": {"name": "Ana"}, "wa_id": PHONE, "user_id": BSUID}]
    for _ in range(2):
        place.post(standby(contacts=contacts, messages=[said("wamid.1", "Opening hours?", NOW_S - 30)]))
        place.post(standby(message_echoes=[answered("wamid.2", "9 to 5", NOW_S - 20)]))
        hand_over(place, handover(NOW_S - 10))
    head, listed = place.talk()
    assert [(m.author, m.direction, m.kind, m.text) for m in listed] == [
        ("contact", "in", "text", "Opening hours?"),
        ("business_agent", "out", "text", "9 to 5"),
        ("whatsapp", "in", "system", "[conversation passed on from Meta's Business Agent: customer_request]"),
    ]
    assert "Business Agent" in listed[0].about
    assert (head.contact_name, head.unread, head.last_inbound_at) == ("Ana", 1, listed[0].at)
    assert not place.ingest.queues["bot"].waiting
    assert marked == []
    assert place.parked() == []
    assert place.person(f"+{PHONE}").last_inbound_at == (NOW_S - 30) * 1000


def test_what_comes_on_messages_afterwards_is_ours_again(place: WebhookPlace) -> None:
    place.post(standby(messages=[said("wamid.1", "Hi", NOW_S - 30)]))
    hand_over(place, handover(NOW_S - 10))
    place.say(said("wamid.2", "A person, please", NOW_S))
    assert len(place.ingest.queues["bot"].waiting) == 1


def test_a_no_is_heard_on_standby_and_the_agents_is_none(place: WebhookPlace) -> None:
    place.post(standby(message_echoes=[answered("wamid.2", "STOP", NOW_S - 20)]))
    assert place.person(f"+{PHONE}").opted_out_at is None
    place.post(standby(messages=[said("wamid.1", "STOP", NOW_S)]))
    assert place.person(f"+{PHONE}").opted_out_at == NOW_S * 1000


def test_a_message_on_standby_that_names_nobody_is_of_the_sole_contact(place: WebhookPlace) -> None:
    message = said("wamid.1", "Hi", NOW_S)
    del message["from"]
    place.post(standby(contacts=[{"user_id": BSUID}], messages=[message]))
    assert [m.text for m in place.talk(BSUID, "bsuid")[1]] == ["Hi"]


def test_questions_with_buttons_show_their_words(place: WebhookPlace) -> None:
    body = {"type": "button", "body": {"text": "Which one?"}, "action": {"buttons": []}}
    sent = {"to": PHONE, "type": "interactive", "interactive": body}
    place.post(standby(message_echoes=[{"id": "wamid.1", "timestamp": str(NOW_S), "message": sent}]))
    assert place.talk()[1][0].text == "[button] Which one?"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (handover(), "[conversation passed on from Meta's Business Agent: customer_request]"),
        (
            handover(told={"previous_owner_role": "ai_agent", "new_owner_role": "escalation"}),
            "[conversation passed on from Meta's Business Agent to the business]",
        ),
        (handover(form="control_taken", told={}), "[conversation taken over]"),
        (
            {**handover(), "type": "Control Passed "},
            "[conversation passed on from Meta's Business Agent: customer_request]",
        ),
        (
            handover(told={"conversation_context": {"type": "summary", "summary": {"text": "Wants a refund"}}}),
            "[conversation passed on]\nWants a refund",
        ),
        (handover(form="thread_released", told={}), "[a note of WhatsApp: thread_released]"),
    ],
)
def test_a_handover_is_a_line(place: WebhookPlace, value: Json, text: str) -> None:
    hand_over(place, value)
    assert [(m.author, m.text) for m in place.talk()[1]] == [("whatsapp", text)]
    assert not place.ingest.queues["bot"].waiting


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("standby", {"standby": {}}),
        ("standby", {"standby": {"messages": [7]}}),
        ("standby", {"standby": {"statuses": [{"status": "sent"}]}}),
        ("standby", {"metadata": {}, "standby": {"messages": [said("wamid.1")]}}),
        ("messaging_handovers", {"metadata": {}, "type": "control_passed", "sender": {"phone_number": PHONE}}),
        ("messaging_handovers", {"sender": {}, "type": "control_passed"}),
        ("messaging_handovers", {"sender": {"phone_number": PHONE}}),
    ],
)
def test_what_is_not_understood_is_parked(place: WebhookPlace, field: str, value: Json) -> None:
    place.post(change(field, value))
    assert len(place.parked()) == 1


def test_how_far_an_agents_message_gets_is_taken(place: WebhookPlace) -> None:
    told = {"id": "wamid.2", "status": "delivered", "timestamp": str(NOW_S), "recipient_id": PHONE}
    place.post(standby(statuses=[told]))
    assert place.parked() == []
