import json
import subprocess
import sys
import time
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from functions.billing_events import receive_bootstrap, receive_handler
from functions.billing_events.logic.signature import is_signed
from functions.billing_events.logic.stripe_event import read_event
from functions.billing_events.receive_handler import MAX_BODY_BYTES, lambda_handler
from shared.clock import EpochMs
from shared.errors import InvalidInput
from tests.support.fake_aws import SECRETS, Context, FakeAws, http_event

SECRET = SECRETS["stripe_webhook_secret"]
SUBSCRIPTION = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}


def event(kind: str, about: dict[str, Any], event_id: str = "evt_1") -> str:
    return json.dumps({"id": event_id, "object": "event", "type": kind, "data": {"object": about}})


def signature(body: str, secret: str = SECRET, at: int | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def receiver(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    receive_bootstrap.deps.cache_clear()


def post(body: str, header: str | None) -> int:
    headers = {"stripe-signature": header} if header is not None else {}
    return int(lambda_handler(http_event("POST", body, headers=headers), Context())["statusCode"])


def library_says(body: str, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, 300)
    except stripe.SignatureVerificationError:
        return False
    return True


@pytest.mark.parametrize("age", [0, 250, -250, 350, 100_000])
@pytest.mark.parametrize("secret", [SECRET, "whsec_another"])
def test_it_agrees_with_stripes_own_library(age: int, secret: str) -> None:
    body = event("customer.subscription.updated", {"name": "Zoë"})
    at = int(time.time()) - age
    header = signature(body, secret, at)
    assert is_signed(body.encode(), header, SECRET, EpochMs(int(time.time() * 1000))) == library_says(
        body, header, SECRET
    )


def test_a_signature_far_ahead_of_time_is_refused() -> None:
    body = "{}"
    now = int(time.time())
    assert not is_signed(b"{}", signature(body, SECRET, now + 400), SECRET, EpochMs(now * 1000))


def test_one_of_several_signatures_is_enough_while_the_secret_is_rolled() -> None:
    now = int(time.time())
    old, new = signature("{}", "whsec_old", now), signature("{}", SECRET, now).partition(",")[2]
    assert is_signed(b"{}", f"{old},{new},v0=abc", SECRET, EpochMs(now * 1000))


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_header_makes_it_raise(header: str) -> None:
    assert not is_signed(b"{}", header, SECRET, EpochMs(1))
    assert not is_signed(b"{}", f"t=0,v1={header}", SECRET, EpochMs(1))


@pytest.mark.parametrize(
    ("kind", "about", "object_id", "customer_id"),
    [
        ("customer.subscription.updated", SUBSCRIPTION, "sub_1", "cus_1"),
        ("customer.subscription.deleted", {**SUBSCRIPTION, "customer": {"id": "cus_1"}}, "sub_1", "cus_1"),
        (
            "checkout.session.completed",
            {"id": "cs_1", "object": "checkout.session", "subscription": "sub_1", "customer": "cus_1"},
            "sub_1",
            "cus_1",
        ),
        (
            "invoice.paid",
            {
                "id": "in_1",
                "object": "invoice",
                "customer": "cus_1",
                "parent": {"subscription_details": {"subscription": "sub_1"}},
            },
            "sub_1",
            "cus_1",
        ),
        ("customer.created", {"id": "cus_1", "object": "customer"}, "cus_1", "cus_1"),
        ("event.of.tomorrow", {}, "", ""),
    ],
)
def test_a_signed_event_is_queued_as_its_ids(
    aws: FakeAws, kind: str, about: dict[str, Any], object_id: str, customer_id: str
) -> None:
    body = event(kind, about)
    assert post(body, signature(body)) == 200
    assert aws.bodies("Billing") == [
        {
            "provider": "stripe",
            "event_id": "evt_1",
            "kind": kind,
            "object_id": object_id,
            "customer_id": customer_id,
        }
    ]


@pytest.mark.parametrize("header", [None, "", "t=1,v1=0", "v1=0", "nonsense"])
def test_what_stripe_did_not_sign_is_refused_and_not_stored(aws: FakeAws, header: str | None) -> None:
    assert post(event("invoice.paid", {}), header) == 401
    assert aws.received("Billing") == []
    assert aws.objects("") == []


def test_another_body_or_an_old_signature_is_refused(aws: FakeAws) -> None:
    body = event("invoice.paid", {})
    assert post(body + " ", signature(body)) == 401
    assert post(body, signature(body, at=int(time.time()) - 400)) == 401
    assert post(body, signature(body, "whsec_another")) == 401


def test_too_much_is_refused(aws: FakeAws) -> None:
    body = " " * (MAX_BODY_BYTES + 1)
    assert post(body, signature(body)) == 413


@pytest.mark.parametrize("body", ["{", "[]", '{"id": 7, "type": "invoice.paid"}', '{"id": "evt_é", "type": "x"}'])
def test_signed_nonsense_is_parked(aws: FakeAws, body: str) -> None:
    assert post(body, signature(body)) == 200
    assert [parked["raw"] for parked in aws.objects("parked/")] == [body]
    assert aws.received("Billing") == []


def test_stripe_delivers_again_when_the_queue_takes_nothing(aws: FakeAws) -> None:
    aws.sqs.delete_queue(QueueUrl=aws.env["BILLING_QUEUE_URL"])
    body = event("invoice.paid", {})
    assert post(body, signature(body)) == 500


@given(st.recursive(st.none() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=5), x)))
def test_no_document_makes_reading_fail_otherwise_than_said(document: object) -> None:
    whole = {"id": "evt_1", "type": "x", "data": {"object": document}}
    assert read_event(json.dumps(whole).encode()).event_id == "evt_1"
    with pytest.raises(InvalidInput):
        read_event(json.dumps([document]).encode())


def test_the_receiver_loads_neither_the_library_nor_a_database() -> None:
    code = f"import sys, {receive_handler.__name__}; print(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert "botocore.session" in loaded
    assert loaded.isdisjoint({"pydantic", "pynamodb", "httpx", "stripe", "pyreqwest", "boto3", "requests"})
