"""Bringing to another stack what is its own, and to the control stack that an account has left.

A try that fails is a message of its own for the next one, so a cell that is away costs no place in the queue, and what
is for it is tried for three days at growing pauses; then it is parked. A cell that fails time and again is left alone
but for one try now and then (`shared/domain/webhooks/breaker.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.forward.logic.pauses import next_try
from shared.clients.parking import Parking
from shared.clients.platform_secret import MetaSecrets, SecretReader
from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.numbers.cells import SIGNATURE, LeaveCell, forward_body, meta_signature
from shared.domain.webhooks.breaker import CellHealth
from shared.domain.webhooks.delivery import Outcome, Send, spread
from shared.errors import InvalidInput, PermanentError
from shared.observability import count
from shared.queue_messages import ForwardWebhook, LeaveControl
from shared.services.breaker import judge, left_alone_until
from shared.store.numbers.cells import CellDirectory

SECONDS = 3.0
"""For an answer, which takes a receiver 250 ms."""
_LONGEST_DELAY_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes."""
_EARLY_MS = 1_000
_NOT_JOINED = frozenset({403, 409})


@dataclass(frozen=True, slots=True)
class Forwarder:
    """`urls` are the callback URLs of all other cells by name, in the control stack. `callback` is this stack's own and
    `control` the control stack's, in all others; empty where there is none."""

    urls: Mapping[str, str]
    callback: str
    control: str
    cells: CellDirectory
    secrets: SecretReader[MetaSecrets]
    send: Send
    queue: Queue
    parking: Parking

    def forward(self, message: ForwardWebhook, now: EpochMs) -> None:
        """`now` in epoch ms.

        Raises InvalidInput when there is no such cell, and PermanentError when it took nothing for three days.
        """
        if self._early(message, now):
            return
        url = self.urls.get(message.cell)
        if url is None:
            raise InvalidInput("CellUrls names no such cell", code="unknown_cell")
        health = self.cells.health(message.cell)
        if until := left_alone_until(health, lambda change: self.cells.change_health(message.cell, change), now):
            self._put_off(message, now, at_least=until)
            return
        outcome = self._post(url, forward_body(self._entries(message), message.received_at), now)
        taken = outcome.attempt.status_code == 200
        self._judge(message.cell, health, now, ok=taken)
        if taken:
            count("WebhookForwarded")
        else:
            self._failed(message, now)

    def leave(self, message: LeaveControl, now: EpochMs) -> None:
        """As `forward`. Where it was never joined there is nothing to leave."""
        if not self.control or self._early(message, now):
            return
        leaving = LeaveCell(message.waba_id, self.callback, message.left_at)
        status = self._post(self.control, leaving.to_json(), now).attempt.status_code
        if status != 200 and status not in _NOT_JOINED:
            self._failed(message, now)

    def _post(self, url: str, body: bytes, now: EpochMs) -> Outcome:
        signature = meta_signature(body, self.secrets.read(now).meta_app_secret)
        return self.send(url, body, {"content-type": "application/json", SIGNATURE: signature}, now)

    def _judge(self, cell: str, seen: CellHealth, now: EpochMs, *, ok: bool) -> None:
        def note(change: Callable[[CellHealth], CellHealth]) -> None:
            after = self.cells.change_health(cell, change)
            if after.left_alone:
                count("CellLeftAlone")

        judge(seen, note, now, ok=ok, trial=seen.left_alone)

    def _entries(self, message: ForwardWebhook) -> list[str]:
        """Raises InvalidInput when what was kept is gone."""
        if not message.stored:
            return message.entries
        kept = self.parking.read(message.stored)
        if not isinstance(kept, list):
            raise InvalidInput("not what was kept of a webhook")
        return [str(entry) for entry in kept]

    def _early(self, message: ForwardWebhook | LeaveControl, now: EpochMs) -> bool:
        if message.due_at <= now + _EARLY_MS:
            return False
        self._later(message, now)
        return True

    def _failed(self, message: ForwardWebhook | LeaveControl, now: EpochMs) -> None:
        count("WebhookNotForwarded")
        self._put_off(replace(message, attempt=message.attempt + 1), now)

    def _put_off(self, message: ForwardWebhook | LeaveControl, now: EpochMs, at_least: EpochMs = EpochMs(0)) -> None:
        name = f"{message.group}/{message.since}"
        due_at = next_try(name, message.attempt, message.since, now, consent=message.consent)
        if not due_at:
            raise PermanentError("not taken for three days", code="not_taken")
        until = now + spread(name, message.attempt, at_least - now) if at_least > now else now
        self._later(replace(message, due_at=EpochMs(max(due_at, until))), now)

    def _later(self, message: ForwardWebhook | LeaveControl, now: EpochMs) -> None:
        seconds = min(_LONGEST_DELAY_SECONDS, max(1, -((now - message.due_at) // 1000)))
        self.queue.send(message, group=message.group, delay_seconds=seconds)


def read_work(text: str) -> ForwardWebhook | LeaveControl:
    """What a message of the queue asks for. Raises InvalidInput."""
    try:
        return LeaveControl.from_json(text)
    except InvalidInput:
        return ForwardWebhook.from_json(text)
