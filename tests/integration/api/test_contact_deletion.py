"""Deleting a contact over HTTP: what goes, what stays, and what becomes of who comes back."""

from contextlib import suppress
from typing import Any, Literal

import pytest

from functions.api.contacts.deletion import delete_contact
from functions.api.contacts.parts import ContactParts
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId
from shared.services.heads import Heads
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.fields import ContactFields
from shared.store.contacts.mergers import Mergers
from shared.store.conversations.conversations import Conversations, Head
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from tests.support.api_handler import Answer, Api, is_problem
from tests.support.faults import Crash, crash_at_write
from tests.support.furnished import tenant

PHONE, OTHER, BSUID = "+34600111222", "+34600111333", "ES.1"


@pytest.fixture
def mine(api: Api) -> TenantId:
    return tenant(api)


def parts_of(database: Database) -> ContactParts:
    directory, contacts, conversations = Directory(database), Contacts(database), Conversations(database)
    accounts = Accounts(directory)
    return ContactParts(
        accounts=accounts,
        fields=ContactFields(directory),
        contacts=contacts,
        conversations=conversations,
        mergers=Mergers(database),
        heads=Heads(accounts, contacts, conversations),
    )


def make(api: Api, mine: TenantId, **body: Any) -> dict[str, Any]:
    answer = api.call("POST", "/v1/contacts", body, tenant=mine)
    assert answer.status in (200, 201), answer.body
    return answer.body


def delete(api: Api, mine: TenantId, contact_id: str) -> Answer:
    return api.call("DELETE", f"/v1/contacts/{contact_id}", tenant=mine)


def opt_out(api: Api, mine: TenantId, contact_id: str) -> None:
    answer = api.call("POST", f"/v1/contacts/{contact_id}/opt-out", {"source": "phone call"}, tenant=mine)
    assert answer.body["opted_out"] is True


def talk(api: Api, mine: TenantId, contact_id: str) -> ConversationId:
    number = PhoneNumberId(f"7{epoch_ms()}")
    waba = Waba(WabaId(f"8{number}"), "x", "USD", "t")
    api.deps.accounts.connect(mine, waba, [Number(number, waba.waba_id, "+1", "x")])
    conversation_id, at = conversation_id_for(mine, number, ContactId(contact_id)), epoch_ms()
    head = Head(conversation_id, number, ContactId(contact_id), "Ana")
    message = Message(message_key(at, "w"), conversation_id, "in", "contact", "text", "hello", at, {})
    api.deps.conversations.append(mine, head, message)
    return conversation_id


def test_who_is_deleted_is_nowhere_and_the_answer_says_what_stays(api: Api, mine: TenantId) -> None:
    contact = make(api, mine, phone=PHONE, bsuid=BSUID, name="Ana", email="ana@example.com")
    conversation_id = talk(api, mine, contact["id"])
    answer = delete(api, mine, contact["id"])
    stays = {"id": contact["id"], "opted_out": False, "conversations": [conversation_id]}
    assert (answer.status, answer.body) == (200, {**stays, "deleted_at": answer.body["deleted_at"]})
    assert delete(api, mine, contact["id"]).body == answer.body
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("POST", "/opt-in", {"source": "x"}),
        ("GET", "/timeline", None),
    ):
        assert is_problem(api.call(method, f"/v1/contacts/{contact['id']}{path}", body, tenant=mine), 404, "not_found")
    assert api.call("GET", "/v1/contacts", tenant=mine).body["items"] == []
    assert api.call("POST", "/v1/segments/count", {"text": "!contact.opted_out"}, tenant=mine).body["matched"] == 0
    assert api.call("GET", f"/v1/conversations/{conversation_id}", tenant=mine).status == 200
    assert is_problem(delete(api, mine, "0" * 32), 404, "not_found")
    assert is_problem(delete(api, tenant(api), contact["id"]), 404, "not_found")
    entries = api.call("GET", "/v1/audit", tenant=mine).body["items"]
    assert "contact.deleted" in {entry["action"] for entry in entries}
    assert "example.com" not in str(entries)


