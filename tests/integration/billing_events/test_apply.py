"""Payment events applied against a Stripe that answers on this machine, through Stripe's own library."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from functions.billing_events import apply_handler
from functions.billing_events.bootstrap import build
from functions.billing_events.parts import BillingParts
from shared.clients.stripe_gateway import StripeGateway
from shared.domain.accounts.account import Member, Role, Tenant
from shared.errors import InvalidInput
from shared.ids import TenantId
from shared.queue_messages import BillingEvent
from tests.support.fake_aws import Context, FakeAws, sqs_event

TENANT, OTHER = TenantId("01TENANT"), TenantId("01OTHER")
Json = dict[str, Any]


class Stripe(ThreadingHTTPServer):
    """Answers with what stands in `answers` by method and path; remembers the calls."""

    def __init__(self) -> None:
        self.answers: dict[str, Json] = {}
        self.calls: list[tuple[str, Json]] = []
        self.status = 200
        self.before: Callable[[str], None] = lambda call: None
        super().__init__(("127.0.0.1", 0), StripeHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def subscription(self, subscription_id: str, status: str, plan: str, customer: str = "cus_1", **more: Any) -> None:
        self.answers[f"GET /v1/subscriptions/{subscription_id}"] = {
            "id": subscription_id,
            "object": "subscription",
            "status": status,
            "customer": customer,
            "created": 7,
            "metadata": {},
            "items": {"object": "list", "data": [{"object": "subscription_item", "price": {"lookup_key": plan}}]},
            **more,
        }


class StripeHandler(BaseHTTPRequestHandler):
    server: Stripe

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        call = f"{self.command} {path}"
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        self.server.calls.append((call, dict(parse_qsl(query or body))))
        self.server.before(call)
        found = self.server.answers.get(call)
        status = self.server.status if found is not None else 404
        error = {"error": {"type": "invalid_request_error", "message": "no", "code": "resource_missing"}}
        answer = json.dumps(found if status == 200 else error).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.send_header("stripe-should-retry", "false")
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    server = Stripe()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def deps(aws: FakeAws, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> BillingParts:
    made = build(aws.database(), {**aws.env, "STRIPE_API_URL": stripe.url})
    for tenant_id in (TENANT, OTHER):
        owner = Member(f"m-{tenant_id}", f"s-{tenant_id}", "owner@example.com", Role.OWNER)
        made.accounts.create(Tenant(tenant_id, "Shop", "US"), owner)
    made.accounts.set_customer(TENANT, "cus_1")
    monkeypatch.setattr(apply_handler, "deps", lambda: made)
    return made


def deliver(
    event_id: str = "evt_1",
    kind: str = "customer.subscription.updated",
    object_id: str = "sub_1",
    customer_id: str = "cus_1",
) -> bool:
    """Deliver one event; whether it was acknowledged."""
    body = BillingEvent("stripe", event_id, kind, object_id, customer_id).to_json()
    return not apply_handler.lambda_handler(sqs_event(body), Context())["batchItemFailures"]


def plan(deps: BillingParts, tenant_id: TenantId = TENANT) -> tuple[str, str]:
    tenant = deps.accounts.tenant(tenant_id)
    return tenant.plan, tenant.subscription_status


def test_an_event_moves_the_tenants_plan_to_what_stripe_says_now(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "active", "growth")
    assert deliver()
    assert plan(deps) == ("growth", "active")
    assert deps.accounts.tenant(TENANT).customer_id == "cus_1"
    assert plan(deps, OTHER) == ("free", "none")


def test_a_pause_of_collection_takes_the_plan_until_it_ends(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "active", "growth", pause_collection={"behavior": "void", "resumes_at": None})
    assert deliver("evt_1")
    assert plan(deps) == ("growth", "paused")
    stripe.subscription("sub_1", "active", "growth", pause_collection=None)
    assert deliver("evt_2")
    assert plan(deps) == ("growth", "active")


def test_a_plan_behind_an_extra_is_found(deps: BillingParts, stripe: Stripe) -> None:
    extra, growth = ({"object": "subscription_item", "price": {"lookup_key": key}} for key in ("extra", "growth"))
    stripe.subscription("sub_1", "active", "", items={"object": "list", "data": [extra, growth]})
    assert deliver()
    assert plan(deps) == ("growth", "active")


def test_the_same_event_again_asks_nothing(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "active", "growth")
    deliver()
    calls = len(stripe.calls)
    assert deliver()
    assert len(stripe.calls) == calls


def test_events_out_of_order_end_in_the_present_state(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "canceled", "growth")
    assert deliver("evt_2", "customer.subscription.deleted")
    assert deliver("evt_1", "customer.subscription.created")
    assert plan(deps) == ("growth", "canceled")


def test_a_crash_before_the_event_is_marked_repeats_the_work(
    deps: BillingParts, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    stripe.subscription("sub_1", "active", "growth")
    with monkeypatch.context() as patch:
        patch.setattr(deps.directory, "create", fail)
        assert not deliver()
    stripe.subscription("sub_1", "past_due", "growth")
    assert deliver()
    assert plan(deps) == ("growth", "past_due")


def test_an_old_subscription_that_ends_does_not_take_the_new_one_away(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "active", "starter")
    deliver("evt_1")
    stripe.subscription("sub_2", "active", "growth", created=8)
    deliver("evt_2", object_id="sub_2")
    stripe.subscription("sub_1", "canceled", "starter")
    deliver("evt_3", "customer.subscription.deleted")
    assert plan(deps) == ("growth", "active")


def test_a_change_while_an_event_is_applied_is_seen(deps: BillingParts, stripe: Stripe) -> None:
    stripe.subscription("sub_1", "active", "growth")
    reads: list[str] = []

    def cancel_after_the_first(call: str) -> None:
        reads.append(call)
        if len(reads) == 2:
            stripe.subscription("sub_1", "canceled", "growth")

    stripe.before = cancel_after_the_first
    assert deliver()
    assert plan(deps) == ("growth", "canceled")


@pytest.mark.parametrize("where", ["subscription", "customer"])
def test_a_new_customer_is_known_by_what_we_wrote_into_the_metadata(
    deps: BillingParts, stripe: Stripe, where: str
) -> None:
    ours = {"metadata": {"tenant_id": "01OTHER"}}
    more: Json = ours if where == "subscription" else {"customer": {"id": "cus_2", "object": "customer", **ours}}
    named: Json = {"customer": "cus_2", **more}
    stripe.subscription("sub_2", "trialing", "starter", **named)
    assert deliver(object_id="sub_2", customer_id="cus_2")
    assert plan(deps, OTHER) == ("starter", "trialing")
    assert deps.accounts.tenant_of_customer("cus_2") == "01OTHER"


@pytest.mark.parametrize(
    ("subscription", "reason"),
    [
        ({"customer": "cus_9"}, "unknown customer"),
        ({"customer": "cus_9", "metadata": {"tenant_id": "01NOBODY"}}, "not_found"),
        ({"customer": "cus_1", "plan": "gold"}, "has no plan"),
        (None, "not_found"),
    ],
)
def test_what_is_nobodys_or_no_plan_is_parked(
    aws: FakeAws, deps: BillingParts, stripe: Stripe, subscription: Json | None, reason: str
) -> None:
    if subscription is not None:
        named: Json = {"plan": "growth", **subscription}
        stripe.subscription("sub_1", "active", **named)
    assert deliver(customer_id="cus_9")
    (parked,) = aws.objects("parked/")
    assert reason in parked["reason"]
    assert plan(deps) == ("free", "none")


@pytest.mark.parametrize(("kind", "object_id"), [("customer.created", "cus_1"), ("invoice.paid", "in_1")])
def test_events_for_what_is_not_used_ask_nothing(deps: BillingParts, stripe: Stripe, kind: str, object_id: str) -> None:
    assert deliver(kind=kind, object_id=object_id)
    assert stripe.calls == []


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_event_waits_while_stripe_does_not_answer_us(
    aws: FakeAws, deps: BillingParts, stripe: Stripe, status: int
) -> None:
    stripe.subscription("sub_1", "active", "growth")
    stripe.status = status
    assert not deliver()
    stripe.status = 200
    assert deliver()
    assert plan(deps) == ("growth", "active")
    assert aws.objects("parked/") == []


def test_a_checkout_carries_the_tenant_to_the_subscription(stripe: Stripe) -> None:
    stripe.answers["GET /v1/prices"] = {"object": "list", "data": [{"id": "price_7", "object": "price"}]}
    stripe.answers["POST /v1/checkout/sessions"] = {"object": "checkout.session", "url": "https://pay"}
    gateway = StripeGateway("sk_test", stripe.url)
    assert (
        gateway.create_checkout_session(
            TENANT, "growth", customer_id="cus_1", success_url="https://ok", cancel_url="https://no"
        )
        == "https://pay"
    )
    (_, asked), (_, sent) = stripe.calls
    assert asked["lookup_keys[0]"] == "growth"
    assert sent["line_items[0][price]"] == "price_7"
    assert sent["subscription_data[metadata][tenant_id]"] == sent["client_reference_id"] == TENANT
    assert (sent["mode"], sent["customer"], sent["success_url"]) == ("subscription", "cus_1", "https://ok")


def test_a_plan_without_a_price_cannot_be_bought(stripe: Stripe) -> None:
    stripe.answers["GET /v1/prices"] = {"object": "list", "data": []}
    with pytest.raises(InvalidInput, match="growth"):
        StripeGateway("sk_test", stripe.url).create_checkout_session(
            TENANT, "growth", customer_id="cus_1", success_url="a", cancel_url="b"
        )


def test_the_portal_is_the_customers_own(stripe: Stripe) -> None:
    stripe.answers["POST /v1/billing_portal/sessions"] = {"object": "billing_portal.session", "url": "https://portal"}
    assert StripeGateway("sk_test", stripe.url).create_portal_session("cus_1", "https://back") == "https://portal"
    assert stripe.calls[0][1] == {"customer": "cus_1", "return_url": "https://back"}


def test_a_customer_is_made_once_and_carries_the_tenant(stripe: Stripe) -> None:
    stripe.answers["POST /v1/customers"] = {"id": "cus_7", "object": "customer"}
    assert StripeGateway("sk_test", stripe.url).create_customer(TENANT, "Shop", "owner@example.com") == "cus_7"
    assert stripe.calls[0][1]["metadata[tenant_id]"] == TENANT
