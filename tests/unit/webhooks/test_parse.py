import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.webhook_ingest.json_input import as_object, parse_json, time_ms
from functions.webhook_ingest.messages.logic.parse import parse
from shared.domain.conversations.message_changes import Change
from tests.support.junk import JUNK, places
from tests.support.webhook_payloads import BASE, MESSAGES, TEXT, Json, of_kind


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("text", "text", "Does it come in another color?"),
        ("image", "image", "[image] This?"),
        ("document", "document", "[document] offer.pdf"),
        ("voice note", "audio", "[voice message]"),
        ("sticker", "sticker", "[sticker]"),
        ("location", "location", "[location] 37.44, -122.16"),
        ("place", "location", "[location] HQ, 1 Road"),
        ("contacts", "contacts", "[contacts] Ana (+1 555)"),
        ("cards", "contacts", "[contacts] Ana Souza (+1 555, 1556, ana@example.com), Bo"),
        ("video", "video", "[video]"),
        ("old voice message", "voice", "[voice message]"),
        ("button reply", "interactive", "Not now"),
        ("list reply", "interactive", "Priority Mail"),
        ("form", "interactive", "[form] Sent\nage: 32"),
        ("form that is a list", "interactive", "[form] Sent\n[1, 2]"),
        ("form with a token", "interactive", '[form] Sent\nsize: {"eu": 42}\nname: Ana'),
        ("call permission", "interactive", "[call permission] accept"),
        ("call permission with an end", "interactive", "[call permission] accept until 2025-06-15T15:06:40Z"),
        ("interaction of tomorrow", "interactive", "[voice_reply]"),
        ("interactive with error", "unsupported", "[unsupported message: interactive]"),
        ("quick reply", "button", "Tell me more"),
        ("button without context", "button", "I didn't ask"),
        ("order", "order", "[order of 1 product] Love these!\n2 x a at 30 USD\ntotal 60 USD"),
        ("order of two", "order", "[order of 2 products]\n2 x a at 30.5 USD\n1 x b at 4 USD\ntotal 65.0 USD"),
        ("order without prices", "order", "[order of 1 product]\n1 x a"),
        ("reaction", "reaction", "👍"),
        ("reaction removed", "reaction", "[reaction removed]"),
        ("unsupported", "unsupported", "[unsupported message: poll_creation]"),
        ("edit", "edit", "[edited] Blue, please"),
        ("revoke", "revoke", "[deleted by its sender]"),
        ("edited picture", "edit", "[edited] [image] Now blue"),
        ("type of tomorrow", "unsupported", "[unsupported message: hologram]"),
        ("file not delivered", "unsupported", "[a file that WhatsApp could not deliver]"),
        ("only in the app", "unsupported", "[a message that only the WhatsApp Business app shows]"),
    ],
)
def test_every_type_has_words_for_a_person(name: str, kind: str, text: str) -> None:
    parsed = parse(MESSAGES[name])
    assert (parsed.kind, parsed.text) == (kind, text)


