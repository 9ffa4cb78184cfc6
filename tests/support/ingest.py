"""The whole of webhook ingestion in this process: receiver and consumers over a real DynamoDB, queues in memory."""

import hashlib
import hmac
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.webhook_ingest import (
    account_handler,
    consent_bootstrap,
    consent_handler,
    forward_handler,
    inbound_handler,
    receive_handler,
    status_handler,
    sync_handler,
)
from functions.webhook_ingest.forward.forwarder import Forwarder
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.people.reunion import Reunion
from functions.webhook_ingest.receive.cells import Cells
from functions.webhook_ingest.receive_bootstrap import Deps as ReceiveDeps
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.numbers.number import Number, Waba
from shared.domain.webhooks.delivery import Outcome, Send
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.queue_messages import QueueMessage
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.contacts.senders import Senders
from shared.store.engine.database import Database
from tests.support.consumers import Deps, build
from tests.support.fake_aws import SECRETS, Context, http_event

Json = dict[str, Any]
_URLS = {f"{name}_QUEUE_URL": "http://127.0.0.1:9/none" for name in ("BOT", "FORWARD", "MEDIA", "SYNC", "WEBHOOK")} | {
    "DATA_BUCKET": "data"
}
_HANDLERS = {
    "consent": consent_handler,
    "inbound": inbound_handler,
    "status": status_handler,
    "account": account_handler,
    "forward": forward_handler,
    "sync": sync_handler,
}
_BATCH = {"consent": 10, "inbound": 10, "status": 1_000, "account": 10, "forward": 10, "sync": 5}
_MOST_DELIVERIES = 5
_SQS_BYTES = 1024 * 1024
_NOT_FOR_SQS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a message may not hold (Amazon SQS, SendMessage)."""


@dataclass
class MemoryQueue:
    """What was sent and is not yet received: (body, group)."""

    waiting: deque[tuple[str, str]] = field(default_factory=deque)

    def send(self, message: QueueMessage, *, group: str = "", **_options: object) -> None:
        body = message.to_json()
        if len(body.encode()) > _SQS_BYTES or _NOT_FOR_SQS.search(body) or len(group) > 128 or not group.isascii():
            raise AssertionError("SQS refuses this message")
        self.waiting.append((body, group))

    def send_all(self, messages: Iterable[Outgoing]) -> None:
        for outgoing in messages:
            self.send(outgoing.message, group=outgoing.group)


@dataclass
class MemoryBucket:
    """Key -> content."""

    objects: dict[str, bytes] = field(default_factory=dict)

    @property
    def s3(self) -> "MemoryBucket":
        return self

    def put_object(self, *, Key: str, Body: bytes, **_options: object) -> None:  # noqa: N803 - S3's names
        self.objects[Key] = Body

    def get_object(self, *, Key: str, **_options: object) -> Json:  # noqa: N803 - S3's names
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}

    def under(self, prefix: str) -> list[Any]:
        return [json.loads(body) for key, body in self.objects.items() if key.startswith(prefix)]


class Stuck(AssertionError):
    """A record would have ended in a dead-letter queue."""


@dataclass
class Ingest:
    """`receive` takes a POST of Meta's, `work_off` does all that follows from it."""

    deps: Deps
    queues: dict[str, MemoryQueue]
    bucket: MemoryBucket
    passed_ms: int = 0
    """How far the forwarder's clock is ahead."""

    def now(self) -> EpochMs:
        return EpochMs(epoch_ms() + self.passed_ms)

    def add_tenant(self, tenant_id: TenantId, waba_id: WabaId, phone_number_id: PhoneNumberId, display: str) -> None:
        owner = Member(f"m-{tenant_id}", f"s-{tenant_id}", "owner@example.com", Role.OWNER)
        self.deps.accounts.create(Tenant(tenant_id, "Shop", "US"), owner)
        number = Number(phone_number_id, waba_id, display, "Shop")
        self.deps.accounts.connect(tenant_id, Waba(waba_id, "Shop", "USD", "sealed"), [number])

    def receive(self, body: bytes, **more: str) -> int:
        """The HTTP status of the answer to these bytes, signed as Meta signs them; `more` headers beside."""
        signature = "sha256=" + hmac.new(SECRETS["meta_app_secret"].encode(), body, hashlib.sha256).hexdigest()
        event = http_event(
            "POST", body.decode("utf-8", "surrogatepass"), headers={"x-hub-signature-256": signature, **more}
        )
        return int(receive_handler.lambda_handler(event, cast("Any", Context()))["statusCode"])

    def work_off(self) -> None:
        """Let the consumers take what waits, until nothing does but what is to be tried again later. Raises Stuck for
        what they refuse again and again."""
        while any(self._due(name) for name in _HANDLERS):
            for name in _HANDLERS:
                self._take(name)

    def _due(self, name: str) -> list[tuple[str, str]]:
        waiting = self.queues[name].waiting
        return [one for one in waiting if name != "forward" or json.loads(one[0])["due_at"] <= self.now()]

    def _take(self, name: str) -> None:
        waiting = self.queues[name].waiting
        while taken := self._due(name)[: _BATCH[name]]:
            for one in taken:
                waiting.remove(one)
            records = [
                {"messageId": f"m{i}", "body": body, "attributes": {"MessageGroupId": group}}
                for i, (body, group) in enumerate(taken)
            ]
            self._deliver(name, records)

    def _deliver(self, name: str, records: list[Json]) -> None:
        for delivery in range(1, _MOST_DELIVERIES + 1):
            for record in records:
                record["attributes"]["ApproximateReceiveCount"] = str(delivery)
            answer = _HANDLERS[name].lambda_handler({"Records": records}, cast("Any", Context()))
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            records = [record for record in records if record["messageId"] in failed]
            if not records:
                return
        raise Stuck(f"{name}: {records[0]['body'][:2_000]}")


