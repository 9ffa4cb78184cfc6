"""Whom statuses name by phone and by user id: their no is found later, whichever of the two they write under."""

from typing import Any

import pytest

from functions.webhook_ingest.people.identification import Identification, Person
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.contacts.consent import refusal
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for
from shared.ids import CampaignId, ContactId
from tests.integration.webhook_ingest.test_inbound import deliver
from tests.integration.webhook_ingest.test_status import deliver as deliver_statuses
from tests.support.campaigns import a_campaign
from tests.support.consumers import Deps
from tests.support.webhook_payloads import PHONE_ID, STATUS, TENANT, Json, envelope, statuses, wire

PHONE, USER = "+16505551234", str(STATUS["recipient_user_id"])
BY_PHONE, BY_USER = contact_id_for(TENANT, "phone", PHONE), contact_id_for(TENANT, "bsuid", USER)


def stored(deps: Deps, attributes: dict[str, str], contact_id: ContactId = BY_PHONE) -> None:
    deps.contacts.upsert(TENANT, contact_id, attributes, {}, frozenset(), EpochMs(1))


def contact(deps: Deps, contact_id: ContactId = BY_PHONE) -> Contact:
    found = deps.contacts.get(TENANT, contact_id)
    assert found is not None
    return found


def tell(**more: object) -> None:
    """Meta tells that a message was sent to them."""
    found = split(wire(envelope(statuses({**STATUS, **more}))), epoch_ms())
    assert deliver_statuses(*found.statuses) == []


def written_to_in_a_campaign(deps: Deps) -> str:
    """What stands beside the status of a message to BY_PHONE."""
    people = [Recipient(BY_PHONE, PHONE, ())]
    deps.sends.seal_block(TENANT, CampaignId("C"), 0, SealedBlock(0, 0, 1, {}, BY_PHONE, True), people, [], EpochMs(1))
    sent = a_campaign("C", phone_number_id=PHONE_ID, sizes=(1, *(0,) * 15), cursors=(1,))
    deps.campaigns.create(TENANT, sent)
    return f"v1|{TENANT}|C|0|0|1"


def deleted_with_a_no(deps: Deps, contact_id: ContactId) -> None:
    now = epoch_ms()
    deps.contacts.consent.record(TENANT, contact_id, opted_out=True, source="keyword", at=now, event_id="e", now=now)
    assert deps.contacts.deletions.apply(TENANT, contact_id, now)


def say_stop_without_a_phone() -> None:
    now = str(epoch_ms() // 1000)
    message: Json = {"from_user_id": USER, "id": "wamid.S", "timestamp": now, "type": "text", "text": {"body": "STOP"}}
    assert deliver(message, contacts=[{"profile": {"name": "Sheena", "username": "sheena"}, "user_id": USER}]) == []


def test_a_no_under_the_user_id_alone_reaches_the_contact_that_was_imported_with_a_phone(deps: Deps) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    tell()
    tell()
    say_stop_without_a_phone()
    assert refusal(contact(deps), "marketing") == "opted_out"
    assert deps.contacts.consent.feed(TENANT, EpochMs(0))[-1].contact_id == BY_PHONE


def test_a_no_said_before_we_knew_counts_as_soon_as_we_know(deps: Deps) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    say_stop_without_a_phone()
    assert refusal(contact(deps), "marketing") is None
    tell()
    assert refusal(contact(deps), "marketing") == "opted_out"
    assert contact(deps, BY_USER).contact_id == BY_PHONE


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "failed"])
def test_any_status_that_names_both_tells_who_somebody_is(deps: Deps, status: str) -> None:
    """A message that fails is never told as sent, and any one status may be lost."""
    stored(deps, {"phone": PHONE, "region": "ES"})
    tell(status=status)
    say_stop_without_a_phone()
    assert refusal(contact(deps), "marketing") == "opted_out"


@pytest.mark.parametrize("more", [{"recipient_id": ""}, {"recipient_user_id": ""}])
def test_a_status_that_does_not_name_both_links_nothing(deps: Deps, more: dict[str, object]) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    tell(**more)
    assert deps.contacts.get(TENANT, BY_USER) is None


def test_nobody_is_made_a_contact_by_a_status(deps: Deps) -> None:
    tell()
    assert deps.contacts.get(TENANT, BY_PHONE) is None
    assert deps.contacts.get(TENANT, BY_USER) is None


def test_a_number_written_without_its_ninth_digit_is_found(deps: Deps) -> None:
    written = "+5511987654321"
    stored(deps, {"phone": written, "region": "BR"}, contact_id_for(TENANT, "phone", written))
    tell(recipient_id="551187654321")
    assert contact(deps, BY_USER).phone == written


