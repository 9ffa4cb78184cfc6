"""Sends signed events and retries them until the receiver answers 2xx.

Source: Stripe, "Check the webhook signatures": `v1` is the hex HMAC-SHA256 of `{t}.{body}`.
"""

import asyncio
import copy
import hashlib
import hmac
import json
import time

import aiohttp

from infra.local.meta_simulator.journal import Journal

from .forms import Json
from .objects import Objects

_API_VERSION = "2025-09-30.clover"
_FIRST_WAIT, _LONGEST_WAIT, _ATTEMPTS = 0.2, 5.0, 40


class Events:
    """Events on their way; each keeps its id over all attempts."""

    def __init__(self, objects: Objects, journal: Journal, secret: str, url: str) -> None:
        self._objects = objects
        self._journal = journal
        self._secret = secret.encode()
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = url
        self.given_up = 0

    @property
    def pending(self) -> int:
        """Events not yet taken by the receiver."""
        return len(self._tasks)

    async def start(self) -> None:
        """Begin to send."""
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Give up what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def about(self, kind: str, thing: Json) -> Json:
        """Send an event with a copy of an object as it is now; returns the event."""
        return self.send({"type": kind, "data": {"object": copy.deepcopy(thing)}})

    def send(self, event: Json) -> Json:
        """Send an event; what it lacks of id, time and version is filled in."""
        whole = {
            "id": self._objects.new_id("evt"),
            "object": "event",
            "api_version": _API_VERSION,
            "created": int(time.time()),
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
        } | event
        task = asyncio.get_running_loop().create_task(self._deliver(json.dumps(whole, indent=2).encode()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return whole

    async def _deliver(self, body: bytes) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            while not self.url:
                await asyncio.sleep(_FIRST_WAIT)
            if await self._attempt(body, attempt):
                return
            await asyncio.sleep(min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT))
        self.given_up += 1

    async def _attempt(self, body: bytes, attempt: int) -> bool:
        if self._session is None:
            raise RuntimeError("events were not started")
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": self.signature(body)}
        monotonic, wall, url, status, error = time.monotonic(), time.time(), self.url, 0, ""
        try:
            timeout = aiohttp.ClientTimeout(total=20)
            async with self._session.post(url, data=body, headers=headers, timeout=timeout) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            error = type(problem).__name__
        self._journal.add(monotonic, wall, url, attempt, status, 1, error, body)
        return 200 <= status < 300

    def signature(self, body: bytes) -> str:
        """The `Stripe-Signature` header for a body, dated now."""
        now = str(int(time.time()))
        digest = hmac.new(self._secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
        return f"t={now},v1={digest}"
