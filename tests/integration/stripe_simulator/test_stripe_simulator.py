"""The Stripe simulator as Stripe's own client and signature check see it."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.support.meta_simulator import until

ROOT = Path(__file__).parents[3]
KEY, SECRET = "sk_test_x", "whsec_x"
Json = dict[str, Any]


class Inbox:
    """Receives events; `answers` are given first, then 200."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes]] = []
        self.answers: list[int] = []
        self.url = ""

    def events(self) -> list[Json]:
        return [json.loads(body) for _, body in self.posts]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            inbox.posts.append((self.headers["Stripe-Signature"], body))
            self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        inbox.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/stripe"
        yield inbox
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = tmp_path_factory.mktemp("stripe") / "stripe.json"
    config.write_text(
        json.dumps({"api_key": KEY, "webhook_secret": SECRET, "prices": {"price_a": "a", "price_b": "b"}})
    )
    command = [sys.executable, "-m", "infra.local.stripe_simulator", "--port", "0", "--config", str(config)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0


@pytest.fixture
def client(url: str) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)


def script(url: str, **actions: object) -> Json:
    answer = httpx.post(f"{url}/_sim/script", json=actions)
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()
    return result


def settle(url: str) -> None:
    until(lambda: bool(httpx.get(f"{url}/_sim/state").json()["pending_webhooks"] == 0))


def checkout(client: stripe.StripeClient, customer: str) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer,
            "client_reference_id": "t-1",
            "line_items": [{"price": "price_a", "quantity": 1}],
            "subscription_data": {"metadata": {"tenant_id": "t-1"}},
            "success_url": "https://x.com/ok",
        }
    )


def test_a_checkout_that_is_paid_makes_a_subscription_and_tells(
    url: str, client: stripe.StripeClient, inbox: Inbox
) -> None:
    script(url, webhook_url=inbox.url)
    customer = client.v1.customers.create({"email": "a@x.com", "metadata": {"tenant_id": "t-1"}})
    metadata = client.v1.customers.retrieve(customer.id).metadata
    assert metadata is not None
    assert metadata["tenant_id"] == "t-1"
    session = checkout(client, customer.id)
    assert session.url
    assert (session.status, session.client_reference_id) == ("open", "t-1")

    made = script(url, complete_checkout={"session": session.id})["complete_checkout"]["subscription"]["id"]
    settle(url)
    for signature, body in inbox.posts:
        assert stripe.WebhookSignature.verify_header(body.decode(), signature, SECRET, tolerance=300)
    by_type = {event["type"]: event["data"]["object"] for event in inbox.events()}
    assert by_type["customer.subscription.created"]["id"] == made
    assert by_type["checkout.session.completed"]["subscription"] == made
    assert by_type["checkout.session.completed"]["client_reference_id"] == "t-1"

    subscription = client.v1.subscriptions.retrieve(made)
    assert (subscription.status, subscription.customer) == ("active", customer.id)
    assert subscription.metadata["tenant_id"] == "t-1"
    assert subscription["items"]["data"][0]["price"]["id"] == "price_a"
    assert subscription["items"]["data"][0]["current_period_end"] > time.time()


def test_a_script_creates_changes_and_ends_a_subscription(url: str, client: stripe.StripeClient, inbox: Inbox) -> None:
    script(url, webhook_url=inbox.url)
    customer = client.v1.customers.create({"metadata": {"tenant_id": "t-2"}}).id
    first = script(url, subscribe={"customer": customer, "price": "price_a"})["subscribe"]["subscription"]
    assert first["metadata"] == {"tenant_id": "t-2"}
    script(url, subscribe={"customer": customer, "price": "price_b", "status": "past_due"})
    script(url, subscribe={"customer": customer, "status": "active", "silent": True})
    assert client.v1.subscriptions.retrieve(first["id"]).status == "active"
    script(url, subscribe={"customer": customer, "status": "canceled"})
    settle(url)
    told = sorted((event["type"], event["data"]["object"]["status"]) for event in inbox.events())
    assert told == [
        ("customer.subscription.created", "active"),
        ("customer.subscription.deleted", "canceled"),
        ("customer.subscription.updated", "past_due"),
    ]
    assert {event["data"]["object"]["id"] for event in inbox.events()} == {first["id"]}
    again = script(url, subscribe={"customer": customer, "price": "price_a"})["subscribe"]["subscription"]
    assert again["id"] != first["id"]


def test_an_event_is_repeated_with_its_id_until_taken(url: str, inbox: Inbox) -> None:
    script(url, webhook_url=inbox.url)
    inbox.answers = [500, 404]
    [event_id] = script(url, event={"type": "invoice.paid", "data": {"object": {"id": "in_1"}}})["event"]["events"]
    settle(url)
    assert [event["id"] for event in inbox.events()] == [event_id] * 3
    assert httpx.get(f"{url}/_sim/webhooks").json()["entries"][-1]["status"] == 200


def test_the_portal_and_what_does_not_exist(url: str, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    portal = client.v1.billing_portal.sessions.create({"customer": customer, "return_url": "https://x.com"})
    assert portal.url.startswith("http")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.retrieve("cus_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.retrieve("sub_none")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.billing_portal.sessions.create({"customer": "cus_none"})
    with pytest.raises(stripe.AuthenticationError):
        stripe.StripeClient("sk_test_wrong", base_addresses={"api": url}).v1.customers.retrieve(customer)


@pytest.mark.parametrize(
    "form",
    [
        {"mode": "payment", "success_url": "https://x", "line_items[0][price]": "price_a"},
        {"mode": "subscription", "line_items[0][price]": "price_a"},
        {"mode": "subscription", "success_url": "https://x"},
        {"mode": "subscription", "success_url": "https://x", "line_items[0][price]": "price_none"},
        {"mode": "subscription", "success_url": "https://x", "line_items[0][price]": "price_a", "customer": "cus_no"},
    ],
)
def test_a_wrong_checkout_is_refused(url: str, form: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.post(f"{url}/v1/checkout/sessions", data=form, headers=headers)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_an_idempotency_key_gives_the_same_answer(url: str, client: stripe.StripeClient) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "k-1"}
    first = client.v1.customers.create({"name": "Ana"}, options)
    assert client.v1.customers.create({"name": "Ana"}, options).id == first.id
    with pytest.raises(stripe.StripeError):
        client.v1.customers.create({"name": "Zoë"}, options)
    entries = httpx.get(f"{url}/_sim/journal").json()["entries"]
    assert next(entry["body"] for entry in entries if entry["idempotency_key"] == "k-1") == {"name": "Ana"}
    assert KEY not in json.dumps(entries)


@pytest.mark.parametrize(
    "actions", [{"subscribe": {"customer": "cus_none"}}, {"subscribe": {"custom": 1}}, {"nonsense": 1}, {"event": 1}]
)
def test_a_script_that_is_not_understood_says_so(url: str, actions: Json) -> None:
    answer = httpx.post(f"{url}/_sim/script", json=actions)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]