@pytest.mark.parametrize("again", [{"phone": PHONE}, {"bsuid": BSUID}, {"phone": PHONE, "bsuid": BSUID}])
@pytest.mark.parametrize("first", [{"phone": PHONE, "bsuid": BSUID}, {"bsuid": BSUID}])
def test_a_no_survives_under_every_identity(
    api: Api, mine: TenantId, first: dict[str, str], again: dict[str, str]
) -> None:
    contact = make(api, mine, **first)
    if "phone" not in first:
        make(api, mine, **first, phone=PHONE)
    opt_out(api, mine, contact["id"])
    assert delete(api, mine, contact["id"]).body["opted_out"] is True
    answer = api.call("POST", "/v1/contacts", {**again, "name": "Eva"}, tenant=mine)
    assert answer.status == 201
    assert (answer.body["id"], answer.body["name"], answer.body["opted_out"]) == (contact["id"], "Eva", True)


def test_who_saw_somebody_before_the_deletion_changes_nobody_who_is_there_again(api: Api, mine: TenantId) -> None:
    seen = make(api, mine, phone=PHONE, name="Ana")
    delete(api, mine, seen["id"])
    again = make(api, mine, phone=PHONE, name="Eva")
    path, change = f"/v1/contacts/{again['id']}", {"name": "Ana S.", "revision": seen["revision"]}
    assert is_problem(api.call("PATCH", path, change, tenant=mine), 409, "changed_meanwhile", "revision")
    assert api.call("PATCH", path, {**change, "revision": again["revision"]}, tenant=mine).status == 200


def test_a_no_of_who_was_deleted_holds_for_who_takes_the_number(api: Api, mine: TenantId) -> None:
    gone = make(api, mine, phone=PHONE)
    opt_out(api, mine, gone["id"])
    delete(api, mine, gone["id"])
    other = make(api, mine, bsuid=BSUID, name="Eva")
    assert other["opted_out"] is False
    both = make(api, mine, phone=PHONE, bsuid=BSUID)
    assert (both["id"], both["phone"], both["opted_out"]) == (other["id"], PHONE, True)
    assert make(api, mine, phone=PHONE)["id"] == other["id"]
    assert [one["id"] for one in api.call("GET", "/v1/contacts", tenant=mine).body["items"]] == [other["id"]]


def test_two_that_were_deleted_come_back_as_one(api: Api, mine: TenantId) -> None:
    first, second = make(api, mine, phone=PHONE), make(api, mine, bsuid=BSUID)
    opt_out(api, mine, second["id"])
    for one in (first, second):
        delete(api, mine, one["id"])
    both = make(api, mine, phone=PHONE, bsuid=BSUID)
    assert (both["id"], both["opted_out"]) == (first["id"], True)
    assert make(api, mine, bsuid=BSUID)["id"] == first["id"]


def test_a_no_is_heard_by_who_stands_under_another_spelling_of_the_number(api: Api, mine: TenantId) -> None:
    old, new = "+541143210001", "+5491143210001"
    contacts = api.deps.contacts
    ids = [contact_id_for(mine, "phone", phone) for phone in (old, new)]
    for one, phone in zip(ids, (old, new), strict=True):
        contacts.upsert(mine, one, {"phone": phone}, {}, frozenset(), EpochMs(1))
    at = EpochMs(5_000)
    contacts.consent.record(mine, ids[0], opted_out=True, source="keyword", at=at, event_id="e", now=at)
    assert delete(api, mine, ids[0]).body["opted_out"] is True
    stays = contacts.get(mine, ids[1])
    assert stays is not None
    assert (stays.phone, stays.opted_out_at) == (new, at)


