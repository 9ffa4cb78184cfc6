"""One answer for each contact, the same for the dry run and for the load."""

from dataclasses import replace

import pytest

from functions.campaign_dispatch.load.logic.audience import Skip, judge
from functions.campaign_dispatch.load.logic.history import History
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.campaign import Audience
from shared.domain.contacts.consent import purpose_of
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import SendPlan, Variable, compile_plan
from shared.domain.templates.template import Template
from shared.ids import ContactId, WabaId

TEMPLATE = Template(
    "1", WabaId("w"), "sale", "en", "MARKETING", "APPROVED", "POSITIONAL", [{"type": "BODY", "text": "{{1}}"}]
)
PLAN: SendPlan = compile_plan(TEMPLATE, {"body.1": Variable("contact", "name")}, frozenset())
VIP = History(Audience(tags=("vip",), exclude_tags=("bought",)))
PHONE = "+5511987654321"


def person(
    *tags: str, name: str = "Ana", phone: str | None = PHONE, bsuid: str | None = None, said_no: EpochMs | None = None
) -> Contact:
    return Contact(
        ContactId("c"), phone=phone, bsuid=bsuid, name=name, region="BR", tags=frozenset(tags), opted_out_at=said_no
    )


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (person("vip"), Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("vip", bsuid="BR.1"), Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("vip", phone=None, bsuid="BR.1"), Recipient(ContactId("c"), "BR.1", ("Ana",))),
        (person(), None),
        (person("vip", "bought"), None),
        (person(said_no=EpochMs(1)), None),
        (person("vip", said_no=EpochMs(1)), Skip(ContactId("c"), "opted_out")),
        (person("vip", phone=None), Skip(ContactId("c"), "no_destination")),
        (person("vip", phone="11987654321"), Skip(ContactId("c"), "invalid_number")),
        (person("vip", phone="+0511987654321"), Skip(ContactId("c"), "invalid_number")),
        (person("vip", phone="+55119876543210987"), Skip(ContactId("c"), "invalid_number")),
        (person("vip", name=""), Skip(ContactId("c"), "missing_variable", "body.1")),
        (person("vip", name="x" * 1025), Skip(ContactId("c"), "too_long", "body.1")),
        (person("vip", name="", said_no=EpochMs(1)), Skip(ContactId("c"), "opted_out")),
    ],
)
def test_who_is_written_to_who_is_skipped_and_who_is_not_meant(
    contact: Contact, expected: Recipient | Skip | None
) -> None:
    assert judge(contact, VIP, "marketing", PLAN) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (None, Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("vip"), Skip(ContactId("c"), "duplicate_identity")),
        (person("everybody else"), Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("vip", "bought"), Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("everybody else", said_no=EpochMs(1)), Skip(ContactId("c"), "opted_out")),
    ],
)
def test_of_two_contacts_with_one_phone_one_is_written_to_and_a_no_of_either_counts(
    other: Contact | None, expected: Recipient | Skip
) -> None:
    first = [replace(other, contact_id=ContactId("a"))] if other else []
    assert judge(person("vip"), VIP, "marketing", PLAN, lambda own: [*first, own]) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (person("vip"), Recipient(ContactId("c"), PHONE, ("Ana",))),
        (person("vip", said_no=EpochMs(1)), Skip(ContactId("c"), "opted_out")),
        (person("everybody else", said_no=EpochMs(1)), Skip(ContactId("c"), "opted_out")),
    ],
)
def test_who_is_written_to_first_of_them_is_so_unless_one_of_them_said_no(
    other: Contact, expected: Recipient | Skip
) -> None:
    behind = replace(other, contact_id=ContactId("z"))
    assert judge(person("vip"), VIP, "marketing", PLAN, lambda own: [own, behind]) == expected


@pytest.mark.parametrize(
    ("category", "purpose"),
    [
        ("MARKETING", "marketing"),
        ("UTILITY", "utility"),
        ("utility", "utility"),
        ("AUTHENTICATION", "authentication"),
        ("", "marketing"),
        ("SOMETHING_NEW", "marketing"),
    ],
)
def test_a_category_nobody_knows_counts_as_the_strictest(category: str, purpose: str) -> None:
    assert purpose_of(category) == purpose
