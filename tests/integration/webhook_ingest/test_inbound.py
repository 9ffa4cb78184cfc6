from typing import Any

import pytest

from functions.webhook_ingest import inbound_handler
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.consent import refusal
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.conversation import Conversation, read
from shared.domain.conversations.message import Message
from shared.ids import ContactId, PhoneNumberId, TenantId
from shared.queue_messages import BotTurn, InboundMessage
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import (
    BASE,
    CONTACT,
    MESSAGES,
    PHONE_ID,
    TENANT,
    TEXT,
    Json,
    envelope,
    messages,
    wire,
)

PHONE, BSUID = "+16505551234", "US.13491208655302741918"
BY_PHONE = contact_id_for(TENANT, "phone", PHONE)
BY_BSUID = contact_id_for(TENANT, "bsuid", BSUID)
NOW_S = epoch_ms() // 1000


def text(body: str, n: int = 1) -> Json:
    """A message of the person, sent `n` seconds from now, with an id of its own."""
    return {**TEXT, "id": f"wamid.{body}{n}", "timestamp": str(NOW_S + n), "text": {"body": body}}


def deliver(*sent: Json, contacts: list[Json] | None = None) -> list[str]:
    """Deliver messages as the queue does; returns the records that failed."""
    found = split(wire(envelope(messages(*sent, contacts=contacts))), epoch_ms())
    bodies = [routed.message.to_json() for routed in found.inbound]
    answer = inbound_handler.lambda_handler(sqs_event(*bodies, group="g"), Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("damaged", ["Sheena \ufffd", "Shee\ud83dna", "\ufffd"])
def test_a_name_of_which_characters_were_lost_takes_the_place_of_none(deps: Deps, damaged: str) -> None:
    spoilt = [{**CONTACT, "profile": {"name": damaged}}]
    deliver(text("first", 1), contacts=spoilt)
    first = contact(deps).name
    assert "\ufffd" not in first
    assert (conversation(deps)[0].contact_name, first) == (
        first,
        damaged.replace("\ufffd", "").replace("\ud83d", "").strip(),
    )
    deliver(text("second", 2), contacts=[{**CONTACT, "profile": {"name": "Sheena 🌸"}}])
    deliver(text("third", 3), contacts=spoilt)
    assert contact(deps).name == conversation(deps)[0].contact_name == "Sheena 🌸"


def contact(deps: Deps, contact_id: ContactId = BY_PHONE) -> Contact:
    found = deps.contacts.get(TENANT, contact_id)
    assert found is not None
    return found


def conversation(deps: Deps, contact_id: ContactId = BY_PHONE) -> tuple[Conversation, list[Message]]:
    conversation_id = conversation_id_for(TENANT, PHONE_ID, contact_id)
    head = deps.conversations.get(TENANT, conversation_id)
    assert head is not None
    return head, deps.conversations.messages.page(TENANT, conversation_id, 50, None).items


def test_a_first_message_makes_contact_conversation_and_bot_turn(aws: FakeAws, deps: Deps) -> None:
    assert deliver(text("Hello")) == []
    person = contact(deps)
    assert (person.phone, person.bsuid, person.name, person.region) == (PHONE, BSUID, "Sheena Nelson", "US")
    assert person.username == "realsheena"
    assert person.last_inbound_at == (NOW_S + 1) * 1000
    head, listed = conversation(deps)
    assert (head.last_message_text, head.unread) == ("Hello", 1)
    assert head.last_inbound_at is not None
    assert head.last_inbound_at // 1000 == NOW_S + 1
    (message,) = listed
    assert (message.direction, message.kind, message.text, message.wamid) == ("in", "text", "Hello", "wamid.Hello1")
    (turn,) = aws.received("Bot")
    assert message.message_id in turn["Body"]
    assert turn["Attributes"]["MessageGroupId"] == BotTurn.from_json(turn["Body"]).group
    assert turn["Attributes"]["MessageDeduplicationId"] == message.message_id


def test_the_same_message_again_changes_nothing(aws: FakeAws, deps: Deps) -> None:
    deliver(text("Hello"))
    before = (contact(deps), conversation(deps))
    assert deliver(text("Hello")) == []
    person, (head, listed) = contact(deps), conversation(deps)
    assert (person, head, listed) == (before[0], *before[1])
    assert len(aws.received("Bot")) == 1


def test_every_type_ends_in_the_conversation(aws: FakeAws, deps: Deps) -> None:
    sent = [{**message, "id": f"wamid.{i}"} for i, message in enumerate(MESSAGES.values())]
    assert deliver(*sent) == []
    assert len(conversation(deps)[1]) == len(sent)
    assert aws.objects("parked/") == []


@pytest.mark.parametrize("said", [text("Stop!"), {**text("x"), "type": "button", "button": {"text": "Parar"}}])
def test_a_stop_suppresses_at_once_and_wakes_no_bot(aws: FakeAws, deps: Deps, said: Json) -> None:
    deliver(said)
    person = contact(deps)
    assert (person.opted_out_at, person.opt_out_source) == (int(said["timestamp"]) * 1000, "keyword")
    assert refusal(person, "utility") == refusal(person, "conversation") == "opted_out"
    assert [change.contact_id for change in deps.contacts.consent.feed(TENANT, EpochMs(0))] == [BY_PHONE]
    assert aws.received("Bot") == []
    assert len(conversation(deps)[1]) == 1


def changing(kind: str, target: str, n: int, **more: Any) -> Json:
    """A reaction, edit or revoke of the person, `n` seconds from now."""
    body = {"message_id" if kind == "reaction" else "original_message_id": target, **more}
    return {**BASE, "id": f"wamid.{kind}{n}", "timestamp": str(NOW_S + n), "type": kind, kind: body}


def test_a_reaction_opens_the_window_and_neither_wakes_a_bot_nor_waits_to_be_read(aws: FakeAws, deps: Deps) -> None:
    deliver(text("Hello"))
    aws.received("Bot")
    deps.conversations.change(TENANT, conversation(deps)[0].conversation_id, read)
    deliver(changing("reaction", "wamid.Hello1", 5, emoji="👍"))
    head, (message,) = conversation(deps)
    assert [(one.by, one.emoji) for one in message.reactions] == [("contact", "👍")]
    assert (head.unread, head.last_inbound_at, head.last_message_text) == (0, (NOW_S + 5) * 1000 + 999, "👍")
    assert contact(deps).last_inbound_at == (NOW_S + 5) * 1000
    assert aws.received("Bot") == []


def test_a_reaction_to_a_campaigns_message_is_a_message(deps: Deps) -> None:
    deliver(changing("reaction", "wamid.campaign", 5, emoji="👍"))
    head, (message,) = conversation(deps)
    assert (message.kind, message.text, head.unread, head.status) == ("reaction", "👍", 0, "open")


def test_an_edit_to_stop_is_a_no(aws: FakeAws, deps: Deps) -> None:
    deliver(text("Hello"))
    stop = {"type": "text", "text": {"body": "STOP"}}
    deliver(changing("edit", "wamid.Hello1", 5, message=stop))
    assert contact(deps).opted_out_at == (NOW_S + 5) * 1000
    _, (message,) = conversation(deps)
    assert message.original is not None
    assert (message.text, message.original.text) == ("STOP", "Hello")


def test_nothing_of_a_revoked_message_is_shown_not_even_when_it_comes_last(deps: Deps) -> None:
    deliver(changing("revoke", "wamid.Secret1", 1), text("Secret", 1))
    head, (message,) = conversation(deps)
    assert (message.text, message.content, message.revoked_at) == (
        "[deleted by its sender]",
        {},
        (NOW_S + 1) * 1000 + 999,
    )
    assert head.last_message_text == "[deleted by its sender]"


def test_a_start_takes_it_back_and_an_old_stop_that_comes_late_does_not_count(deps: Deps) -> None:
    deliver(text("stop", 1), text("start", 3))
    assert contact(deps).opted_out_at is None
    deliver(text("stop", 2))
    assert contact(deps).opted_out_at is None


def test_a_stop_holds_even_when_what_comes_after_it_fails(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(deps.conversations, "append", fail)
    monkeypatch.setattr(deps.contacts, "upsert", fail)
    assert deliver(text("stop"), text("Hello", 2)) == ["m0", "m1"]
    assert contact(deps).opted_out_at is not None


def test_an_imported_contact_is_found_by_phone_and_keeps_the_name_the_tenant_gave(deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE, "name": "Sra. Nelson"}, {}, frozenset({"vip"}), EpochMs(1))
    deliver(text("Hello"))
    person = contact(deps)
    assert (person.name, person.bsuid, set(person.tags)) == ("Sra. Nelson", BSUID, {"vip"})
    assert contact(deps, BY_BSUID) == person


def test_a_person_without_a_phone_is_linked_once_the_phone_appears(deps: Deps) -> None:
    hidden = {key: value for key, value in text("Hi", 1).items() if key != "from"}
    nameless = {"profile": {"name": "Sheena"}, "user_id": BSUID}
    deliver(hidden, contacts=[nameless])
    assert contact(deps, BY_BSUID).phone is None
    deliver(text("It is me", 2))
    person = contact(deps, BY_PHONE)
    assert (person.contact_id, person.phone) == (BY_BSUID, PHONE)
    assert len(conversation(deps, BY_BSUID)[1]) == 2


def test_a_user_id_in_the_phones_place_is_the_same_person(deps: Deps) -> None:
    deliver(text("Hello"))
    odd = {key: value for key, value in (text("Hi", 2) | {"from": BSUID}).items() if key != "from_user_id"}
    deliver(odd, contacts=[])
    assert len(conversation(deps)[1]) == 2


def test_a_stop_reaches_the_contact_imported_with_the_ninth_digit(deps: Deps) -> None:
    imported = contact_id_for(TENANT, "phone", "+5511987654321")
    deps.contacts.upsert(TENANT, imported, {"phone": "+5511987654321"}, {}, frozenset(), EpochMs(1))
    deliver(text("parar") | {"from": "551187654321", "from_user_id": "BR.7"}, contacts=[])
    person = contact(deps, imported)
    assert person.opted_out_at is not None
    assert person.phone == "+5511987654321"
    assert contact(deps, contact_id_for(TENANT, "phone", "+551187654321")) == person


def test_a_phone_and_a_user_id_known_as_two_contacts_become_one_and_the_no_reaches_both_ids(deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE}, {"city": "Lima"}, frozenset({"a"}), EpochMs(1))
    deps.contacts.upsert(
        TENANT, BY_BSUID, {"bsuid": BSUID}, {"city": "Quito", "size": "L"}, frozenset({"b"}), EpochMs(1)
    )
    deliver(text("Hello"))
    person = contact(deps, BY_PHONE)
    assert contact(deps, BY_BSUID) == person
    assert (person.phone, person.bsuid, person.tags) == (PHONE, BSUID, frozenset({"a", "b"}))
    assert person.fields == {"city": "Lima", "size": "L"}
    everybody = [c for shard in range(16) for c in deps.contacts.scan_shard(TENANT, shard)]
    assert everybody == [person]
    deliver(text("stop", 2))
    assert contact(deps, BY_BSUID).opted_out_at is not None
    # A campaign frozen before the merge knows the person by the other id.
    told = {change.contact_id for change in deps.contacts.consent.feed(TENANT, EpochMs(0)) if change.opted_out}
    assert told == {BY_PHONE, BY_BSUID}