@pytest.mark.parametrize(
    ("latitude", "longitude", "text"),
    [
        (1.23e-05, -122.16, "[location] 0.000012, -122.16"),
        (-1e-9, 180, "[location] 0, 180"),
        (-33.8567844, 151.2152967, "[location] -33.856784, 151.215297"),
        (44.53880455017432, -0.0, "[location] 44.538805, 0"),
        ("1.23e-05", " -122.1600 ", "[location] 0.000012, -122.16"),
        ("37,44", "+0", "[location] 37.44, 0"),
        ("north", "12", "[location] 12"),
        ("nan", "1_0", "[location]"),
        (True, None, "[location]"),
    ],
)
def test_a_pin_without_a_name_shows_plain_degrees(latitude: object, longitude: object, text: str) -> None:
    assert parse(of_kind("location", {"latitude": latitude, "longitude": longitude})).text == text


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ({"phone": "+55 11 91234-5678", "wa_id": "5511912345678"}, "Ana (+55 11 91234-5678)"),
        ({"phone": "(11) 91234-5678", "wa_id": "5511912345678"}, "Ana ((11) 91234-5678, +5511912345678)"),
        ({"phone": "5511912345678", "wa_id": "5511912345678"}, "Ana (5511912345678)"),
        ({"wa_id": "5511912345678"}, "Ana (5511912345678)"),
        ({"phone": "11 91234 5678"}, "Ana (11 91234 5678)"),
        ({}, "Ana"),
    ],
)
def test_a_card_shows_the_number_that_a_search_may_name(phone: Json, text: str) -> None:
    card = {"name": {"formatted_name": "Ana"}, "phones": [phone]}
    assert parse(of_kind("contacts", [card])).text == f"[contacts] {text}"


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("text", ""),
        ("reply", ""),
        ("forwarded", "forwarded"),
        ("forwarded often", "forwarded many times"),
        ("about a product", "about the product sku-7"),
        ("from an ad", 'from the ad "Summer sale"'),
        ("from a post", "from the post 7"),
        ("unsupported", "error 131051: Message type unknown"),
    ],
)
def test_what_else_is_known_of_a_message_is_beside_its_own_words(name: str, about: str) -> None:
    parsed = parse(MESSAGES[name])
    assert parsed.about == about
    if MESSAGES[name]["type"] == "text":
        assert parsed.text == TEXT["text"]["body"]


def test_what_a_message_does_to_another_one() -> None:
    assert parse(MESSAGES["reaction"]).change == Change("reaction", "wamid.Y", emoji="👍")
    assert parse(MESSAGES["reaction removed"]).change == Change("reaction", "wamid.Y")
    assert parse(MESSAGES["revoke"]).change == Change("revoke", "wamid.Z")
    said = {"body": "Blue, please"}
    assert parse(MESSAGES["edit"]).change == Change("edit", "wamid.Z", kind="text", text=said["body"], content=said)
    assert parse(MESSAGES["text"]).change is None


def test_what_is_not_read_is_kept_all_the_same() -> None:
    assert parse(MESSAGES["with keys of tomorrow"]).content == {**TEXT["text"], "from_logical_id": "x"}
    assert parse(MESSAGES["about a product"]).content["context"] == MESSAGES["about a product"]["context"]


def test_an_unknown_type_is_kept_raw() -> None:
    assert parse(MESSAGES["type of tomorrow"]).content["hologram"] == {"id": "7"}


def test_content_carries_the_body_and_where_the_person_came_from() -> None:
    referral = {"source_id": "AD", "source_type": "ad", "ctwa_clid": "x"}
    parsed = parse({**MESSAGES["image"], "referral": referral})
    assert parsed.content == {**MESSAGES["image"]["image"], "referral": referral}
    assert parse(MESSAGES["contacts"]).content == {"contacts": MESSAGES["contacts"]["contacts"]}
    assert parse(MESSAGES["quick reply"]).reply_to == "wamid.X"


