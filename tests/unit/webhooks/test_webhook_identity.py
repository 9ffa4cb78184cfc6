import pytest

from functions.webhook_ingest.people.logic.identity import (
    Change,
    Identities,
    addressee_of,
    change_of,
    sender_of,
)
from shared.ids import TenantId
from tests.support.webhook_payloads import CONTACT, Json

BSUID = "US.13491208655302741918"


@pytest.mark.parametrize(
    ("message", "contact", "who"),
    [
        (
            {"from": "16505551234", "from_user_id": BSUID},
            CONTACT,
            Identities("+16505551234", BSUID, "Sheena Nelson", "realsheena"),
        ),
        ({"from": "16505551234"}, {}, Identities("+16505551234")),
        ({"from_user_id": BSUID}, {}, Identities("", BSUID)),
        ({"from": BSUID}, {}, Identities("", BSUID)),
        ({"from": BSUID}, CONTACT, Identities("+16505551234", BSUID, "Sheena Nelson", "realsheena")),
        ({"from": "16505551234"}, {"user_id": BSUID}, Identities("+16505551234", BSUID)),
        ({}, {"wa_id": BSUID}, Identities("", BSUID)),
        ({"from": "anyone"}, {}, Identities()),
        ({"from": 16505551234}, {}, Identities("+16505551234")),
        ({"from": "16505551234", "from_user_id": "US.ENT.7"}, {}, Identities("+16505551234")),
        ({"from_user_id": BSUID, "from_parent_user_id": "US.ENT.7"}, {}, Identities("", BSUID)),
        ({"from": "16505551234"}, {"username": "sheena"}, Identities("+16505551234", username="sheena")),
        ({}, {}, Identities()),
    ],
)
def test_the_sender_is_whoever_message_and_contact_name(message: Json, contact: Json, who: Identities) -> None:
    found = sender_of(message, contact)
    assert found == who
    assert bool(found) is bool(who.phone or who.bsuid)


def test_the_addressee_is_whom_the_business_wrote_to() -> None:
    message = {"from": "15550783881", "to": "16505551234", "to_user_id": BSUID, "to_parent_user_id": "US.ENT.7"}
    assert addressee_of(message, {}) == Identities("+16505551234", BSUID)
    assert not addressee_of({"from": "15550783881"}, {})


@pytest.mark.parametrize(
    ("wa_id", "phone"),
    [
        ("551187654321", "+5511987654321"),
        ("5215512345678", "+525512345678"),
        ("541143210001", "+5491143210001"),
        ("22508090099", "+2250708090099"),
        ("22997123456", "+2290197123456"),
    ],
)
def test_a_whatsapp_id_of_an_earlier_plan_is_the_number_of_today(wa_id: str, phone: str) -> None:
    who = sender_of({"from": wa_id}, {})
    assert who == Identities(phone)
    assert ("phone", f"+{wa_id}") in who.keys(TenantId("t-1")).values()


@pytest.mark.parametrize(
    ("message", "change"),
    [
        (
            {
                "from": "16505551234",
                "system": {"type": "user_changed_number", "wa_id": "12195555358", "user_id": "US.9", "body": "…"},
            },
            Change(Identities("+16505551234"), Identities("+12195555358", "US.9")),
        ),
        (
            {"system": {"type": "user_changed_user_id", "user_id": "US.9", "previous_user_id": "US.8"}},
            Change(Identities("", "US.8"), Identities("", "US.9")),
        ),
        (
            {"from_user_id": "US.9", "system": {"type": "user_changed_user_id", "user_id": "US.9"}},
            None,
        ),
        ({"from": "16505551234", "system": {"type": "customer_identity_changed"}}, None),
        ({"from": "16505551234", "system": {"type": "user_changed_number"}}, None),
        ({}, None),
    ],
)
def test_a_system_message_says_who_became_whom(message: Json, change: Change | None) -> None:
    assert change_of(message) == change