def test_an_earlier_no_of_one_contact_is_heard_by_the_other(deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": PHONE}, {}, frozenset(), EpochMs(1))
    deps.contacts.consent.record(
        TENANT, BY_BSUID, opted_out=True, source="api", at=EpochMs(5), event_id="e", now=EpochMs(5)
    )
    deliver(text("Hello"))
    assert contact(deps, BY_PHONE).opted_out_at == 5


def test_a_number_that_went_to_somebody_else_is_another_person(deps: Deps) -> None:
    deps.contacts.upsert(TENANT, BY_PHONE, {"phone": "+12195555358", "bsuid": "US.1"}, {}, frozenset(), EpochMs(1))
    deliver(text("Hello"))
    assert contact(deps, BY_PHONE).bsuid == "US.1"
    assert contact(deps, BY_BSUID).phone == PHONE


def test_a_changed_number_moves_the_contact(aws: FakeAws, deps: Deps) -> None:
    deliver(text("Hello"))
    system = {"type": "user_changed_number", "wa_id": "12195555358", "user_id": "US.9", "body": "User changed"}
    deliver({"from": "16505551234", "id": "wamid.S", "timestamp": "1", "type": "system", "system": system}, contacts=[])
    person = contact(deps)
    assert (person.phone, person.bsuid) == ("+12195555358", "US.9")
    assert contact(deps, contact_id_for(TENANT, "phone", "+12195555358")) == person
    assert contact(deps, contact_id_for(TENANT, "bsuid", "US.9")) == person
    head, listed = conversation(deps)
    assert sorted((m.author, m.kind, m.text) for m in listed) == [
        ("contact", "text", "Hello"),
        ("whatsapp", "system", "User changed"),
    ]
    assert (head.contact_phone, head.unread) == ("+12195555358", 1)


@pytest.mark.parametrize(
    ("inbound", "reason"),
    [
        (InboundMessage(PhoneNumberId("777"), TEXT, CONTACT, EpochMs(1)), "unknown phone number"),
        (
            InboundMessage(PHONE_ID, {**TEXT, "group_id": "g"}, CONTACT, EpochMs(1)),
            "a message of a group",
        ),
        (
            InboundMessage(PHONE_ID, {"type": "text", "text": {"body": "x"}}, {}, EpochMs(1)),
            "a message without a sender",
        ),
        (
            InboundMessage(PHONE_ID, {**BASE, "type": "system", "system": {}}, {}, EpochMs(1)),
            "a system message",
        ),
    ],
)
def test_what_cannot_be_routed_is_parked_and_acknowledged(
    aws: FakeAws, deps: Deps, inbound: InboundMessage, reason: str
) -> None:
    answer = inbound_handler.lambda_handler(sqs_event(inbound.to_json()), Context())
    assert answer == {"batchItemFailures": []}
    (parked,) = aws.objects("parked/")
    assert reason in parked["reason"]
    assert parked["raw"] == inbound.to_json()


def test_a_poison_record_is_parked_and_the_next_one_handled(aws: FakeAws, deps: Deps) -> None:
    good = InboundMessage(PHONE_ID, text("Hello"), CONTACT, epoch_ms()).to_json()
    answer = inbound_handler.lambda_handler(sqs_event("{}", good, group="g"), Context())
    assert answer == {"batchItemFailures": []}
    assert len(aws.objects("parked/")) == 1
    assert len(conversation(deps)[1]) == 1


def test_a_failure_keeps_the_rest_of_its_group_waiting_and_no_other(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = deps.conversations.append

    def fail_once(tenant_id: TenantId, head: object, message: Message, seen: object) -> bool:
        if message.text == "first":
            raise ConnectionError
        return append(tenant_id, head, message, seen)  # type: ignore[arg-type]

    monkeypatch.setattr(deps.conversations, "append", fail_once)
    bodies = [InboundMessage(PHONE_ID, text(w), CONTACT, epoch_ms()).to_json() for w in ("first", "second", "third")]
    event = sqs_event(*bodies, group="g")
    event["Records"][2]["attributes"] = {"MessageGroupId": "another"}
    answer = inbound_handler.lambda_handler(event, Context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0", "m1"]


def test_numbers_names_and_words_are_not_logged(
    deps: Deps,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(PHONE, "Does it come")

    deliver(text("Does it come"), contacts=[])
    monkeypatch.setattr(deps.conversations, "append", fail)
    deliver(text("Does it come", 2))
    logged = "".join([*capsys.readouterr(), *(str(vars(record)) for record in caplog.records)])
    assert "ValueError" in logged
    for secret in ("6505551234", "Does it come", "Sheena", BSUID):
        assert secret not in logged


def test_messages_of_one_second_stand_in_the_order_in_which_they_came(deps: Deps) -> None:
    words = ["one", "two", "three", "four", "five"]
    for word in words[:2]:
        deliver(text(word, -100))
    deliver(*(text(word, -100) for word in words[2:]))
    deliver(text("one", -100))
    head, listed = conversation(deps)
    assert [message.text for message in reversed(listed)] == words
    assert (head.last_message_text, head.unread) == ("five", 5)
