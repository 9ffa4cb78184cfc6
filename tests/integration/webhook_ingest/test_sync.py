"""What a number brings along from the WhatsApp Business app, from the webhook to what is stored."""

import json
from typing import Any

import pytest

from functions.webhook_ingest import sync_handler
from functions.webhook_ingest.people.identification import Identification, Person
from functions.webhook_ingest.receive.split import split
from functions.webhook_ingest.sync.logic.history import MESSAGES_PER_TASK
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.conversation import Conversation, window_open
from shared.domain.conversations.message import Message
from shared.queue_messages import SyncTask
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import METADATA, PHONE_ID, TENANT, WABA, Json, change, envelope, wire

BUSINESS, PERSON = "15550783881", "16505551234"
NOW_S = epoch_ms() // 1000
LONG_AGO = NOW_S - 90 * 86_400


def old(wamid: str, at: int, body: str = "", sender: str = PERSON, status: str = "READ", **more: Any) -> Json:
    said = {"type": "text", "text": {"body": body or wamid}, **more}
    return {"from": sender, "id": wamid, "timestamp": str(at), **said, "history_context": {"status": status}}


def history(*messages: Json, percent: int = 55, thread: str = PERSON) -> Json:
    chunk = {"metadata": {"phase": 0, "chunk_order": 1, "progress": percent}}
    return {"metadata": METADATA, "history": [{**chunk, "threads": [{"id": thread, "messages": list(messages)}]}]}


def deliver(aws: FakeAws, kind: str, value: Json) -> int:
    """Deliver a change and all that comes of it through the queue; returns how many tasks that took."""
    waiting = [task.to_json() for task in split(wire(envelope(change(kind, value))), epoch_ms()).long]
    tasks = 0
    while waiting:
        tasks += len(waiting)
        assert sync_handler.lambda_handler(sqs_event(*waiting), Context()) == {"batchItemFailures": []}
        waiting = [json.dumps(body) for body in aws.bodies("Sync")]
    return tasks


def known(deps: Deps, phone: str = "+" + PERSON) -> Contact:
    found = deps.contacts.find(TENANT, "phone", phone)
    assert found is not None
    return found


def talk(deps: Deps) -> tuple[Conversation, list[Message]]:
    """The conversation with the person, and its messages, oldest first."""
    conversation_id = conversation_id_for(TENANT, PHONE_ID, known(deps).contact_id)
    head = deps.conversations.get(TENANT, conversation_id)
    assert head is not None
    return head, deps.conversations.messages.page(TENANT, conversation_id, 100, None).items[::-1]


def test_a_history_is_a_conversation_of_both_that_nobody_has_to_answer(aws: FakeAws, deps: Deps) -> None:
    told = [old("wamid.1", LONG_AGO), old("wamid.2", LONG_AGO + 9, sender=BUSINESS, status="DELIVERED")]
    deliver(aws, "history", history(*told))
    head, listed = talk(deps)
    assert [(m.direction, m.author, m.status, m.source) for m in listed] == [
        ("in", "contact", "read", "history"),
        ("out", "phone_app", "delivered", "history"),
    ]
    assert (head.unread, head.last_inbound_at, head.last_message_text) == (0, LONG_AGO * 1000, "wamid.2")
    assert not window_open(head.last_inbound_at, EpochMs(NOW_S * 1000))
    assert aws.received("Bot") == []
    assert deps.accounts.number(TENANT, PHONE_ID).history_percent == 55


def test_what_a_person_wrote_in_the_last_day_holds_the_window_open(aws: FakeAws, deps: Deps) -> None:
    deliver(aws, "history", history(old("wamid.1", NOW_S - 3600)))
    head, _ = talk(deps)
    assert window_open(head.last_inbound_at, EpochMs(NOW_S * 1000))
    assert head.unread == 0


def test_a_stop_of_long_ago_counts_at_its_time(aws: FakeAws, deps: Deps) -> None:
    deliver(aws, "history", history(old("wamid.1", LONG_AGO, "STOP"), old("wamid.2", LONG_AGO + 9, "START")))
    assert known(deps).opted_out_at is None
    deliver(aws, "history", history(old("wamid.3", LONG_AGO + 99, "stop"), old("wamid.4", LONG_AGO + 5, "start")))
    assert known(deps).opted_out_at == (LONG_AGO + 99) * 1000


def test_our_own_stop_says_nothing(aws: FakeAws, deps: Deps) -> None:
    deliver(aws, "history", history(old("wamid.1", LONG_AGO, "STOP", sender=BUSINESS)))
    assert known(deps).opted_out_at is None


@pytest.mark.parametrize("file_first", [False, True])
def test_a_file_takes_the_place_that_the_history_kept_for_it(aws: FakeAws, deps: Deps, file_first: bool) -> None:
    place = old("wamid.1", LONG_AGO, type="media_placeholder")
    file = {"from": PERSON, "id": "wamid.1", "timestamp": str(LONG_AGO), "type": "image", "image": {"id": "7"}}
    parts = [history(place), {"metadata": METADATA, "messages": [file]}]
    for value in reversed(parts) if file_first else parts:
        deliver(aws, "history", value)
    _, (message,) = talk(deps)
    assert (message.kind, message.text, message.content) == ("image", "[image]", {"id": "7"})
    assert message.media is not None
    assert len(aws.received("Media")) == 1


def test_a_long_chunk_comes_back_in_parts_and_twice_is_once(aws: FakeAws, deps: Deps) -> None:
    told = [old(f"wamid.{i}", LONG_AGO + i) for i in range(2 * MESSAGES_PER_TASK + 1)]
    assert deliver(aws, "history", history(*told)) == 1 + 3
    once = talk(deps)
    assert len(once[1]) == len(told)
    deliver(aws, "history", history(*told))
    assert talk(deps) == once


