"""What taking in a message costs: calls of DynamoDB and its units, by kind of message."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from functions.webhook_ingest import consent_bootstrap, consent_handler, inbound_handler
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.routing import Split
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import Recipient, block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.contacts.identity import SHARDS, contact_id_for, conversation_id_for, shard_of
from shared.ids import CampaignId, ContactId, PhoneNumberId
from shared.store.campaigns.lanes import Lanes
from tests.support.campaigns import a_campaign
from tests.support.capacity import Meter
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.faults import crash_at_write
from tests.support.webhook_payloads import PHONE_ID, TENANT, Json, envelope, messages, wire

NOW_S = epoch_ms() // 1000 - 3_600


@dataclass(frozen=True)
class Cost:
    calls: int
    wru: float
    rru: float


class Measured:
    def __init__(self, aws: FakeAws, deps: Deps, meter: Meter) -> None:
        self.deps = deps
        self.hearing = consent_bootstrap.build(aws.database())
        self.meter = meter
        self.n = 0

    def person(self, n: int) -> Json:
        return {"from": f"1650555{n:04d}", "from_user_id": f"US.{n:020d}"}

    def take(self, n: int, **message: object) -> Cost:
        """A message of person `n`, with an id of its own."""
        self.n += 1
        return self._taken(inbound_handler, [routed.message.to_json() for routed in self._split(n, message).inbound])

    def hear(self, n: int, **message: object) -> Cost:
        """The next message of person `n`, on the path of consent."""
        self.n += 1
        said = [said.to_json() for said in consent_said(self._split(n, message))]
        self.n -= 1
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(consent_handler, "deps", lambda: self.hearing)
            return self._taken(consent_handler, said)

    def _split(self, n: int, message: Json) -> Split:
        who = self.person(n)
        sent = {**who, "id": f"wamid.{self.n}", "timestamp": str(NOW_S + self.n), **message}
        entry = {"profile": {"name": "Ana"}, "wa_id": who["from"], "user_id": who["from_user_id"]}
        return split(wire(envelope(messages(sent, contacts=[entry]))), epoch_ms())

    def _taken(self, consumer: Any, bodies: list[str]) -> Cost:
        assert bodies
        before = self.meter.calls.total(), self.meter.writes.total(), self.meter.reads.total()
        assert consumer.lambda_handler(sqs_event(*bodies, group="g"), Context()) == {"batchItemFailures": []}
        after = self.meter.calls.total(), self.meter.writes.total(), self.meter.reads.total()
        return Cost(after[0] - before[0], after[1] - before[1], after[2] - before[2])

    def know(self, n: int, *, imported_only: bool = False) -> ContactId:
        """Person `n` is a contact."""
        who = self.person(n)
        phone = f"+{who['from']}"
        contact_id = contact_id_for(TENANT, "phone", phone)
        more = {} if imported_only else {"bsuid": str(who["from_user_id"])}
        self.deps.contacts.upsert(
            TENANT, contact_id, {"phone": phone, "region": "US", "name": "Ana", **more}, {}, frozenset(), EpochMs(1)
        )
        if not imported_only:
            by_user = contact_id_for(TENANT, "bsuid", str(who["from_user_id"]))
            self.deps.contacts.put_pointer(TENANT, by_user, contact_id)
        return contact_id

    def wrote_to(self, contact_id: ContactId) -> None:
        """A campaign wrote to this contact, and only to it."""
        shard = shard_of(contact_id)
        campaign_id = CampaignId(f"c{contact_id[:8]}")
        part = [Recipient(contact_id, "+1", ())]
        sealed = SealedBlock(0, 0, 1, {}, contact_id, True)
        self.deps.sends.seal_block(TENANT, campaign_id, shard, sealed, part, [], EpochMs(1))
        began = EpochMs((NOW_S - 60) * 1000)
        self.deps.campaigns.create(
            TENANT,
            a_campaign(
                campaign_id,
                phone_number_id=PHONE_ID,
                audience=Audience(everyone=True),
                state=State.COMPLETED,
                frozen_at=began,
                started_at=began,
                finished_at=EpochMs(began + 2_000),
                cursors=(1,),
                sizes=tuple(1 if s == shard else 0 for s in range(SHARDS)),
            ),
        )
        note = DispatchNote.of(EpochMs(began + 1_000), "wamid.campaign")
        sent = StatusChange(sent={0}, noted={0: note})
        self.deps.sends.record(TENANT, campaign_id, block_number(shard, 0), sent)


@pytest.fixture
def measured(aws: FakeAws, deps: Deps) -> Measured:
    return Measured(aws, deps, Meter(deps.contacts._client))


def text(body: str) -> Json:
    return {"type": "text", "text": {"body": body}}


def button(body: str) -> Json:
    return {"type": "button", "button": {"text": body, "payload": body}, "context": {"id": "wamid.campaign"}}


WORDS = "Does this come with blue sleeves"
"""Six words that search finds it by."""


def test_what_each_kind_of_message_costs(measured: Measured) -> None:
    """Once a worker knows the number and its campaigns. What search finds a message and a person by, one unit each, is
    beside it: it is as much as people say."""
    measured.wrote_to(measured.know(7))
    measured.wrote_to(measured.know(8))
    measured.take(99, **text("ok"))
    measured.hear(99, **text("STOP"))
    measured.deps.recipients.asks(TENANT, epoch_ms())
    measured.know(3)
    measured.know(4, imported_only=True)
    costs = {
        "first, unknown": (measured.take(1, **text(WORDS)), 8),
        "first, known contact": (measured.take(3, **text("ok")), 2),
        "first, imported contact": (measured.take(4, **text("ok")), 2),
        "follow-up": (measured.take(1, **text(WORDS)), 6),
        "follow-up of this moment": (measured.take(99, **text(WORDS), timestamp=str(epoch_ms() // 1000)), 6),
        "answer to a campaign, first": (measured.take(8, **text("ok")), 2),
        "answer to a campaign": (measured.take(8, **text("ok")), 0),
        "button of a campaign, first": (measured.take(7, **button("Tell me more")), 2),
        "button of a campaign": (measured.take(7, **button("Tell me more")), 0),
        "reaction": (measured.take(1, type="reaction", reaction={"message_id": "wamid.2", "emoji": "👍"}), 0),
        "STOP, its path": (measured.hear(1, **text("STOP")), 0),
        "STOP": (measured.take(1, **text("STOP")), 1),
        "STOP that was not heard before": (measured.take(1, **text("STOP")), 1),
    }
    found = {name: (cost.calls, cost.wru - found_by) for name, (cost, found_by) in costs.items()}
    assert found == {
        "first, unknown": (7, 6),
        "first, known contact": (6, 5),
        "first, imported contact": (7, 6),
        "follow-up": (6, 6),
        "follow-up of this moment": (7, 6),
        "answer to a campaign, first": (9, 6),
        "answer to a campaign": (7, 6),
        "button of a campaign, first": (8, 6),
        "button of a campaign": (7, 6),
        "reaction": (10, 8),
        "STOP, its path": (5, 3),
        "STOP": (7, 6),
        "STOP that was not heard before": (10, 9),
    }


def test_the_same_message_again_costs_no_more(measured: Measured) -> None:
    measured.take(99, **text("ok"))
    first = measured.take(1, **text(WORDS))
    measured.n -= 1
    again = measured.take(1, **text(WORDS))
    assert again.calls <= first.calls
    assert again.wru <= first.wru


_AT_ONCE = 120
"""A sample of the 300 messages a second that a big number hears; a key of an index shall take 200 writes of them."""


def test_no_key_of_an_index_takes_what_a_big_number_hears_at_once(measured: Measured, deps: Deps) -> None:
    deps.accounts.change_number(TENANT, PHONE_ID, lambda number: replace(number, throughput=1_000))
    listed: Counter[str] = Counter()

    def note(params: dict[str, Any], **_: object) -> None:
        # A conversation leaves its place in the list and takes another one: two writes.
        if "gsi1pk" in params["Item"]:
            listed[params["Item"]["gsi1pk"]["S"]] += 2

    deps.contacts._client.meta.events.register("provide-client-params.dynamodb.PutItem", note)
    for n in range(_AT_ONCE):
        measured.take(n, **text("ok"))
    assert sum(listed.values()) == 2 * _AT_ONCE
    assert max(listed.values()) / _AT_ONCE <= 200 / 300
    found, cursor = list[str](), None
    while not found or cursor:
        page = deps.conversations.page(TENANT, 100, cursor, epoch_ms())
        found += [head.trail.inbound_wamid for head in page.items]
        cursor = page.cursor
    assert found == [f"wamid.{n}" for n in range(_AT_ONCE, 0, -1)]


def test_what_one_read_of_a_numbers_work_serves_whoever_wrote_before(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who ask at the same moment read beside each other; whoever wrote later is not believed to have answered
    what was known then."""
    read: list[PhoneNumberId] = []
    work = Lanes.work

    def note(lanes: Lanes, number: PhoneNumberId) -> NumberWork:
        read.append(number)
        return work(lanes, number)

    monkeypatch.setattr(Lanes, "work", note)
    received_at = epoch_ms()
    monkeypatch.setattr(inbound_handler, "epoch_ms", lambda: EpochMs(received_at + 100))
    first = 0
    for n in range(2):
        bodies = [_body(person=i, name=f"{n}-{i}", at=EpochMs(received_at + n)) for i in range(10)]
        records = [record for i, body in enumerate(bodies) for record in sqs_event(body, group=f"g{i}")["Records"]]
        assert inbound_handler.lambda_handler({"Records": records}, Context()) == {"batchItemFailures": []}
        first = first or len(read)
    assert len(read) == first
    monkeypatch.setattr(inbound_handler, "epoch_ms", lambda: EpochMs(received_at + 200))
    late = _body(person=1, name="late", at=EpochMs(received_at + 150))
    assert inbound_handler.lambda_handler(sqs_event(late, group="g1"), Context()) == {"batchItemFailures": []}
    assert len(read) == first + 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_first_message_that_was_cut_off_at_any_write_is_completed(
    aws: FakeAws, deps: Deps, when: Literal["before", "after"]
) -> None:
    """Everything of it, as if nothing had happened."""
    whole = _taken(deps, person=0, name="0")
    for k in range(1, 20):
        with crash_at_write(aws.database(), k, when) as crashed:
            body = _body(person=k, name=f"{k}")
            inbound_handler.lambda_handler(sqs_event(body, group="g"), Context())
        assert _taken(deps, person=k, name=f"{k}") == whole
        if not crashed():
            break
    else:
        pytest.fail("it never came to an end")
    assert k > 5


