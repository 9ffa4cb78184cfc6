"""The consumer of the webhook queue, with real servers on this machine at the other end."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from functions.api import events_bootstrap as live_bootstrap
from functions.api.deliver_handler import lambda_handler
from shared.clock import EpochMs, epoch_ms
from shared.domain.webhooks.endpoint import SealedSecret, WebhookEndpoint
from shared.ids import TenantId, new_ulid
from shared.queue_messages import DeliverWebhook
from tests.support.api_handler import Api
from tests.support.fake_aws import Context, sqs_event
from tests.support.meta_simulator import until


@pytest.fixture(autouse=True)
def private_allowed(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ALLOW_PRIVATE_WEBHOOKS", "true")
    live_bootstrap.deliver_deps.cache_clear()
    yield
    live_bootstrap.deliver_deps.cache_clear()


@contextmanager
def serving(answer_when: Callable[[], bool] = lambda: True) -> Iterator[tuple[str, list[str]]]:
    """A server that answers once something is so: its URL, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            until(answer_when)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def endpoint(api: Api, tenant: TenantId, url: str) -> str:
    sealed = SealedSecret(api.deps.vault.seal(tenant, "webhook_secret", "whsec_YWFhYQ=="), "YQ==")
    made = WebhookEndpoint(new_ulid(), url, ("*",), "", (sealed,), EpochMs(1))
    api.deps.endpoints.create(tenant, made)
    return made.endpoint_id


def message(tenant: TenantId, endpoint_id: str, name: str = "1", **more: Any) -> str:
    now = epoch_ms()
    values: dict[str, Any] = {"created_at": now, "due_at": now, **more}
    return DeliverWebhook(tenant, endpoint_id, f"evt_{name}", "message.received", body="{}", **values).to_json()


def states(api: Api, tenant: TenantId, endpoint_id: str) -> list[str]:
    return [logged.delivery.state for logged in api.deps.deliveries.page(tenant, endpoint_id, 10, None).items]


def test_one_slow_endpoint_holds_up_none_of_the_others(api: Api) -> None:
    tenants = [TenantId(new_ulid()) for _ in range(10)]
    # The slow one answers when the others were asked: it would wait for ever if they had to wait for it.
    with serving() as (fast, asked_fast), serving(lambda: len(asked_fast) == 9) as (slow, asked_slow):
        ids = [endpoint(api, tenant, slow if i == 0 else fast) for i, tenant in enumerate(tenants)]
        bodies = [message(tenant, endpoint_id) for tenant, endpoint_id in zip(tenants, ids, strict=True)]
        answer = lambda_handler(sqs_event(*bodies), Context())
    assert answer == {"batchItemFailures": []}
    assert (len(asked_slow), len(asked_fast)) == (1, 9)
    assert [states(api, t, e) for t, e in zip(tenants, ids, strict=True)] == [["succeeded"]] * 10


def test_only_what_could_not_be_done_comes_back(api: Api) -> None:
    tenant = TenantId(new_ulid())
    with serving() as (url, asked):
        good = endpoint(api, tenant, url)
        bad = WebhookEndpoint(new_ulid(), url, ("*",), "", (SealedSecret("bm90IG91cnM=", "x"),), EpochMs(1))
        api.deps.endpoints.create(tenant, bad)
        bodies = (message(tenant, good), message(tenant, bad.endpoint_id), "not JSON", message(tenant, new_ulid()))
        answer = lambda_handler(sqs_event(*bodies), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    assert len(asked) == 1
    assert states(api, tenant, good) == ["succeeded"]


def test_what_is_not_due_is_put_off_and_what_failed_is_sent_on(api: Api) -> None:
    tenant = TenantId(new_ulid())
    dead = endpoint(api, tenant, "http://127.0.0.1:9/")
    late = message(tenant, dead, "late", due_at=epoch_ms() + 3_600_000)
    queue_url = os.environ["WEBHOOK_QUEUE_URL"]
    assert lambda_handler(sqs_event(late, message(tenant, dead, "now")), Context()) == {"batchItemFailures": []}
    assert states(api, tenant, dead) == ["retrying"]
    names = ["ApproximateNumberOfMessagesDelayed"]
    waiting = api.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    assert int(waiting[names[0]]) >= 2


def test_private_addresses_are_left_alone_where_they_are_not_allowed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when the URL was stored while they were."""
    monkeypatch.setenv("ALLOW_PRIVATE_WEBHOOKS", "false")
    live_bootstrap.deliver_deps.cache_clear()
    tenant = TenantId(new_ulid())
    with serving() as (url, asked):
        made = endpoint(api, tenant, url)
        lambda_handler(sqs_event(message(tenant, made)), Context())
    assert asked == []
    (logged,) = api.deps.deliveries.page(tenant, made, 10, None).items
    assert logged.delivery.attempts[-1].error == "blocked_address"