@pytest.mark.parametrize(
    ("stored_as", "wa_id"),
    [
        ("+541143210001", "5491143210001"),
        ("+5491143210001", "541143210001"),
        ("+2250708090099", "22508090099"),
        ("+22997123456", "2290197123456"),
    ],
)
def test_a_user_id_joins_whoever_is_stored_under_another_spelling(deps: Deps, stored_as: str, wa_id: str) -> None:
    contact_id = contact_id_for(TENANT, "phone", stored_as)
    stored(deps, {"phone": stored_as}, contact_id)
    tell(recipient_id=wa_id)
    assert contact(deps, BY_USER).contact_id == contact_id
    say_stop_without_a_phone()
    assert contact(deps, contact_id).opted_out_at is not None


def test_two_spellings_that_were_two_contacts_become_one(deps: Deps) -> None:
    old, new = (contact_id_for(TENANT, "phone", phone) for phone in ("+541143210001", "+5491143210001"))
    stored(deps, {"phone": "+541143210001", "name": "Ana"}, old)
    stored(deps, {"phone": "+5491143210001"}, new)
    tell(recipient_id="5491143210001")
    assert contact(deps, BY_USER) == contact(deps, old) == contact(deps, new)
    assert (contact(deps, new).name, contact(deps, new).phone) == ("Ana", "+5491143210001")


def test_a_whatsapp_id_that_no_table_knows_is_whom_the_message_was_for(deps: Deps) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    beside = written_to_in_a_campaign(deps)
    stranger = "29912345678"
    for never_sent in ("0|0|2", "0|0|0", "0|1|1"):
        tell(recipient_id=stranger, biz_opaque_callback_data=f"v1|{TENANT}|C|{never_sent}")
        assert deps.contacts.get(TENANT, BY_USER) is None
    tell(recipient_id=stranger, biz_opaque_callback_data=beside)
    assert contact(deps, BY_USER).contact_id == BY_PHONE
    assert contact(deps, contact_id_for(TENANT, "phone", "+29912345678")).contact_id == BY_PHONE
    assert contact(deps).phone == PHONE
    say_stop_without_a_phone()
    assert refusal(contact(deps), "marketing") == "opted_out"


def test_a_status_of_a_number_that_is_nobodys_links_nothing(deps: Deps) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    change = statuses(STATUS)
    change["value"] = {**change["value"], "metadata": {"phone_number_id": PHONE_ID + "9"}}
    deliver_statuses(*split(wire(envelope(change)), epoch_ms()).statuses)
    assert deps.contacts.get(TENANT, BY_USER) is None


