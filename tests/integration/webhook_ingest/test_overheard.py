"""A poison webhook that carries a STOP, by the public door: it is parked, and whoever said it is written to no more."""

import json
from typing import Any

import pytest

from functions.webhook_ingest import consent_bootstrap, consent_handler, inbound_handler, receive_bootstrap
from functions.webhook_ingest.receive_handler import lambda_handler
from shared.clock import epoch_ms
from shared.domain.contacts.contact import Contact
from shared.queue_messages import InboundMessage
from tests.integration.webhook_ingest.test_receive import signed
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import CONTACT, METADATA, PHONE_ID, TENANT, TEXT, Json, envelope, messages

PHONE = f"+{CONTACT['wa_id']}"


@pytest.fixture(autouse=True)
def receiver(aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    receive_bootstrap.deps.cache_clear()
    built = consent_bootstrap.build(aws.database())
    monkeypatch.setattr(consent_handler, "deps", lambda: built)


def stop(**changes: Any) -> Json:
    return {**TEXT, "timestamp": str(epoch_ms() // 1000), "text": {"body": "STOP"}, **changes}


def post(body: bytes) -> None:
    assert lambda_handler(signed(body), Context())["statusCode"] == 200


def listen(aws: FakeAws) -> None:
    bodies = [json.dumps(body) for body in aws.bodies("Consent")]
    if bodies:
        assert consent_handler.lambda_handler(sqs_event(*bodies), Context()) == {"batchItemFailures": []}


def contact(deps: Deps) -> Contact | None:
    return deps.contacts.find(TENANT, "phone", PHONE)


def poison(kind: str) -> bytes:
    value = messages(stop())["value"]
    match kind:
        case "one message where a list belongs":
            document: object = envelope({"field": "messages", "value": {**value, "messages": stop()}})
        case "a list in the list":
            document = envelope({"field": "messages", "value": {**value, "messages": [[stop()]]}})
        case "a mere text":
            document = envelope({"field": "messages", "value": {**value, "messages": ["STOP"]}})
        case "no number, but an account":
            document = envelope({"field": "messages", "value": {**value, "metadata": {}}})
        case "no field":
            document = envelope({"value": value})
        case "another object":
            document = {**envelope({"field": "messages", "value": value}), "object": "page"}
        case _:
            document = envelope({"field": "messages", "value": value})
    return json.dumps(document).encode() + (b"}" if kind == "what is no JSON" else b"")


@pytest.mark.parametrize(
    "kind",
    [
        "one message where a list belongs",
        "a list in the list",
        "a mere text",
        "no number, but an account",
        "no field",
        "another object",
        "what is no JSON",
    ],
)
def test_a_no_in_what_is_parked_at_the_door_is_heard(aws: FakeAws, deps: Deps, kind: str) -> None:
    body = poison(kind)
    for _ in range(2):
        post(body)
        listen(aws)
    assert aws.bodies("Inbound") == []
    assert len(aws.objects("parked/")) == 1
    heard = contact(deps)
    assert heard is not None
    assert (heard.opted_out_at is not None, heard.opt_out_source) == (True, "keyword")


def test_a_yes_after_it_is_not_undone_when_the_same_comes_again(aws: FakeAws, deps: Deps) -> None:
    body = json.dumps(envelope({"value": messages(stop(timestamp=str(epoch_ms() // 1000 - 60)))["value"]})).encode()
    post(body)
    listen(aws)
    yes = envelope(messages(stop(id="wamid.YES", text={"body": "START"})))
    post(json.dumps(yes).encode())
    listen(aws)
    post(body)
    listen(aws)
    heard = contact(deps)
    assert heard is not None
    assert heard.opted_out_at is None


def test_a_no_in_what_the_reader_of_messages_parks_is_heard_before(aws: FakeAws, deps: Deps) -> None:
    grouped = InboundMessage(PHONE_ID, stop(group_id="G1"), CONTACT, epoch_ms()).to_json()
    answer = inbound_handler.lambda_handler(sqs_event(grouped, group="g"), Context())
    assert answer == {"batchItemFailures": []}
    assert len(aws.objects("parked/")) == 1
    heard = contact(deps)
    assert heard is not None
    assert heard.opted_out_at is not None


def test_what_cannot_be_heard_now_is_not_parked_either(
    aws: FakeAws, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(deps.contacts.consent, "record", down)
    grouped = InboundMessage(PHONE_ID, stop(group_id="G1"), CONTACT, epoch_ms()).to_json()
    answer = inbound_handler.lambda_handler(sqs_event(grouped, group="g"), Context())
    assert len(answer["batchItemFailures"]) == 1
    assert aws.objects("parked/") == []


def test_nobody_is_silenced_by_what_the_business_wrote(aws: FakeAws, deps: Deps) -> None:
    echoes = {"metadata": METADATA, "message_echoes": ["STOP"], "contacts": [CONTACT]}
    post(json.dumps(envelope({"field": "message_echoes", "value": echoes})).encode())
    assert len(aws.objects("parked/")) == 1
    assert aws.bodies("Consent") == []
