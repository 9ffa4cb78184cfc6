"""What the handlers of the hot paths really use for one of each: CPU, capacity and calls of a real DynamoDB engine, and
bytes of logs; one record an invocation, which is the dearest way. Queues and AWS's other services are in this process.
"""

import io
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from unittest.mock import patch

from functions.api import change_handler
from functions.api.events.publish import Publisher
from functions.api.events.slow import SlowTenants
from functions.api.events_bootstrap import ChangeDeps
from functions.bot_reply import bootstrap as bot_bootstrap
from functions.bot_reply import handler as bot_handler
from shared.clients.parking import Parking
from shared.clients.vault import META_TOKEN
from shared.clock import epoch_ms
from shared.domain.bots.bot import Bot, Rule
from shared.domain.numbers.number import Number, Waba
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.observability import logger
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.webhooks.endpoints import WebhookEndpoints
from shared.store.webhooks.event_feed import EventFeed
from tests.bench.parts import envelope
from tests.support.api_handler import Api
from tests.support.capacity import Meter
from tests.support.dynoxide import running_dynoxide
from tests.support.engine import World, open_measured_database
from tests.support.fake_aws import Context, sqs_event
from tests.support.frozen import frozen_campaign
from tests.support.ingest import Ingest, MemoryQueue, ingesting
from tests.support.running_api import running_api

PEOPLE = 60
RECIPIENTS = 1_280
LOG_EVENT_BYTES = 26
"""What CloudWatch Logs adds to each event (its documentation of PutLogEvents)."""
TENANT, WABA, NUMBER = TenantId("01PRICE"), WabaId("102290129340398"), PhoneNumberId("106540352242922")


@dataclass(frozen=True, slots=True)
class Work:
    """Of one: CPU seconds, WRU, RRU, calls of DynamoDB, bytes of logs, and messages sent to queues, by queue."""

    cpu: float
    writes: float
    reads: float
    calls: float
    log_bytes: float
    queued: Mapping[str, float] = field(default_factory=dict)
    decrypts: float = 0.0
    """Calls of KMS."""


@dataclass(frozen=True, slots=True)
class Measured:
    status_post: Work
    first_message: Work
    next_message: Work
    told: Work
    """The change stream's consumer, which tells the tenant of a message."""
    bot_answer: Work
    poll: Work
    poll_bytes: int
    """Of a poll's answer that has no news."""
    message_stored: float
    """Bytes that a further message leaves in the Conversations table, without its secondary indexes."""
    recipient_stored: float
    """Bytes that a campaign's recipient leaves: its share of the frozen block; statuses and notes come to that."""


class Watch:
    def __init__(self, *meters: Meter) -> None:
        self._meters = meters

    def over(self, units: int, work: Callable[[], object]) -> Work:
        handler = cast("logging.StreamHandler[Any]", logger.registered_handler)
        lines, stream = io.StringIO(), handler.stream
        handler.setStream(lines)
        before, began = self._counters(), time.process_time()
        try:
            with redirect_stdout(lines):
                work()
        finally:
            handler.setStream(stream)
        cpu = time.process_time() - began
        used = [now - then for now, then in zip(self._counters(), before, strict=True)]
        written = lines.getvalue().encode()
        log_bytes = len(written) + LOG_EVENT_BYTES * written.count(b"\n")
        writes, reads, calls = (total / units for total in used)
        return Work(cpu / units, writes, reads, calls, log_bytes / units)

    def _counters(self) -> tuple[float, float, float]:
        meters = self._meters
        return (
            sum(meter.writes.total() for meter in meters),
            sum(meter.reads.total() for meter in meters),
            sum(meter.calls.total() for meter in meters),
        )


