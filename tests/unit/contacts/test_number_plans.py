"""The canonical form of a number, after the changes of national plans."""

import datetime
import random

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat

from shared.domain.contacts.identity import contact_id_for, phone_ids
from shared.domain.contacts.market import region_of
from shared.domain.contacts.number_plans import PLANS, NumberPlan, canonical_phone, phone_of_wa_id, spellings
from shared.ids import TenantId

STILL_SOMEBODYS = {"AR", "BR", "GA"}
"""phonenumbers still knows the old form: AR as a fixed line, BR those that begin with 7 (trunk radio, switched off in
2018), GA all of them. Each names the same line as the new one."""


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+541143210001", "+5491143210001"),
        ("+542614123456", "+5492614123456"),
        ("+5491143210001", "+5491143210001"),
        ("+548001234567", "+548001234567"),
        ("+553188887772", "+5531988887772"),
        ("+5531988887772", "+5531988887772"),
        ("+551131654321", "+551131654321"),
        ("+5215512345678", "+525512345678"),
        ("+22508090099", "+2250708090099"),
        ("+22505090099", "+2250505090099"),
        ("+22501090099", "+2250101090099"),
        ("+22522445566", "+2252722445566"),
        ("+22997123456", "+2290197123456"),
        ("+24107123456", "+24177123456"),
        ("+2417123456", "+24177123456"),
        ("+23776543210", "+237676543210"),
        ("+2307654321", "+23057654321"),
        ("+841681234567", "+84381234567"),
        ("+9745319734", "+97455319734"),
        ("+20101234567", "+201001234567"),
        ("+26861234567", "+26861234567"),
        ("+2686123456", "+26876123456"),
        ("+6707654321", "+67077654321"),
        ("+22267123456", "+22267123456"),
        ("+2226712345", "+22246712345"),
        ("+248512345", "+2482512345"),
        ("+99577123456", "+995577123456"),
        ("+5713443460", "+576013443460"),
        ("+240212345", "+240222212345"),
        ("+59399123456", "+593999123456"),
        ("+34600100064", "+34600100064"),
        ("+16505551234", "+16505551234"),
    ],
)
def test_an_earlier_form_is_the_number_of_today(written: str, canonical: str) -> None:
    assert canonical_phone(written) == canonical
    assert written in spellings(canonical)
    assert spellings(canonical)[0] == canonical
    assert phone_of_wa_id(written[1:]) == canonical
    assert contact_id_for(TenantId("t"), "phone", written) in phone_ids(TenantId("t"), canonical)


def test_nothing_has_no_spellings() -> None:
    assert spellings("") == ()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.country)
def test_a_rule_leads_to_a_form_that_it_leaves_alone_and_back(plan: NumberPlan) -> None:
    """And what it changes is nobody's number any more, so that no two people become one."""
    chance = random.Random(plan.country)
    changed = exists = stale = 0
    for _ in range(6_000):
        national = "".join(chance.choice("0123456789") for _ in range(chance.randint(6, 11)))
        phone = f"+{plan.code}{national}"
        canonical = canonical_phone(phone)
        assert canonical_phone(canonical) == canonical
        assert set(spellings(phone)) == {*spellings(canonical)}
        if canonical != phone:
            changed += 1
            exists += is_valid(canonical)
            stale += is_valid(phone)
    assert changed
    assert exists
    assert (stale > 0) == (plan.country in STILL_SOMEBODYS)
    assert datetime.date.fromisoformat(plan.since)
    assert plan.source
    assert phonenumbers.country_code_for_region(plan.country) == int(plan.code)


def test_the_numbers_of_today_stay_as_they_are() -> None:
    examples = (
        phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        for region in phonenumbers.SUPPORTED_REGIONS - {"GA"}  # whose example is of the old plan
    )
    phones = [phonenumbers.format_number(example, PhoneNumberFormat.E164) for example in examples if example]
    assert len(phones) > 200
    assert [canonical_phone(phone) for phone in phones] == phones


def test_canada_is_told_from_the_united_states() -> None:
    for area in range(200, 1000):
        number = f"+1{area}2345678"
        known = phonenumbers.region_code_for_number(phonenumbers.parse(number))
        if known in ("CA", "US"):
            assert region_of(number) == known


def is_valid(phone: str) -> bool:
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return False
    as_written = phonenumbers.format_number(number, PhoneNumberFormat.E164) == phone
    return as_written and phonenumbers.is_valid_number(number)
