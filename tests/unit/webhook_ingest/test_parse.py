import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.webhook_ingest.logic.json_input import time_ms
from functions.webhook_ingest.logic.parse import parse
from tests.unit.webhook_ingest.payloads import BASE, MESSAGES, Json, of_kind
from tests.unit.webhook_ingest.test_split import JUNK, places


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
        ("contacts", "contacts", "[contacts] Ana"),
        ("button reply", "interactive", "Not now"),
        ("list reply", "interactive", "Priority Mail"),
        ("form", "interactive", "[form] Sent"),
        ("call permission", "interactive", "[call permission] accept"),
        ("interactive with error", "unsupported", "[unsupported message: interactive]"),
        ("quick reply", "button", "Tell me more"),
        ("order", "order", "[order of 1 products] Love these!"),
        ("reaction", "reaction", "👍"),
        ("reaction removed", "reaction", "[reaction removed]"),
        ("unsupported", "unsupported", "[unsupported message: poll_creation]"),
        ("edit", "edit", "[edited] Blue, please"),
        ("revoke", "revoke", "[deleted by its sender]"),
        ("type of tomorrow", "unsupported", "[unsupported message: hologram]"),
    ],
)
def test_every_type_has_words_for_a_person(name: str, kind: str, text: str) -> None:
    parsed = parse(MESSAGES[name])
    assert (parsed.kind, parsed.text) == (kind, text)


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
        (of_kind("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Sair"}}), "stop"),
        (of_kind("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "BAJA"}}), "stop"),
        (of_kind("image", {"id": "1", "caption": "STOP"}), "stop"),
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
    assert parsed.content == {"too_large": True}
    assert len(parsed.text) <= 16_000


@given(st.data(), st.sampled_from(sorted(MESSAGES)))
@settings(max_examples=300, deadline=None)
def test_no_change_of_a_message_makes_it_raise(data: st.DataObject, name: str) -> None:
    message = copy.deepcopy(MESSAGES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(message)))
        container[key] = data.draw(JUNK)
    parsed = parse(json.loads(json.dumps(message).encode("utf-8", "replace")))
    assert isinstance(parsed.text, str)
    assert parsed.consent in (None, "stop", "start")
    json.dumps(parsed.content)


def test_edits_of_edits_end() -> None:
    message: Json = dict(BASE)
    for _ in range(35):
        message = {"type": "edit", "edit": {"message": message}}
    assert parse(message).text == "[edited]"


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
