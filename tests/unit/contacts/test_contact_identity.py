"""Which contact is meant by a phone and a user id, and what it is called."""

import pytest

from functions.api.contacts.logic.identity import Identities, changed_names, new_names, one_contact
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for
from shared.errors import Conflict
from shared.ids import ContactId, TenantId

TENANT = TenantId("t")
ANA, BEA = Contact(ContactId("ana")), Contact(ContactId("bea"))
BOTH = Identities.of(TENANT, "+5511987654321", "BR.1")
BY_PHONE, BY_BSUID = contact_id_for(TENANT, "phone", "+5511987654321"), contact_id_for(TENANT, "bsuid", "BR.1")


@pytest.mark.parametrize(
    ("by_phone", "by_bsuid", "found"),
    [(None, None, None), (ANA, None, ANA), (None, ANA, ANA), (ANA, Contact(ContactId("ana"), name="Ana"), ANA)],
)
def test_whoever_is_known_under_either_is_meant(
    by_phone: Contact | None, by_bsuid: Contact | None, found: Contact | None
) -> None:
    assert one_contact(by_phone, by_bsuid) == found


def test_two_people_are_not_made_one() -> None:
    with pytest.raises(Conflict) as refused:
        one_contact(ANA, BEA)
    assert (refused.value.code, refused.value.field) == ("identity_taken", "bsuid")


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (BOTH, BY_PHONE),
        (Identities.of(TENANT, "+5511987654321", ""), BY_PHONE),
        (Identities.of(TENANT, "", "BR.1"), BY_BSUID),
    ],
)
def test_a_new_contact_s_id_is_its_phone_s_or_else_its_user_id_s(ids: Identities, expected: str) -> None:
    assert ids.of_contact(None) == expected
    assert ids.of_contact(ANA) == "ana"


def test_every_other_identity_leads_to_the_contact() -> None:
    assert BOTH.beside(BY_PHONE) == [BY_BSUID]
    assert BOTH.beside(BY_BSUID) == [BY_PHONE]
    assert BOTH.beside(ContactId("ana")) == [BY_PHONE, BY_BSUID]
    assert Identities.of(TENANT, "", "BR.1").beside(BY_BSUID) == []


@pytest.mark.parametrize(
    ("name", "first", "last", "expected"),
    [
        ("", "", "", ("", "", "")),
        (" Ana  Souza ", "", "", ("Ana Souza", "", "")),
        ("Ana Souza", " Ana ", "", ("Ana Souza", "Ana\nAna Souza", "")),
        ("Ana M. Souza", "Ana", " Souza ", ("Ana M. Souza", "Ana\nAna M. Souza", "Souza\nAna M. Souza")),
        ("", "Ana", "", ("Ana", "Ana\nAna", "")),
        ("", "Ana", "Souza", ("Ana Souza", "Ana\nAna Souza", "Souza\nAna Souza")),
        ("", "", "Souza", ("Souza", "", "Souza\nSouza")),
    ],
)
def test_a_first_and_a_last_name_alone_are_the_name(
    name: str, first: str, last: str, expected: tuple[str, str, str]
) -> None:
    assert new_names(name, first=first, last=last) == dict(zip(("name", "first", "last"), expected, strict=True))


@pytest.mark.parametrize(
    ("before", "name", "first", "last", "expected"),
    [
        ("Ana Souza", None, None, None, {}),
        ("Ana Souza", "Ana  Lima", None, None, {"name": "Ana Lima"}),
        ("Ana Souza", None, "Ana", None, {"first": "Ana\nAna Souza"}),
        ("Ana Souza", None, None, "Souza", {"last": "Souza\nAna Souza"}),
        ("Ana Souza", None, "", "", {"first": "", "last": ""}),
        ("Ana Souza", "Ana Lima", "Ana", None, {"name": "Ana Lima", "first": "Ana\nAna Lima"}),
        ("Ana Souza", "", "Ana", None, {"name": "Ana", "first": "Ana\nAna"}),
        ("", None, "Ana", None, {"name": "Ana", "first": "Ana\nAna"}),
        ("", None, "Ana", "Lima", {"name": "Ana Lima", "first": "Ana\nAna Lima", "last": "Lima\nAna Lima"}),
        ("", "", None, None, {"name": ""}),
        ("", None, None, "", {"last": ""}),
    ],
)
def test_first_and_last_name_go_with_the_name_they_are_given_beside(
    before: str, name: str | None, first: str | None, last: str | None, expected: dict[str, str]
) -> None:
    assert changed_names(Contact(ContactId("c"), name=before), name=name, first=first, last=last) == expected