def _body(person: int, name: str, at: EpochMs = EpochMs(NOW_S * 1000)) -> str:
    phone, user_id = f"1650777{person:04d}", f"US.7{person:020d}"
    sent = {"from": phone, "from_user_id": user_id, "id": f"wamid.{name}", "timestamp": str(at // 1000), **text(WORDS)}
    entry = {"profile": {"name": "Ana"}, "wa_id": phone, "user_id": user_id}
    (routed,) = split(wire(envelope(messages(sent, contacts=[entry]))), at).inbound
    return routed.message.to_json()


def _taken(deps: Deps, person: int, name: str) -> tuple[object, ...]:
    """What is there of a person's first message once it has been delivered (again)."""
    event = sqs_event(_body(person, name), group="g")
    assert inbound_handler.lambda_handler(event, Context()) == {"batchItemFailures": []}
    phone, user_id = f"+1650777{person:04d}", f"US.7{person:020d}"
    contact = deps.contacts.get(TENANT, contact_id_for(TENANT, "phone", phone))
    assert contact is not None
    assert deps.contacts.get(TENANT, contact_id_for(TENANT, "bsuid", user_id)) == contact
    conversation_id = conversation_id_for(TENANT, PHONE_ID, contact.contact_id)
    head = deps.conversations.get(TENANT, conversation_id)
    assert head is not None
    store = deps.conversations
    by_wamid = store.messages.by_wamid(TENANT, conversation_id, f"wamid.{name}")
    assert by_wamid is not None
    found = [
        (conversation_id, by_wamid.message_id) in store.search.messages(TENANT, word, whole=True).ids
        for word in ("does", "this", "come", "with", "blue", "sleeves")
    ]
    by_name = ("", conversation_id) in store.search.names(TENANT, "ana").ids
    by_phone = ("", conversation_id) in store.search.phones(TENANT, phone[-6:]).ids
    return (
        (contact.name, contact.region, contact.last_inbound_at, contact.profile_name),
        (head.unread, head.contact_name, head.last_message_text, head.last_inbound_at, head.status),
        (by_wamid.text, by_wamid.at, found, by_name, by_phone),
    )