def test_who_is_merged_into_another_meanwhile_is_deleted_as_that_one(
    database: Database, api: Api, mine: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    deps = parts_of(database)
    one, other = make(api, mine, phone=PHONE), make(api, mine, phone=OTHER)
    apply = deps.contacts.deletions.apply

    def merge_first(tenant_id: TenantId, contact_id: ContactId, now: EpochMs) -> bool:
        gone = deps.contacts.get(mine, ContactId(one["id"]))
        if gone is not None and gone.contact_id == one["id"]:
            assert deps.mergers.merge(mine, ContactId(other["id"]), gone, now)
        return apply(tenant_id, contact_id, now)

    monkeypatch.setattr(deps.contacts.deletions, "apply", merge_first)
    left = delete_contact(deps, mine, ContactId(one["id"]), epoch_ms()).contact
    assert (left.contact_id, left.deleted_at > 0, left.merged) == (other["id"], True, frozenset({one["id"]}))
    assert api.call("GET", "/v1/contacts", tenant=mine).body["items"] == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_at_any_write_it_is_done_by_repeating_it(
    api: Api, database: Database, mine: TenantId, when: Literal["before", "after"]
) -> None:
    deps = parts_of(database)
    for k in range(1, 40):
        contact = make(api, mine, bsuid=f"ES.{k}")
        phone = f"+346001114{k:02}"
        make(api, mine, bsuid=f"ES.{k}", phone=phone)
        opt_out(api, mine, contact["id"])
        with crash_at_write(database, k, when) as reached, suppress(Crash):
            delete_contact(deps, mine, ContactId(contact["id"]), epoch_ms())
        answer = delete(api, mine, contact["id"])
        assert (answer.status, answer.body["opted_out"]) == (200, True)
        assert is_problem(api.call("GET", f"/v1/contacts/{contact['id']}", tenant=mine), 404, "not_found")
        assert contact["id"] in {one.contact_id for one in deps.contacts.consent.feed(mine, EpochMs(0)) if one.deleted}
        found = deps.contacts.find(mine, "phone", phone, deleted=True)
        assert found is not None
        assert (found.contact_id, found.phone, found.bsuid, found.tags) == (contact["id"], None, None, frozenset())
        if not reached():
            break
    assert 3 < k < 39


def test_a_no_that_is_told_after_the_deletion_holds_for_who_is_there_again(api: Api, mine: TenantId) -> None:
    contact = make(api, mine, phone=PHONE)
    delete(api, mine, contact["id"])
    opt_out(api, mine, contact["id"])
    assert is_problem(api.call("GET", f"/v1/contacts/{contact['id']}", tenant=mine), 404, "not_found")
    again = make(api, mine, phone=PHONE)
    assert (again["id"], again["opted_out"]) == (contact["id"], True)
    for unknown in ("0" * 32, contact["id"]):
        of_another = tenant(api)
        answer = api.call("POST", f"/v1/contacts/{unknown}/opt-out", {"source": "x"}, tenant=of_another)
        assert is_problem(answer, 404, "not_found")


def test_a_no_said_of_who_was_deleted_while_another_takes_their_number_is_not_lost(
    database: Database, api: Api, mine: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, merge = make(api, mine, phone=PHONE), Mergers.merge
    delete(api, mine, gone["id"])
    make(api, mine, bsuid=BSUID, name="Eva")
    late = [ContactId(gone["id"])]

    def told_first(self: Mergers, *args: Any) -> bool:
        now = epoch_ms()
        while late:
            api.deps.contacts.consent.record(
                mine, late.pop(), opted_out=True, source="meta", at=now, event_id="e", now=now
            )
        return merge(self, *args)

    monkeypatch.setattr(Mergers, "merge", told_first)
    both = {"phone": PHONE, "bsuid": BSUID}
    assert api.call("POST", "/v1/contacts", both, tenant=mine).status == 503
    again = make(api, mine, **both)
    assert (again["name"], again["opted_out"]) == ("Eva", True)
    assert make(api, mine, phone=PHONE)["id"] == again["id"]


def test_conversations_show_who_is_there_again_as_they_are_called_now(api: Api, mine: TenantId) -> None:
    contact = make(api, mine, phone=PHONE, name="Ana")
    conversation_id = talk(api, mine, contact["id"])
    delete(api, mine, contact["id"])
    make(api, mine, phone=PHONE, name="Eva")
    assert api.call("GET", f"/v1/conversations/{conversation_id}", tenant=mine).body["contact_name"] == "Eva"


def test_whoever_is_there_comes_before_who_was_deleted_under_another_spelling(api: Api, mine: TenantId) -> None:
    old, new = "+541143210001", "+5491143210001"
    contacts = api.deps.contacts
    ids = [contact_id_for(mine, "phone", phone) for phone in (new, old)]
    for one, phone in zip(ids, (new, old), strict=True):
        contacts.upsert(mine, one, {"phone": phone, "name": phone}, {}, frozenset(), EpochMs(1))
    assert contacts.deletions.apply(mine, ids[0], epoch_ms())
    assert make(api, mine, phone=old)["id"] == ids[1]
