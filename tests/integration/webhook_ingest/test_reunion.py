"""One person under several ids, from the webhook to one contact and one conversation."""

import json
from typing import Any

import pytest

from functions.webhook_ingest import account_handler, inbound_handler, sync_handler
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.numbers.number import Number
from shared.ids import ContactId, ConversationId, PhoneNumberId
from shared.queue_messages import AccountEvent
from shared.store.contacts.mergers import Mergers
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import PHONE_ID, TENANT, WABA, Json, envelope, messages, wire

PHONE, BSUID = "+16505551234", "US.13491208655302741918"
BY_PHONE, BY_BSUID = contact_id_for(TENANT, "phone", PHONE), contact_id_for(TENANT, "bsuid", BSUID)
NOW_S = epoch_ms() // 1000


def talk(contact_id: ContactId, number: PhoneNumberId = PHONE_ID) -> ConversationId:
    return conversation_id_for(TENANT, number, contact_id)


def text(body: str, n: int, *, phone: str = "", bsuid: str = "", **metadata: str) -> Json:
    said = {"id": f"wamid.{body}", "timestamp": str(NOW_S + n), "type": "text", "text": {"body": body}}
    who = {"from": phone.lstrip("+")} if phone else {}
    change = messages({**said, **who, **({"from_user_id": bsuid} if bsuid else {})}, contacts=[])
    change["value"]["metadata"] = {**change["value"]["metadata"], **metadata}
    return change


def system(kind: str, **body: str) -> Json:
    message = {"id": "wamid.S", "timestamp": "1", "type": "system", "system": {"type": kind, "body": "changed", **body}}
    return messages(message, contacts=[])


def deliver(*changes: Json) -> None:
    bodies = [routed.message.to_json() for routed in split(wire(envelope(*changes)), epoch_ms()).inbound]
    assert inbound_handler.lambda_handler(sqs_event(*bodies, group="g"), Context()) == {"batchItemFailures": []}


def work_off(aws: FakeAws) -> int:
    """Do what waits in the SyncQueue; how much it was."""
    waiting = [json.dumps(body) for body in aws.bodies("Sync")]
    if waiting:
        assert sync_handler.lambda_handler(sqs_event(*waiting), Context()) == {"batchItemFailures": []}
    return len(waiting)


def said_in(deps: Deps, conversation_id: ConversationId) -> list[str]:
    return [m.text for m in deps.conversations.messages.page(TENANT, conversation_id, 50, None).items[::-1]]


def known(deps: Deps, contact_id: ContactId) -> Any:
    found = deps.contacts.get(TENANT, contact_id)
    assert found is not None
    return found


def test_who_hid_the_phone_and_then_shows_it_has_one_conversation(aws: FakeAws, deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE, "name": "Ana"}, {}, frozenset(), EpochMs(1))
    deliver(text("hidden", 1, bsuid=BSUID))
    deliver(text("known by phone", 2, phone=PHONE))
    deliver(text("both", 3, phone=PHONE, bsuid=BSUID))
    assert work_off(aws) == 1
    assert said_in(deps, talk(BY_PHONE)) == ["hidden", "known by phone", "both"]
    assert said_in(deps, talk(BY_BSUID)) == ["hidden", "known by phone", "both"]
    head = deps.conversations.get(TENANT, talk(BY_BSUID))
    assert head is not None
    assert (head.conversation_id, head.contact_id, head.contact_name, head.unread) == (
        talk(BY_PHONE),
        BY_PHONE,
        "Ana",
        3,
    )
    deliver(text("hidden again", 4, bsuid=BSUID))
    assert said_in(deps, talk(BY_PHONE))[-1] == "hidden again"
    assert work_off(aws) == 0


def test_each_number_has_its_own_conversation_with_the_person(aws: FakeAws, deps: Deps) -> None:
    waba = deps.accounts.waba(TENANT, WABA)
    deps.accounts.connect(TENANT, waba, [Number(PhoneNumberId("second"), WABA, "+15550783882", "Shop")])
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE}, {}, frozenset(), EpochMs(1))
    deliver(text("here", 1, bsuid=BSUID), text("there", 2, bsuid=BSUID, phone_number_id="second"))
    deliver(text("both", 3, phone=PHONE, bsuid=BSUID))
    assert work_off(aws) == 2
    assert said_in(deps, talk(BY_PHONE)) == ["here", "both"]
    assert said_in(deps, talk(BY_PHONE, PhoneNumberId("second"))) == ["there"]