def test_who_moves_to_a_number_that_is_known_is_reached_there(deps: Deps) -> None:
    there = "+12195555358"
    stored(deps, {"phone": PHONE, "region": "US", "bsuid": "US.old"})
    stored(deps, {"phone": there, "region": "US", "bsuid": "US.other"}, contact_id_for(TENANT, "phone", there))
    system = {"type": "user_changed_number", "wa_id": there[1:], "user_id": "US.new", "body": "changed"}
    now = str(epoch_ms() // 1000)
    moved: Json = {"from": PHONE[1:], "id": "wamid.M", "timestamp": now, "type": "system", "system": system}
    assert deliver(moved, contacts=[]) == []
    kept = contact(deps)
    assert (kept.phone, kept.bsuid) == (there, "US.new")
    assert contact(deps, contact_id_for(TENANT, "phone", there)).contact_id == BY_PHONE


def test_a_user_id_that_was_learned_with_another_number_joins_the_two_contacts(deps: Deps) -> None:
    """They were imported under both their numbers, and a status had told the user id with the first one."""
    earlier = "+34600100066"
    by_earlier = contact_id_for(TENANT, "phone", earlier)
    stored(deps, {"phone": earlier, "region": "ES"}, by_earlier)
    tell(recipient_id=earlier[1:])
    stored(deps, {"phone": PHONE, "region": "US"})
    tell()
    assert contact(deps, by_earlier).contact_id == contact(deps, BY_USER).contact_id == BY_PHONE
    pairs = [(change.contact_id, change.same_as) for change in deps.contacts.consent.feed(TENANT, EpochMs(0))]
    assert pairs == [(by_earlier, BY_PHONE)]
    tell()
    assert len(deps.contacts.consent.feed(TENANT, EpochMs(0))) == 1


def test_a_status_beside_somebody_elses_message_leaves_two_people_two(deps: Deps) -> None:
    other = {"wa_id": "4915112345678", "user_id": "DE.BBB222"}
    by_other = contact_id_for(TENANT, "phone", "+4915112345678")
    stored(deps, {"phone": PHONE, "region": "US"})
    stored(deps, {"phone": "+4915112345678", "region": "DE"}, by_other)
    told = statuses({name: value for name, value in STATUS.items() if name != "recipient_user_id"})
    message = {"from": other["wa_id"], "from_user_id": other["user_id"], "id": "wamid.O", "timestamp": "1750030073"}
    told["value"] |= {"contacts": [other], "messages": [{**message, "type": "text", "text": {"body": "Hi"}}]}
    assert deliver_statuses(*split(wire(envelope(told)), epoch_ms()).statuses) == []
    assert deps.contacts.get(TENANT, contact_id_for(TENANT, "bsuid", "DE.BBB222")) is None
    assert (contact(deps).contact_id, contact(deps, by_other).contact_id) == (BY_PHONE, by_other)


def test_the_id_of_a_group_becomes_nobodys_phone(deps: Deps) -> None:
    stored(deps, {"bsuid": USER}, BY_USER)
    tell(recipient_id="12036302123456789", recipient_type="group")
    assert contact(deps, BY_USER).phone is None


def test_a_status_about_somebody_who_was_deleted_makes_nobody_and_their_no_is_found_by_the_user_id(deps: Deps) -> None:
    stored(deps, {"phone": PHONE, "region": "ES"})
    deleted_with_a_no(deps, BY_PHONE)
    tell()
    tell()
    assert deps.contacts.get(TENANT, BY_PHONE) is None
    assert deps.contacts.get(TENANT, BY_USER) is None
    stored(deps, {"bsuid": USER, "name": "Sheena"}, BY_USER)
    assert (contact(deps, BY_USER).contact_id, refusal(contact(deps, BY_USER), "marketing")) == (BY_PHONE, "opted_out")


def test_a_no_of_somebody_deleted_who_was_known_by_the_user_id_is_found_by_the_number(deps: Deps) -> None:
    stored(deps, {"bsuid": USER}, BY_USER)
    deleted_with_a_no(deps, BY_USER)
    tell()
    assert deps.contacts.get(TENANT, BY_PHONE) is None
    stored(deps, {"phone": PHONE})
    assert (contact(deps).contact_id, refusal(contact(deps), "marketing")) == (BY_USER, "opted_out")


@pytest.mark.parametrize("again", [BY_PHONE, BY_USER], ids=["phone again", "user id again"])
@pytest.mark.parametrize("said", [BY_PHONE, BY_USER], ids=["no by phone", "no by user id"])
def test_two_that_were_deleted_share_the_no(deps: Deps, said: ContactId, again: ContactId) -> None:
    stored(deps, {"phone": PHONE})
    stored(deps, {"bsuid": USER}, BY_USER)
    deleted_with_a_no(deps, said)
    deps.contacts.deletions.apply(TENANT, BY_USER if said == BY_PHONE else BY_PHONE, epoch_ms())
    tell()
    assert (deps.contacts.get(TENANT, BY_PHONE), deps.contacts.get(TENANT, BY_USER)) == (None, None)
    stored(deps, {"name": "Sheena"}, again)
    assert refusal(contact(deps, again), "marketing") == "opted_out"


def test_a_no_of_who_was_written_to_and_deleted_is_found_by_what_whatsapp_calls_them(deps: Deps) -> None:
    stored(deps, {"phone": PHONE})
    beside = written_to_in_a_campaign(deps)
    deleted_with_a_no(deps, BY_PHONE)
    tell(recipient_id="29912345678", biz_opaque_callback_data=beside)
    by_whatsapp = contact_id_for(TENANT, "phone", "+29912345678")
    for one in (by_whatsapp, BY_USER):
        assert deps.contacts.get(TENANT, one) is None
        stored(deps, {"name": "Sheena"}, one)
        assert refusal(contact(deps, one), "marketing") == "opted_out"
        assert deps.contacts.deletions.apply(TENANT, BY_PHONE, epoch_ms())


def test_a_no_of_who_was_deleted_under_the_user_id_holds_for_whom_we_wrote_to(deps: Deps) -> None:
    stored(deps, {"phone": PHONE})
    beside = written_to_in_a_campaign(deps)
    stored(deps, {"bsuid": USER}, BY_USER)
    deleted_with_a_no(deps, BY_USER)
    tell(recipient_id="29912345678", biz_opaque_callback_data=beside)
    assert (contact(deps, BY_USER).contact_id, refusal(contact(deps), "marketing")) == (BY_PHONE, "opted_out")


def test_who_is_deleted_while_a_status_teaches_their_user_id_stays_deleted(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(deps, {"bsuid": USER}, BY_USER)
    look = Identification.find

    def find(self: Identification, *args: Any) -> Person:
        found = look(self, *args)
        deps.contacts.deletions.apply(TENANT, BY_USER, epoch_ms())
        return found

    monkeypatch.setattr(Identification, "find", find)
    tell()
    assert (deps.contacts.get(TENANT, BY_PHONE), deps.contacts.get(TENANT, BY_USER)) == (None, None)


def test_who_was_deleted_is_not_there_again_because_their_number_was_somebody_elses_once(deps: Deps) -> None:
    stored(deps, {"phone": "+34600100077", "bsuid": "US.other"})
    stored(deps, {"bsuid": USER}, BY_USER)
    deleted_with_a_no(deps, BY_USER)
    tell()
    assert deps.contacts.get(TENANT, BY_USER) is None
    assert contact(deps).phone == "+34600100077"
