"""Webhooks of one message in any order, any number of times, from Meta's POST to what is stored."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.webhook_ingest import receive_handler
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.callback import SingleSend, encode_single
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_changes import Reaction
from shared.domain.conversations.message_ids import message_key
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from shared.store.conversations.message_items import conversation_key
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all
from tests.support.ingest import Ingest, ingesting
from tests.support.webhook_payloads import CONTACT, Json, change, envelope, messages, statuses, wire

NOW = EpochMs(epoch_ms() // 1000 * 1000)
PHONE, DISPLAY = "16505551234", "15550783881"


@pytest.fixture(scope="module")
def ingest(database: Database) -> Iterator[Ingest]:
    with ingesting(database) as made, pytest.MonkeyPatch.context() as monkeypatch:
        # Within one second the order of arrival counts; here all arrives at the same moment.
        monkeypatch.setattr(receive_handler, "epoch_ms", lambda: NOW + 5_000)
        yield made


class Place:
    """A tenant with one number, and the conversation with one person on it."""

    def __init__(self, ingest: Ingest) -> None:
        self.ingest = ingest
        self.tenant_id, self.number, self.waba = TenantId(new_ulid()), PhoneNumberId(new_ulid()), WabaId(new_ulid())
        ingest.add_tenant(self.tenant_id, self.waba, self.number, f"+{DISPLAY}")
        self.contact_id = contact_id_for(self.tenant_id, "phone", f"+{PHONE}")
        self.conversation_id = conversation_id_for(self.tenant_id, self.number, self.contact_id)
        self.metadata = {"display_phone_number": DISPLAY, "phone_number_id": self.number}

    def post(self, *changes: Json) -> None:
        document = copy.deepcopy(envelope(*changes, waba_id=self.waba))
        for one in document["entry"][0]["changes"]:
            one["value"]["metadata"] = self.metadata
        assert self.ingest.receive(wire(document)) == 200
        self.ingest.work_off()

    def send(self, wamid: str) -> str:
        """An agent's message on its way to the person; its callback data."""
        message_id = message_key(NOW, "ours")
        head = Head(self.conversation_id, self.number, self.contact_id, "")
        sent = Message(message_id, self.conversation_id, "out", "agent", "text", "Hi", NOW, {}, status="queued")
        self.ingest.deps.conversations.append(self.tenant_id, head, sent)
        return encode_single(SingleSend(self.tenant_id, self.conversation_id, message_id))

    def messages(self) -> list[Message]:
        """Oldest first."""
        page = self.ingest.deps.conversations.messages.page(self.tenant_id, self.conversation_id, 50, None)
        return page.items[::-1]

    def state(self, database: Database) -> Any:
        """Every item of the conversation, and the person but for when they were last written, without the ids that
        differ from place to place."""
        key = conversation_key(self.tenant_id, self.conversation_id)
        items = [*query_all(database.client, database.conversations, "pk = :pk", {":pk": key})]
        for item in items:
            item.pop("rev", None)
        person = self.ingest.deps.contacts.get(self.tenant_id, self.contact_id)
        assert person is not None
        told = repr([sorted(item.items()) for item in items]) + repr(
            replace(person, created_at=EpochMs(0), updated_at=EpochMs(0))
        )
        for name in (self.tenant_id, self.number, self.waba, self.conversation_id, self.contact_id):
            told = told.replace(name, "")
        return told.split("), (")