class _Secrets(SecretReader[MetaSecrets]):
    def __init__(self) -> None:
        self._known = MetaSecrets(SECRETS["meta_app_secret"], SECRETS["meta_verify_token"])

    def read(self, now: int) -> MetaSecrets:
        return self._known


def _nowhere(url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
    raise AssertionError(f"nothing goes to {url}")


@contextmanager
def ingesting(
    database: Database, cells: Mapping[str, str] | None = None, *, control: str = "", send: Send = _nowhere
) -> Iterator[Ingest]:
    """The handlers work with these queues and this bucket until the end; `cells` (URLs by name) makes it a control
    stack. What goes to other stacks is sent with `send`; `control` is the URL of the control stack of this one."""
    queues = {name: MemoryQueue() for name in (*_HANDLERS, "bot", "media")}
    as_queue = {name: cast("Queue", queue) for name, queue in queues.items()}
    bucket = MemoryBucket()
    parking = Parking(cast("Any", bucket), "data")
    made = build(database, _URLS)
    reunion = Reunion(made.accounts, made.moves, as_queue["sync"])
    deps = replace(
        made,
        people=People(
            made.contacts, Mergers(database), ContactNames(database), ContactReach(database), Senders(database), reunion
        ),
        bots=as_queue["bot"],
        media=as_queue["media"],
        sync=as_queue["sync"],
        parking=parking,
        forwards=as_queue["forward"],
    )
    hearing = consent_bootstrap.build(database)
    receiving = ReceiveDeps(
        secrets=_Secrets(),
        consent=as_queue["consent"],
        inbound=as_queue["inbound"],
        statuses=as_queue["status"],
        accounts=as_queue["account"],
        forwards=as_queue["forward"],
        sync=as_queue["sync"],
        parking=parking,
        cells=Cells(made.cells, cells or {}),
    )
    forwarder = Forwarder(
        urls=cells or {},
        callback="https://this.example.com/webhooks/meta",
        control=control,
        cells=made.cells,
        secrets=_Secrets(),
        send=send,
        queue=as_queue["forward"],
        parking=parking,
    )
    ingest = Ingest(deps, queues, bucket)
    with pytest.MonkeyPatch.context() as monkeypatch:
        deps.serve(monkeypatch)
        monkeypatch.setattr(consent_handler, "deps", lambda: hearing)
        monkeypatch.setattr(receive_handler, "deps", lambda: receiving)
        monkeypatch.setattr(forward_handler, "deps", lambda: forwarder)
        monkeypatch.setattr(forward_handler, "epoch_ms", ingest.now)
        yield ingest


def moment() -> int:
    """Now, in epoch seconds."""
    return epoch_ms() // 1000