@pytest.mark.parametrize(
    ("message", "consent"),
    [
        (of_kind("text", {"body": "STOP"}), "stop"),
        (of_kind("text", {"body": " stop! 🙏"}), "stop"),
        (of_kind("text", {"body": "don't stop"}), None),
        (of_kind("text", {"body": "Start"}), "start"),
        (of_kind("button", {"payload": "Unsubscribe", "text": "No more of this"}), "stop"),
        (of_kind("button", {"payload": "b7", "text": "Unsubscribe"}), "stop"),
        (of_kind("button", {"payload": "stop", "text": "start"}), "stop"),
        (of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Sair"}}), None),
        (of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Cancel"}}), None),
        (of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "start", "title": "Start"}}), None),
        (of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "STOP", "title": "Bye"}}), "stop"),
        (of_kind("button", {"payload": "b7", "text": "Stop promotions"}), "stop"),
        *(
            (of_kind("button", {"payload": label, "text": label}), None)
            for label in ("Cancel", "End", "Cancelar", "取消")
        ),
        *(
            (of_kind("button", {"payload": label, "text": label}), None)
            for label in ("Start", "Alta", "Iniciar", "Sair")
        ),
        (of_kind("button", {"payload": "Resume promotions", "text": "Yes, more of this"}), "start"),
        (of_kind("text", {"body": "Please stop, thank you."}), "stop"),
        (of_kind("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "BAJA"}}), "stop"),
        (of_kind("image", {"id": "1", "caption": "STOP"}), "stop"),
        ({**of_kind("text", {"body": "STOP"}), "type": " Text"}, "stop"),
        (of_kind("interactive", {"type": "Button-Reply", "button_reply": {"id": "STOP", "title": "Bye"}}), "stop"),
        (of_kind("edit", {"message": {"type": "text", "text": {"body": "stop"}}}), "stop"),
        (of_kind("reaction", {"message_id": "wamid.Y", "emoji": "🛑"}), None),
        (MESSAGES["text"], None),
    ],
)
def test_a_person_says_no_in_text_or_by_a_button(message: Json, consent: str | None) -> None:
    assert parse(message).consent == consent


@pytest.mark.parametrize("name", ["reaction", "edit", "revoke", "unsupported", "type of tomorrow"])
def test_bots_do_not_answer_what_says_nothing(name: str) -> None:
    assert not parse(MESSAGES[name]).answerable


def test_a_body_too_large_for_the_table_is_left_out_and_said() -> None:
    parsed = parse(of_kind("contacts", [{"name": {"formatted_name": "x" * 400_000}}]))
    assert parsed.too_large
    edit = parse(of_kind("edit", {"original_message_id": "w", "message": of_kind("text", {"body": "x" * 100_000})}))
    assert edit.too_large
    assert edit.change is not None
    assert edit.change.content == {"too_large": True}
    assert len(edit.change.text) == 4_096
    assert parsed.content == {"too_large": True}
    assert len(parsed.text) <= 16_000


@given(st.data(), st.sampled_from(sorted(MESSAGES)))
@settings(max_examples=300, deadline=None)
def test_no_change_of_a_message_makes_it_raise(data: st.DataObject, name: str) -> None:
    message = copy.deepcopy(MESSAGES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(message)))
        container[key] = data.draw(JUNK)
    parsed = parse(as_object(parse_json(json.dumps(message).encode())))
    assert parsed.consent in (None, "stop", "start")
    stored = [parsed.text, parsed.about, json.dumps(parsed.content, ensure_ascii=False)]
    if parsed.change is not None:
        stored += [parsed.change.text, parsed.change.target, json.dumps(parsed.change.content, ensure_ascii=False)]
    for text in stored:
        text.encode()


def test_what_is_escaped_twice_is_storable_too() -> None:
    answer = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a":"\\ud800","b":1e999,"c":NaN}'}}
    assert parse(of_kind("interactive", answer)).text == "[form]\na: \ufffd\nb: null\nc: null"


def test_edits_of_edits_end() -> None:
    message: Json = dict(BASE)
    for _ in range(35):
        message = {"type": "edit", "edit": {"message": message}}
    assert parse(message).text == "[edited] [unsupported message]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1749416383", 1749416383000),
        (1749416383, 1749416383000),
        ("1749416383123", 1749416383123),
        (1749416383123, 1749416383123),
        ("", None),
        ("-1", None),
        ("1e9", None),
        ("９", None),
        ("1" * 400, None),
        (True, None),
        (1.5, None),
        (None, None),
        (10**20, None),
    ],
)
def test_times_are_seconds_or_milliseconds_as_text_or_number(value: object, expected: int | None) -> None:
    assert time_ms(value) == expected
