"""Contacts that turn out to be one person, again and again and from both sides: nobody is lost, and every no holds."""

from typing import Any

import pytest

from functions.webhook_ingest import consent_bootstrap, consent_handler, inbound_handler
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import IdentityKind, contact_id_for
from shared.ids import ContactId, TenantId
from shared.store.contacts.consent import Consent
from shared.store.contacts.items import read_contact_item
from shared.store.contacts.mergers import Mergers
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.faults import at_once
from tests.support.webhook_payloads import PHONE_ID, TENANT, TEXT, change, envelope, wire

NOW_S = epoch_ms() // 1000
USER_ID = "US.13491208655302741918"


@pytest.fixture(autouse=True)
def listening(aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    built = consent_bootstrap.build(aws.database())
    monkeypatch.setattr(consent_handler, "deps", lambda: built)


def contact_id(kind: IdentityKind, value: str) -> ContactId:
    return contact_id_for(TENANT, kind, value)


def writes(text: str, *, phone: str = "", user_id: str = "", second: int = 0, **more: Any) -> None:
    """A webhook with one message, heard and taken as the queues bring it; both must go well."""
    message: dict[str, Any] = {
        **{name: value for name, value in TEXT.items() if name not in ("from", "from_user_id")},
        "id": f"wamid.{text}{second}{phone}",
        "timestamp": str(NOW_S + second),
        "text": {"body": text},
        **({"from": phone} if phone else {}),
        **({"from_user_id": user_id} if user_id else {}),
        **more,
    }
    contact = {
        "profile": {"name": "X"},
        **({"wa_id": phone} if phone else {}),
        **({"user_id": user_id} if user_id else {}),
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID},
        "contacts": [contact],
        "messages": [message],
    }
    found = wire(envelope(change("messages", value)))
    received_at = EpochMs((NOW_S + second) * 1000 + 950)
    for said in consent_said(split(found, received_at)):
        assert consent_handler.lambda_handler(sqs_event(said.to_json()), Context()) == {"batchItemFailures": []}
    bodies = [routed.message.to_json() for routed in split(found, received_at).inbound]
    assert inbound_handler.lambda_handler(sqs_event(*bodies, group="g"), Context()) == {"batchItemFailures": []}


def imported(deps: Deps, phone: str, tenant_id: TenantId = TENANT) -> ContactId:
    known = contact_id_for(tenant_id, "phone", f"+{phone}")
    attributes = {"phone": f"+{phone}", "name": phone}
    return deps.contacts.upsert(tenant_id, known, attributes, {}, frozenset({"all"}), epoch_ms()).contact_id


def chained(deps: Deps, numbers: int) -> list[str]:
    """One person writes under a user id, and then from one imported number after the other."""
    writes("hello", user_id=USER_ID)
    phones = [f"1650555{1000 + i}" for i in range(numbers)]
    for i, phone in enumerate(phones):
        imported(deps, phone)
        writes(f"hi {i}", phone=phone, user_id=USER_ID, second=i + 1)
    return phones


def followed(deps: Deps, phone: str) -> Contact:
    found = deps.contacts.get(TENANT, contact_id("phone", f"+{phone}"))
    assert found is not None
    return found


@pytest.mark.parametrize("numbers", [2, 4, 7])
def test_a_no_under_any_id_reaches_whoever_a_person_became(deps: Deps, numbers: int) -> None:
    phones = chained(deps, numbers)
    last = followed(deps, phones[-1])
    assert last.opted_out_at is None
    assert {followed(deps, phone).contact_id for phone in phones} == {last.contact_id}
    writes("STOP", user_id=USER_ID, second=30)
    assert followed(deps, phones[-1]).opted_out_at is not None
    told = {said.contact_id for said in deps.contacts.consent.feed(TENANT, EpochMs(0)) if said.opted_out}
    assert {contact_id("phone", f"+{phone}") for phone in phones} <= told


@pytest.mark.parametrize("numbers", [3, 6])
def test_a_no_that_meta_told_of_an_old_id_reaches_whoever_a_person_became(deps: Deps, numbers: int) -> None:
    phones, now = chained(deps, numbers), epoch_ms()
    for old in (contact_id("phone", f"+{phones[0]}"), contact_id("bsuid", USER_ID)):
        deps.contacts.consent.record(
            TENANT, old, opted_out=True, source="meta_131050", at=now, event_id=f"{now}-{old}", now=now
        )
        assert followed(deps, phones[-1]).opted_out_at == now


