"""Sends webhooks: collects updates, packs several into one POST, signs it, retries until it gets a 200.

Source: Meta, "Webhooks" of the Cloud API: envelope, batching, X-Hub-Signature-256 over the bytes, retry on anything
but 200.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp

from .config import Json, WebhookRules
from .journal import Journal
from .timers import Timers

STATUS, MESSAGE, CHANGE, ENVELOPE = "status", "message", "change", "envelope"


@dataclass(frozen=True, slots=True)
class Update:
    """One thing to tell: a status, an inbound message, a whole change, or a whole envelope.

    `override` is the callback URL of the number or WABA (only for `messages`); `contact` stands beside the status or
    message.
    """

    kind: str
    entry_id: str
    value: Json
    metadata: Json | None = None
    contact: Json | None = None
    override: str = ""
    field: str = "messages"


class Outbox:
    """Updates on their way to the callback URL. `rules` and `url` may change at any time."""

    def __init__(self, journal: Journal, timers: Timers, counters: Counter[str], app_secret: str) -> None:
        self._journal = journal
        self._timers = timers
        self._counters = counters
        self._secret = app_secret.encode()
        self._session: aiohttp.ClientSession | None = None
        self._queue: list[Update] = []
        self._flush_planned = False
        self._closed = False
        self._posts: set[asyncio.Task[None]] = set()
        self._free: asyncio.Semaphore = asyncio.Semaphore(1)
        self.rules = WebhookRules()
        self.url = ""
        self.in_flight = 0

    @property
    def pending(self) -> int:
        """Updates that wait or are being posted."""
        return len(self._queue) + self.in_flight

    async def start(self, rules: WebhookRules, url: str) -> None:
        """Begin to send."""
        self.rules, self.url = rules, url
        self._free = asyncio.Semaphore(max(1, rules.max_concurrent_posts))
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        """Give up what is left."""
        self._closed = True
        for task in self._posts:
            task.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def set_rules(self, rules: WebhookRules) -> None:
        """Work by other rules from now on; POSTs under way keep their place."""
        if rules.max_concurrent_posts != self.rules.max_concurrent_posts:
            self._free = asyncio.Semaphore(max(1, rules.max_concurrent_posts))
        self.rules = rules

    def set_url(self, url: str) -> None:
        """Send to another URL from now on; what waited for a URL goes out."""
        self.url = url
        self._plan_flush()

    def add(self, update: Update) -> None:
        """Send one update with the next flush."""
        self._queue.append(update)
        self._plan_flush()

    def _plan_flush(self) -> None:
        if not self._flush_planned and self._queue:
            self._flush_planned = True
            asyncio.get_running_loop().call_later(self.rules.flush_seconds, self._flush)

    def _flush(self) -> None:
        self._flush_planned = False
        if self._closed:
            return
        waiting, self._queue = self._queue, []
        by_url: dict[str, list[Update]] = {}
        for update in waiting:
            url = update.override or self.url
            if not url:
                self._queue.append(update)
            else:
                by_url.setdefault(url, []).append(update)
        size = max(1, self.rules.max_updates_per_post)
        for url, updates in by_url.items():
            for start in range(0, len(updates), size):
                self._post(url, updates[start : start + size])

    def _post(self, url: str, updates: list[Update]) -> None:
        self.in_flight += len(updates)
        task = asyncio.get_running_loop().create_task(self._deliver(url, updates))
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _deliver(self, url: str, updates: list[Update]) -> None:
        try:
            for body in bodies(updates, self.rules.statuses_per_change):
                await self._deliver_body(url, body, len(updates))
        finally:
            self.in_flight -= len(updates)

    async def _deliver_body(self, url: str, body: bytes, updates: int) -> None:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": self.signature(body)}
        for attempt in range(1, max(1, self.rules.retry_attempts) + 1):
            async with self._free:
                if await self._attempt(url, body, headers, attempt, updates):
                    return
            wait = min(self.rules.retry_first_seconds * 2 ** min(attempt - 1, 20), self.rules.retry_max_seconds)
            await asyncio.sleep(wait)
        self._counters["webhooks_given_up"] += 1

    async def _attempt(self, url: str, body: bytes, headers: dict[str, str], attempt: int, updates: int) -> bool:
        if self._session is None:
            raise RuntimeError("the outbox was not started")
        started, wall, status, error = time.monotonic(), time.time(), 0, ""
        timeout = aiohttp.ClientTimeout(total=self.rules.timeout_seconds)
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=timeout) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            error = type(problem).__name__
        self._counters["webhook_posts"] += 1
        self._counters["webhook_posts_refused"] += status != 200
        self._journal.add(started, wall, url, attempt, status, updates, error, body)
        return status == 200

    def signature(self, body: bytes) -> str:
        """`sha256=` and the hex HMAC of the exact bytes."""
        return "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()

    async def verify(self, verify_token: str, challenge: str) -> Json:
        """Meta's GET check of a callback URL: it must answer 200 with the challenge."""
        if self._session is None:
            raise RuntimeError("the outbox was not started")
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        try:
            async with self._session.get(self.url, params=query, timeout=aiohttp.ClientTimeout(total=20)) as answer:
                text = await answer.text()
                return {"status": answer.status, "verified": answer.status == 200 and text == challenge}
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as problem:
            return {"status": 0, "verified": False, "error": type(problem).__name__}


def escaped(value: Json) -> bytes:
    """JSON as Meta writes it: unicode and slashes escaped. The signature is over exactly these bytes."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def bodies(updates: Iterable[Update], statuses_per_change: int) -> list[bytes]:
    """One body for all ordinary updates, with one entry per WABA, and one for each whole envelope."""
    entries: dict[str, list[Json]] = {}
    timed: set[str] = set()
    done: list[bytes] = []
    groups: dict[tuple[str, str, bool], Json] = {}
    for update in updates:
        if update.kind == ENVELOPE:
            done.append(escaped(update.value))
            continue
        changes = entries.setdefault(update.entry_id, [])
        if update.kind == STATUS:
            _add_status(groups, changes, update, statuses_per_change)
        elif update.kind == MESSAGE:
            value: Json = {"messaging_product": "whatsapp", "metadata": update.metadata}
            if update.contact is not None:
                value["contacts"] = [update.contact]
            changes.append({"value": value | {"messages": [update.value]}, "field": "messages"})
        else:
            timed.add(update.entry_id)
            changes.append({"value": update.value, "field": update.field})
    if entries:
        now = int(time.time())
        packed = [
            {"id": entry_id, "changes": changes} | ({"time": now} if entry_id in timed else {})
            for entry_id, changes in entries.items()
        ]
        done.insert(0, escaped({"object": "whatsapp_business_account", "entry": packed}))
    return done


def _add_status(
    groups: dict[tuple[str, str, bool], Json], changes: list[Json], update: Update, statuses_per_change: int
) -> None:
    number_id = update.metadata["phone_number_id"] if update.metadata else ""
    key = (update.entry_id, number_id, update.contact is not None)
    value = groups.get(key)
    if value is None or len(value["statuses"]) >= statuses_per_change:
        value = {"messaging_product": "whatsapp", "metadata": update.metadata}
        if update.contact is not None:
            value["contacts"] = []
        value["statuses"] = []
        groups[key] = value
        changes.append({"value": value, "field": "messages"})
    value["statuses"].append(update.value)
    if update.contact is not None and update.contact not in value["contacts"]:
        value["contacts"].append(update.contact)
