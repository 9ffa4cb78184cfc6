"""Whose a message is, and how that person is shown: from Meta's POST to what is stored."""

import itertools
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.contacts.identity import contact_id_for
from tests.support.webhook_payloads import Json, change
from tests.support.webhook_place import BSUID, NOW_S, PHONE, WebhookPlace, said

NEW_PHONE, NEW_BSUID = "12195555358", "US.9"


def described(**more: object) -> Json:
    return {"profile": {"name": "Ana Souza"}, **more}


def nameless(wamid: str, body: str = "Hello") -> Json:
    message = said(wamid, body, NOW_S)
    del message["from"]
    return message


def test_a_message_that_names_nobody_is_of_the_sole_contact(place: WebhookPlace) -> None:
    place.say(nameless("wamid.1", "STOP"), contacts=[described(user_id=BSUID)])
    head, listed = place.talk(BSUID, "bsuid")
    assert (head.contact_name, [m.text for m in listed]) == ("Ana Souza", ["STOP"])
    assert place.person(BSUID, "bsuid").opted_out_at == NOW_S * 1000


def test_a_message_that_names_nobody_is_of_none_of_two_contacts(place: WebhookPlace) -> None:
    place.ingest.bucket.objects.clear()
    place.say(nameless("wamid.1"), contacts=[described(user_id=BSUID), described(user_id="US.2")])
    assert place.parked() == ["invalid_input: a message without a sender"]


@pytest.mark.parametrize("wa_id", ["541143210001", "16505550000"])
def test_the_sole_contact_gives_the_name_also_under_another_id(place: WebhookPlace, wa_id: str) -> None:
    sender = "5491143210001"
    place.say(said("wamid.1", at=NOW_S, **{"from": sender}), contacts=[described(wa_id=wa_id)])
    (head,) = place.conversations()
    assert head.contact_name == "Ana Souza"
    assert head.contact_phone in ("+5491143210001", "+541143210001")


def test_a_sole_contact_names_nobody_where_two_people_write(place: WebhookPlace) -> None:
    place.say(
        said("wamid.1", at=NOW_S), said("wamid.2", at=NOW_S, **{"from": NEW_PHONE}), contacts=[described(wa_id=PHONE)]
    )
    assert [place.talk(f"+{phone}")[0].contact_name for phone in (PHONE, NEW_PHONE)] == ["Ana Souza", ""]


def test_ids_of_another_person_are_not_taken_from_the_sole_contact(place: WebhookPlace) -> None:
    place.say(said("wamid.1", at=NOW_S), contacts=[described(wa_id=NEW_PHONE, user_id=BSUID)])
    assert (place.person(f"+{PHONE}").bsuid, place.person(f"+{PHONE}").name) == (None, "Ana Souza")


def test_a_status_of_somebody_beside_it_makes_no_sender_that_somebody(place: WebhookPlace) -> None:
    """The sole contact is whom the status tells of; whoever wrote may not lift that one's no."""
    place.say(said("wamid.1", "STOP", NOW_S - 20, from_user_id=BSUID), contacts=[described(user_id=BSUID)])
    told: Json = {"id": "wamid.S", "status": "delivered", "timestamp": str(NOW_S), "recipient_user_id": BSUID}
    value = {"contacts": [described(user_id=BSUID)], "messages": [said("wamid.2", at=NOW_S - 10)], "statuses": [told]}
    place.post({"field": "messages", "value": value})
    place.say(said("wamid.3", "START", NOW_S))
    assert place.person(BSUID, "bsuid").opted_out_at == (NOW_S - 20) * 1000
    assert (place.person(f"+{PHONE}").bsuid, place.person(f"+{PHONE}").name) == (None, "")


def test_a_choice_in_whatsapp_that_names_nobody_is_of_the_sole_contact(place: WebhookPlace) -> None:
    chosen = {"category": "marketing_messages", "value": "stop", "timestamp": NOW_S}
    place.post(change("user_preferences", {"contacts": [described(user_id=BSUID)], "user_preferences": [chosen]}))
    assert place.person(BSUID, "bsuid").opted_out_at == NOW_S * 1000


