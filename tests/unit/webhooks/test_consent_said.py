"""What the receiver takes out of a webhook so that a no need not wait behind the rest."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs
from shared.queue_messages import ConsentSaid
from tests.support.junk import JUNK, places
from tests.support.webhook_payloads import (
    BASE,
    CONTACT,
    MESSAGES,
    METADATA,
    PHONE_ID,
    STATUS,
    TEXT,
    WABA,
    Json,
    change,
    envelope,
    messages,
    of_kind,
    statuses,
    wire,
)

NOW = EpochMs(1_750_000_000_000)
STOP = of_kind("text", {"body": "Stop, please!"})
CHOICES = [
    {"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1_731_705_721},
    {"user_id": "US.7", "category": "marketing_messages", "value": "resume", "timestamp": 1_731_705_722, "detail": "x"},
]
PREFERENCES = change("user_preferences", {"metadata": METADATA, "user_preferences": CHOICES})


def heard(*changes: Json) -> list[ConsentSaid]:
    return list(consent_said(split(wire(envelope(*changes)), NOW)))


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (STOP, "stop"),
        (of_kind("text", {"body": "START"}), "start"),
        (of_kind("button", {"payload": "b7", "text": "Unsubscribe"}), "stop"),
        (of_kind("interactive", {"type": "list_reply", "list_reply": {"id": "1", "title": "Baja"}}), "stop"),
        (of_kind("image", {"id": "1", "caption": "stop"}), "stop"),
        (of_kind("edit", {"message": {"type": "text", "text": {"body": "stop"}}}), "stop"),
        ({**BASE, "text": {"body": "stop"}}, "stop"),
        ({**BASE, "edit": {"message": {"text": {"body": "stop"}}}}, "stop"),
        (TEXT, None),
        (of_kind("text", {"body": "don't stop"}), None),
        (of_kind("button", {"payload": "Cancel", "text": "Cancel"}), None),
        ({**STOP, "group_id": "g1"}, None),
    ],
)
def test_a_no_or_a_yes_is_taken_out_and_nothing_else(message: Json, word: str | None) -> None:
    assert [said.word for said in heard(messages(message))] == ([word] if word else [])


def test_it_carries_who_said_it_and_when_and_not_a_word_more() -> None:
    crowded = {**STOP, "context": {"id": "wamid.X"}, "referral": {"body": "y" * 1_000_000}}
    (said,) = heard(messages(crowded))
    assert said == ConsentSaid(
        received_at=NOW,
        phone_number_id=PHONE_ID,
        word="stop",
        message=BASE,
        contact={key: CONTACT[key] for key in ("wa_id", "user_id", "profile")},
    )
    assert ConsentSaid.from_json(said.to_json()) == said


def test_what_somebody_chose_in_whatsapp_itself_is_one_message_a_person() -> None:
    first, second = heard(PREFERENCES)
    assert first == ConsentSaid(received_at=NOW, waba_id=WABA, preference={**CHOICES[0], "timestamp": "1731705721"})
    assert second.preference == {
        "user_id": "US.7",
        "category": "marketing_messages",
        "value": "resume",
        "timestamp": "1731705722",
    }
    assert ConsentSaid.from_json(second.to_json()) == second


def test_whom_only_the_list_of_contacts_names_is_passed_on() -> None:
    value = {"contacts": [CONTACT], "user_preferences": [{"category": "marketing_messages", "value": "stop"}]}
    (said,) = heard(change("user_preferences", value))
    assert (said.contact["wa_id"], said.contact["user_id"]) == (CONTACT["wa_id"], CONTACT["user_id"])


def test_our_own_stop_and_one_of_long_ago_are_not_the_persons_now() -> None:
    echo = change("smb_message_echoes", {"metadata": METADATA, "message_echoes": [{**STOP, "to": "1"}]})
    history = change("history", {"metadata": METADATA, "history": [{"threads": [{"id": "1", "messages": [STOP]}]}]})
    assert heard(echo, history, statuses(STATUS)) == []


def test_each_keeps_the_moment_at_which_its_message_was_received() -> None:
    found = split(wire(envelope(messages(TEXT, STOP, {**STOP, "id": "wamid.2"}))), NOW)
    assert [said.received_at for said in consent_said(found)] == [
        routed.message.received_at for routed in found.inbound[1:]
    ]


WHOLE = envelope(messages(*MESSAGES.values(), STOP), PREFERENCES, time=1_739_321_024)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_change_of_the_document_makes_it_raise(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        container[key] = data.draw(JUNK)
    for said in consent_said(split(json.dumps(document).encode(), NOW)):
        assert len(said.to_json().encode()) < 50_000