class _Meta(BaseHTTPRequestHandler):
    """Accepts every message."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"messages": [{"id": f"wamid.{time.monotonic_ns()}"}]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def _meta() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Meta) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def measure() -> Measured:
    with running_dynoxide() as url, _meta() as meta, running_api(url, meta) as api:
        database = open_measured_database(url)
        watch = Watch(Meter(database.client), Meter(api.deps.contacts._client))
        with ingesting(database) as ingest:
            ingest.add_tenant(TENANT, WABA, NUMBER, "15550783881")
            token = api.deps.vault.seal(TENANT, META_TOKEN, "EAAtoken")
            api.deps.accounts.connect(
                TENANT, Waba(WABA, "Shop", "USD", token), [Number(NUMBER, WABA, "15550783881", "Shop")]
            )
            api.deps.bots.put(TENANT, Bot("b", "hours", PhoneNumberId(""), True, (Rule("contains", ("hours",), "9"),)))
            post = envelope(1)
            ingest.receive(post)  # warm
            status_post = watch.over(200, lambda: [ingest.receive(post) for _ in range(200)])
            ingest.queues["status"].waiting.clear()
            first = _messages(watch, ingest, 1)
            ingest.queues["bot"].waiting.clear()
            before = _images(database)
            following = _messages(watch, ingest, 2)
            stored = sum(map(_size, _images(database).values())) - sum(map(_size, before.values()))
            turns = [body for body, _ in ingest.queues["bot"].waiting]
            return Measured(
                status_post=status_post,
                first_message=first,
                next_message=following,
                told=_told(watch, database, before),
                bot_answer=_bot(watch, database, turns),
                **_polls(watch, api),
                message_stored=stored / PEOPLE,
                recipient_stored=_frozen(database),
            )


def _messages(watch: Watch, ingest: Ingest, round_: int) -> Work:
    sent: dict[str, float] = dict.fromkeys(ingest.queues, 0)
    put = {name: queue.send for name, queue in ingest.queues.items()}

    def counting(name: str) -> Callable[..., None]:
        def send(*args: Any, **options: Any) -> None:
            sent[name] += 1 / PEOPLE
            put[name](*args, **options)

        return send

    def work() -> None:
        for person in range(PEOPLE):
            assert ingest.receive(_said(person, round_)) == 200
            ingest.work_off()

    for name, queue in ingest.queues.items():
        cast("Any", queue).send = counting(name)
    try:
        done = watch.over(PEOPLE, work)
    finally:
        for queue in ingest.queues.values():
            del cast("Any", queue).send
    return replace(done, queued={name: number for name, number in sent.items() if number})


def _said(person: int, round_: int) -> bytes:
    phone, user = f"551198{person:07d}", f"BR.{person:020d}"
    message = {
        "from": phone,
        "from_user_id": user,
        "id": f"wamid.{round_}{person:027d}",
        "timestamp": str(epoch_ms() // 1000 + round_),
        "type": "text",
        "text": {"body": "What are your hours on the coming Saturday, and is there a place to park?"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Ana Souza"}, "wa_id": phone, "user_id": user}],
        "messages": [message],
    }
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _frozen(database: Database) -> float:
    def total() -> int:
        pages = database.client.get_paginator("scan").paginate(TableName=database.sends)
        return sum(_size(item) for page in pages for item in page["Items"])

    before = total()
    frozen_campaign(World(database), RECIPIENTS)
    return (total() - before) / RECIPIENTS


def _size(item: Mapping[str, Any]) -> int:
    """What DynamoDB bills of a stored item: names and values, and 100 bytes (its documentation of item sizes)."""
    return 100 + sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def _images(database: Database) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for page in database.client.get_paginator("scan").paginate(TableName=database.conversations):
        found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in page["Items"]}
    return found


def _told(watch: Watch, database: Database, before: dict[tuple[str, str], Any]) -> Work:
    """A message's own changes in one invocation, as its stream would bring them."""
    records: dict[str, list[Any]] = {}
    for key, image in _images(database).items():
        old = before.get(key)
        if old == image:
            continue
        change = {"ApproximateCreationDateTime": epoch_ms() / 1000, "Keys": {"pk": image["pk"], "sk": image["sk"]}}
        change |= ({"OldImage": old} if old else {}) | {"NewImage": image}
        record = {"eventID": new_ulid(), "eventName": "MODIFY" if old else "INSERT", "dynamodb": change}
        records.setdefault(key[0], []).append(record)
    queue = cast("Any", MemoryQueue())
    publisher = Publisher(WebhookEndpoints(Directory(database)), queue, EventFeed(database))
    deps = ChangeDeps(publisher, queue, cast("Parking", None), SlowTenants(epoch_ms))

    def work() -> None:
        for changes in records.values():
            change_handler.lambda_handler({"Records": changes}, cast("Any", Context()))

    with patch.object(change_handler, "change_deps", lambda: deps):
        return watch.over(PEOPLE, work)


def _bot(watch: Watch, database: Database, turns: list[str]) -> Work:
    opened: list[object] = []
    database.session.register("before-call.kms.Decrypt", lambda **_: opened.append(1))
    deps = bot_bootstrap.build(database, os.environ)

    def work() -> None:
        for turn in turns:
            answer = bot_handler.lambda_handler(sqs_event(turn, group="g"), cast("Any", Context()))
            assert answer["batchItemFailures"] == [], answer

    assert len(turns) == PEOPLE, "each message of the second round wakes the bot"
    with patch.object(bot_handler, "deps", lambda: deps):
        return replace(watch.over(PEOPLE, work), decrypts=len(opened) / PEOPLE)


def _polls(watch: Watch, api: Api) -> dict[str, Any]:
    sizes: list[int] = []
    begun: list[Any] = []
    watch.over(1, lambda: begun.append(api.call("GET", "/v1/events", tenant=TENANT)))
    cursor = begun[0].body["next_cursor"]

    def work() -> None:
        for _ in range(200):
            answer = api.call("GET", "/v1/events", tenant=TENANT, params={"after": cursor})
            assert (answer.status, answer.body["items"]) == (200, []), answer
            sizes.append(answer.size)

    return {"poll": watch.over(200, work), "poll_bytes": max(sizes)}