def said(wamid: str, second: int, kind: str = "text", **body: Any) -> Json:
    message = {"from": PHONE, "from_user_id": CONTACT["user_id"], "id": wamid, "timestamp": str(NOW // 1000 + second)}
    return messages({**message, "type": kind, kind: body or {"body": wamid}})


def echoed(wamid: str, second: int, kind: str, **body: Any) -> Json:
    echo = {"from": DISPLAY, "to": PHONE, "id": wamid, "timestamp": str(NOW // 1000 + second), "type": kind, kind: body}
    return change("smb_message_echoes", {"message_echoes": [echo]})


def tick(status: str, callback: str, code: int = 0) -> Json:
    errors = {"errors": [{"code": code}]} if code else {}
    told = {"id": "wamid.ours", "status": status, "timestamp": str(NOW // 1000), "biz_opaque_callback_data": callback}
    return statuses({**told, **errors})


def about_theirs(_place: Place) -> list[Json]:
    """Everything that can happen to a message of the person."""
    return [
        said("wamid.theirs", 0),
        said("wamid.edit1", 1, "edit", original_message_id="wamid.theirs", message=_text("Blue")),
        said("wamid.edit2", 2, "edit", original_message_id="wamid.theirs", message=_text("Red")),
        echoed("wamid.app", 2, "reaction", message_id="wamid.theirs", emoji="👍"),
        said("wamid.lost", 3, "reaction", message_id="wamid.of-a-campaign", emoji="❤️"),
        said("wamid.gone", 3, "revoke", original_message_id="wamid.theirs"),
    ]


def about_ours(place: Place) -> list[Json]:
    """Everything that can happen to a message of ours."""
    callback = place.send("wamid.ours")
    return [
        tick("sent", callback),
        tick("delivered", callback),
        tick("read", callback),
        tick("failed", callback, 131026),
        said("wamid.thumb", 1, "reaction", message_id="wamid.ours", emoji="👍"),
        said("wamid.heart", 2, "reaction", message_id="wamid.ours", emoji="❤️"),
        said("wamid.reply", 2),
    ]


def _text(body: str) -> Json:
    return {"type": "text", "text": {"body": body}}


@pytest.mark.parametrize("events", [about_theirs, about_ours])
@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_order_and_repetition_ends_in_the_same_state(
    ingest: Ingest, database: Database, events: Any, data: st.DataObject
) -> None:
    straight, mixed = Place(ingest), Place(ingest)
    made = events(mixed)
    # Drawn before anything is posted: what fails then says so itself, and not that data was drawn otherwise.
    again = data.draw(st.lists(st.integers(0, len(made) - 1), max_size=4))
    order = data.draw(st.permutations([*range(len(made)), *again]))
    for event in events(straight):
        straight.post(event)
    for i in order:
        mixed.post(made[i])
    assert mixed.state(database) == straight.state(database)


def test_what_people_see_of_it(ingest: Ingest) -> None:
    place = Place(ingest)
    for event in reversed(about_theirs(place)[:5]):
        place.post(event)
    theirs, lost = place.messages()
    assert theirs.original is not None
    assert (theirs.text, theirs.original.text) == ("Red", "wamid.theirs")
    assert theirs.reactions == (Reaction("phone_app", "", "👍", EpochMs(NOW + 2_000)),)
    assert (lost.kind, lost.text) == ("reaction", "❤️")


def test_two_quick_messages_of_one_person_are_handled_in_order_and_once(ingest: Ingest) -> None:
    place = Place(ingest)
    one, two = said("wamid.one", 0), said("wamid.two", 0)
    both = messages(one["value"]["messages"][0], two["value"]["messages"][0])
    for _ in range(2):
        place.post(both)
    assert [message.text for message in place.messages()] == ["wamid.one", "wamid.two"]
    head = ingest.deps.conversations.get(place.tenant_id, place.conversation_id)
    assert head is not None
    assert (head.unread, head.last_message_text) == (2, "wamid.two")


def test_one_post_that_mixes_tenants_reaches_each(ingest: Ingest) -> None:
    places = [Place(ingest) for _ in range(3)]
    entries: list[Json] = []
    for i, place in enumerate(places):
        one = said(f"wamid.{i}", i)
        one["value"]["metadata"] = place.metadata
        entries.append({"id": place.waba, "changes": [one]})
    mixed = said("wamid.both", 5)
    mixed["value"]["metadata"] = places[0].metadata
    entries[2]["changes"].append(mixed)
    assert ingest.receive(wire({"object": "whatsapp_business_account", "entry": entries})) == 200
    ingest.work_off()
    heard = [[message.text for message in place.messages()] for place in places]
    assert heard == [["wamid.0", "wamid.both"], ["wamid.1"], ["wamid.2"]]