def test_a_chunk_that_no_queue_holds_is_read_from_the_bucket(aws: FakeAws, deps: Deps) -> None:
    key = deps.parking.keep("webhooks", history(old("wamid.1", LONG_AGO)))
    task = SyncTask("history", WABA, {}, EpochMs(NOW_S * 1000), stored=key)
    assert sync_handler.lambda_handler(sqs_event(task.to_json()), Context()) == {"batchItemFailures": []}
    assert len(talk(deps)[1]) == 1


def test_a_business_that_keeps_its_history_to_itself_is_noted(aws: FakeAws, deps: Deps) -> None:
    errors = [{"code": 2593109, "title": "History sync is turned off by the business"}]
    deliver(aws, "history", {"metadata": METADATA, "history": [{"errors": errors}]})
    assert deps.accounts.number(TENANT, PHONE_ID).history_declined


def entry(action: str, at: int, name: str = "Pablo Morales", phone: str = PERSON) -> Json:
    contact = {"full_name": name, "first_name": "Pablo", "phone_number": phone}
    return {"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": str(at)}}


def test_the_phone_book_names_people_and_forgets_names_only(aws: FakeAws, deps: Deps) -> None:
    def sync(*entries: Json) -> None:
        deliver(aws, "smb_app_state_sync", {"metadata": METADATA, "state_sync": list(entries)})

    sync(entry("add", LONG_AGO), entry("remove", LONG_AGO, phone="16505550000"))
    assert known(deps).name == "Pablo Morales"
    assert deps.contacts.find(TENANT, "phone", "+16505550000") is None
    deps.contacts.upsert(TENANT, known(deps).contact_id, {}, {"city": "Lima"}, frozenset({"vip"}), EpochMs(1))
    sync(entry("remove", LONG_AGO + 9), entry("add", LONG_AGO + 5, "Pablo M."))
    person = known(deps)
    assert (person.name, person.fields, person.tags) == ("", {"city": "Lima"}, frozenset({"vip"}))


def test_whoever_was_deleted_is_not_there_again_by_what_the_phone_book_forgets_or_knew_before(
    aws: FakeAws, deps: Deps
) -> None:
    def sync(*entries: Json) -> None:
        deliver(aws, "smb_app_state_sync", {"metadata": METADATA, "state_sync": list(entries)})

    sync(entry("add", LONG_AGO))
    contact_id = known(deps).contact_id
    # A few seconds ago, so that later ones are none of the future.
    assert deps.contacts.deletions.apply(TENANT, contact_id, EpochMs((NOW_S - 9) * 1000))
    sync(entry("remove", NOW_S - 5), entry("add", NOW_S - 60))
    assert deps.contacts.find(TENANT, "phone", "+" + PERSON) is None
    sync(entry("add", NOW_S - 1, "Pablo M."))
    assert (known(deps).contact_id, known(deps).name) == (contact_id, "Pablo M.")


@pytest.mark.parametrize("kind", ["history", "smb_app_state_sync"])
def test_whoever_was_deleted_is_not_there_again_by_what_was_said_nobody_knows_when(
    aws: FakeAws, deps: Deps, kind: str
) -> None:
    deliver(aws, "smb_app_state_sync", {"metadata": METADATA, "state_sync": [entry("add", LONG_AGO)]})
    contact_id = known(deps).contact_id
    assert deps.contacts.deletions.apply(TENANT, contact_id, EpochMs((NOW_S - 3600) * 1000))
    untold = {"history": history(old("wamid.1", 0)), "smb_app_state_sync": {"metadata": METADATA}}
    untold["smb_app_state_sync"]["state_sync"] = [entry("add", 0)]
    deliver(aws, kind, untold[kind])
    assert deps.contacts.get(TENANT, contact_id) is None


def test_whoever_is_deleted_while_the_phone_book_is_read_is_not_there_again(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(aws, "smb_app_state_sync", {"metadata": METADATA, "state_sync": [entry("add", LONG_AGO)]})
    look, contact_id = Identification.find, known(deps).contact_id

    def find(self: Identification, *args: Any) -> Person:
        found = look(self, *args)
        deps.contacts.deletions.apply(TENANT, contact_id, epoch_ms())
        return found

    monkeypatch.setattr(Identification, "find", find)
    # In another spelling than it has, so that there is something to write.
    deps.contacts.upsert(TENANT, contact_id, {"phone": "+1 650-555-1234"}, {}, frozenset(), EpochMs(1))
    deliver(aws, "smb_app_state_sync", {"metadata": METADATA, "state_sync": [entry("add", NOW_S - 60)]})
    assert deps.contacts.get(TENANT, contact_id) is None


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("history", history(thread="nobody"), ""),
        ("history", history(old("wamid.1", 1), thread="nobody"), "without a person or a shape"),
        ("history", history(7), "without a person or a shape"),  # type: ignore[arg-type]
        ("history", {"metadata": METADATA, "history": [{"threads": [7]}]}, "without a person or a shape"),
        ("history", {"metadata": METADATA, "messages": [{"type": "image"}]}, "without a person or a shape"),
        ("history", {"history": []}, "unknown phone number"),
        ("smb_app_state_sync", {"metadata": METADATA, "state_sync": [{"type": "chat"}]}, "not understood"),
        ("smb_app_state_sync", {"metadata": {"phone_number_id": "1"}}, "unknown phone number"),
    ],
)
def test_what_cannot_be_placed_is_parked(aws: FakeAws, deps: Deps, kind: str, value: Json, reason: str) -> None:
    deliver(aws, kind, value)
    parked = aws.objects("parked/")
    assert [reason in one["reason"] for one in parked] == [True] * bool(reason)
