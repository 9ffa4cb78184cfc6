"""The Stripe simulator's HTTP server."""

import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from infra.local.meta_simulator.control import get_journal
from infra.local.meta_simulator.journal import WEBHOOK_FIELDS, Journal

from .events import Events
from .forms import Json, nested
from .objects import Objects, StripeError
from .script import run_script

_JOURNAL_FIELDS = ("seq", "monotonic", "wall", "method", "path", "body", "status", "answer", "idempotency_key")


@dataclass(frozen=True, slots=True)
class StripeConfig:
    """Settings of the start file. `prices`: id → product; empty allows any price."""

    api_key: str = "sk_test_simulated"
    webhook_secret: str = "whsec_simulated"
    webhook_url: str = ""
    prices: dict[str, str] = field(default_factory=dict)


class StripeServer:
    """The routes and their state."""

    def __init__(self, config: StripeConfig) -> None:
        self._key = config.api_key.encode()
        self._objects = Objects(config.prices)
        self._journal = Journal(_JOURNAL_FIELDS)
        self._posts = Journal(WEBHOOK_FIELDS)
        self._events = Events(self._objects, self._posts, config.webhook_secret, config.webhook_url)
        self._answers: dict[tuple[str, str], tuple[bytes, int, bytes]] = {}

    def build(self) -> web.Application:
        """The application; it starts and stops the event sender with itself."""
        app = web.Application()

        async def start(_: web.Application) -> None:
            await self._events.start()

        async def stop(_: web.Application) -> None:
            await self._events.stop()

        async def on_journal(request: web.Request) -> web.StreamResponse:
            return await get_journal(self._journal, request)

        async def on_webhooks(request: web.Request) -> web.StreamResponse:
            return await get_journal(self._posts, request)

        app.router.add_post("/_sim/script", self._on_script)
        app.router.add_get("/_sim/state", self._on_state)
        app.router.add_get("/_sim/journal", on_journal)
        app.router.add_get("/_sim/webhooks", on_webhooks)
        app.router.add_route("*", "/v1/{tail:.*}", self._on_api)
        app.on_startup.append(start)
        app.on_cleanup.append(stop)
        return app

    async def _on_script(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(run_script(self._objects, self._events, json.loads(await request.read())))
        except StripeError as error:
            return web.json_response({"error": str(error)}, status=error.status)
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)

    async def _on_state(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "pending_webhooks": self._events.pending,
                "given_up": self._events.given_up,
                "requests": len(self._journal),
                "webhook_posts": len(self._posts),
                "customers": self._objects.customers,
                "sessions": self._objects.sessions,
                "subscriptions": self._objects.subscriptions,
            }
        )

    async def _on_api(self, request: web.Request) -> web.Response:
        monotonic, wall, raw = time.monotonic(), time.time(), await request.read()
        form = nested(raw)
        key = request.headers.get("Idempotency-Key", "")
        known = self._answers.get((request.path, key)) if key else None
        try:
            self._authorize(request)
            if known is None:
                status, answer = 200, json.dumps(self._route(request, form)).encode()
            elif known[0] != raw:
                raise StripeError(400, "Keys for idempotent requests can only be used with the same parameters.")
            else:
                status, answer = known[1], known[2]
        except StripeError as error:
            status, answer = error.status, json.dumps(error.body).encode()
        if key and known is None and request.method == "POST" and status != 401:
            self._answers[request.path, key] = (raw, status, answer)
        shown = json.dumps(form).encode()
        self._journal.add(monotonic, wall, request.method, request.path, shown, status, answer, key or None)
        headers = {"Request-Id": f"req_sim{len(self._journal):08d}"}
        return web.Response(body=answer, status=status, content_type="application/json", headers=headers)

    def _authorize(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.strip().encode(), self._key):
            raise StripeError(401, "Invalid API Key provided.")

    def _route(self, request: web.Request, form: Json) -> Json:
        objects, url = self._objects, f"{request.scheme}://{request.host}"
        posts: dict[str, Callable[[], Json]] = {
            "/v1/customers": lambda: objects.create_customer(form),
            "/v1/checkout/sessions": lambda: objects.create_session(form, url),
            "/v1/billing_portal/sessions": lambda: self._portal(form, url),
        }
        if request.method == "POST" and request.path in posts:
            return posts[request.path]()
        kind, _, object_id = request.path.removeprefix("/v1/").rpartition("/")
        reads = {
            "customers": objects.customer,
            "subscriptions": objects.subscription,
            "checkout/sessions": objects.session,
        }
        if request.method == "GET" and kind in reads:
            return reads[kind](object_id)
        raise StripeError(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _portal(self, form: Json, url: str) -> Json:
        customer = self._objects.customer(form.get("customer"))
        session_id = self._objects.new_id("bps")
        return {
            "id": session_id,
            "object": "billing_portal.session",
            "created": int(time.time()),
            "customer": customer["id"],
            "return_url": form.get("return_url"),
            "url": f"{url}/portal/{session_id}",
            "livemode": False,
        }