def card(origin: str, *phones: Json) -> Json:
    cards = [{"name": {"formatted_name": "Ana"}, "origin": origin, "phones": list(phones)}]
    return {"from_user_id": BSUID, "id": "wamid.card", "timestamp": str(NOW_S), "type": "contacts", "contacts": cards}


@pytest.mark.parametrize("phone", [{"wa_id": PHONE}, {"phone": "+1 650-555-1234"}])
def test_the_card_that_was_asked_for_teaches_the_phone(place: WebhookPlace, phone: Json) -> None:
    deps = place.ingest.deps
    imported = contact_id_for(place.tenant_id, "phone", f"+{PHONE}")
    deps.contacts.upsert(place.tenant_id, imported, {"phone": f"+{PHONE}"}, {}, frozenset(), EpochMs(1))
    place.say(said("wamid.1", at=NOW_S, from_user_id=BSUID), contacts=[described(user_id=BSUID)])
    place.say(card("contact_request", phone), contacts=[described(user_id=BSUID)])
    head, listed = place.talk(BSUID, "bsuid")
    assert place.person(f"+{PHONE}") == place.person(BSUID, "bsuid")
    assert (head.contact_phone, [m.kind for m in listed]) == (f"+{PHONE}", ["text", "contacts"])


@pytest.mark.parametrize(
    "sent", [card("other", {"wa_id": PHONE}), card("contact_request", {"wa_id": PHONE}, {"wa_id": NEW_PHONE})]
)
def test_a_card_of_somebody_or_of_two_numbers_teaches_nothing(place: WebhookPlace, sent: Json) -> None:
    place.say(sent)
    assert place.person(BSUID, "bsuid").phone is None


def moved(new: str = NEW_PHONE, old: str = PHONE, at: int = NOW_S, **more: Any) -> Json:
    kind = more.pop("kind", "user_changed_number")
    system = {"type": kind, "wa_id": new, "body": f"User Ana changed from {old} to {new}", **more}
    return {"from": old, "id": f"wamid.to-{new}", "timestamp": str(at), "type": "system", "system": system}


@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_changed_number_moves_the_head_in_any_order(place: WebhookPlace, order: tuple[int, ...], kind: str) -> None:
    events = [
        lambda: place.say(said("wamid.old", "before", NOW_S - 10, from_user_id=BSUID, **{"from": PHONE})),
        lambda: place.say(moved(kind=kind, user_id=NEW_BSUID)),
        lambda: place.say(said("wamid.new", "after", NOW_S + 10, from_user_id=NEW_BSUID, **{"from": NEW_PHONE})),
    ]
    for i in (*order, *order):
        events[i]()
    assert len(place.conversations()) == 1
    head, listed = place.talk(f"+{NEW_PHONE}")
    assert [(m.author, m.text) for m in listed] == [
        ("contact", "before"),
        ("whatsapp", f"User Ana changed from {PHONE} to {NEW_PHONE}"),
        ("contact", "after"),
    ]
    assert (head.contact_phone, head.unread) == (f"+{NEW_PHONE}", 2)
    person = place.person(f"+{PHONE}")
    assert (person.phone, person.bsuid) == (f"+{NEW_PHONE}", NEW_BSUID)
    search = place.ingest.deps.conversations.search
    assert [found for _, found in search.phones(place.tenant_id, NEW_PHONE).ids] == [head.conversation_id]
    assert search.phones(place.tenant_id, PHONE).ids == []


def test_of_two_changes_the_later_stands_in_any_order(place: WebhookPlace) -> None:
    third = "12195550003"
    place.say(said("wamid.1", at=NOW_S - 10))
    first, second = moved(at=NOW_S - 5), moved(third, NEW_PHONE, NOW_S - 1)
    for event in (second, first, second, first):
        place.say(event)
    assert place.talk()[0].contact_phone == f"+{third}"
    assert place.person(f"+{PHONE}").phone == f"+{third}"


