from dataclasses import replace

import pytest

from functions.bot_reply.logic import answer_to
from shared.clock import EpochMs
from shared.domain.bots.bot import Bot, Rule
from shared.domain.conversations.message import Message
from shared.ids import ConversationId, PhoneNumberId

DAY_MS = 24 * 3600 * 1000
AT = EpochMs(1_750_000_000_000)
BOTS = [
    Bot("b0", "off", PhoneNumberId(""), False, (Rule("any", (), "never"),)),
    Bot("b1", "other number", PhoneNumberId("888"), True, (Rule("any", (), "not here"),)),
    Bot("b2", "hours", PhoneNumberId(""), True, (Rule("contains", ("hours", "horário"), "9 to 5"),)),
    Bot(
        "b3",
        "rest",
        PhoneNumberId("106"),
        True,
        (Rule("exact", ("price",), "10"), Rule("any", (), "A person will answer")),
    ),
]


def message(text: str, at: EpochMs = AT) -> Message:
    return Message("m1", ConversationId("v1"), "in", "contact", "text", text, at, {})


@pytest.mark.parametrize(
    ("text", "bot_id", "reply"),
    [
        ("What are your HOURS?", "b2", "9 to 5"),
        ("qual é o horario", "b2", "9 to 5"),
        ("Price", "b3", "10"),
        ("Price of shoes", "b3", "A person will answer"),
    ],
)
def test_the_first_rule_that_matches_answers(text: str, bot_id: str, reply: str) -> None:
    answer = answer_to(BOTS, PhoneNumberId("106"), message(text), AT)
    assert answer is not None
    assert (answer.bot_id, answer.text, answer.at) == (bot_id, reply, AT + 1)


def test_a_message_has_one_answer_whatever_becomes_of_the_bots() -> None:
    first = answer_to(BOTS, PhoneNumberId("106"), message("hours"), AT)
    later = answer_to(BOTS[3:], PhoneNumberId("106"), message("hours"), EpochMs(AT + 60_000))
    assert first is not None
    assert later is not None
    assert (first.key, first.at) == (later.key, later.at)
    assert first.bot_id != later.bot_id


def test_two_messages_have_two_answers() -> None:
    first = answer_to(BOTS, PhoneNumberId("106"), message("hours"), AT)
    second = answer_to(BOTS, PhoneNumberId("106"), replace(message("hours"), message_id="m2"), AT)
    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize(
    ("message", "now"),
    [
        (message("hours"), AT + DAY_MS),
        (replace(message("hours"), direction="out"), AT),
    ],
)
def test_old_messages_and_our_own_are_not_answered(message: Message, now: EpochMs) -> None:
    assert answer_to(BOTS, PhoneNumberId("106"), message, now) is None


def test_no_bot_no_answer() -> None:
    assert answer_to(BOTS[:3], PhoneNumberId("106"), message("shoes"), AT) is None


@pytest.mark.parametrize(
    ("kind", "text", "content", "bot_id"),
    [
        ("image", "[image] hours.jpg", {"id": "1"}, "any"),
        ("image", "[image] your hours?", {"caption": "your hours?"}, "hours"),
        ("document", "[document] hours.pdf", {"filename": "hours.pdf"}, "any"),
        ("audio", "[voice message]", {"voice": True}, "any"),
        ("sticker", "[sticker]", {"id": "1"}, "any"),
        ("location", "[location] Hours Bar, 1 Image Road", {"name": "Hours Bar"}, "any"),
        ("contacts", "[contacts] Hours Ltd", {"contacts": [{}]}, "any"),
        ("order", "[order of 1 product]\n1 x hours", {"product_items": []}, "any"),
        ("order", "[order of 1 product] in opening hours\n1 x a", {"text": "in opening hours"}, "hours"),
        ("interactive", "[form] hours\nage: 3", {"type": "nfm_reply", "nfm_reply": {}}, "any"),
        ("interactive", "Hours", {"type": "button_reply", "button_reply": {"title": "Hours"}}, "hours"),
        ("interactive", "Hours", {"list_reply": {"title": "Hours"}}, "hours"),
        ("button", "Hours", {"text": "Hours"}, "hours"),
    ],
)
def test_bots_hear_only_what_the_person_said(kind: str, text: str, content: dict[str, object], bot_id: str) -> None:
    words = ("hours", "image", "voice message", "location", "order", "form", "sticker", "contacts", "document")
    bots = [
        Bot("hours", "", PhoneNumberId(""), True, (Rule("contains", words, "Found a word"),)),
        Bot("any", "", PhoneNumberId(""), True, (Rule("any", (), "A person will answer"),)),
    ]
    answer = answer_to(bots, PhoneNumberId("106"), replace(message(text), kind=kind, content=content), AT)
    assert answer is not None
    assert answer.bot_id == bot_id


def test_a_note_of_the_platforms_is_not_answered() -> None:
    note = replace(message("User changed"), author="whatsapp", kind="system")
    assert answer_to(BOTS, PhoneNumberId("106"), note, AT) is None