def test_a_merge_that_dies_half_way_still_brings_the_conversations_together(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE}, {}, frozenset(), EpochMs(1))
    deliver(text("hidden", 1, bsuid=BSUID))
    found = split(wire(envelope(text("both", 3, phone=PHONE, bsuid=BSUID))), epoch_ms()).inbound
    with monkeypatch.context() as patch:
        patch.setattr(Mergers, "merge", fail)
        event = sqs_event(found[0].message.to_json(), group="g")
        assert inbound_handler.lambda_handler(event, Context())["batchItemFailures"]
    deliver(text("both", 3, phone=PHONE, bsuid=BSUID))
    work_off(aws)
    assert said_in(deps, talk(BY_PHONE)) == ["hidden", "both"]


def test_a_choice_made_in_whatsapp_that_tells_two_are_one_brings_them_together(aws: FakeAws, deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE}, {}, frozenset(), EpochMs(1))
    deliver(text("hidden", 1, bsuid=BSUID))
    chosen = {"wa_id": PHONE.lstrip("+"), "user_id": BSUID, "category": "marketing_messages", "value": "stop"}
    event = AccountEvent(
        WABA, "user_preferences", {"user_preferences": [{**chosen, "timestamp": NOW_S}]}, EpochMs(NOW_S * 1000)
    )
    assert account_handler.lambda_handler(sqs_event(event.to_json()), Context()) == {"batchItemFailures": []}
    work_off(aws)
    assert said_in(deps, talk(BY_PHONE)) == ["hidden"]
    assert known(deps, BY_BSUID).opted_out_at == NOW_S * 1000


def test_a_new_user_id_is_the_same_person(aws: FakeAws, deps: Deps) -> None:
    deliver(text("before", 1, bsuid=BSUID))
    deliver(system("user_changed_user_id", user_id="US.9", previous_user_id=BSUID, parent_user_id="US.ENT.7"))
    deliver(text("after", 2, bsuid="US.9"))
    person = known(deps, contact_id_for(TENANT, "bsuid", "US.9"))
    assert (person.contact_id, person.bsuid) == (BY_BSUID, "US.9")
    assert said_in(deps, talk(BY_BSUID)) == ["before", "after", "changed"]
    assert work_off(aws) == 0


def test_a_new_number_that_somebody_has_already_written_from_is_one_person_too(aws: FakeAws, deps: Deps) -> None:
    deliver(text("old number", 1, phone=PHONE))
    deliver(text("new number", 2, phone="+12195555358"))
    changed = system("user_changed_number", wa_id="12195555358")
    changed["value"]["messages"][0]["from"] = PHONE.lstrip("+")
    deliver(changed)
    work_off(aws)
    assert said_in(deps, talk(BY_PHONE)) == ["old number", "new number", "changed"]
    assert known(deps, contact_id_for(TENANT, "phone", "+12195555358")).contact_id == BY_PHONE


def test_the_parents_id_makes_two_people_neither_one_nor_the_other(deps: Deps) -> None:
    said = text("hi", 1, bsuid="US.1")
    said["value"]["messages"][0]["from_parent_user_id"] = "US.ENT.7"
    other = text("hello", 2, bsuid="US.2")
    other["value"]["messages"][0]["from_parent_user_id"] = "US.ENT.7"
    deliver(said, other)
    ids = {known(deps, contact_id_for(TENANT, "bsuid", bsuid)).contact_id for bsuid in ("US.1", "US.2")}
    assert len(ids) == 2
    assert deps.contacts.find(TENANT, "bsuid", "US.ENT.7") is None


def test_moves_from_nowhere_are_parked(aws: FakeAws, deps: Deps) -> None:
    body = json.dumps({"kind": "move_conversation", "waba_id": WABA, "value": {"source": 1}, "received_at": 1})
    assert sync_handler.lambda_handler(sqs_event(body), Context()) == {"batchItemFailures": []}
    assert len(aws.objects("parked/")) == 1