def test_whoever_was_merged_leads_straight_to_whoever_stays(aws: FakeAws, deps: Deps) -> None:
    phones, database = chained(deps, 6), aws.database()
    last = followed(deps, phones[-1]).contact_id
    for phone in phones:
        found = contact_id("phone", f"+{phone}")
        item = read_contact_item(database.client, database.contacts, TENANT, found) or {}
        assert found == last or item["ptr"] == last
    assert imported(deps, phones[0]) == last


def two(deps: Deps, n: int = 0) -> tuple[ContactId, ContactId]:
    """Two contacts, one of whom said no."""
    first, second = imported(deps, f"16505671{n:03d}"), imported(deps, f"16505672{n:03d}")
    now = epoch_ms()
    deps.contacts.consent.record(TENANT, second, opted_out=True, source="keyword", at=now, event_id="no", now=now)
    return first, second


def merged(aws: FakeAws, deps: Deps, keep: ContactId, gone: ContactId) -> bool:
    current = deps.contacts.get(TENANT, gone)
    assert current is not None
    return current.contact_id != keep and Mergers(aws.database()).merge(TENANT, keep, current, epoch_ms())


def assert_one_is_left(deps: Deps, first: ContactId, second: ContactId) -> None:
    found = [deps.contacts.get(TENANT, one) for one in (first, second)]
    assert found[0] is not None
    assert found[0] == found[1]
    assert found[0].opted_out_at is not None


def test_of_two_who_are_merged_into_each_other_one_is_left(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One merger as a whole in the middle of the other."""
    first, second = two(deps)
    note = Consent.note_same_person
    others: list[bool] = []

    def noted(self: Consent, tenant_id: TenantId, gone: ContactId, same_as: ContactId, now: EpochMs) -> None:
        note(self, tenant_id, gone, same_as, now)
        if not others:
            others.append(True)
            others.append(merged(aws, deps, second, first))

    monkeypatch.setattr(Consent, "note_same_person", noted)
    merged(aws, deps, first, second)
    assert others == [True, True]
    assert_one_is_left(deps, first, second)


def test_of_many_pairs_who_are_merged_both_ways_at_once_one_each_is_left(aws: FakeAws, deps: Deps) -> None:
    for n in range(1, 40):
        first, second = two(deps, n)
        at_once(2, lambda i, pair=(first, second): merged(aws, deps, pair[i], pair[1 - i]))  # type: ignore[misc]
        for _ in range(3):
            merged(aws, deps, first, second)
        assert_one_is_left(deps, first, second)


@pytest.mark.parametrize("wamid", ["", None, 1.5, {}])
def test_a_no_behind_a_yes_of_the_same_second_is_heard_without_an_id(deps: Deps, wamid: object) -> None:
    imported(deps, "16505551234")
    writes("START", phone="16505551234", id=wamid)
    writes("STOP", phone="16505551234", id=wamid)
    assert followed(deps, "16505551234").opted_out_at is not None


@pytest.mark.parametrize("claimed", ["", 1.7e9, "1700000000", "99999999999999", -5, None, "１７０００００００"])
def test_a_yes_that_was_said_nobody_knows_when_lifts_no_no(deps: Deps, claimed: object) -> None:
    imported(deps, "16505551234")
    writes("STOP", phone="16505551234")
    writes("START", phone="16505551234", second=5, timestamp=claimed)
    assert followed(deps, "16505551234").opted_out_at is not None


S = EpochMs(1_780_000_000_000)


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ([(False, 400), (True, 0)], True),
        ([(True, 0), (False, 400)], True),
        ([(True, 0), (False, 1_000)], False),
        ([(True, 0), (False, 1_400)], False),
        ([(True, 123), (False, 900)], False),
        ([(False, 900), (True, 123)], False),
        ([(True, 900), (False, 123)], True),
        ([(False, 400), (True, 0), (False, 400)], True),
        ([(False, 1_400), (True, 0)], False),
        ([(True, 0), (False, 0)], True),
        ([(True, 1_000), (False, 999)], True),
        ([(True, 2), (False, 1)], True),
        ([(False, 1), (False, 2), (True, 1)], False),
    ],
)
def test_what_has_a_whole_second_was_said_at_any_time_within_it(
    deps: Deps, said: list[tuple[bool, int]], out: bool
) -> None:
    """(whether it is a no, milliseconds), in the order in which it is learned."""
    known = imported(deps, "16505551234")
    for i, (no, ms) in enumerate(said):
        at = EpochMs(S + ms)
        deps.contacts.consent.record(
            TENANT, known, opted_out=no, source="x", at=at, event_id=f"{i}", now=EpochMs(S + i)
        )
    assert (followed(deps, "16505551234").opted_out_at is not None) == out