def test_a_new_user_id_and_a_new_security_code_are_lines(place: WebhookPlace) -> None:
    place.say(said("wamid.1", at=NOW_S - 10))
    changed: Json = {"type": "user_changed_user_id", "user_id": NEW_BSUID}
    identity: Json = {"type": "customer_identity_changed"}
    tomorrow: Json = {"type": "user_did_something", "body": "User did something"}
    for i, system in enumerate((changed, identity, tomorrow)):
        note = {"from": PHONE, "id": f"wamid.n{i}", "timestamp": str(NOW_S + i), "type": "system", "system": system}
        place.say(note)
        place.say(note)
    head, listed = place.talk()
    assert [(m.author, m.kind) for m in listed] == [("contact", "text")] + [("whatsapp", "system")] * 3
    assert listed[2].text.startswith("[this person's security code has changed")
    assert listed[3].text == "User did something"
    assert (head.unread, head.last_inbound_at) == (1, listed[0].at)


@pytest.mark.parametrize("profile", [{"username": "realana"}, {"username": "@realana", "name": ""}])
def test_who_gives_only_a_username_is_shown_by_it(place: WebhookPlace, profile: Json) -> None:
    entry = {"profile": profile, "user_id": BSUID}
    place.say(said("wamid.1", at=NOW_S, from_user_id=BSUID), contacts=[entry])
    assert place.talk(BSUID, "bsuid")[0].contact_name == "@realana"
    named = {"profile": {**profile, "name": "Ana"}, "user_id": BSUID}
    place.say(said("wamid.2", at=NOW_S + 1, from_user_id=BSUID), contacts=[named])
    assert place.talk(BSUID, "bsuid")[0].contact_name == "Ana"


BODIES: dict[str, object] = {
    "text": {"body": "STOP"},
    "image": {"id": "7", "caption": "This?"},
    "location": {"latitude": 1.5, "longitude": 2.5},
    "contacts": [{"name": {"formatted_name": "Bo"}, "phones": []}],
    "interactive": {"button_reply": {"id": "a", "title": "Blue"}},
    "button": {"text": "More", "payload": "more"},
    "order": {"catalog_id": "1", "product_items": []},
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_message_without_a_type_is_what_its_only_body_says(place: WebhookPlace, kind: str) -> None:
    extra = {"context": {"id": "wamid.X"}, "referral": {"source_type": "ad"}}
    message = {"from": PHONE, "id": "wamid.1", "timestamp": str(NOW_S), kind: BODIES[kind], **extra}
    place.say(message)
    (stored,) = place.talk()[1]
    assert stored.kind == kind
    assert not stored.text.startswith("[unsupported")
    assert (stored.media is not None) == (kind == "image")
    assert (place.person(f"+{PHONE}").opted_out_at is not None) == (kind == "text")
    if kind == "interactive":
        assert stored.text == "Blue"


def test_a_message_without_a_type_and_with_two_bodies_is_not_guessed_at(place: WebhookPlace) -> None:
    place.say({"from": PHONE, "id": "wamid.1", "timestamp": str(NOW_S), "text": {"body": "STOP"}, "image": {"id": "1"}})
    assert place.talk()[1][0].kind == "unsupported"
    assert place.person(f"+{PHONE}").opted_out_at is None


def test_a_system_message_and_an_edit_without_a_type_are_read_too(place: WebhookPlace) -> None:
    place.say(said("wamid.1", "Red", NOW_S - 10))
    edit = {"original_message_id": "wamid.1", "message": {"text": {"body": "Blue"}}}
    place.say({"from": PHONE, "id": "wamid.2", "timestamp": str(NOW_S - 5), "edit": edit})
    note = moved()
    del note["type"]
    place.say(note)
    head, listed = place.talk()
    assert listed[0].text == "Blue"
    assert (len(listed), head.contact_phone) == (2, f"+{NEW_PHONE}")
