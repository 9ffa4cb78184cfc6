"""A sole entry of `contacts` beside what several people wrote or were told of: nobody gets another's ids by it."""

import pytest

from functions.webhook_ingest.people.logic.identity import Identities, addressee_of, sender_of
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs
from tests.support.webhook_payloads import METADATA, STATUS, TEXT, Json, change, envelope, wire

NOW = EpochMs(1_750_000_000_000)
ANA, BO = ("34600100066", "ES.AAA111"), ("4915112345678", "DE.BBB222")
FORMS = ((True, False), (False, True), (True, True))
"""Whether somebody is named by phone, and whether by user id."""
KEYS = {
    "statuses": ("recipient_id", "recipient_user_id"),
    "message_echoes": ("to", "to_user_id"),
    "messages": ("from", "from_user_id"),
}
STATUS_OF_NOBODY = {key: item for key, item in STATUS.items() if not key.startswith("recipient")}


def named(person: tuple[str, str], form: tuple[bool, bool], *keys: str) -> Json:
    return {key: one for key, one, told in zip(keys, person, form, strict=True) if told}


def written(person: tuple[str, str], form: tuple[bool, bool]) -> Json:
    return {"id": "wamid.M", "type": "text", "text": {"body": "START"}, **named(person, form, "from", "from_user_id")}


def who_wrote(value: Json) -> list[Identities]:
    found = split(wire(envelope(change("messages", {"metadata": METADATA, **value}))), NOW).inbound
    return [sender_of(routed.message.message, routed.message.contact) for routed in found]


@pytest.mark.parametrize("beside", KEYS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other_form", FORMS)
@pytest.mark.parametrize("entry", FORMS)
def test_whoever_else_is_told_of_the_sole_contact_lends_a_sender_no_id(
    form: tuple[bool, bool], other_form: tuple[bool, bool], entry: tuple[bool, bool], beside: str
) -> None:
    other = {**(STATUS_OF_NOBODY if beside == "statuses" else TEXT), "from_user_id": "", "from": ""}
    other |= named(BO, other_form, *KEYS[beside])
    value: Json = {"contacts": [named(BO, entry, "wa_id", "user_id")], beside: [other]}
    value["messages"] = [written(ANA, form), *value.get("messages", [])]
    first = who_wrote(value)[0]
    assert (first.phone, first.bsuid) == (f"+{ANA[0]}" * form[0], ANA[1] * form[1])


@pytest.mark.parametrize(
    ("message", "statuses"),
    [
        (written(ANA, (True, False)), [STATUS_OF_NOBODY]),
        (written(ANA, (True, False)), [{**STATUS_OF_NOBODY, "recipient_user_id": ANA[1]}]),
    ],
)
def test_who_may_be_another_is_not_made_one_with_the_sole_contact(message: Json, statuses: list[Json]) -> None:
    value = {"contacts": [{"user_id": BO[1]}], "messages": [message], "statuses": statuses}
    assert who_wrote(value) == [Identities(f"+{ANA[0]}")]


def test_beside_a_message_that_names_nobody_the_sole_contact_is_of_that_one() -> None:
    nobody = written(ANA, (False, False))
    value = {"contacts": [{"user_id": BO[1]}], "messages": [written(ANA, (True, False)), nobody]}
    assert who_wrote(value) == [Identities(f"+{ANA[0]}"), Identities("", BO[1])]


def test_the_sole_contact_tells_the_other_id_where_all_is_of_one_person() -> None:
    status = {**STATUS, "recipient_id": ANA[0], "recipient_user_id": ANA[1]}
    for beside in ({}, {"statuses": [status]}, {"statuses": [{**STATUS_OF_NOBODY, "recipient_id": ANA[0]}]}):
        value = {"contacts": [{"user_id": ANA[1]}], "messages": [written(ANA, (True, False))], **beside}
        assert who_wrote(value) == [Identities(f"+{ANA[0]}", ANA[1])]


def test_what_an_agent_wrote_to_another_lends_nobody_an_id() -> None:
    echo = {"id": "wamid.E", "message": {"type": "text", "recipient": BO[0], "text": {"body": "Hi"}}}
    standby = {
        "contacts": [{"user_id": BO[1]}],
        "messages": [written(ANA, (True, False))],
        "message_echoes": [echo],
    }
    found = split(wire(envelope(change("standby", {"metadata": METADATA, "standby": standby}))), NOW).inbound
    who = [
        (addressee_of if routed.message.echo else sender_of)(routed.message.message, routed.message.contact)
        for routed in found
    ]
    assert who == [Identities(f"+{ANA[0]}"), Identities(f"+{BO[0]}")]
