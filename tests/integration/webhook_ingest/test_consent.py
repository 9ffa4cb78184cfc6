"""The path of a no: what it writes, and that the message's own handling before or after it changes nothing of that."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from functions.webhook_ingest import account_handler, consent_bootstrap, consent_handler, inbound_handler
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.split import split
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for
from shared.store.engine.codec import decode_item
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import OTHER, TENANT, TEXT, WABA, Json, change, envelope, messages, wire

PHONE, BSUID = "+16505551234", "US.13491208655302741918"
BY_PHONE, BY_BSUID = (contact_id_for(TENANT, *key) for key in (("phone", PHONE), ("bsuid", BSUID)))
NOW_S = epoch_ms() // 1000
Items = dict[tuple[str, str], Json]
Post = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def listening(aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    built = consent_bootstrap.build(aws.database())
    monkeypatch.setattr(consent_handler, "deps", lambda: built)


def text(body: str, n: int = 0) -> Json:
    """A message of the person, sent `n` seconds from now."""
    return {**TEXT, "id": f"wamid.{body}{n}", "timestamp": str(NOW_S + n), "text": {"body": body}}


def chosen(value: str, n: int = 0, **who: str) -> Json:
    one = {"wa_id": PHONE[1:], "category": "marketing_messages", "value": value, "timestamp": NOW_S + n} | who
    return change("user_preferences", {"user_preferences": [one]})


def post(*changes: Json, waba_id: str = WABA) -> bytes:
    return wire(envelope(*changes, waba_id=waba_id))


RECEIVED_MS = EpochMs(NOW_S * 1000)


def hear(raw: bytes) -> None:
    """Only the path of consent."""
    bodies = [said.to_json() for said in consent_said(split(raw, RECEIVED_MS))]
    assert bodies
    answer = consent_handler.lambda_handler(sqs_event(*bodies), Context())
    assert answer == {"batchItemFailures": []}


def take(raw: bytes) -> None:
    """Only the ordinary path."""
    found = split(raw, RECEIVED_MS)
    inbound = sqs_event(*(routed.message.to_json() for routed in found.inbound), group="g")
    events = sqs_event(*(event.to_json() for event in found.events))
    for handler, taken in ((inbound_handler, inbound), (account_handler, events)):
        assert handler.lambda_handler(taken, Context()) == {"batchItemFailures": []}


def items(aws: FakeAws) -> Items:
    """All of the Contacts table, but for when an item was last written, and what only a conversation tells."""
    database = aws.database()
    found = (decode_item(raw) for raw in database.client.scan(TableName=database.contacts)["Items"])
    kept: Items = {}
    for item in found:
        key = (str(item["pk"]), str(item["sk"]))
        for name in ("created", "updated", "in_at", "username", "username_at", "profile_at", "ttl"):
            item.pop(name, None)
        kept[key] = dict(item)
    return kept


def consent_of(found: Items) -> dict[str, Any]:
    """What is kept of consent: in profiles, in the record of events, and in the feed."""
    told: dict[str, Any] = {}
    for (pk, sk), item in found.items():
        if sk.startswith("C#"):
            told[sk] = [item.get(name) for name in ("out_at", "out_by", "consent_at")]
        else:
            told[f"{pk} {sk}"] = sorted((name, value) for name, value in item.items() if name not in ("pk", "sk"))
    return told


STOP, CHOICE = post(messages(text("stop"))), post(chosen("stop"))


@pytest.mark.parametrize("raw", [STOP, CHOICE], ids=["words", "control"])
def test_a_no_of_somebody_unknown_makes_the_contact_that_the_ordinary_path_makes(
    aws: FakeAws, deps: Deps, raw: bytes
) -> None:
    hear(raw)
    first = items(aws)
    person = deps.contacts.get(TENANT, BY_PHONE)
    assert person is not None
    assert person.phone == PHONE
    assert person.opted_out_at == NOW_S * 1000
    take(raw)
    assert consent_of(items(aws)) == consent_of(first)
    known = deps.contacts.get(TENANT, BY_PHONE)
    assert known is not None
    assert (known.contact_id, known.phone, known.bsuid, known.region) == (
        person.contact_id,
        person.phone,
        person.bsuid,
        person.region,
    )
    assert {item["ptr"] for item in items(aws).values() if "ptr" in item} <= {BY_PHONE}


@pytest.mark.parametrize("raw", [STOP, CHOICE], ids=["words", "control"])
def test_whichever_path_comes_first_the_second_changes_nothing(aws: FakeAws, deps: Deps, raw: bytes) -> None:
    take(raw)
    before = items(aws)
    for _ in range(2):
        hear(raw)
        assert items(aws) == before
    take(raw)
    assert consent_of(items(aws)) == consent_of(before)


@pytest.mark.parametrize("raw", [STOP, CHOICE], ids=["words", "control"])
def test_it_is_counted_once(aws: FakeAws, deps: Deps, raw: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (hear, take, hear):
        path(raw)
    assert capsys.readouterr().out.count('"OptOut":[1.0]') == 1


ORDERS = list(itertools.permutations([(hear, 0), (take, 0), (hear, 1), (take, 1)]))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(f"{path.__name__}{n}" for path, n in order))
@pytest.mark.parametrize("words", [("stop", "start"), ("start", "stop")])
def test_in_any_order_what_was_said_last_holds(
    aws: FakeAws, deps: Deps, words: tuple[str, str], order: tuple[tuple[Post, int], ...]
) -> None:
    posts = [post(messages(text(word, n))) for n, word in enumerate(words)]
    for path, n in (*order, *order):
        path(posts[n])
    person = deps.contacts.get(TENANT, BY_PHONE)
    assert person is not None
    assert person.opted_out_at == ((NOW_S + 1) * 1000 if words[1] == "stop" else None)
    recorded = deps.contacts.consent.events(TENANT, BY_PHONE)
    assert [event.opted_out for event in recorded] == [word == "stop" for word in words]


def test_a_late_no_undoes_no_newer_yes_whatever_said_it(aws: FakeAws, deps: Deps) -> None:
    hear(post(messages(text("start", 5))))
    for late in (STOP, CHOICE):
        hear(late)
        take(late)
    person = deps.contacts.get(TENANT, BY_PHONE)
    assert person is not None
    assert person.opted_out_at is None
    changes = deps.contacts.consent.feed(TENANT, EpochMs(0))
    assert not any(change.opted_out for change in changes)


def test_all_contacts_that_are_this_person_get_the_no_and_the_merger_is_left_to_the_message(
    aws: FakeAws, deps: Deps
) -> None:
    for contact_id, known in ((BY_PHONE, {"phone": PHONE}), (BY_BSUID, {"bsuid": BSUID})):
        deps.contacts.upsert(TENANT, contact_id, known, {}, frozenset(), EpochMs(1))
    hear(STOP)
    for contact_id in (BY_PHONE, BY_BSUID):
        person = deps.contacts.get(TENANT, contact_id)
        assert person is not None
        assert (person.contact_id, person.opted_out_at) == (contact_id, NOW_S * 1000)
    take(STOP)
    merged = deps.contacts.get(TENANT, BY_BSUID)
    assert merged is not None
    assert (merged.contact_id, merged.opted_out_at) == (BY_PHONE, NOW_S * 1000)


@pytest.mark.parametrize(
    "raw",
    [
        post(messages(text("stop"), metadata={"display_phone_number": "1", "phone_number_id": "nobodys"})),
        post(messages({**text("stop"), "from": "", "from_user_id": ""}, contacts=[])),
        post(chosen("stop"), waba_id="nobodys"),
        post(chosen("pause")),
        post(chosen("stop", wa_id="", user_id="")),
        # Without a time of Meta's, only the stored message tells a repetition from something new.
        post(messages({**text("stop"), "timestamp": ""})),
        post(messages({**text("stop"), "timestamp": "1"})),
        post(change("user_preferences", {"user_preferences": [{"wa_id": PHONE[1:], "value": "stop"}]})),
    ],
)
def test_what_belongs_to_nobody_is_left_to_the_ordinary_path(
    aws: FakeAws, deps: Deps, raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    hear(raw)
    assert items(aws) == {}
    assert aws.objects("parked/") == []
    assert '"ConsentUnclaimed":[1.0]' in capsys.readouterr().out


def test_a_no_is_heard_by_the_tenant_it_was_said_to(aws: FakeAws, deps: Deps) -> None:
    hear(STOP)
    assert deps.contacts.consent.feed(OTHER, EpochMs(0)) == []
    assert [change.contact_id for change in deps.contacts.consent.feed(TENANT, EpochMs(0))] == [BY_PHONE]


def test_what_fails_comes_again_alone(aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    (good,) = (said.to_json() for said in consent_said(split(STOP, RECEIVED_MS)))
    answer = consent_handler.lambda_handler(sqs_event("{}", good), Context())
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["m0"]
    person = deps.contacts.get(TENANT, BY_PHONE)
    assert person is not None
    assert person.opted_out_at is not None
